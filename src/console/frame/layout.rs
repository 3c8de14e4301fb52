//! The frame around the pages of an account: header, navigation, title.

use maud::{Markup, html};

use super::operator_frame::{self, Head, OfAccount, Place};
use super::person_frame::person;
use super::section::Section;
use crate::console::numbers;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, brand, document, other_language};
use crate::domain::account::AccountState;
use crate::ledger::rules::account::LedgerAccount;
use crate::storage::console::header::{Counts, counts};
use crate::storage::keys::MAX_COUNTED_ASIDE;
use crate::storage::ledger::balance::read_account_in;

/// The content of a page of an account.
pub(crate) struct Content {
    pub(crate) section: Section,
    pub(crate) title: String,
    /// A sentence below the title.
    pub(crate) lead: Option<String>,
    /// What stands beside the title: buttons, the time of the figures.
    pub(crate) actions: Markup,
    /// Whether the page is about a test environment.
    pub(crate) is_test: bool,
    pub(crate) body: Markup,
}

impl Content {
    pub(crate) fn new(section: Section, title: impl Into<String>, body: Markup) -> Self {
        Self { section, title: title.into(), lead: None, actions: html! {}, is_test: false, body }
    }

    pub(crate) fn lead(self, lead: impl Into<String>) -> Self {
        Self { lead: Some(lead.into()), ..self }
    }

    pub(crate) fn actions(self, actions: Markup) -> Self {
        Self { actions, ..self }
    }

    pub(crate) fn test(self, is_test: bool) -> Self {
        Self { is_test, ..self }
    }
}

/// The account's credits as of this page's snapshot.
pub(crate) async fn ledger_account(call: &mut Call) -> Result<LedgerAccount, PageError> {
    let account = call.account_id()?;
    read_account_in(call.db().await?, account).await?.ok_or(PageError::NotFound)
}

/// A page of an account.
pub(crate) async fn account(call: &mut Call, content: Content) -> Result<Reply, PageError> {
    if call.is_for_operators() {
        return for_operators(call, content).await;
    }
    let ledger = ledger_account(call).await?;
    account_with(call, content, &ledger).await
}

/// The same for a page that has read the credits.
pub(crate) async fn account_with(
    call: &mut Call,
    content: Content,
    ledger: &LedgerAccount,
) -> Result<Reply, PageError> {
    if call.is_for_operators() {
        return for_operators(call, content).await;
    }
    let id = call.account_id()?;
    let counts = counts(call.db().await?, id).await?;
    let left = ledger.credits_left().as_i64();
    let (words, membership) = (call.words(), call.membership()?);
    let root = format!("/console/{id}");
    let note = match (membership.closed_at, membership.account_state) {
        (Some(_), _) => Some(html! { (words.closed()) }),
        (None, AccountState::Suspended) => Some(html! { (words.suspended()) " " (whom_to_ask(call)) }),
        (None, AccountState::Active) => None,
    };
    let body = html! {
        a.skip href="#main" { (words.skip()) }
        div.page.test[content.is_test] {
            header.bar {
                (brand(&call.frame, words.home_address()))
                a.switcher href="/console?choose=1" title=(membership.account_name) { (membership.account_name) }
                a.left.push href=(root) { (numbers::whole(call.language(), left)) " " small { (words.credits_noun(left)) " " span { (words.left_over(left)) } } }
                a.wide href=(words.docs_address()) { (words.docs()) }
                span.wide { (other_language(&call.frame)) }
                (person(call)?)
            }
            details.nav {
                summary { (words.menu()) }
                nav aria-label=(words.account()) {
                    (places(call, &Section::ALL, &root, content.section, counts))
                }
            }
            main.main #main {
                @if let Some(note) = note { p.note { (note) } }
                @if content.is_test { p.note.info { "▲ " (words.test_place()) } }
                div.head {
                    h1 { (content.title) }
                    span.push {}
                    (content.actions)
                    @if let Some(lead) = &content.lead { p { (lead) } }
                }
                (content.body)
            }
            footer.foot { p { (words.foot()) } }
        }
    };
    Ok(Reply::page(document(&call.frame, &content.title, &body)))
}

/// The links to the places of an account.
fn places(call: &Call, sections: &[Section], root: &str, current: Section, counts: Counts) -> Markup {
    html! {
        @for &section in sections {
            // The operators' console has a page of its own at the root of an account.
            @let is_below = section == Section::Overview && call.is_for_operators();
            a href={ (root) (if is_below { "/overview" } else { section.path() }) } aria-current=[(section == current).then_some("page")] {
                (section.name(call.words()))
                @if let Some(count) = section.count(counts) { span { (numbers::up_to(call.language(), count, MAX_COUNTED_ASIDE)) } }
            }
        }
    }
}

/// Whom to ask to resume a suspended account.
fn whom_to_ask(call: &Call) -> Markup {
    let words = call.words();
    match call.console.links.support() {
        Some(address) => html! { (words.ask_to_resume()) " " (contact(address)) "." },
        None => html! { (words.ask_operator_to_resume()) },
    }
}

/// An address of the settings, as a link where it can be one.
pub(crate) fn contact(address: &str) -> Markup {
    html! {
        @if address.contains('@') && !address.contains(':') { a href={ "mailto:" (address) } { (address) } }
        @else if address.starts_with("https:") || address.starts_with("mailto:") { a href=(address) { (address) } }
        @else { b { (address) } }
    }
}

/// A page of an account on the operators' console.
async fn for_operators(call: &mut Call, content: Content) -> Result<Reply, PageError> {
    let id = call.account_id()?;
    let counts = counts(call.db().await?, id).await?;
    let (words, root, membership) = (call.words(), call.path("")?, call.membership()?);
    let places = places(call, &Section::OF_OPERATORS, &root, content.section, counts);
    let note = match (membership.closed_at, membership.account_state) {
        (Some(_), _) => Some(words.op_is_closed()),
        (None, AccountState::Suspended) => Some(words.op_is_suspended()),
        (None, AccountState::Active) => None,
    };
    let of_account = OfAccount { name: &membership.account_name, places, note, is_test: content.is_test };
    let head = Head { title: &content.title, lead: content.lead.as_deref(), actions: &content.actions };
    operator_frame::page(call, Place::Accounts, head, Some(of_account), &content.body)
}
