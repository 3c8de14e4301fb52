//! What a call of a route of the seller costs, and when, in sentences.

use super::numbers::whole;
use super::words::Words;
use crate::domain::credits::Credits;
use crate::domain::figure::FigureSource;
use crate::domain::forwarding::{ForwardedRoute, RouteLimits, WhenBrokeOff, WhenLeft};
use crate::domain::price::{Count, CountedPrice, RoutePrice, WhenMissing};

/// The sentences about the credits of a route that is not free.
pub(super) fn terms(route: &ForwardedRoute, words: Words) -> String {
    let price = match &route.price {
        RoutePrice::Flat(_) => String::new(),
        RoutePrice::Counted(price) => format!("{}\n\n", counted(price, words)),
    };
    let statuses = words.settled_by_status().replace("{statuses}", &route.capture.listed().join(", "));
    let mut terms = price + &[&statuses, broken_off(route, words), left(route, words)].join(" ");
    if let Some(limits) = &route.limits {
        terms += &format!("\n\n{}", limited(limits, words));
    }
    terms
}

/// What an answer costs that the service breaks off. Long answers are streamed on every route.
fn broken_off(route: &ForwardedRoute, words: Words) -> &'static str {
    match (route.broke_off, of_part(&route.price)) {
        (WhenBrokeOff::Release, _) => words.broken_answer_is_given_back(),
        (WhenBrokeOff::Counted, OfPart::Flat) => words.broken_answer_is_charged(),
        (WhenBrokeOff::Counted, OfPart::Counted) => words.broken_answer_is_counted(),
        (WhenBrokeOff::Counted, OfPart::Hold) => words.broken_answer_costs_the_hold(),
        (WhenBrokeOff::Counted, OfPart::Nothing) => words.broken_answer_may_cost_nothing(),
    }
}

/// What an answer costs that the client leaves.
fn left(route: &ForwardedRoute, words: Words) -> &'static str {
    match (route.left, of_part(&route.price)) {
        (WhenLeft::Finish, _) => words.left_is_finished(),
        (WhenLeft::Stop, OfPart::Flat) => words.left_is_charged(),
        (WhenLeft::Stop, OfPart::Counted) => words.left_is_counted(),
        (WhenLeft::Stop, OfPart::Hold) => words.left_costs_the_hold(),
        (WhenLeft::Stop, OfPart::Nothing) => words.left_may_cost_nothing(),
    }
}

/// What a part of an answer costs.
enum OfPart {
    /// The price of the whole.
    Flat,
    /// What is known by then.
    Counted,
    /// All that is held, until every figure has come.
    Hold,
    /// Nothing, until every figure has come.
    Nothing,
}

fn of_part(price: &RoutePrice) -> OfPart {
    match price {
        RoutePrice::Flat(_) => OfPart::Flat,
        RoutePrice::Counted(price) if !price.reads_answer() => OfPart::Counted,
        RoutePrice::Counted(price) => match price.missing {
            WhenMissing::Min => OfPart::Counted,
            WhenMissing::Hold => OfPart::Hold,
            WhenMissing::Release => OfPart::Nothing,
        },
    }
}

/// The limits of an account's calls to the route.
fn limited(limits: &RouteLimits, words: Words) -> String {
    let number = |number: u32| whole(words.0, i64::from(number));
    let mut text = words
        .route_is_limited()
        .replace("{rate}", &number(limits.rate_per_s))
        .replace("{burst}", &number(limits.burst));
    if let Some(concurrency) = limits.concurrency {
        text += &words.route_runs_at_once().replace("{concurrency}", &number(concurrency));
    }
    text
}

/// The formula of a price by figures.
fn counted(price: &CountedPrice, words: Words) -> String {
    let credits = |credits: Credits| words.count_of_credits(credits);
    let base = (price.base > Credits::ZERO).then(|| credits(price.base));
    let counts = price.counts.iter().map(|count| format!("{} {}", credits(count.costs), per(count, words)));
    let parts: Vec<String> = base.into_iter().chain(counts).collect();
    let least = RoutePrice::Counted(price.clone()).least();
    let mut text = words
        .price_by_figures()
        .replace("{parts}", &parts.join(" + "))
        .replace("{least}", &credits(least))
        .replace("{hold}", &credits(price.hold));
    if let Some(by) = &price.hold_by {
        text += &format!(" {}", words.less_is_held().replace("{of}", &by.of.to_string()));
    }
    if price.counts.iter().any(|count| count.of.is_reported()) {
        text += match price.missing {
            WhenMissing::Min => words.missing_costs_the_least(),
            WhenMissing::Hold => words.missing_costs_the_hold(),
            WhenMissing::Release => words.missing_costs_nothing(),
        };
    }
    text
}

/// For how many of what a count costs its credits.
fn per(count: &Count, words: Words) -> String {
    let (of, one, many) = match &count.of {
        FigureSource::Header(name) => {
            (format!("`{name}` {}", words.of_header()), words.per_figure(), words.per_figures())
        }
        FigureSource::Json(pointer) => {
            (format!("`{pointer}` {}", words.of_member()), words.per_figure(), words.per_figures())
        }
        FigureSource::RequestKib => (words.kib_of_request().to_owned(), words.per_unit(), words.per_units()),
        FigureSource::AnswerKib => (words.kib_of_answer().to_owned(), words.per_unit(), words.per_units()),
        FigureSource::Seconds if count.each == 1 => {
            (words.second().to_owned(), words.per_unit(), words.per_units())
        }
        FigureSource::Seconds => (words.seconds().to_owned(), words.per_unit(), words.per_units()),
    };
    let each = whole(words.0, i64::from(count.each));
    let phrase = if count.each == 1 { one } else { many };
    phrase.replace("{each}", &each).replace("{of}", &of)
}
