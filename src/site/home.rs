//! The first page, and the list of guides.

use super::first_call::{self, sample, with_section};
use super::guides::{Guide, Reader, guides_for};
use super::markdown::{cell, literal};
use super::numbers::whole;
use super::page::{Page, Section, prefix};
use super::parts;
use super::pricing::{included_calls, route_price};
use super::served::base_url;
use super::words::Words;
use crate::domain::language::Language;
use crate::openapi::{self, Access, Facts, Operation};

/// How many routes of the seller the first page lists.
const MAX_LISTED: usize = 20;

/// What the service is, a first call, and the prices. It follows the routes in force: an operator
/// may sell the analysis, other APIs or both.
pub(super) fn home(facts: &Facts, operations: &[Operation], language: Language) -> Page {
    let words = Words(language);
    let text = match (facts.routes.sells_analysis(), language) {
        (true, Language::En) => include_str!("home/analysis_en.md"),
        (true, Language::Pt) => include_str!("home/analysis_pt.md"),
        (false, Language::En) => include_str!("home/routes_en.md"),
        (false, Language::Pt) => include_str!("home/routes_pt.md"),
    };
    let sold = sold_routes(operations, words);
    let (text, sold, more) = match openapi::first_call(operations, language) {
        Some(call) => {
            let more =
                if sold.is_empty() { String::new() } else { words.more_calls().replace("{sold}", &sold) };
            (text.replace("{call}", &sample(call, facts)).replace("{id}", call.id), sold, more)
        }
        None => (with_section(text, words.first_call(), ""), words.nothing_sold().to_owned(), String::new()),
    };
    let text = text
        .replace("{sold}", &sold)
        .replace("{more}", &more)
        .replace("{plans}", &plans(facts, language))
        .replace("{key_from}", key_from(facts, words))
        .replace("{product}", &literal(facts.product.as_str()));
    Page::new("/", Section::Home, language, text)
}

/// The first routes of the seller, with their prices.
fn sold_routes(operations: &[Operation], words: Words) -> String {
    let prefix = prefix(words.0);
    let mut rows = operations.iter().filter_map(|operation| {
        let Access::Forwarded(route) = &operation.access else { return None };
        let (signature, id) = (operation.signature(), operation.id);
        let title = cell(operation.title(words.0));
        let price = route_price(route, words);
        Some(format!("\n| [`{signature}`]({prefix}/docs/reference/{id}) | {title} | {price} |"))
    });
    let listed: String = rows.by_ref().take(MAX_LISTED).collect();
    if listed.is_empty() {
        return listed;
    }
    let others = match rows.next() {
        Some(_) => format!("\n\n[{}]({prefix}/docs/reference/)", words.all_endpoints()),
        None => String::new(),
    };
    format!("| {} | | {} |\n|---|---|---|{listed}{others}", words.call(), words.credits())
}

/// Where a reader gets a key.
fn key_from(facts: &Facts, words: Words) -> &'static str {
    match &facts.console {
        Some(console) if console.sign_up.is_some() => words.key_by_sign_up(),
        Some(_) => words.key_in_console(),
        None => words.key_of_operator(),
    }
}

/// The plans on offer.
fn plans(facts: &Facts, language: Language) -> String {
    let (head, custom) = match language {
        Language::En => ("| Plan | US$ a month | Credits | Requests a second | Endpoints |", "by contract"),
        Language::Pt => {
            ("| Plano | US$ por mês | Créditos | Requisições por segundo | Endpoints |", "sob contrato")
        }
    };
    let mut text = format!("{head}\n|---|---:|---:|---:|---|\n");
    for plan in facts.offered_plans() {
        let price = plan.price_usd.map_or_else(|| custom.to_owned(), |price| price.to_string());
        let credits = whole(language, plan.credits.as_i64());
        text += &format!(
            "| {} | {price} | {credits} | {} | {} |\n",
            plan.plan,
            whole(language, i64::from(plan.rate_per_s)),
            included_calls(plan, facts)
        );
    }
    text
}

/// The address of a gateway in the samples of the guides for clients and account owners.
const LOCAL: &str = "http://127.0.0.1:8000";

/// A guide. The samples for clients and account owners have the address of this gateway.
pub(super) fn guide(guide: &Guide, facts: &Facts, operations: &[Operation], language: Language) -> Page {
    let (text, text_language) = guide.text(language);
    let text = parts::of_analysis(text, facts.routes.sells_analysis());
    let text = match guide.reader {
        Reader::Client if guide.name == first_call::GUIDE => {
            first_call::guide(&text, facts, operations, Words(text_language)).replace(LOCAL, base_url(facts))
        }
        Reader::Client | Reader::Owner => text.replace(LOCAL, base_url(facts)),
        Reader::Operator => text,
    };
    let path = format!("/docs/{}", guide.name);
    Page { text_language, ..Page::new(path, Section::Guides, language, text) }
}

/// Every guide, by reader, with the sentence that says what it is about.
pub(super) fn guides(facts: &Facts, language: Language) -> Page {
    let (words, prefix) = (Words(language), prefix(language));
    let lead = match language {
        Language::En => {
            "Start with the [first call](/docs/first-call), or look an operation up in the [reference](/docs/reference/)."
        }
        Language::Pt => {
            "Comece pela [primeira chamada](/pt/docs/first-call) ou consulte uma operação na [referência](/pt/docs/reference/)."
        }
    };
    let mut text = format!("# {}\n\n{lead}\n", words.documentation());
    for reader in Reader::ALL {
        text += &format!("\n## {}\n\n", reader.title(words));
        for guide in guides_for(reader, &facts.routes) {
            let (title, lead) = (guide.title(language), guide.lead(language));
            text += &format!("- [{title}]({prefix}/docs/{}): {lead}\n", guide.name);
        }
    }
    Page::new("/docs/", Section::Guides, language, text)
}

/// The contents of the site for language models: <https://llmstxt.org>.
pub(super) fn llms_txt(facts: &Facts, operations: &[Operation]) -> String {
    let words = Words(Language::En);
    let what = match facts.routes.sells_analysis() {
        true => "An HTTP API that analyses a person by name and company and is paid by the credit.",
        false => "HTTP APIs that are paid by the credit.",
    };
    let mut text = format!(
        "# {}\n\n> {what} Send a key as `X-API-Key`.\n\nAddresses are relative to this one. `/openapi.json` describes every \
         operation. Every page is also in Portuguese, under `/pt/`.\n",
        literal(facts.product.as_str())
    );
    for reader in Reader::ALL {
        text += &format!("\n## Guides {}\n\n", reader.title(words).to_lowercase());
        for guide in guides_for(reader, &facts.routes) {
            let (title, lead) = (guide.title(Language::En), guide.lead(Language::En));
            text += &format!("- [{title}](/docs/{}.md): {lead}\n", guide.name);
        }
    }
    text += "\n## Reference\n\n";
    for operation in operations {
        let (signature, title) = (operation.signature(), operation.title(Language::En));
        text += &format!("- [{signature}](/docs/reference/{}.md): {title}\n", operation.id);
    }
    text += "\n## Errors, prices, changes\n\n\
             - [All errors](/docs/errors/index.md): status and code of each, with a page each\n\
             - [Pricing](/pricing.md): plans, packs, and what a call costs\n\
             - [Changelog](/docs/changelog.md)\n";
    text
}
