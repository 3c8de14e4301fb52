//! `X-Dry-Run`: how it is read, and its answer.

use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use super::answer::json_ok;
use super::error_details::ErrorDetails;
use super::negotiate::RenderContext;
use super::public_links::PublicLinks;
use crate::domain::credits::Credits;
use crate::domain::refusal::{Malformed, Refusal, Text};

const X_DRY_RUN: HeaderName = HeaderName::from_static("x-dry-run");

/// Whether the call is a dry run. An unclear header is refused, so that it never becomes a charge.
pub fn is_dry_run(headers: &HeaderMap) -> Result<bool, Refusal> {
    let mut values = headers.get_all(X_DRY_RUN).iter().map(|value| value.as_bytes().to_ascii_lowercase());
    match (values.next().as_deref(), values.next()) {
        (None, _) | (Some(b"false"), None) => Ok(false),
        (Some(b"true"), None) => Ok(true),
        _ => Err(Refusal::BadRequest(Malformed::DryRunHeader)),
    }
}

/// Refuses a dry run of a request that is free.
pub fn refuse_dry_run(headers: &HeaderMap) -> Result<(), Refusal> {
    if is_dry_run(headers)? { Err(Refusal::BadRequest(Malformed::DryRunOfFreeRoute)) } else { Ok(()) }
}

/// The result of a dry run.
#[derive(Clone, Debug, PartialEq)]
pub struct DryRun {
    /// Credits that would be held: the most that the call can cost.
    pub credits: Credits,
    /// The least that it costs if it is charged.
    pub credits_min: Credits,
    pub credits_available: Credits,
    /// Whether the answer would be a stored one.
    pub is_replay: bool,
    pub refusal: Option<Refusal>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DryRunAnswer")]
pub(crate) struct Answer<'a> {
    success: bool,
    dry_run: Shown<'a>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DryRun")]
pub(crate) struct Shown<'a> {
    /// The most that the call can cost.
    credits: Credits,
    /// The least that it costs if it is charged, where that is less.
    #[serde(skip_serializing_if = "Option::is_none")]
    credits_min: Option<Credits>,
    credits_available: Credits,
    credits_after: Option<Credits>,
    would_succeed: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    would_be_replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason<'a>>,
}

/// The refusal that the call would get, as in an error body.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DryRunReason")]
pub(crate) struct Reason<'a> {
    status: u16,
    message: Text,
    user_action: Text,
    #[serde(flatten)]
    details: ErrorDetails<'a>,
}

impl DryRun {
    /// The answer, in the request's language.
    pub fn answer<'r>(&'r self, context: &RenderContext, links: &'r PublicLinks) -> Response {
        let Self { credits, credits_min, credits_available, is_replay, refusal } = self;
        let reason = |refusal: &'r Refusal| Reason {
            status: refusal.code().status(),
            message: refusal.message(context.language),
            user_action: refusal.action(context.language, links.addresses(context.language)),
            details: ErrorDetails::new(refusal, context.language, links),
        };
        let after = credits_available.checked_sub(*credits);
        json_ok(Answer {
            success: true,
            dry_run: Shown {
                credits: *credits,
                credits_min: Some(*credits_min).filter(|least| least < credits),
                credits_available: *credits_available,
                credits_after: after.filter(|_| refusal.is_none()),
                would_succeed: refusal.is_none(),
                would_be_replayed: *is_replay,
                error_code: refusal.as_ref().map(|refusal| refusal.code().as_str()),
                reason: refusal.as_ref().map(reason),
            },
        })
    }
}
