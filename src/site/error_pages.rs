//! The pages of the errors, from the catalogue.

use super::page::{Page, Section, prefix};
use super::reference::is_charged;
use super::words::Words;
use crate::domain::language::Language;
use crate::domain::refusal::{ErrorCode, Retry, Template};
use crate::http::dialect::Dialect;
use crate::openapi::{Facts, Operation, error_body, operations_with};

/// The list of all errors.
pub(super) fn index(language: Language) -> Page {
    let (words, prefix) = (Words(language), prefix(language));
    let mut text = format!("# {}\n\n{}\n\n| | | |\n|---|---|---|\n", words.errors(), words.every_error());
    for code in ErrorCode::ALL {
        let name = code.as_str();
        text += &format!(
            "| `{}` | [`{name}`]({prefix}/docs/errors/{name}) | {} |\n",
            code.status(),
            code.title(language)
        );
    }
    Page::new("/docs/errors/", Section::Errors, language, text)
}

/// The page of one error.
pub(super) fn page(code: ErrorCode, facts: &Facts, operations: &[Operation], language: Language) -> Page {
    let words = Words(language);
    let side = match language {
        Language::En => 0,
        Language::Pt => 1,
    };
    let mut text = format!("# {}\n", code.title(language));
    for Template { message, action } in code.templates() {
        let spoken = |text: &str| {
            text.replace("{upgrade}", "")
                .replace("{docs}", "")
                .replace("{support}", support(language))
                .replace("{{", "{")
                .replace("}}", "}")
        };
        text += &format!("\n> {}\n\n{}\n", spoken(message[side]), spoken(action[side]));
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
    text += &bodies(code, facts, words);
    text += &format!("\n## {}\n\n", words.operations());
    for operation in operations_with(operations, code) {
        let (prefix, id) = (prefix(language), operation.id);
        text += &format!("- [`{}`]({prefix}/docs/reference/{id})\n", operation.signature());
    }
    let facts = vec![format!("HTTP {}", code.status()), code.as_str().to_owned()];
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
        Retry::Never => words.retry_never(),
        Retry::AfterWait => words.retry_wait(),
        Retry::AfterPause => words.retry_pause(),
    }
}

fn bodies(code: ErrorCode, facts: &Facts, words: Words) -> String {
    let mut text = format!("\n## {}\n", words.bodies());
    for (name, dialect) in [
        ("fluence", Some(Dialect::Fluence)),
        ("fluenzr (`/v1`)", Some(Dialect::Fluenzr)),
        ("influtics (`/v1/account`)", Some(Dialect::Influtics)),
        ("`Accept: application/problem+json`", None),
    ] {
        if let Some(body) = error_body(code, dialect, words.0, &facts.links) {
            text += &format!("\n### {name}\n\n```json\n{}\n```\n", body.to_pretty());
        }
    }
    text
}
