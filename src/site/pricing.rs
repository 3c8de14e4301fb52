//! The prices, from the catalogue and the settlement table in force.

use super::numbers::{usd_per_credit, whole};
use super::page::{Page, Section, prefix};
use super::words::Words;
use crate::domain::credits::Credits;
use crate::domain::depth::Depth;
use crate::domain::forwarding::{ForwardedRoute, WhenLeft};
use crate::domain::language::Language;
use crate::domain::plan::{Plan, Support};
use crate::domain::route::{Price, Route};
use crate::domain::settlement::{Outcome, Settlement};
use crate::openapi::{Facts, SignUp, Texts, in_language};

pub(super) fn page(facts: &Facts, language: Language) -> Page {
    let text = match language {
        Language::En => include_str!("pricing/en.md"),
        Language::Pt => include_str!("pricing/pt.md"),
    };
    let text = text
        .replace("{calls}", &calls(facts, language))
        .replace("{plans}", &plans(facts, language))
        .replace("{included}", &included(facts, language))
        .replace("{packs}", &packs(facts, language))
        .replace("{buying}", &buying(facts, language))
        .replace("{settlement}", &settlement(facts, language))
        .replace("{prefix}", prefix(language));
    Page::new("/pricing", Section::Pricing, language, text)
}

/// What a call of a route of the seller costs, least and most.
pub(super) fn route_price(route: &ForwardedRoute, words: Words) -> String {
    if route.is_free() {
        return words.free().to_owned();
    }
    let (least, most) = (route.price.least(), route.price.most());
    let most_shown = words.count_of_credits(most);
    if least == most { most_shown } else { format!("{least}–{most_shown}") }
}

/// The price of a route in credits.
pub(super) fn price(route: &Route, words: Words) -> String {
    match route.price {
        Price::Flat(price) => words.count_of_credits(price),
        Price::ByDepth(_) => Depth::ALL.map(|depth| of_depth(route.price, depth, words)).join(", "),
    }
}

/// What is held for a call of this depth, and the least that it costs, where that is less.
fn of_depth(price: Price, depth: Depth, words: Words) -> String {
    let (held, least) = (price.held(depth), price.least(depth));
    let less = if least < held { format!(" ({least} {})", words.without_posts()) } else { String::new() };
    format!("{} {held}{less}", depth.as_str())
}

fn calls(facts: &Facts, language: Language) -> String {
    let words = Words(language);
    let mut text = format!("| {} | {} |\n|---|---|\n", words.call(), words.credits());
    for route in facts.routes.built_in.iter() {
        text += &format!("| `POST {}` | {} |\n", route.path, price(route, words));
    }
    for route in facts.routes.forwarded.iter().filter(|route| !route.is_free()) {
        text += &format!("| `{}` | {} |\n", route.call(), route_price(route, words));
    }
    text
}

/// The plans on offer.
fn plans(facts: &Facts, language: Language) -> String {
    let words = Words(language);
    let mut text = match language {
        Language::En => "| Plan | US$ | Credits | US$ a credit | Requests a second | Concurrency | Requests a month | Keys | Support |",
        Language::Pt => "| Plano | US$ | Créditos | US$ por crédito | Requisições por segundo | Simultaneidade | Requisições por mês | Chaves | Suporte |",
    }
    .to_owned();
    text += "\n|---|---:|---:|---:|---:|---:|---:|---:|---|\n";
    for plan in facts.offered_plans() {
        let (price, each) = match plan.price_usd {
            Some(usd) => (usd.to_string(), usd_per_credit(language, usd, plan.credits.as_i64())),
            None => (words.by_contract().to_owned(), String::new()),
        };
        let number = |number: u32| whole(language, i64::from(number));
        text += &format!(
            "| {} | {price} | {} | {each} | {} | {} | {} | {} | {} |\n",
            plan.plan,
            whole(language, plan.credits.as_i64()),
            number(plan.rate_per_s),
            number(plan.concurrency),
            number(plan.requests),
            number(plan.keys_per_environment),
            in_language(support(plan.support), language)
        );
    }
    text
}

/// Which calls each plan on offer includes.
fn included(facts: &Facts, language: Language) -> String {
    let words = Words(language);
    let mut text = format!("| {} | {} |\n|---|---|\n", words.plan(), words.calls());
    for plan in facts.offered_plans() {
        text += &format!("| {} | {} |\n", plan.plan, included_calls(plan, facts));
    }
    text
}

/// The calls that a plan includes, as code.
pub(super) fn included_calls(plan: &Plan, facts: &Facts) -> String {
    let included = facts.routes.calls().filter(|(_, access)| plan.api_access && plan.may_call(access));
    included.map(|(call, _)| format!("`{call}`")).collect::<Vec<_>>().join(", ")
}

const fn support(support: Support) -> Texts {
    match support {
        Support::Community => ["community", "comunidade"],
        Support::Email => ["e-mail", "e-mail"],
        Support::Priority => ["e-mail, first in line", "e-mail, com prioridade"],
        Support::Dedicated => ["dedicated", "dedicado"],
    }
}

