//! The money of an answer on the wire: the `billing_info` object and the credit headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::SecondsFormat;
use serde::Serialize;

use crate::domain::billing::Billing;

/// Credits of this request.
pub const X_CREDITS_USED: HeaderName = HeaderName::from_static("x-credits-used");
/// Credits left on the account after it.
pub const X_CREDITS_REMAINING: HeaderName = HeaderName::from_static("x-credits-remaining");

/// `billing_info` as it stands in a body.
#[derive(Debug, Serialize)]
pub struct BillingInfo<'b> {
    creditos_utilizados: i64,
    creditos_restantes: i64,
    tipo_plano: &'b str,
    renovacao_proxima: String,
    limite_mensal: i64,
    uso_percentual: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reembolsado: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    motivo_reembolso: Option<&'static str>,
}

impl<'b> BillingInfo<'b> {
    /// The wire form of the facts.
    pub fn new(billing: &'b Billing) -> Self {
        let standing = &billing.standing;
        Self {
            creditos_utilizados: billing.used.as_i64(),
            creditos_restantes: standing.remaining.as_i64(),
            tipo_plano: &billing.plan_label,
            renovacao_proxima: standing.renews_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            limite_mensal: standing.plan_credits.as_i64(),
            uso_percentual: standing.plan_used_percent(),
            reembolsado: billing.refunded.map(|_| true),
            motivo_reembolso: billing.refunded.map(|outcome| outcome.as_str()),
        }
    }
}

/// Sets the credit headers, in place of any that stand there.
pub fn set_headers(headers: &mut HeaderMap, billing: &Billing) {
    headers.insert(X_CREDITS_USED, HeaderValue::from(billing.used.as_i64()));
    headers.insert(X_CREDITS_REMAINING, HeaderValue::from(billing.standing.remaining.as_i64()));
}
