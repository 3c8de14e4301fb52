//! How keys are shown: their state as a shape and a word, their environment, their maker.

use chrono::{DateTime, TimeDelta, Utc};
use maud::{Markup, html};

use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::numbers;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::credits::Credits;
use crate::domain::ids::KeyId;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeyStatus, Mode, Scope};
use crate::storage::console::key_facts::KeyFacts;
use crate::storage::keys;

/// A key that ends so soon needs a look.
pub(in crate::console) const ENDS_SOON: TimeDelta = TimeDelta::days(14);

/// The key of the path, if it belongs to the account of the page.
pub(in crate::console) async fn key_of(call: &mut Call) -> Result<KeyView, PageError> {
    let (id, account): (KeyId, _) = (call.param("key")?, call.account_id()?);
    let key = keys::find(call.db().await?, id).await?;
    key.filter(|key| key.account_id == account).ok_or(PageError::NotFound)
}

/// The address of a page about a key.
pub(in crate::console) fn path_of(call: &Call, key: KeyId, rest: &str) -> Result<String, PageError> {
    call.path(&format!("/keys/{key}{rest}"))
}

/// The page instead of a form that would change nothing.
pub(super) async fn cannot(
    call: &mut Call,
    key: &KeyView,
    title: String,
    why: &str,
) -> Result<Reply, PageError> {
    let body = html! {
        p.note.info { (why) }
        p { a.button href=(path_of(call, key.id, "")?) { (call.words().to_key()) } }
    };
    account(call, Content::new(Section::Keys, title, body).test(key.mode == Mode::Test)).await
}

pub(in crate::console) fn status(words: Words, key: &KeyView) -> Markup {
    let (kind, shape, text) = match key.status {
        KeyStatus::Active if key.replaced_secret().is_some() => ("test", "◐", words.rotating()),
        status @ KeyStatus::Active => ("ok", "●", words.status(status)),
        status @ KeyStatus::Disabled => ("warn", "○", words.status(status)),
        status @ KeyStatus::Expired => ("", "✕", words.status(status)),
        status @ KeyStatus::Revoked => ("bad", "✕", words.status(status)),
    };
    html! { span.chip.(kind) { (shape) " " (text) } }
}

pub(in crate::console) fn environment(words: Words, name: &str, mode: Mode) -> Markup {
    match mode {
        Mode::Live => html! { span.chip { (name) " · " (words.live()) } },
        Mode::Test => html! { span.chip.test { (name) " · " (words.test()) } },
    }
}

pub(super) fn scopes(words: Words, key: &KeyView) -> String {
    let name = |scope: &Scope| words.state_of(scope.as_str()).unwrap_or(scope.as_str());
    let names: Vec<&str> = key.scopes.iter().map(name).collect();
    names.join(", ")
}

pub(super) const fn scope_text(words: Words, scope: Scope) -> &'static str {
    match scope {
        Scope::Read => words.scope_read(),
        Scope::Invoke => words.scope_invoke(),
        Scope::Manage => words.scope_manage(),
    }
}

/// A cap, or a dash without one.
pub(super) fn cap(words: Words, cap: Option<Credits>) -> String {
    cap.map_or_else(|| "–".to_owned(), |cap| numbers::whole(words.0, cap.as_i64()))
}

pub(in crate::console) fn last_used(words: Words, at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    at.map_or_else(|| words.never().to_owned(), |at| words.ago(at, now))
}

pub(super) fn maker(words: Words, facts: &KeyFacts) -> String {
    let name = facts.maker_name.clone();
    match facts.maker.as_str() {
        "operator" => words.by_operator().to_owned(),
        "system" => words.by_system().to_owned(),
        "key" => format!("{} {}", words.by_key(), name.unwrap_or_default()),
        "member" => name.unwrap_or_else(|| words.by_somebody().to_owned()),
        _ => words.unknown().to_owned(),
    }
}
