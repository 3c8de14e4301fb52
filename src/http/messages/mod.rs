//! The sentences of errors: what happened, and what to do about it.

mod en;
mod pt;

use std::borrow::Cow;
use std::fmt::Display;

use super::edge::Edge;
use crate::domain::error_code::ErrorCode;
use crate::domain::language::Language;
use crate::domain::refusal::{AccessDenied, Fault, FieldFault, Refusal, UpgradeTo};

/// A sentence, fixed or filled in.
pub type Text = Cow<'static, str>;

/// What happened.
pub fn message(refusal: &Refusal, language: Language) -> Text {
    match language {
        Language::En => en::message(refusal),
        Language::Pt => pt::message(refusal),
    }
}

/// What the reader can do about it.
pub fn user_action(refusal: &Refusal, language: Language, edge: &Edge) -> Text {
    match language {
        Language::En => en::user_action(refusal, edge),
        Language::Pt => pt::user_action(refusal, edge),
    }
}

/// What is wrong with a field, as the rest of a sentence that begins with its name.
pub fn fault(fault: Fault, language: Language) -> String {
    match language {
        Language::En => en::fault(fault),
        Language::Pt => pt::fault(fault),
    }
}

/// The 403 of a plan without the endpoint: the contract fixes this sentence in every language and dialect.
pub fn access_denied(denied: &AccessDenied) -> String {
    let AccessDenied { plan, path, .. } = denied;
    let denied_text = format!("Access denied. Your {plan} tier API key cannot access {path}.");
    match &denied.upgrade_to {
        UpgradeTo::CrmTier => format!("{denied_text} Upgrade to CRM tier for access."),
        UpgradeTo::Plan(required) => format!("{denied_text} Upgrade to the {required} plan for access."),
        UpgradeTo::Nothing => denied_text,
    }
}

/// The class of an error, `type` in the `fluence` dialect: coarser than the code.
pub fn kind(code: ErrorCode) -> &'static str {
    use ErrorCode as E;
    match code {
        E::InvalidJson | E::KeyInQueryString | E::BadRequest => "invalid_request",
        E::ValidationFailed | E::ProfileUrlNotAccepted | E::MockDataNotAllowed => "validation_error",
        E::MissingAuth
        | E::InvalidApiKey
        | E::ExpiredApiKey
        | E::RevokedApiKey
        | E::DisabledApiKey
        | E::ConflictingCredentials => "authentication_error",
        E::InsufficientCredits | E::KeyCapReached => "insufficient_credits",
        E::AccessDenied
        | E::InsufficientScope
        | E::PlanWithoutApi
        | E::RegionNotAllowed
        | E::IpNotAllowed
        | E::TestKeyNotAllowed
        | E::AccountSuspended => "permission_error",
        E::EndpointNotFound | E::ProfileNotFound | E::NotFound => "not_found",
        E::MethodNotAllowed => "method_not_allowed",
        E::MultipleMatches => "multiple_matches",
        E::ContactExists | E::ContactLimitReached => "conflict",
        E::IdempotencyInProgress | E::IdempotencyKeyReused | E::AnswerNotKept => "idempotency_error",
        E::RotationInProgress
        | E::NotRotating
        | E::KeyRevoked
        | E::KeyExpired
        | E::KeyLimitReached
        | E::EnvironmentExists
        | E::EnvironmentLimitReached => "conflict",
        E::BodyTooLarge => "body_too_large",
        E::UnsupportedMediaType => "unsupported_media_type",
        E::InsufficientData => "insufficient_data",
        E::RateLimited | E::ConcurrencyLimited | E::QuotaExceeded | E::TooManyFailedAttempts => {
            "rate_limit_exceeded"
        }
        E::InternalError => "internal_error",
        E::UpstreamError => "upstream_error",
        E::ServiceUnavailable => "service_unavailable",
        E::Timeout => "timeout",
    }
}

/// A plan's name as a sentence shows it: `Pro` for `pro`.
fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `1 credit`, `2 credits`.
fn counted(number: impl TryInto<i64> + Copy + Display, one: &str, many: &str) -> String {
    let is_one = number.try_into().is_ok_and(|number| number == 1);
    format!("{number} {}", if is_one { one } else { many })
}

/// The faulty fields as one sentence; the body lists them one by one besides.
fn join_faults(faults: &[FieldFault], language: Language) -> String {
    let shown = faults.iter().take(5);
    let mut text = shown
        .map(|faulty| format!("`{}` {}", faulty.field, fault(faulty.fault, language)))
        .collect::<Vec<_>>()
        .join("; ");
    text.push_str(if faults.len() > 5 { "; …" } else { "." });
    text
}
