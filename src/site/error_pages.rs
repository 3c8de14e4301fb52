//! The pages of the errors, from the catalogue.

use std::collections::BTreeMap;

use super::guides::GUIDES;
use super::page::{Page, Section, prefix};
use super::reference::is_charged;
use super::words::Words;
use crate::domain::language::Language;
use crate::domain::refusal::{ErrorCode, Retry, Template};
use crate::http::dialect::Dialect;
use crate::http::error_body::fluenzr_code;
use crate::openapi::{Facts, Operation, error_body, is_of_analysis, operations_with};

/// The list of all errors.
pub(super) fn index(facts: &Facts, language: Language) -> Page {
    let (words, prefix) = (Words(language), prefix(language));
    let can_occur = |code: &ErrorCode| facts.routes.sells_analysis() || !is_of_analysis(*code);
    let codes: Vec<_> = ErrorCode::ALL.iter().copied().filter(can_occur).collect();
    let listed = table(&codes, language);
    let shared = shared_codes();
    let shared = shared.iter().map(|(name, codes)| {
        let status = codes.first().map_or(0, |code| code.status());
        format!("[`{name}`]({prefix}/docs/errors/{name}) ({status})")
    });
    let shared = shared.collect::<Vec<_>>().join(words.and());
    let text = format!(
        "# {}\n\n{}\n\n{listed}\n{}: {shared}.\n",
        words.errors(),
        words.every_error(),
        words.shared_codes()
    );
    Page::new("/docs/errors/", Section::Errors, language, text)
}

fn table(codes: &[ErrorCode], language: Language) -> String {
    let prefix = prefix(language);
    let rows = codes.iter().map(|code| {
        let (status, name, title) = (code.status(), code.as_str(), code.title(language));
        format!("| `{status}` | [`{name}`]({prefix}/docs/errors/{name}) | {title} |\n")
    });
    "| | | |\n|---|---|---|\n".to_owned() + &rows.collect::<String>()
}

/// The codes of bodies under `/v1` that are no code of their own, and what they stand for.
pub(super) fn shared_codes() -> BTreeMap<&'static str, Vec<ErrorCode>> {
    let mut shared: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for code in ErrorCode::ALL.iter().filter(|code| fluenzr_code(**code) != code.as_str()) {
        shared.entry(fluenzr_code(*code)).or_default().push(*code);
    }
    shared
}

/// The page of a code that stands for several.
pub(super) fn shared(name: &str, language: Language) -> Page {
    let codes = shared_codes().remove(name).unwrap_or_default();
    let text = format!("# {name}\n\n{}\n\n{}", Words(language).shared_code(), table(&codes, language));
    Page::new(format!("/docs/errors/{name}"), Section::Errors, language, text)
}

/// The guide that says more about an error.
fn guide_about(code: ErrorCode) -> Option<&'static str> {
    use ErrorCode as Code;
    Some(match code {
        Code::InsufficientCredits | Code::KeyCapReached | Code::QuotaExceeded => "credits",
        Code::KeyExposed => "leaks",
        Code::RateLimited | Code::ConcurrencyLimited | Code::TooManyFailedAttempts => "limits",
        Code::InsufficientScope | Code::RegionNotAllowed | Code::IpNotAllowed | Code::TestKeyNotAllowed => {
            "keys"
        }
        Code::ExpiredApiKey | Code::RevokedApiKey | Code::DisabledApiKey | Code::AnswerNotKept => "keys",
        Code::RotationInProgress | Code::NotRotating | Code::KeyRevoked | Code::KeyExpired => "keys",
        Code::KeyLimitReached | Code::EnvironmentExists | Code::EnvironmentLimitReached => "keys",
        Code::ContactExists | Code::ContactLimitReached | Code::MultipleMatches => "contacts",
        Code::MockDataNotAllowed => "testing",
        Code::InsufficientData => "analysis",
        code if code.status() == 400 || code.status() == 401 || code.status() >= 500 => "api",
        Code::IdempotencyInProgress | Code::IdempotencyKeyReused => "api",
        _ => return None,
    })
}

