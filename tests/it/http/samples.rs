//! A refusal of every kind, with invented facts, and a way to see its answer.

use axum::body::to_bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::DateTime;
use fluence::domain::billing::{AccountBalance, Billing};
use fluence::domain::contact::ContactLimit;
use fluence::domain::credits::Credits;
use fluence::domain::ids::CallId;
use fluence::domain::language::Language;
use fluence::domain::refusal::{
    AccessDenied, CandidateHint, ContactHint, Fault, FieldFault, KeyCap, Limit, LimitHit, Malformed,
    MediaFault, Refusal, UpgradeTo,
};
use fluence::domain::settlement::Outcome;
use fluence::http::answer::{refused, with_billing};
use fluence::http::dialect::Dialect;
use fluence::http::negotiate::RenderContext;
use fluence::http::render::render;

use crate::support::public_links::links;

pub(crate) fn context(dialect: Dialect, problem_json: bool, language: Language) -> RenderContext {
    let request_id: CallId = "019a0000-0000-7000-8000-000000000001".parse().unwrap();
    RenderContext { request_id, dialect, problem_json, language }
}

pub(crate) fn billing() -> Billing {
    let balance = AccountBalance {
        remaining: Credits::from_u32(998),
        plan_credits_used: Credits::from_u32(2),
        plan_credits: Credits::from_u32(1000),
        requests_limit: 1000,
        requests_used: 10,
        renews_at: DateTime::from_timestamp(1_767_225_600, 0).unwrap(),
    };
    Billing {
        used: Credits::ZERO,
        held: None,
        plan_label: "professional".to_owned(),
        balance,
        refunded: None,
    }
}

/// The billing of a call that was charged and given back.
pub(crate) fn refunded(outcome: Outcome) -> Billing {
    Billing { refunded: Some(outcome), ..billing() }
}

/// An answer as it goes out: status, the headers that matter, body.
pub(crate) struct Sent {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) async fn sent(response: Response, ctx: &RenderContext) -> Sent {
    let (response, _) = render(response, ctx, &links());
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert_eq!(parts.headers.get("content-length").unwrap().to_str().unwrap(), body.len().to_string());
    Sent { status: parts.status.as_u16(), headers: parts.headers, body }
}

pub(crate) async fn sent_refusal(refusal: Refusal, billing: Option<Billing>, ctx: &RenderContext) -> Sent {
    let response = refused(refusal);
    let response = match billing {
        Some(billing) => with_billing(response, billing),
        None => response,
    };
    sent(response, ctx).await
}

fn limited(limit: Limit, size: u64, retry_after_s: u64) -> Refusal {
    Refusal::Limited(LimitHit { limit, size, retry_after_s })
}

fn faults() -> Vec<FieldFault> {
    [
        ("primeiro_nome", Fault::Missing),
        ("papel", Fault::Unknown),
        ("pagina", Fault::OtherParameter),
        ("empresa", Fault::Repeated),
        ("company", Fault::Contradicts),
        ("ultimo_nome", Fault::NotText),
        ("allow_mock_data", Fault::NotBoolean),
        ("first_name", Fault::Empty),
        ("last_name", Fault::TooLong { max_chars: 100 }),
        ("nome", Fault::ControlCharacter),
        ("tier", Fault::NotOneOf(&["basic", "standard", "premium"])),
        ("posts", Fault::NotList),
        ("posts[0]", Fault::NotObject),
        ("bios", Fault::TooMany { max_items: 100 }),
        ("email", Fault::NotAddress),
        ("url", Fault::NotWebAddress),
        ("posts[1].published_at", Fault::NotInstant),
        ("daily_cap", Fault::NotWhole { least: 1, most: 1_000 }),
        ("ends_at", Fault::InPast),
        ("region", Fault::NotARegion),
        ("allowed_networks", Fault::NotANetwork),
        ("environment", Fault::NotThere),
        ("format", Fault::OtherMode),
    ]
    .map(|(field, fault)| FieldFault { field: field.to_owned(), fault })
    .to_vec()
}

