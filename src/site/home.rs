//! The first page, and the list of guides.

use super::guides::{GUIDES, Reader};
use super::page::{Page, Section, prefix};
use super::words::Words;
use crate::domain::language::Language;
use crate::openapi::{Facts, Operation};

const ENGLISH: &str = include_str!("home/en.md");
const PORTUGUESE: &str = include_str!("home/pt.md");

/// What the service is, a first call, and the prices.
pub(super) fn home(facts: &Facts, language: Language) -> Page {
    let text = match language {
        Language::En => ENGLISH,
        Language::Pt => PORTUGUESE,
    };
    let base = match facts.links.base_url.as_str() {
        "" => "$BASE_URL",
        known => known,
    };
    let text = text.replace("{base}", base).replace("{plans}", &plans(facts, language));
    Page::new("/", Section::Home, language, text)
}

/// The plans of the newest edition.
fn plans(facts: &Facts, language: Language) -> String {
    let (head, custom) = match language {
        Language::En => ("| Plan | US$ a month | Credits | Requests a second | Endpoints |", "by contract"),
        Language::Pt => {
            ("| Plano | US$ por mês | Créditos | Requisições por segundo | Endpoints |", "sob consulta")
        }
    };
    let mut text = format!("{head}\n|---|---:|---:|---:|---|\n");
    for plan in facts.catalogue.editions.last().into_iter().flat_map(|edition| &edition.plans) {
        let price = plan.price_usd.map_or_else(|| custom.to_owned(), |price| price.to_string());
        let sold = facts.routes.paths().zip(facts.routes.access());
        let including = sold.filter(|(_, access)| plan.api_access && plan.may_call(access));
        let paths: Vec<String> = including.map(|(path, _)| format!("`{path}`")).collect();
        let credits = plan.credits;
        text += &format!(
            "| {} | {price} | {credits} | {} | {} |\n",
            plan.plan,
            plan.rate_per_s,
            paths.join(", ")
        );
    }
    text
}

/// Every guide, by reader.
pub(super) fn guides(language: Language) -> Page {
    let (words, prefix) = (Words(language), prefix(language));
    let lead = match language {
        Language::En => {
            "Start with the API guide, or look an operation up in the [reference](/docs/reference/)."
        }
        Language::Pt => {
            "Comece pelo guia da API ou consulte uma operação na [referência](/pt/docs/reference/)."
        }
    };
    let mut text = format!("# {}\n\n{lead}\n", words.documentation());
    for reader in Reader::ALL {
        text += &format!("\n## {}\n\n", reader.title(words));
        for guide in GUIDES.iter().filter(|guide| guide.reader == reader) {
            text += &format!("- [{}]({prefix}/docs/{})\n", guide.title(), guide.name);
        }
    }
    if language == Language::Pt {
        text +=
            "\nOs guias estão disponíveis apenas em inglês. A referência e os erros estão em português.\n";
    }
    Page::new("/docs/", Section::Guides, language, text)
}

/// The contents of the site for language models: <https://llmstxt.org>.
pub(super) fn llms_txt(operations: &[Operation]) -> String {
    let mut text = "# Fluence\n\n> An HTTP API that analyses a person by name and company and is paid by the credit. Send a key as \
                    `X-API-Key`. `/openapi.json` describes every operation.\n\n## Guides\n\n"
        .to_owned();
    for guide in GUIDES {
        text += &format!("- [{}](/docs/{}.md)\n", guide.title(), guide.name);
    }
    text += "\n## Reference\n\n";
    for operation in operations {
        let (signature, title) = (operation.signature(), operation.title(Language::En));
        text += &format!("- [{signature}](/docs/reference/{}.md): {title}\n", operation.id);
    }
    text += "\n## Errors\n\n- [All errors](/docs/errors/index.md)\n";
    text
}
