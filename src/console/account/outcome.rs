//! How calls ended, in words.

use maud::{Markup, html};

use crate::console::words::Words;
use crate::domain::settlement::Outcome;
use crate::storage::ledger::statement::StatementLine;

/// How a call ended, in a few words.
pub(crate) const fn reason(words: Words, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => words.reason_answered(),
        Outcome::ProfileNotFound => words.reason_profile_not_found(),
        Outcome::MultipleMatches => words.reason_multiple_matches(),
        Outcome::Refused => words.reason_refused(),
        Outcome::InsufficientData => words.reason_insufficient_data(),
        Outcome::Failed => words.reason_failed(),
        Outcome::TimedOut => words.reason_timed_out(),
        Outcome::Abandoned => words.reason_abandoned(),
        Outcome::ChargedStatus => words.reason_charged_status(),
        Outcome::UnchargedStatus => words.reason_uncharged_status(),
        Outcome::FigureMissing | Outcome::Uncounted => words.reason_figure_missing(),
        Outcome::BrokeOff => words.reason_broke_off(),
        Outcome::PartlyAnswered => words.reason_partly_answered(),
        Outcome::Left => words.reason_left(),
        Outcome::LeftEarly => words.reason_left_early(),
    }
}

/// How the call of an entry ended, in a few words, with the status of its upstream where that is
/// the reason.
pub(crate) fn reason_of(words: Words, line: &StatementLine, ended: Outcome) -> String {
    match (ended, line.upstream_status) {
        (Outcome::Failed | Outcome::UnchargedStatus, Some(status)) => words.service_answered(status),
        _ => reason(words, ended).to_owned(),
    }
}

/// How a call ended, as a word with its shape.
pub(crate) fn outcome(words: Words, line: &StatementLine) -> Markup {
    ended(words, line, words.call_charged())
}

/// The same of the entry that set its credits aside. The unused part returns as another entry.
pub(crate) fn outcome_of_hold(words: Words, line: &StatementLine) -> Markup {
    ended(words, line, words.charged_from_hold())
}

fn ended(words: Words, line: &StatementLine, charged: &str) -> Markup {
    let Some(outcome) = line.outcome.and_then(Outcome::from_name) else {
        return html! { span.chip.test { "◌ " (words.outcome_running()) } };
    };
    let reason = reason_of(words, line, outcome);
    let is_given_back = line.state == Some("released");
    html! {
        @if is_given_back && outcome.is_free_if_released() { span.chip.ok { "✓ " (words.cost_nothing()) ": " (reason) } }
        @else if is_given_back { span.chip { "↩ " (words.call_given_back()) ": " (reason) } }
        @else if outcome == Outcome::Answered { span.chip.ok { "✓ " (charged) ": " (reason) } }
        @else { span.chip.warn { "● " (charged) ": " (reason) } }
    }
}
