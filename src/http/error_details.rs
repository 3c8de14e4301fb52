//! The facts an error states beside its sentence, for programs to act on. All dialects name them alike.

use std::fmt::Display;

use chrono::SecondsFormat;
use serde::Serialize;

use super::messages;
use super::public_links::PublicLinks;
use crate::domain::conflict::Conflict;
use crate::domain::contact::ContactLimit;
use crate::domain::ids::{CallId, ContactId};
use crate::domain::language::Language;
use crate::domain::person::NameOf;
use crate::domain::refusal::{CandidateHint, Fault, KeyCap, Limit, LimitHit, Refusal};

/// Most faulty fields and most candidates that one answer lists.
pub const MOST_LISTED: usize = 32;

/// The facts of one error; what does not apply is left out of the body.
#[derive(Debug, Default, Serialize)]
pub struct ErrorDetails<'r> {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'r str>,
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

impl<'r> ErrorDetails<'r> {
    /// The facts of a refusal.
    pub fn new(refusal: &'r Refusal, language: Language, links: &'r PublicLinks) -> Self {
        let none = Self::default();
        match refusal {
            Refusal::InsufficientCredits { needed, available } => Self {
                credits_needed: Some(needed.as_i64()),
                credits_available: Some(available.as_i64()),
                upgrade_url: Some(&links.upgrade_url),
                ..none
            },
            Refusal::KeyCapReached { cap, limit, resets_at } => Self {
                limit: Some(cap_name(*cap)),
                current_limit: Some(format!("{}/{}", counted(limit.as_i64(), "credit"), cap_period(*cap))),
                resets_at: Some(resets_at.to_rfc3339_opts(SecondsFormat::Secs, true)),
                ..none
            },
            Refusal::AccessDenied(denied) => Self {
                current_tier: Some(&denied.current_tier),
                required_tier: Some(&denied.required_tier),
                upgrade_url: Some(&links.upgrade_url),
                ..none
            },
            Refusal::PlanWithoutApi { .. } => Self { upgrade_url: Some(&links.upgrade_url), ..none },
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
            Refusal::AnswerNotKept { location } => Self { location: Some(location), ..none },
            Refusal::ContactLimitReached { limit } => {
                let (name, current) = match limit {
                    ContactLimit::Contacts(most) => ("contacts", counted(*most, "contact")),
                    ContactLimit::Bytes(most) => ("contact_bytes", counted(*most, "byte")),
                };
                Self { limit: Some(name), current_limit: Some(current), ..none }
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

    /// Lengthens a wait that ends for many clients at once, by something else for each request.
    #[must_use]
    pub fn spread(mut self, refusal: &Refusal, request_id: CallId) -> Self {
        // The low bits of such an id are random.
        let random = request_id.as_uuid().as_u128() as u64;
        let extra_s = random % (widest_spread_s(refusal) + 1);
        self.retry_after = self.retry_after.map(|wait_s| wait_s.saturating_add(extra_s));
        self
    }

    /// Seconds for the `Retry-After` header, where the refusal has them.
    pub fn retry_after_s(&self) -> Option<u64> {
        self.retry_after
    }
}

/// By how many seconds waits are lengthened at most. A store that is back, a place that is free and a new period are there
/// for all who wait; a rate comes back bit by bit, and the other waits are those of one client.
fn widest_spread_s(refusal: &Refusal) -> u64 {
    match refusal {
        Refusal::Unavailable { .. } => 2,
        Refusal::Limited(hit) => match hit.limit {
            Limit::Concurrency => 2,
            Limit::Quota => 60,
            Limit::Rate | Limit::FailedAttempts => 0,
        },
        _ => 0,
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
        Limit::Rate => format!("{}/second", counted(size, "request")),
        Limit::Concurrency => counted(size, "concurrent request"),
        Limit::Quota => format!("{}/period", counted(size, "request")),
        Limit::FailedAttempts => counted(size, "failed attempt"),
    }
}

/// `1 request`, `2 requests`.
fn counted(number: impl TryInto<i64> + Copy + Display, noun: &str) -> String {
    let plural = if number.try_into().is_ok_and(|number| number == 1) { "" } else { "s" };
    format!("{number} {noun}{plural}")
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
        Fault::NoName(NameOf::Person) => "no_letter",
        Fault::NoName(NameOf::Company) => "no_letter_or_digit",
        Fault::Parameter => "unknown_parameter",
        Fault::NotOneOf(_) => "not_one_of",
        Fault::NotList => "not_list",
        Fault::NotObject => "not_object",
        Fault::TooMany { .. } => "too_many",
        Fault::NotAddress => "not_address",
        Fault::NotInstant => "not_instant",
        Fault::NotDate => "not_date",
        Fault::NotSomeOf(_) => "not_one_of",
        Fault::OutOfRange { .. } | Fault::DaysOutOfRange { .. } => "out_of_range",
        Fault::NotADay => "not_a_day",
        Fault::NotACursor => "not_a_cursor",
        Fault::NotWhole { .. } => "not_a_whole_number_in_range",
        Fault::InPast => "in_the_past",
        Fault::NotARegion => "not_a_region",
        Fault::NotANetwork => "not_a_network",
        Fault::NotThere => "not_there",
        Fault::OtherMode => "other_mode",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::http::dialect::Dialects;

    /// The waits that a thousand clients are told.
    fn waits(refusal: &Refusal) -> HashSet<u64> {
        let links = PublicLinks {
            support_contact: String::new(),
            upgrade_url: String::new(),
            error_docs_url: String::new(),
            stage_prefixes: Vec::new(),
            dialects: Dialects::default(),
        };
        let told = |id: u128| {
            let details = ErrorDetails::new(refusal, Language::En, &links);
            details.spread(refusal, CallId::from_uuid(uuid::Uuid::from_u128(id))).retry_after_s().unwrap()
        };
        (0..1_000).map(told).collect()
    }

    #[test]
    fn e11_waits_that_end_for_many_at_once_are_spread_and_never_shortened() {
        let limited = |limit| Refusal::Limited(LimitHit { limit, size: 1, retry_after_s: 100 });
        assert_eq!(waits(&Refusal::Unavailable { retry_after_s: 1 }), HashSet::from([1, 2, 3]));
        assert_eq!(waits(&limited(Limit::Quota)), (100..=160).collect());
        assert_eq!(waits(&limited(Limit::Concurrency)), (100..=102).collect());
        assert_eq!(waits(&limited(Limit::Rate)), HashSet::from([100]));
        assert_eq!(waits(&limited(Limit::FailedAttempts)), HashSet::from([100]));
    }
}
