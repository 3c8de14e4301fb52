//! Who uses most, and who fails: by account, in the last hour, today, or in 30 days.

use chrono::{Days, TimeDelta};
use maud::{Markup, html};

use crate::clock::id_of;
use crate::console::frame::operator_frame::{Head, Place, page};
use crate::console::numbers::whole;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::filters::Unread;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::identity::operator::OperatorRole;
use crate::storage::operator::busiest::{Busiest, Busy, MAX_ENTRIES, of_days, of_hour};

/// How far back is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Hour,
    Today,
    Month,
}

impl Span {
    const ALL: [Self; 3] = [Self::Hour, Self::Today, Self::Month];

    const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Today => "day",
            Self::Month => "30",
        }
    }

    const fn label(self, words: Words) -> &'static str {
        match self {
            Self::Hour => words.op_last_hour(),
            Self::Today => words.op_today(),
            Self::Month => words.op_30_days(),
        }
    }

    async fn read(self, call: &mut Call) -> Result<Busiest, PageError> {
        let now = call.now();
        let today = now.date_naive();
        let db = call.db().await?;
        Ok(match self {
            Self::Hour => of_hour(db, id_of(now - TimeDelta::hours(2))).await?,
            Self::Today => of_days(db, today, today).await?,
            Self::Month => of_days(db, today.checked_sub_days(Days::new(29)).unwrap_or(today), today).await?,
        })
    }
}

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let mut unread = Unread::of(&call.query);
    let known = |typed: &str| Span::ALL.into_iter().find(|span| span.name() == typed);
    let span = unread.choice(&call.query, "span", known).unwrap_or(Span::Today);
    let Busiest { by_credits, by_failures } = span.read(call).await?;
    let words = call.words();
    let is_linked = call.operator >= Some(OperatorRole::Support);
    let body = html! {
        (unread.note(words))
        nav.tabs aria-label=(words.op_span()) {
            @for known in Span::ALL {
                a.button href={ "/operator/busiest?span=" (known.name()) } aria-current=[(known == span).then_some("page")] { (known.label(words)) }
            }
        }
        h2.space { (words.op_uses_most()) }
        (table(words, &by_credits, is_linked))
        h2.space { (words.op_fails_most()) }
        (table(words, &by_failures, is_linked))
        p.small.muted.space {
            @if span == Span::Hour { (words.op_hour_bound(&whole(words.0, MAX_ENTRIES))) } @else { (words.days_are_utc()) }
        }
    };
    let head = Head { title: words.op_busiest(), lead: Some(words.op_busiest_lead()), actions: &html! {} };
    page(call, Place::Busiest, head, None, &body)
}

fn table(words: Words, lines: &[Busy], is_linked: bool) -> Markup {
    let number = |value| whole(words.0, value);
    html! {
        section.card.scroll {
            @if lines.is_empty() { p.body { (words.op_nobody()) } } @else {
                table {
                    thead {
                        tr {
                            th { (words.account()) } th.n { (words.calls()) } th.n { (words.credits_head()) }
                            th.n { (words.op_uncharged()) } th.n { (words.op_refused()) } th { (words.op_mostly()) }
                        }
                    }
                    tbody {
                        @for line in lines {
                            tr {
                                td data-label=(words.account()) {
                                    @if is_linked { a href={ "/operator/accounts/" (line.account_id) } { (line.name) } } @else { (line.name) }
                                }
                                td.n data-label=(words.calls()) { (number(line.calls)) }
                                td.n data-label=(words.credits_head()) { (number(line.credits)) }
                                td.n data-label=(words.op_uncharged()) { (number(line.uncharged)) }
                                td.n data-label=(words.op_refused()) { (line.refused.map_or_else(|| "–".to_owned(), number)) }
                                td data-label=(words.op_mostly()) { @match &line.code { Some(code) => code { (code) }, None => "–" } }
                            }
                        }
                    }
                }
            }
        }
    }
}