fn packs(facts: &Facts, language: Language) -> String {
    let words = Words(language);
    let mut text = format!(
        "| {} | {} | US$ | {} |\n|---|---:|---:|---:|\n",
        words.pack(),
        words.credits(),
        words.usd_a_credit()
    );
    for pack in &facts.catalogue.packs {
        let credits = pack.credits.as_i64();
        let each = usd_per_credit(language, pack.price_usd, credits);
        text += &format!("| {} | {} | {} | {each} |\n", pack.name, whole(language, credits), pack.price_usd);
    }
    text
}

/// Where plans and packs are bought, and what an account begins with that a person opens.
fn buying(facts: &Facts, language: Language) -> String {
    let words = Words(language);
    let seller = match (facts.links.shop(), facts.links.support()) {
        (Some(page), _) => format!("{} {}.", words.buy_at(), linked(page)),
        (None, Some(support)) => words.write_to().replace("{support}", &linked(support)),
        (None, None) => words.ask_operator().to_owned(),
    };
    match &facts.console {
        Some(console) => {
            let sign_up = console.sign_up.as_ref().map_or(String::new(), |begins| signing_up(begins, words));
            format!("{} {seller}{sign_up}", words.in_console())
        }
        None => seller,
    }
}

fn signing_up(begins: &SignUp, words: Words) -> String {
    let text = format!("\n\n{}", words.signing_up().replace("{plan}", &begins.plan));
    if begins.credits == Credits::ZERO {
        return text + ".";
    }
    let credits = words.count_of_credits(begins.credits);
    let with = words.signing_up_credits().replace("{credits}", &credits);
    text + &with.replace("{days}", &words.count_of_days(begins.days.into())) + "."
}

/// An address as a link, if it is one that can be followed.
fn linked(address: &str) -> String {
    let is_plain = !address.contains(['(', ')', '<', '>', '[', ']', ' ']);
    match address {
        page if is_plain && page.starts_with("https://") => format!("[{page}]({page})"),
        mail if is_plain && mail.contains('@') && !mail.contains(':') => format!("[{mail}](mailto:{mail})"),
        other => other.to_owned(),
    }
}

fn settlement(facts: &Facts, language: Language) -> String {
    let words = Words(language);
    let mut text = format!("| {} | |\n|---|---|\n", words.call());
    let has_forwarded = !facts.routes.forwarded.is_empty();
    let sells_analysis = facts.routes.sells_analysis();
    let has_stopping = facts.routes.forwarded.iter().any(|route| route.left == WhenLeft::Stop);
    let is_sold = |outcome: &Outcome| match outcome {
        Outcome::ProfileNotFound | Outcome::MultipleMatches | Outcome::InsufficientData => sells_analysis,
        Outcome::Left | Outcome::LeftEarly => has_stopping,
        other => has_forwarded || other.number() < Outcome::ChargedStatus.number(),
    };
    for outcome in Outcome::ALL.into_iter().filter(is_sold) {
        let end = match facts.settlement.settle(outcome) {
            Settlement::Capture => words.is_charged(),
            Settlement::Release => words.is_given_back(),
        };
        text += &format!("| {} | {end} |\n", in_language(about(outcome), language));
    }
    text
}

/// How a call ended, for its customer.
const fn about(outcome: Outcome) -> Texts {
    match outcome {
        Outcome::Answered => ["answered", "respondida"],
        Outcome::ProfileNotFound => {
            ["no profile was found: a search was done", "nenhum perfil encontrado: uma busca foi feita"]
        }
        Outcome::MultipleMatches => {
            ["several people match: a search was done", "várias pessoas correspondem: uma busca foi feita"]
        }
        Outcome::Refused => ["the request turned out to be invalid", "a requisição se revelou inválida"],
        Outcome::Failed => ["a fault of ours, or behind us", "uma falha nossa ou de um serviço que usamos"],
        Outcome::TimedOut => ["no answer in time", "nenhuma resposta dentro do prazo"],
        Outcome::Abandoned => ["the gateway lost the call", "o gateway perdeu a chamada"],
        Outcome::ChargedStatus => [
            "answered with a status that the page of the route lists as charged",
            "respondida com um status que a página da rota lista como cobrado",
        ],
        Outcome::UnchargedStatus => ["answered with another status", "respondida com outro status"],
        Outcome::FigureMissing => [
            "what was used is not known, and the route has a price for that",
            "não se sabe o que foi usado, e a rota tem um preço para isso",
        ],
        Outcome::Uncounted => ["what was used is not known", "não se sabe o que foi usado"],
        Outcome::BrokeOff => ["the answer ended early", "a resposta foi interrompida"],
        Outcome::PartlyAnswered => [
            "the answer ended early, and the route charges for what came",
            "a resposta foi interrompida, e a rota cobra o que chegou",
        ],
        Outcome::Left => [
            "you do not read the answer to its end, and the route stops then",
            "você não lê a resposta até o fim, e a rota a interrompe",
        ],
        Outcome::LeftEarly => [
            "you left before the answer, and the route stops then",
            "você encerrou a conexão antes da resposta, e a rota interrompe a chamada",
        ],
        Outcome::InsufficientData => {
            ["too little text for an analysis", "texto insuficiente para uma análise"]
        }
    }
}