/// The page of one error.
pub(super) fn page(code: ErrorCode, facts: &Facts, operations: &[Operation], language: Language) -> Page {
    let words = Words(language);
    let side = match language {
        Language::En => 0,
        Language::Pt => 1,
    };
    let mut text = format!("# {}\n", code.title(language));
    let shown = |text: &str| Template::documented(text).replace("{support}", support(language));
    // What to do stands once below all cases that it is for.
    for cases in code.templates().chunk_by(|one, next| one.action == next.action) {
        for Template { message, .. } in cases {
            text += &format!("\n> {}\n", shown(message[side]));
        }
        if let Some(Template { action, .. }) = cases.first() {
            text += &format!("\n{}\n", shown(action[side]));
        }
    }
    if code == ErrorCode::InsufficientCredits {
        text += &format!("\n{}\n", words.how_to_buy());
    }
    if code.templates().iter().any(|template| template.message[side].contains('{')) {
        text += &format!("\n{}\n", words.in_braces());
    }
    let money = match code {
        ErrorCode::ServiceUnavailable => words.maybe_charged(),
        code if is_charged(code, facts) => words.charged(),
        _ => words.not_charged(),
    };
    text += &format!("\n## {}\n\n{money}\n\n## {}\n\n{}\n", words.money(), words.retry(), retry(code, words));
    let guide = guide_about(code).and_then(|name| GUIDES.iter().find(|guide| guide.name == name));
    if let Some(guide) = guide {
        let (title, prefix) = (guide.title(language), prefix(language));
        text += &format!("\n{}: [{title}]({prefix}/docs/{}).\n", words.read_more(), guide.name);
    }
    text += &bodies(code, facts, operations, words);
    text += &format!("\n## {}\n\n", words.operations());
    for operation in operations_with(operations, code) {
        let (prefix, id) = (prefix(language), operation.id);
        text += &format!("- [`{}`]({prefix}/docs/reference/{id})\n", operation.signature());
    }
    let statuses = [code.status()].into_iter().chain(code.statuses_of_heads().iter().copied());
    let statuses: Vec<_> = statuses.map(|status| status.to_string()).collect();
    let facts = vec![format!("HTTP {}", statuses.join(", ")), code.as_str().to_owned()];
    let path = format!("/docs/errors/{}", code.as_str());
    Page { facts, ..Page::new(path, Section::Errors, language, text) }
}

const fn support(language: Language) -> &'static str {
    match language {
        Language::En => "support",
        Language::Pt => "o suporte",
    }
}

const fn retry(code: ErrorCode, words: Words) -> &'static str {
    match code.retry() {
        Retry::Never if matches!(code, ErrorCode::KeyCapReached) => words.retry_cap(),
        Retry::Never if matches!(code, ErrorCode::InsufficientCredits) => words.retry_credits(),
        Retry::Never => words.retry_never(),
        Retry::AfterWait => words.retry_wait(),
        Retry::AfterPause => words.retry_pause(),
    }
}

/// The bodies of an error on the paths where it can occur.
fn bodies(code: ErrorCode, facts: &Facts, operations: &[Operation], words: Words) -> String {
    let with_code = operations_with(operations, code);
    // Paths and methods that no operation has.
    let is_everywhere = matches!(code, ErrorCode::EndpointNotFound | ErrorCode::MethodNotAllowed);
    let has = |dialect: Dialect| {
        with_code.iter().any(|operation| facts.links.dialect_of(operation.path) == dialect)
    };
    let mut text = format!("\n## {}\n", words.bodies());
    for (name, dialect) in [
        (words.outside_v1(), Some(Dialect::Fluence)),
        (words.under_v1(), Some(Dialect::Fluenzr)),
        ("`/v1/account`", Some(Dialect::Influtics)),
        (words.as_problem(), None),
    ] {
        if !dialect.is_none_or(|dialect| is_everywhere || with_code.is_empty() || has(dialect)) {
            continue;
        }
        if let Some(body) = error_body(code, dialect, words.0, facts) {
            text += &format!("\n### {name}\n\n```json\n{}\n```\n", body.to_pretty());
        }
    }
    text
}
