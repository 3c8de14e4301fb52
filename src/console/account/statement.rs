//! The statement: every entry, newest first, with the balance after it, and what proves that none
//! is missing.

mod asked;
mod lines;
mod listed;

use maud::{Markup, html};

use self::asked::{Asked, Group};
pub(in crate::console) use self::lines::{act_of, lot_name, table};
use self::listed::Listed;
use super::days::{Days, day_fields};
use super::printed::printed;
use super::usage::key_select;
use crate::api::statement_csv;
use crate::console::frame::layout::{Content, account_with, ledger_account};
use crate::console::frame::section::Section;
use crate::console::numbers::{self, signed, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::filters::{Unread, no_file};
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::ids::AccountId;
use crate::ledger::rules::account::LedgerAccount;
use crate::ledger::rules::entry::EntryKind;
use crate::storage::console::check::COMPARED;
use crate::storage::console::range;
use crate::storage::console::statement::{self as read, ADDED_UP, Movements, NewestEntry, StatementPage};
use crate::storage::console::statement_file as file;
use crate::storage::console::usage::{KeyChoice, key_choices};
use crate::storage::ledger::statement::PAGE;

const LINES: i64 = 50;
const KEYS: i64 = 200;
/// Entries of one CSV file.
const CSV_LINES: i64 = 50_000;

/// What the page shows, all of one instant.
struct Statement {
    page: StatementPage,
    newest: NewestEntry,
    /// The days of the movements.
    days: Days,
    movements: Option<Movements>,
    /// Count and sum of all entries, if asked.
    sum: Option<(i64, i64)>,
    keys: Vec<KeyChoice>,
}

impl Statement {
    async fn read(call: &mut Call, asked: &Asked, ledger: &LedgerAccount) -> Result<Self, PageError> {
        let (account, today) = (call.account_id()?, call.now().date_naive());
        let language = call.language();
        let db = call.db().await?;
        let page = read::newest(db, account, &asked.filter(), (asked.before, LINES), language).await?;
        let newest = read::newest_entry(db, account).await?.ok_or(PageError::NotFound)?;
        let days =
            asked.days.unwrap_or(Days { from: ledger.period.starts_at.date_naive().min(today), to: today });
        let (from, until) = days.instants();
        let around = range::around(db, account, from, until).await?;
        let movements = match around.count() {
            few if few <= COMPARED => read::movements(db, account, around, (from, until)).await?,
            _ => None,
        };
        let sum = match asked.adds_up && newest.number <= ADDED_UP {
            true => Some(read::add_up(db, account).await?),
            false => None,
        };
        let keys = key_choices(db, account, KEYS).await?;
        Ok(Self { page, newest, days, movements, sum, keys })
    }
}

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let unread = Unread::of(&call.query);
    let (ledger, asked) = (ledger_account(call).await?, Asked::of(call, unread).await?);
    let statement = Statement::read(call, &asked, &ledger).await?;
    let (words, root) = (call.words(), call.path("")?);
    let listed = Listed::of(&asked, &statement);
    let body = html! {
        @if let Some(fault) = asked.fault { p.note.bad role="alert" tabindex="-1" autofocus { (fault.text(words)) } }
        (asked.unread.note(words))
        (proof(words, &root, &asked, &statement, &ledger))
        (printed(call, &listed.on_paper(words))?)
        @if let Some(movements) = &statement.movements {
            (summary(words, statement.days, asked.days.is_none(), movements))
        }
        form.filters method="get" {
            select name="kind" aria-label=(words.kind_of_entry()) {
                @for group in Group::ALL { option value=(group.name()) selected[group == asked.group] { (group.label(words)) } }
            }
            (key_select(words, &statement.keys, asked.key))
            (day_fields(words, asked.days))
            button { (words.apply()) }
        }
        h2 { (listed.title(words)) }
        // From the address of this page: 50 lines with two whole addresses each would weigh a third
        // more.
        (table(words, "", &statement.page.lines))
        @if let Some(older) = statement.page.older {
            @if statement.page.lines.is_empty() { p.muted { (words.looked_through()) } }
            p.space { a.button href={ (root) "/ledger?" (asked.query(Some(older))) } { (words.older_entries()) } }
        }
    };
    let of_these = match asked.query(None) {
        query if query.is_empty() => query,
        query => format!("?{query}"),
    };
    let actions = html! {
        span.as-of { (words.as_of(&numbers::instant_s(words.0, call.now()))) }
        a.button href={ (root) "/ledger.csv" (of_these) } download { "CSV" }
        button type="button" data-print hidden { (words.print()) }
    };
    let content = Content::new(Section::Statement, words.statement(), body);
    account_with(call, content.lead(words.statement_lead()).actions(actions), &ledger).await
}

