//! The bodies of errors: one shape a dialect, and RFC 9457.

mod problem;

use std::borrow::Cow;

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use self::problem::Problem;
use super::billing_info::BillingInfo;
use super::dialect::Dialect;
use super::error_details::ErrorDetails;
use super::negotiate::RenderContext;
use super::public_links::PublicLinks;
use crate::domain::ids::CallId;
use crate::domain::language::Language;
use crate::domain::refusal::{AccessDenied, ErrorCode, Refusal, Text};

/// The content of an error body, before a dialect arranges it.
pub(super) struct ErrorView<'a> {
    pub(super) refusal: &'a Refusal,
    pub(super) status: StatusCode,
    pub(super) details: ErrorDetails<'a>,
    pub(super) billing: Option<BillingInfo<'a>>,
}

/// The body of an error as the client asked for it.
pub(super) fn write(
    view: ErrorView<'_>,
    ctx: &RenderContext,
    links: &PublicLinks,
) -> Result<Vec<u8>, serde_json::Error> {
    match (ctx.problem_json, ctx.dialect, view.refusal) {
        (true, _, _) => serde_json::to_vec(&Problem::new(view, ctx, links)),
        // The contract fixes this body. Billing and request id are in the headers only.
        (_, Dialect::Fluence, Refusal::AccessDenied(denied)) => serde_json::to_vec(
            &FluenceAccessDenied::new(view.refusal, denied, links.upgrade_page(ctx.language)),
        ),
        (_, Dialect::Fluence, _) => serde_json::to_vec(&Fluence::new(view, ctx, links)),
        (_, Dialect::Fluenzr, _) => serde_json::to_vec(&Fluenzr::new(view, ctx, links)),
        (_, Dialect::Influtics, _) => serde_json::to_vec(&Influtics::new(view, ctx)),
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FluenceErrorBody")]
pub(crate) struct Fluence<'a> {
    success: bool,
    error: FluenceError<'a>,
    error_code: &'static str,
    request_id: CallId,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_info: Option<BillingInfo<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct FluenceError<'a> {
    r#type: &'static str,
    message: Text,
    code: u16,
    user_action: Text,
    support_contact: &'a str,
    #[serde(flatten)]
    details: ErrorDetails<'a>,
}

impl<'a> Fluence<'a> {
    fn new(view: ErrorView<'a>, ctx: &RenderContext, links: &'a PublicLinks) -> Self {
        let code = view.refusal.code();
        Self {
            success: false,
            error: FluenceError {
                r#type: code.kind().as_str(),
                message: view.refusal.message(ctx.language),
                code: view.status.as_u16(),
                user_action: view.refusal.action(ctx.language, links.addresses(ctx.language)),
                support_contact: &links.support_contact,
                details: view.details,
            },
            error_code: code.as_str(),
            request_id: ctx.request_id,
            billing_info: view.billing,
        }
    }
}

/// The only body of the `fluence` dialect with its own shape: a plan without the endpoint.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FluenceAccessDeniedBody")]
pub(crate) struct FluenceAccessDenied<'a> {
    success: bool,
    error: Text,
    error_code: &'static str,
    current_tier: &'a str,
    required_tier: &'a str,
    upgrade_url: Cow<'a, str>,
}

impl<'a> FluenceAccessDenied<'a> {
    fn new(refusal: &Refusal, denied: &'a AccessDenied, upgrade_url: Cow<'a, str>) -> Self {
        Self {
            success: false,
            error: refusal.message(Language::En),
            error_code: refusal.code().as_str(),
            current_tier: &denied.current_tier,
            required_tier: &denied.required_tier,
            upgrade_url,
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FluenzrErrorBody")]
pub(crate) struct Fluenzr<'a> {
    success: bool,
    error: FluenzrError<'a>,
    request_id: CallId,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_info: Option<BillingInfo<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct FluenzrError<'a> {
    code: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_action: Option<Text>,
    #[serde(flatten)]
    details: ErrorDetails<'a>,
}

impl<'a> Fluenzr<'a> {
    fn new(view: ErrorView<'a>, ctx: &RenderContext, links: &PublicLinks) -> Self {
        let code = fluenzr_code(view.refusal.code());
        // The contract fixes one sentence for every 401, so the action is a member of its own.
        let (message, user_action) = match code {
            UNAUTHORIZED => {
                let action = view.refusal.action(ctx.language, links.addresses(ctx.language));
                ("Invalid or missing API key".into(), Some(action))
            }
            _ => (view.refusal.message(ctx.language), None),
        };
        Self {
            success: false,
            error: FluenzrError { code, message, user_action, details: view.details },
            request_id: ctx.request_id,
            billing_info: view.billing,
        }
    }
}

const UNAUTHORIZED: &str = "UNAUTHORIZED";

/// `fluenzr` has one code for every credential fault, and another for a missing plan or scope.
pub(crate) fn fluenzr_code(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::AccessDenied | ErrorCode::InsufficientScope | ErrorCode::PlanWithoutApi => "FORBIDDEN",
        code if code.status() == 401 => UNAUTHORIZED,
        code => code.as_str(),
    }
}

/// The code of an error in the bodies of a dialect.
pub(crate) fn code_in(dialect: Dialect, code: ErrorCode) -> &'static str {
    match dialect {
        Dialect::Fluenzr => fluenzr_code(code),
        Dialect::Fluence | Dialect::Influtics => code.as_str(),
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InfluticsErrorBody")]
pub(crate) struct Influtics<'a> {
    success: bool,
    error: Text,
    code: &'static str,
    #[serde(flatten)]
    details: ErrorDetails<'a>,
    request_id: CallId,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_info: Option<BillingInfo<'a>>,
}

impl<'a> Influtics<'a> {
    fn new(view: ErrorView<'a>, ctx: &RenderContext) -> Self {
        // The contract fixes three sentences of this dialect.
        let error = match view.refusal {
            Refusal::MissingAuth => "Missing Authorization header".into(),
            Refusal::InvalidApiKey => "Invalid API key".into(),
            Refusal::ExpiredApiKey => "API key has expired".into(),
            other => other.message(ctx.language),
        };
        Self {
            success: false,
            error,
            code: view.refusal.code().as_str(),
            details: view.details,
            request_id: ctx.request_id,
            billing_info: view.billing,
        }
    }
}

/// Schemas of the bodies, for the OpenAPI document.
pub mod schemas {
    use schemars::{Schema, SchemaGenerator};

    use super::{Dialect, Fluence, FluenceAccessDenied, Fluenzr, Influtics, Problem};
    use crate::domain::refusal::ErrorCode;

    /// The bodies of these errors in a dialect.
    pub fn of(dialect: Dialect, codes: &[ErrorCode], generator: &mut SchemaGenerator) -> Vec<Schema> {
        match dialect {
            Dialect::Fluence => {
                let mut schemas = Vec::new();
                if codes.iter().any(|code| *code != ErrorCode::AccessDenied) {
                    schemas.push(generator.subschema_for::<Fluence<'static>>());
                }
                if codes.contains(&ErrorCode::AccessDenied) {
                    schemas.push(generator.subschema_for::<FluenceAccessDenied<'static>>());
                }
                schemas
            }
            Dialect::Fluenzr => vec![generator.subschema_for::<Fluenzr<'static>>()],
            Dialect::Influtics => vec![generator.subschema_for::<Influtics<'static>>()],
        }
    }

    /// The body of an error as a problem of RFC 9457.
    pub fn of_problem(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Problem<'static>>()
    }
}