/// At least one refusal for every code, in the order of the documentation.
pub(crate) fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::InvalidJson { line: 2, column: 7 },
        Refusal::ValidationFailed(faults()),
        Refusal::ProfileUrlNotAccepted { field: "linkedin_url".to_owned() },
        Refusal::MockDataNotAllowed,
        Refusal::KeyInQueryString { parameter: "api_key" },
        Refusal::BadRequest(Malformed::NoHost),
        Refusal::MissingAuth,
        Refusal::NotBearer,
        Refusal::InvalidApiKey,
        Refusal::ExpiredApiKey,
        Refusal::ReplacedSecret,
        Refusal::RevokedApiKey,
        Refusal::DisabledApiKey,
        Refusal::KeyExposed {
            at: DateTime::from_timestamp(1_767_225_600, 0).unwrap(),
            url: Some("https://gist.example/anna/1f3c".to_owned()),
        },
        Refusal::KeyExposed { at: DateTime::from_timestamp(1_767_225_600, 0).unwrap(), url: None },
        Refusal::ConflictingCredentials,
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
            resets_at: DateTime::from_timestamp(1_767_225_600, 0).unwrap(),
        },
        access_denied(),
        Refusal::InsufficientScope { needed: "manage" },
        Refusal::BeyondOwnLimits { field: "daily_cap" },
        Refusal::PlanWithoutApi { required_plan: Some("pro".to_owned()) },
        Refusal::PlanWithoutApi { required_plan: None },
        Refusal::CappedKey,
        Refusal::RegionNotAllowed,
        Refusal::IpNotAllowed,
        Refusal::TestKeyNotAllowed,
        Refusal::NoTestServers,
        Refusal::AccountSuspended,
        Refusal::EndpointNotFound,
        Refusal::ProfileNotFound,
        Refusal::NotFound,
        Refusal::MethodNotAllowed { allow: "GET, HEAD" },
        Refusal::MultipleMatches {
            total: 3,
            candidates: vec![
                CandidateHint { role: Some("CTO".to_owned()), city: Some("Recife".to_owned()) },
                CandidateHint { role: None, city: None },
            ],
        },
        Refusal::SeveralContacts {
            total: 2,
            candidates: vec![
                ContactHint {
                    id: "019a0000-0000-7000-8000-00000000000a".parse().unwrap(),
                    role: Some("CTO".to_owned()),
                },
                ContactHint { id: "019a0000-0000-7000-8000-00000000000b".parse().unwrap(), role: None },
            ],
        },
        Refusal::ContactExists { id: "019a0000-0000-7000-8000-00000000000c".parse().unwrap() },
        Refusal::ContactLimitReached { limit: ContactLimit::Contacts(10_000) },
        Refusal::IdempotencyInProgress { retry_after_s: 1 },
        Refusal::RotationInProgress { retry_after_s: 1_800 },
        Refusal::NotRotating,
        Refusal::KeyRevoked,
        Refusal::KeyExpired,
        Refusal::KeyLimitReached,
        Refusal::EnvironmentExists,
        Refusal::EnvironmentLimitReached,
        Refusal::RequestTimeout { timeout_s: 15 },
        Refusal::BodyTooLarge { limit_bytes: 65_536 },
        Refusal::UnsupportedMediaType(MediaFault::NotJson),
        Refusal::UnsupportedMediaType(MediaFault::NotUtf8),
        Refusal::UnsupportedMediaType(MediaFault::Encoded),
        Refusal::InsufficientData { words: 40, words_needed: 150, unsupported_language: false },
        Refusal::InsufficientData { words: 900, words_needed: 150, unsupported_language: true },
        Refusal::IdempotencyKeyReused,
        Refusal::AnswerNotKept { location: "/v1/keys/019a0000-0000-7000-8000-00000000000d".into() },
        Refusal::TestAnswerNotKept,
        Refusal::StreamNotKept { location: "/v1/ledger/019a0000-0000-7000-8000-00000000000d".into() },
        limited(Limit::Rate, 10, 1),
        limited(Limit::Concurrency, 5, 1),
        limited(Limit::Quota, 1000, 86_400),
        limited(Limit::FailedAttempts, 20, 60),
        Refusal::Internal,
        Refusal::Upstream,
        Refusal::LoopDetected,
        Refusal::Unavailable { retry_after_s: 5 },
        Refusal::Timeout,
    ]
}

pub(crate) fn access_denied() -> Refusal {
    Refusal::AccessDenied(AccessDenied {
        plan: "professional".to_owned(),
        call: "/crm_basico".into(),
        upgrade_to: UpgradeTo::CrmTier,
        current_tier: "platform_professional".to_owned(),
        required_tier: "crm_business".to_owned(),
    })
}
