//! The figures of the usage page beside the entries of the same days.

use chrono::TimeDelta;
use maud::{Markup, html};
use sqlx::PgConnection;

use super::days::Days;
use crate::console::numbers::whole;
use crate::console::request::error::PageError;
use crate::console::words::Words;
use crate::domain::ids::AccountId;
use crate::storage::console::check::{self, COMPARED, CallEntries};
use crate::storage::console::{range, usage};

/// What was compared.
pub(super) struct Check {
    /// Credits and calls of the usage.
    charged: i64,
    calls: i64,
    /// The same from the entries. `None`: too many for one page.
    entries: Option<CallEntries>,
}

/// Adds up the entries of all calls of the days.
pub(super) async fn check(db: &mut PgConnection, account: AccountId, days: Days) -> Result<Check, PageError> {
    let (charged, calls) = usage::total(db, account, days.from, days.to).await?;
    let (from, until) = days.instants();
    // Calls that began shortly before midnight end after it.
    let range = range::around(db, account, from, until + TimeDelta::hours(25)).await?;
    let entries = match range.count() {
        few if few <= COMPARED => Some(check::calls(db, account, range, (from, until)).await?),
        _ => None,
    };
    Ok(Check { charged, calls, entries })
}

impl Check {
    pub(super) fn show(&self, words: Words, root: &str, days: Days, is_filtered: bool) -> Markup {
        let number = |value| whole(words.0, value);
        let opened = format!("{root}/ledger?kind=calls&{}", days.query());
        html! {
            section.card.space #check {
                header { h2 { (words.checked_title()) } (self.verdict(words)) }
                div.body {
                    @match self.entries {
                        None => p.muted { (words.check_too_many()) },
                        Some(entries) => {
                            p.muted { (words.check_lead()) @if is_filtered { " " (words.check_all_keys()) } }
                            dl.sum {
                                dt { (words.held_for(entries.calls)) } dd { (number(entries.held)) }
                                dt { (words.less_given_back()) } dd { (number(-entries.given_back)) }
                                @if entries.pending_calls > 0 {
                                    dt { (words.less_pending(entries.pending_calls)) } dd { (number(-entries.pending)) }
                                }
                                dt.total { (words.charged_by_entries()) } dd.total { (number(entries.charged())) }
                                dt { (words.charged_by_usage(self.calls)) } dd { (number(self.charged)) }
                            }
                        }
                    }
                    p { a href=(opened) { (words.open_entries()) } }
                }
            }
        }
    }

    fn verdict(&self, words: Words) -> Markup {
        html! {
            @match self.entries {
                None => {},
                Some(entries) if entries.charged() == self.charged => span.chip.ok { "✓ " (words.check_equal()) },
                Some(_) => span.chip.bad { "✕ " (words.check_different()) },
            }
        }
    }
}
