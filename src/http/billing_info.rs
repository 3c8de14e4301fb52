//! The money of an answer on the wire: the `billing_info` object and the credit headers.

use std::ops::Range;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::domain::billing::Billing;
use crate::domain::instant;

/// Credits of this request.
pub const X_CREDITS_USED: HeaderName = HeaderName::from_static("x-credits-used");
/// What is held for this request, while its price is not known.
pub const X_CREDITS_HELD: HeaderName = HeaderName::from_static("x-credits-held");
/// Credits left on the account after it.
pub const X_CREDITS_REMAINING: HeaderName = HeaderName::from_static("x-credits-remaining");

/// `billing_info` in a body.
#[derive(Debug, Serialize, JsonSchema)]
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
        let balance = &billing.balance;
        Self {
            creditos_utilizados: billing.used.as_i64(),
            creditos_restantes: balance.remaining.as_i64(),
            tipo_plano: &billing.plan_label,
            renovacao_proxima: instant::written(balance.renews_at),
            limite_mensal: balance.plan_credits.as_i64(),
            uso_percentual: balance.plan_used_percent(),
            reembolsado: billing.refunded.map(|_| true),
            motivo_reembolso: billing.refunded.map(|outcome| outcome.as_str()),
        }
    }
}

/// Returns the body with its `billing_info` replaced. A body without one is not changed.
pub fn refreshed(mut body: Vec<u8>, billing: &Billing) -> Vec<u8> {
    if let Some(place) = place_of(&body)
        && let Ok(fresh) = serde_json::to_vec(&BillingInfo::new(billing))
    {
        body.splice(place, fresh);
    }
    body
}

/// Returns the range of the value of `billing_info`. The quotation marks of a text are escaped, so
/// the name found is a member's; the last one is the body's own.
fn place_of(body: &[u8]) -> Option<Range<usize>> {
    const NAME: &[u8] = br#""billing_info":"#;
    let start = body.windows(NAME.len()).rposition(|window| window == NAME)? + NAME.len();
    let mut values = serde_json::Deserializer::from_slice(body.get(start..)?).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(start..start + values.byte_offset())
}

/// Sets the credit headers.
pub fn set_headers(headers: &mut HeaderMap, billing: &Billing) {
    match billing.held {
        None => headers.insert(X_CREDITS_USED, HeaderValue::from(billing.used.as_i64())),
        Some(held) => headers.insert(X_CREDITS_HELD, HeaderValue::from(held.as_i64())),
    };
    headers.insert(X_CREDITS_REMAINING, HeaderValue::from(billing.balance.remaining.as_i64()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::AccountBalance;
    use crate::domain::credits::Credits;
    use chrono::DateTime;

    fn billing(used: u32, label: &str) -> Billing {
        let balance = AccountBalance {
            remaining: Credits::from_u32(10 - used),
            plan_credits_used: Credits::from_u32(used),
            plan_credits: Credits::from_u32(10),
            requests_limit: 10,
            requests_used: 1,
            renews_at: DateTime::UNIX_EPOCH,
        };
        Billing {
            used: Credits::from_u32(used),
            held: None,
            plan_label: label.to_owned(),
            balance,
            refunded: None,
        }
    }

    fn body_with(head: &str, billing: &Billing, tail: &str) -> String {
        format!("{head}{}{tail}", serde_json::to_string(&BillingInfo::new(billing)).unwrap())
    }

    #[test]
    fn only_the_value_of_the_bodys_own_member_is_replaced() {
        let (old, new) = (billing(2, r#"odd } "label\"#), billing(0, "plain"));
        for head in [
            r#"{"billing_info":"#,
            r#"{"success":true,"analise":{"a":"}"},"billing_info":"#,
            r#"{"text":"\"billing_info\":{}","billing_info":"#,
            r#"{"analise":{"billing_info":{}},"billing_info":"#,
        ] {
            for tail in ["}", r#","request_id":"x"}"#] {
                let body = refreshed(body_with(head, &old, tail).into_bytes(), &new);
                assert_eq!(String::from_utf8(body).unwrap(), body_with(head, &new, tail));
            }
        }
    }

    #[test]
    fn a_body_without_billing_info_is_unchanged() {
        for body in
            ["", "{}", r#"{"a":"\"billing_info\":1"}"#, r#"{"billing_info":"#, r#"{"billing_info":{"a"#]
        {
            assert_eq!(refreshed(body.into(), &billing(0, "x")), body.as_bytes(), "{body}");
        }
    }
}
