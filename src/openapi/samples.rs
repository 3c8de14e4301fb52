//! An invented refusal of each code, from which the examples of error bodies are rendered.

use chrono::DateTime;

use super::Facts;
use crate::domain::contact::ContactLimit;
use crate::domain::credits::Credits;
use crate::domain::ids::ContactId;
use crate::domain::plan::Plan;
use crate::domain::refusal::{
    AccessDenied, CandidateHint, ErrorCode, Fault, FieldFault, KeyCap, Limit, LimitHit, Malformed,
    MediaFault, Refusal, UpgradeTo,
};

/// A refusal with this code. Every code of the catalogue has one; a test looks.
pub fn sample(code: ErrorCode, facts: &Facts) -> Option<Refusal> {
    if code == ErrorCode::AccessDenied
        && let Some(denied) = access_denied(facts)
    {
        return Some(Refusal::AccessDenied(denied));
    }
    samples().into_iter().find(|refusal| refusal.code() == code)
}

/// The first route that a plan on sale lacks. `None`: every plan has all of them.
fn access_denied(Facts { catalogue, routes, .. }: &Facts) -> Option<AccessDenied> {
    let edition = catalogue.editions.last()?;
    routes.calls().find_map(|(call, access)| {
        let lacks = |plan: &&Plan| plan.api_access && !plan.may_call(access);
        let plan = edition.plans.iter().find(lacks)?;
        Some(catalogue.access_denied(&edition.edition, plan, &call, access))
    })
}

fn limited(limit: Limit, size: u64, retry_after_s: u64) -> Refusal {
    Refusal::Limited(LimitHit { limit, size, retry_after_s })
}

fn invented_denial() -> Refusal {
    Refusal::AccessDenied(AccessDenied {
        plan: "basic".to_owned(),
        call: "/reports".into(),
        upgrade_to: UpgradeTo::Plan("pro".into()),
        current_tier: "basic".to_owned(),
        required_tier: "pro".to_owned(),
    })
}

fn fields() -> Refusal {
    let fault = |field: &str, fault| FieldFault { field: field.to_owned(), fault };
    Refusal::ValidationFailed(vec![fault("last_name", Fault::Missing), fault("colour", Fault::Unknown)])
}

fn of_requests() -> [Refusal; 14] {
    [
        Refusal::InvalidJson { line: 2, column: 7 },
        fields(),
        Refusal::ProfileUrlNotAccepted { field: "linkedin_url".to_owned() },
        Refusal::MockDataNotAllowed,
        Refusal::KeyInQueryString { parameter: "api_key" },
        Refusal::BadRequest(Malformed::NoHost),
        Refusal::MissingAuth,
        Refusal::InvalidApiKey,
        Refusal::ExpiredApiKey,
        Refusal::RevokedApiKey,
        Refusal::DisabledApiKey,
        Refusal::KeyExposed {
            at: DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_454),
            url: Some("https://gist.example/anna/1f3c".to_owned()),
        },
        Refusal::ConflictingCredentials,
        Refusal::EndpointNotFound,
    ]
}

fn of_rights() -> [Refusal; 11] {
    [
        Refusal::InsufficientCredits {
            needed: Credits::from_u32(2),
            available: Credits::from_u32(1),
            locked: None,
        },
        Refusal::InsufficientCredits {
            needed: Credits::from_u32(2),
            available: Credits::from_u32(1),
            locked: Some(Credits::from_u32(40)),
        },
        Refusal::KeyCapReached {
            cap: KeyCap::Daily,
            limit: Credits::from_u32(50),
            resets_at: DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_454),
        },
        invented_denial(),
        Refusal::InsufficientScope { needed: "manage" },
        Refusal::PlanWithoutApi { required_plan: Some("pro".to_owned()) },
        Refusal::RegionNotAllowed,
        Refusal::IpNotAllowed,
        Refusal::TestKeyNotAllowed,
        Refusal::AccountSuspended,
        Refusal::NotFound,
    ]
}

fn of_states() -> [Refusal; 16] {
    [
        Refusal::ProfileNotFound,
        Refusal::MethodNotAllowed { allow: "GET, HEAD" },
        Refusal::MultipleMatches {
            total: 3,
            candidates: vec![
                CandidateHint { role: Some("CTO".to_owned()), city: Some("Recife".to_owned()) },
                CandidateHint { role: None, city: None },
            ],
        },
        Refusal::ContactExists {
            id: ContactId::from_uuid(uuid::Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_000c)),
        },
        Refusal::ContactLimitReached { limit: ContactLimit::Contacts(10_000) },
        Refusal::IdempotencyInProgress { retry_after_s: 1 },
        Refusal::AnswerNotKept { location: "/v1/keys/019a0000-0000-7000-8000-00000000000d".to_owned() },
        Refusal::RotationInProgress { retry_after_s: 1_800 },
        Refusal::NotRotating,
        Refusal::KeyRevoked,
        Refusal::KeyExpired,
        Refusal::KeyLimitReached,
        Refusal::EnvironmentExists,
        Refusal::EnvironmentLimitReached,
        Refusal::InsufficientData { words: 40, words_needed: 120, unsupported_language: false },
        Refusal::IdempotencyKeyReused,
    ]
}

fn samples() -> Vec<Refusal> {
    let of_limits_and_failures = [
        Refusal::RequestTimeout { timeout_s: 15 },
        Refusal::BodyTooLarge { limit_bytes: 16_384 },
        Refusal::UnsupportedMediaType(MediaFault::NotJson),
        limited(Limit::Rate, 10, 1),
        limited(Limit::Concurrency, 5, 1),
        limited(Limit::Quota, 1_000, 86_400),
        limited(Limit::FailedAttempts, 20, 60),
        Refusal::Internal,
        Refusal::Upstream,
        Refusal::LoopDetected,
        Refusal::Unavailable { retry_after_s: 5 },
        Refusal::Timeout,
    ];
    of_requests().into_iter().chain(of_rights()).chain(of_states()).chain(of_limits_and_failures).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sample() {
        for code in ErrorCode::ALL {
            assert!(samples().iter().any(|sample| sample.code() == *code), "{}", code.as_str());
        }
    }
}
