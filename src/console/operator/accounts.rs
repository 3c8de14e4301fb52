//! Finding an account by what its owner says: its name, id or e-mail address, a member's address, a
//! key's id, the two ends of a key, or the whole key. A whole key is compared and forgotten: it
//! stands in no address and on no page.

use maud::{Markup, html};

use crate::console::frame::operator_frame::{Head, Place, page};
use crate::console::numbers::whole;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::request::pasted_key::{key_in, may_hold_key};
use crate::console::words::Words;
use crate::domain::account::{Account, AccountState};
use crate::domain::ids::KeyId;
use crate::domain::key::KeyStatus;
use crate::domain::text::EmailAddress;
use crate::storage::operator::search::{self, FoundKey};
use crate::storage::{accounts, keys};

const PATH: &str = "/operator/accounts";
const MAX_CHARS: usize = 200;
/// Characters of the end of a key that pages and lists show.
const END_CHARS: usize = 4;

/// What was found.
#[derive(Default)]
struct Found {
    accounts: Vec<Account>,
    keys: Vec<FoundKey>,
}

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let text: String = call.query.text("text").chars().take(MAX_CHARS).collect();
    if text.is_empty() {
        return shown(call, &text, None);
    }
    // An address that holds a key is left at once, as frames link to their own page.
    if may_hold_key(&text) {
        return Ok(Reply::SeeOther(PATH.to_owned()));
    }
    let found = find(call, &text).await?;
    shown(call, &text, Some(&found))
}

/// Looks for what was typed. What may be a key is not put into an address.
pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["text"])?;
    let text: String = call.form.text("text").chars().take(MAX_CHARS).collect();
    if let Some((account, key, _)) = key_in(call, &text).await? {
        return Ok(Reply::SeeOther(format!("{PATH}/{account}/keys/{key}")));
    }
    if may_hold_key(&text) {
        let found = find(call, &text).await?;
        return shown(call, "", Some(&found));
    }
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    Ok(Reply::SeeOther(format!("{PATH}?text={text}")))
}

/// The beginning and the last four characters of a key, as pages show them: `fluence_live_ab…wxyz`,
/// or only the end.
pub(super) fn ends_of(text: &str) -> Option<(Option<&str>, &str)> {
    let (prefix, end) = match text.split_once('…').or_else(|| text.split_once("...")) {
        Some((prefix, end)) => (Some(prefix.trim()).filter(|prefix| !prefix.is_empty()), end.trim()),
        None => (None, text),
    };
    let is_end =
        end.len() == END_CHARS && end.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_end.then_some((prefix, end))
}

async fn find(call: &mut Call, text: &str) -> Result<Found, PageError> {
    let mut found = Found::default();
    let db = call.db().await?;
    if let Ok(id) = text.parse::<KeyId>()
        && let Some(key) = keys::find(db, id).await?
    {
        found.accounts.extend(accounts::find(db, key.account_id).await?);
    }
    if let Some((prefix, end)) = ends_of(text) {
        found.keys = search::keys_by_ends(db, prefix, end).await?;
    }
    found.accounts.extend(accounts::search::find(db, text).await?);
    if let Ok(address) = text.parse::<EmailAddress>() {
        for id in search::accounts_of_member(db, &address).await? {
            if !found.accounts.iter().any(|known| known.id == id) {
                found.accounts.extend(accounts::find(db, id).await?);
            }
        }
    }
    Ok(found)
}

fn shown(call: &Call, text: &str, found: Option<&Found>) -> Result<Reply, PageError> {
    let words = call.words();
    let body = html! {
        form.filters method="post" action=(PATH) role="search" {
            (call.form_field(PATH))
            input.wide-field name="text" value=(text) aria-label=(words.op_search_label()) placeholder=(words.op_search_hint()) autocomplete="off" required;
            button.primary { (words.op_find()) }
        }
        @if let Some(found) = found {
            @if found.accounts.is_empty() && found.keys.is_empty() { p.note.info { (words.op_nothing_found()) } }
            @if !found.keys.is_empty() { (keys_table(words, &found.keys)) }
            @if !found.accounts.is_empty() { (accounts_table(words, &found.accounts)) }
            @if found.accounts.len() >= accounts::search::LIMIT { p.muted.space { (words.op_search_cut()) } }
        } @else { p.muted { (words.op_search_lead()) } }
    };
    let actions = html! { a.button href={ (PATH) "/new" } { (words.op_new_account()) } };
    let head = Head { title: words.op_accounts(), lead: None, actions: &actions };
    page(call, Place::Accounts, head, None, &body)
}

/// The state of an account, as a shape and a word.
pub(super) fn state(words: Words, account: &Account) -> Markup {
    let (kind, shape, text) = match (account.closed_at, account.state) {
        (Some(_), _) => ("", "✕", words.op_closed()),
        (None, AccountState::Suspended) => ("bad", "○", words.op_suspended()),
        (None, AccountState::Active) => ("ok", "●", words.status_active()),
    };
    html! { span.chip.(kind) { (shape) " " (text) } }
}

/// Accounts with their plans and balances.
pub(super) fn accounts_table(words: Words, accounts: &[Account]) -> Markup {
    html! {
        section.card.scroll {
            table {
                thead { tr { th { (words.name()) } th { (words.email()) } th { (words.plan_head()) } th { (words.state()) } th.n { (words.credits_head()) } } }
                tbody {
                    @for account in accounts {
                        tr {
                            td data-label=(words.name()) { a href={ (PATH) "/" (account.id) } { (account.name) } }
                            td data-label=(words.email()) { (account.email) }
                            td data-label=(words.plan_head()) { (account.plan.plan) " (" (account.plan.edition) ")" }
                            td data-label=(words.state()) { (state(words, account)) }
                            td.n data-label=(words.credits_head()) { (whole(words.0, account.balance.as_i64())) }
                        }
                    }
                }
            }
        }
    }
}

/// Keys with their accounts.
pub(super) fn keys_table(words: Words, keys: &[FoundKey]) -> Markup {
    html! {
        section.card.scroll {
            table {
                thead { tr { th { (words.secret()) } th { (words.key()) } th { (words.state()) } th { (words.account()) } } }
                tbody {
                    @for key in keys {
                        @let account = format!("{PATH}/{}", key.account_id);
                        tr {
                            td data-label=(words.secret()) { code { (key.prefix) "…" (key.last_four) } }
                            td data-label=(words.key()) { a href={ (account) "/keys/" (key.id) } { (key.name) } }
                            td data-label=(words.state()) { (KeyStatus::from_name(&key.state).map_or(&*key.state, |status| words.status(status))) }
                            td data-label=(words.account()) { a href=(account) { (key.account_name) } }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_key_are_read_as_pages_show_them() {
        assert_eq!(ends_of("fluence_live_ab…wxyz"), Some((Some("fluence_live_ab"), "wxyz")));
        assert_eq!(ends_of("fluence_live_ab...wxyz"), Some((Some("fluence_live_ab"), "wxyz")));
        assert_eq!((ends_of("…wxyz"), ends_of("wxyz")), (Some((None, "wxyz")), Some((None, "wxyz"))));
        assert_eq!(
            (ends_of("acme"), ends_of("acme corp"), ends_of("a…")),
            (Some((None, "acme")), None, None)
        );
    }
}
