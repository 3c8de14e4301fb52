//! The facts of an error as members of its body, for programs. All dialects use the same names.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::public_links::PublicLinks;
use crate::domain::ids::{CallId, ContactId};
use crate::domain::language::Language;
use crate::domain::refusal::{CandidateHint, ContactHint, Fact, FieldFault, Refusal, Text, Wait};

/// Most invalid fields and most candidates that one answer lists.
const MAX_LISTED: usize = 32;

/// The facts of one error. A fact that does not apply is not in the body.
#[derive(Clone, Copy, Debug)]
pub struct ErrorDetails<'r> {
    refusal: &'r Refusal,
    language: Language,
    links: &'r PublicLinks,
    retry_after_s: Option<u64>,
}

impl<'r> ErrorDetails<'r> {
    pub fn new(refusal: &'r Refusal, language: Language, links: &'r PublicLinks) -> Self {
        let retry_after_s = refusal.wait().map(|Wait { seconds, .. }| seconds.max(1));
        Self { refusal, language, links, retry_after_s }
    }

    /// Lengthens a wait that ends for many clients at once, by a different time for each request.
    #[must_use]
    pub fn spread(mut self, refusal: &Refusal, request_id: CallId) -> Self {
        // The low bits of such an id are random.
        let random = request_id.as_uuid().as_u128() as u64;
        let extra_s = refusal.wait().map_or(0, |Wait { spread_s, .. }| random % (spread_s + 1));
        self.retry_after_s = self.retry_after_s.map(|wait_s| wait_s.saturating_add(extra_s));
        self
    }

    /// Seconds for the `Retry-After` header, where the refusal has them.
    pub fn retry_after_s(&self) -> Option<u64> {
        self.retry_after_s
    }
}

/// The members by which the errors of the catalogue state their facts. Each error has some of them.
impl JsonSchema for ErrorDetails<'_> {
    fn schema_name() -> Cow<'static, str> {
        "ErrorDetails".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let count = || json_schema!({ "type": "integer", "minimum": 0 });
        let text = || json_schema!({ "type": "string" });
        json_schema!({
            "type": "object",
            "properties": {
                "retry_after": {
                    "type": "integer", "minimum": 1, "description": "Seconds after which to send the request again.",
                },
                "line": count(),
                "column": count(),
                "fields": generator.subschema_for::<Vec<FieldMember<'static>>>(),
                "field": text(),
                "parameter": text(),
                "credits_needed": count(),
                "credits_available": count(),
                "upgrade_url": text(),
                "current_limit": text(),
                "limit": text(),
                "limit_bytes": count(),
                "resets_at": { "type": "string", "format": "date-time" },
                "exposed_at": { "type": "string", "format": "date-time" },
                "found_at": text(),
                "current_tier": text(),
                "required_tier": text(),
                "required_scope": text(),
                "total_matches": count(),
                "candidates": generator.subschema_for::<Vec<CandidateMember<'static>>>(),
                "contact_id": { "type": "string", "format": "uuid" },
                "location": text(),
                "words_found": count(),
                "words_needed": count(),
            },
        })
    }
}

impl Serialize for ErrorDetails<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        if let Some(seconds) = self.retry_after_s {
            members.serialize_entry("retry_after", &seconds)?;
        }
        let mut written = Ok(());
        self.refusal.facts(&mut |name, fact| {
            if written.is_ok() {
                written = members.serialize_entry(name, &FactMember { fact, details: self });
            }
        });
        written?;
        members.end()
    }
}

struct FactMember<'r> {
    fact: Fact<'r>,
    details: &'r ErrorDetails<'r>,
}

impl Serialize for FactMember<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let language = self.details.language;
        match &self.fact {
            Fact::Number(number) => serializer.serialize_u64(*number),
            Fact::Credits(credits) => serializer.serialize_i64(credits.as_i64()),
            Fact::Text(text) => serializer.serialize_str(text),
            Fact::UpgradeUrl => serializer.serialize_str(&self.details.links.upgrade_page(language)),
            Fact::Fields(faults) => {
                serializer.collect_seq(faults.iter().take(MAX_LISTED).map(|fault| field(fault, language)))
            }
            Fact::Candidates(candidates) => {
                serializer.collect_seq(candidates.iter().take(MAX_LISTED).map(candidate))
            }
            Fact::Contacts(contacts) => serializer.collect_seq(contacts.iter().take(MAX_LISTED).map(contact)),
        }
    }
}

/// One invalid field.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FieldError")]
struct FieldMember<'r> {
    field: &'r str,
    problem: &'static str,
    message: Text,
}

fn field(fault: &FieldFault, language: Language) -> FieldMember<'_> {
    let FieldFault { field, fault } = fault;
    FieldMember { field, problem: fault.word(), message: fault.text(language) }
}

/// One person that a 409 may mean.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Candidate")]
struct CandidateMember<'r> {
    role: Option<&'r str>,
    city: Option<&'r str>,
    /// The id of the contact, if the candidates are contacts of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<ContactId>,
}

fn candidate(hint: &CandidateHint) -> CandidateMember<'_> {
    CandidateMember { role: hint.role.as_deref(), city: hint.city.as_deref(), contact_id: None }
}

fn contact(hint: &ContactHint) -> CandidateMember<'_> {
    CandidateMember { role: hint.role.as_deref(), city: None, contact_id: Some(hint.id) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::refusal::{Limit, LimitHit};

    /// The waits of a thousand clients.
    fn waits(refusal: &Refusal) -> HashSet<u64> {
        let links = PublicLinks::default();
        let wait_of = |id: u128| {
            let details = ErrorDetails::new(refusal, Language::En, &links);
            details.spread(refusal, CallId::from_uuid(uuid::Uuid::from_u128(id))).retry_after_s().unwrap()
        };
        (0..1_000).map(wait_of).collect()
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
