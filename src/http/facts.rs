//! The facts an error states beside its sentence, for programs to act on. All dialects name them alike.

use chrono::SecondsFormat;
use serde::Serialize;

use super::edge::Edge;
use super::messages;
use crate::domain::conflict::Conflict;
use crate::domain::ids::ContactId;
use crate::domain::language::Language;
use crate::domain::refusal::{CandidateHint, Fault, KeyCap, Limit, LimitHit, Refusal};

/// Most faulty fields and most candidates that one answer lists.
pub const MOST_LISTED: usize = 32;

/// The facts of one error; what does not apply is left out of the body.
#[derive(Debug, Default, Serialize)]
pub struct Facts<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    credits_needed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credits_available: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resets_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_tier: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_tier: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade_url: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'r str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldFact<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_matches: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<CandidateFact<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    words_found: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    words_needed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<ContactId>,
}

/// One faulty field.
#[derive(Debug, Serialize)]
struct FieldFact<'r> {
    field: &'r str,
    problem: &'static str,
    message: String,
}

/// One person a 409 may mean.
#[derive(Debug, Serialize)]
struct CandidateFact<'r> {
    role: Option<&'r str>,
    city: Option<&'r str>,
}

impl<'r> Facts<'r> {
    /// The facts of a refusal.
    pub fn new(refusal: &'r Refusal, language: Language, edge: &'r Edge) -> Self {
        let none = Self::default();
        match refusal {
            Refusal::InsufficientCredits { needed, available } => Self {
                credits_needed: Some(needed.as_i64()),
                credits_available: Some(available.as_i64()),
                upgrade_url: Some(&edge.upgrade_url),
                ..none
            },
            Refusal::KeyCapReached { cap, limit, resets_at } => Self {
                limit: Some(cap_name(*cap)),
                current_limit: Some(format!("{limit} credits/{}", cap_period(*cap))),
                resets_at: Some(resets_at.to_rfc3339_opts(SecondsFormat::Secs, true)),
                ..none
            },
            Refusal::AccessDenied(denied) => Self {
                current_tier: Some(&denied.current_tier),
                required_tier: Some(&denied.required_tier),
                upgrade_url: Some(&edge.upgrade_url),
                ..none
            },
            Refusal::PlanWithoutApi => Self { upgrade_url: Some(&edge.upgrade_url), ..none },
            Refusal::InsufficientScope { needed } => Self { required_scope: Some(needed), ..none },
            Refusal::BeyondOwnLimits { field } => Self { field: Some(field), ..none },
            Refusal::KeyInQueryString { parameter } => Self { parameter: Some(parameter), ..none },
            Refusal::InvalidJson { line, column } => {
                Self { line: Some(*line), column: Some(*column), ..none }
            }
            Refusal::ProfileUrlNotAccepted { field } => Self { field: Some(field), ..none },
            Refusal::ValidationFailed(faults) => Self {
                fields: faults
                    .iter()
                    .take(MOST_LISTED)
                    .map(|fault| FieldFact {
                        field: &fault.field,
                        problem: problem_name(fault.fault),
                        message: messages::fault(fault.fault, language),
                    })
                    .collect(),
                ..none
            },
            Refusal::BodyTooLarge { limit_bytes } => Self { limit_bytes: Some(*limit_bytes), ..none },
            Refusal::MultipleMatches { total, candidates } => Self {
                total_matches: Some(*total),
                candidates: candidates.iter().take(MOST_LISTED).map(candidate).collect(),
                ..none
            },
            Refusal::InsufficientData { words, words_needed, .. } => {
                Self { words_found: Some(*words), words_needed: Some(*words_needed), ..none }
            }
            Refusal::ContactExists { id } => Self { contact_id: Some(*id), ..none },
            Refusal::ContactLimitReached { limit } => {
                Self { limit: Some("contacts"), current_limit: Some(format!("{limit} contacts")), ..none }
            }
            Refusal::Limited(hit) => Self {
                retry_after: Some(hit.retry_after_s.max(1)),
                current_limit: Some(current_limit(hit)),
                limit: Some(limit_name(hit.limit)),
                ..none
            },
            Refusal::IdempotencyInProgress { retry_after_s }
            | Refusal::Conflict(Conflict::RotationInProgress { retry_after_s })
            | Refusal::Unavailable { retry_after_s } => {
                Self { retry_after: Some((*retry_after_s).max(1)), ..none }
            }
            _ => none,
        }
    }

    /// Seconds for the `Retry-After` header, where the refusal has them.
    pub fn retry_after_s(&self) -> Option<u64> {
        self.retry_after
    }
}

fn candidate(hint: &CandidateHint) -> CandidateFact<'_> {
    CandidateFact { role: hint.role.as_deref(), city: hint.city.as_deref() }
}

fn cap_name(cap: KeyCap) -> &'static str {
    match cap {
        KeyCap::Daily => "key_credits_per_day",
        KeyCap::Monthly => "key_credits_per_month",
    }
}

fn cap_period(cap: KeyCap) -> &'static str {
    match cap {
        KeyCap::Daily => "day",
        KeyCap::Monthly => "month",
    }
}

/// What bit, by one word.
fn limit_name(limit: Limit) -> &'static str {
    match limit {
        Limit::Rate => "requests_per_second",
        Limit::Concurrency => "concurrent_requests",
        Limit::Quota => "requests_per_period",
        Limit::FailedAttempts => "failed_attempts",
    }
}

/// The size of the limit that bit, such as `10 requests/second`.
fn current_limit(hit: &LimitHit) -> String {
    let size = hit.size;
    match hit.limit {
        Limit::Rate => format!("{size} requests/second"),
        Limit::Concurrency => format!("{size} concurrent requests"),
        Limit::Quota => format!("{size} requests/period"),
        Limit::FailedAttempts => format!("{size} failed attempts"),
    }
}

/// The fault of a field, for programs.
fn problem_name(fault: Fault) -> &'static str {
    match fault {
        Fault::Missing => "missing",
        Fault::Unknown => "unknown_field",
        Fault::Repeated => "repeated",
        Fault::Contradicts => "contradicts",
        Fault::NotText => "not_text",
        Fault::NotBoolean => "not_boolean",
        Fault::Empty => "empty",
        Fault::TooLong { .. } => "too_long",
        Fault::ControlCharacter => "control_character",
        Fault::NotOneOf(_) => "not_one_of",
        Fault::NotList => "not_list",
        Fault::NotObject => "not_object",
        Fault::TooMany { .. } => "too_many",
        Fault::NotAddress => "not_address",
        Fault::NotInstant => "not_instant",
        Fault::NotDate => "not_date",
        Fault::NotWhole { .. } => "not_a_whole_number_in_range",
        Fault::InPast => "in_the_past",
        Fault::NotARegion => "not_a_region",
        Fault::NotANetwork => "not_a_network",
        Fault::NotThere => "not_there",
        Fault::OtherMode => "other_mode",
    }
}
