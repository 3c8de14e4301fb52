//! The body of an error as RFC 9457 has it.

use schemars::JsonSchema;
use serde::Serialize;

use super::ErrorView;
use crate::domain::ids::CallId;
use crate::domain::refusal::Text;
use crate::http::billing_info::BillingInfo;
use crate::http::error_details::ErrorDetails;
use crate::http::negotiate::RenderContext;
use crate::http::public_links::PublicLinks;

/// A problem of RFC 9457.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Problem<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: Text,
    instance: String,
    code: &'static str,
    user_action: Text,
    support_contact: &'a str,
    #[serde(flatten)]
    details: ErrorDetails<'a>,
    request_id: CallId,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_info: Option<BillingInfo<'a>>,
}

impl<'a> Problem<'a> {
    pub(super) fn new(view: ErrorView<'a>, ctx: &RenderContext, links: &'a PublicLinks) -> Self {
        let error_code = view.refusal.code();
        let code = error_code.as_str();
        Self {
            r#type: links.error_page(error_code),
            title: error_code.title(ctx.language),
            status: view.status.as_u16(),
            detail: view.refusal.message(ctx.language),
            instance: format!("urn:uuid:{}", ctx.request_id),
            code,
            user_action: view.refusal.action(ctx.language, links.addresses(ctx.language)),
            support_contact: &links.support_contact,
            details: view.details,
            request_id: ctx.request_id,
            billing_info: view.billing,
        }
    }
}