/// That the last entry's balance is the account's, and on request that all entries add up to it.
fn proof(words: Words, root: &str, asked: &Asked, statement: &Statement, ledger: &LedgerAccount) -> Markup {
    let number = |value| whole(words.0, value);
    let newest = statement.newest;
    let left = ledger.credits_left().as_i64();
    html! {
        div.proof {
            @if newest.number == 0 { p.muted { (words.nothing_yet()) } } @else {
                p {
                    (words.newest_entry(&number(newest.number))) " "
                    @if newest.is_balance() { span.chip.ok { "✓ " (number(newest.balance)) } }
                    @else { span.chip.bad { "✕ " (words.check_different()) } }
                    @match statement.sum {
                        Some((entries, sum)) => {
                            " " (words.all_entries(entries)) " "
                            @if sum == newest.balance && entries == newest.number { span.chip.ok { "✓ " (number(sum)) } }
                            @else { span.chip.bad { "✕ " (number(sum)) } }
                        }
                        None if newest.number <= ADDED_UP => { " " a href={ (root) "/ledger?sum=1" } { (words.add_all_up()) } }
                        None => { @if asked.adds_up { " " (words.too_many_to_add()) } }
                    }
                }
            }
            // Credits that have ended or come since are written with the account's next entry.
            @if left != newest.balance { p.muted { (words.due_entries(left)) } }
        }
    }
}

fn from_to(words: Words, days: Days) -> String {
    format!("{} – {}", numbers::day(words.0, days.from), numbers::day(words.0, days.to))
}

/// What the days did to the balance, as banks show it.
fn summary(words: Words, days: Days, is_of_period: bool, movements: &Movements) -> Markup {
    let language = words.0;
    let calls = movements.of(EntryKind::Hold) + movements.of(EntryKind::Release);
    let lines = [
        (words.plan_renewals(), movements.of(EntryKind::Renewal)),
        (words.plan_moves(), movements.of(EntryKind::PlanMove)),
        (words.packs_bought(), movements.of(EntryKind::Pack)),
        (words.grants(), movements.of(EntryKind::Grant)),
        (words.calls_less_given_back(), calls),
        (words.credits_expired(), movements.of(EntryKind::Expiry)),
        (words.corrections(), movements.of(EntryKind::Correction)),
    ];
    html! {
        section.card.summary {
            header {
                h2 { @if is_of_period { (words.billing_period_so_far()) ": " } (from_to(words, days)) }
                @if movements.adds_up() { span.chip.ok { "✓ " (words.adds_up()) } }
                @else { span.chip.bad { "✕ " (words.check_different()) } }
            }
            dl.sum.body {
                dt { (words.opening_balance()) } dd { (whole(language, movements.opening)) }
                @for (name, credits) in lines.iter().filter(|(_, credits)| *credits != 0) {
                    dt { (name) } dd { (signed(language, *credits)) }
                }
                dt.total { (words.closing_balance()) } dd.total { (whole(language, movements.closing)) }
            }
        }
    }
}

/// The entries that were asked for, oldest first.
pub(in crate::console) async fn csv(call: &mut Call) -> Result<Reply, PageError> {
    let unread = Unread::of_file(&call.query, &["kind", "key", "from", "to", "sum"]);
    let (account, asked): (AccountId, _) = (call.account_id()?, Asked::of(call, unread).await?);
    if let Some(fault) = asked.fault {
        return no_file(call, fault.text(call.words()));
    }
    if let Some(page) = asked.unread.instead_of_file(call)? {
        return Ok(page);
    }
    let (filter, language) = (asked.filter(), call.language());
    let db = call.db().await?;
    let mut range = read::range_of(db, account, &filter).await?;
    if file::count_up_to(db, account, &filter, range, CSV_LINES + 1).await? > CSV_LINES {
        return Err(PageError::TooMuch);
    }
    let mut rows = Vec::new();
    statement_csv::write_head(&mut rows).map_err(|_| PageError::Internal)?;
    loop {
        let page = file::page(db, account, &filter, (range, PAGE), language).await?;
        let Some(newest) = page.last() else { break };
        range.first = newest.number + 1;
        for line in &page {
            statement_csv::write_line(&mut rows, line).map_err(|_| PageError::Internal)?;
        }
    }
    let days = asked.days.map(|days| format!("-{}-{}", days.from, days.to)).unwrap_or_default();
    Ok(Reply::Csv { name: format!("statement{days}.csv"), rows })
}
