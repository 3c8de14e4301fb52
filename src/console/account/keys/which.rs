//! Which key is this? A key is pasted, compared and forgotten.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use maud::html;

use super::parts::{path_of, status};
use crate::console::credentials::guesses::{Subjects, wait_text};
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::{Faults, Input};
use crate::console::numbers::instant;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::ids::KeyId;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeySecret, KeyStatus};
use crate::storage::console::key_facts::{SecretFacts, of_secret, with_digest};
use crate::storage::keys;

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    form(call, &Faults::default()).await
}

async fn form(call: &mut Call, faults: &Faults) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path("/keys/which")?);
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            (Input::password("key", words.which_label(), "off").show(words, faults))
            button.primary { (words.which_button()) }
        }
    };
    account(call, Content::new(Section::Keys, words.which_key(), body).lead(words.which_lead())).await
}

pub(in crate::console) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["key"])?;
    let (person, words) = (call.user()?.identity.id, call.words());
    if call.form.text("key").is_empty() {
        return not_found(call, words.is_needed().to_owned()).await;
    }
    let attempt = match Subjects::of_search(call, person).begin(call).await? {
        Ok(attempt) => attempt,
        Err(wait) => return not_found(call, wait_text(call, wait)).await,
    };
    let judged = find(call).await;
    let Some((key, version)) = attempt.settle(call, judged).await? else {
        return not_found(call, words.which_none().to_owned()).await;
    };
    let view = keys::find(call.db().await?, key).await?.ok_or(PageError::NotFound)?;
    let facts = of_secret(call.db().await?, key, version).await?;
    let refused = refused_because(words, &view, &facts);
    let body = html! {
        section.card.form {
            p { a href=(path_of(call, key, "")?) { b { (view.name) } } " " (status(words, &view)) }
            p { (words.which_version(version)) }
            @if let Some(at) = facts.exposed_at { p.note.bad { "✕ " (words.leak_reported(&instant(words.0, at))) } }
            @for reason in &refused { p.note.bad { "✕ " (reason) } }
            @if refused.is_empty() { p.note.ok { "✓ " (words.secret_works()) } }
        }
    };
    account(call, Content::new(Section::Keys, words.which_key(), body)).await
}

/// The form again, with the reason why no key is shown.
async fn not_found(call: &mut Call, reason: String) -> Result<Reply, PageError> {
    let mut faults = Faults::default();
    faults.add(("key", call.words().which_label()), reason);
    Ok(form(call, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
}

/// Returns the account's key that was sent, and the version of its secret.
async fn find(call: &mut Call) -> Result<Option<(KeyId, i32)>, PageError> {
    let Ok(secret) = KeySecret::parse(call.form.text("key").as_bytes()) else { return Ok(None) };
    let digests: Vec<_> = call.console.peppers.all().map(|pepper| pepper.digest(&secret)).collect();
    let account = call.account_id()?;
    let found = with_digest(call.db().await?, Some(account), &digests).await?;
    Ok(found.map(|(_, key, version)| (key, version)))
}

/// Why calls with this secret are refused. Empty: they are not.
fn refused_because(words: Words, key: &KeyView, secret: &SecretFacts) -> Vec<String> {
    let at = |at: Option<DateTime<Utc>>| at.map(|at| instant(words.0, at)).unwrap_or_default();
    let of_key = match key.status {
        KeyStatus::Active => None,
        KeyStatus::Disabled => Some(words.key_is_disabled().to_owned()),
        KeyStatus::Expired => Some(words.key_has_expired(&at(key.expires_at))),
        KeyStatus::Revoked => Some(words.key_was_revoked(&at(key.revoked_at))),
    };
    let of_secret = secret.ended_at.map(|ended| words.secret_ended(&at(Some(ended))));
    of_key.into_iter().chain(of_secret).collect()
}
