//! Which key is this? A key is pasted, compared and forgotten.

use axum::http::StatusCode;
use maud::html;

use super::parts::path_of;
use crate::console::call::Call;
use crate::console::error::PageError;
use crate::console::field::{Faults, Input};
use crate::console::layout::{Content, account};
use crate::console::page::Reply;
use crate::console::section::Section;
use crate::domain::key::KeySecret;
use crate::identity::throttle::{GuessKind, Wait, wait};
use crate::storage::console::key_facts::with_digest;
use crate::storage::identity::guesses;
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
    let (person, id, words) = (call.user()?.identity.id, call.account_id()?, call.words());
    let subject = call.console.peppers.newest().blind("which key", &person.to_string());
    let failures = guesses::find(call.db().await?, GuessKind::Search, &subject).await?;
    let mut faults = Faults::default();
    if let Some(Wait::Seconds(seconds)) = wait(GuessKind::Search, failures, call.now()) {
        faults.add(("key", words.which_label()), words.log_in_wait(seconds));
        return Ok(form(call, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let found = match KeySecret::parse(call.form.text("key").as_bytes()) {
        Ok(secret) => {
            let digests: Vec<_> = call.console.peppers.all().map(|pepper| pepper.digest(&secret)).collect();
            with_digest(call.db().await?, Some(id), &digests).await?
        }
        Err(_) => None,
    };
    let Some((_, key, version)) = found else {
        guesses::add(call.db().await?, GuessKind::Search, &subject).await?;
        faults.add(("key", words.which_label()), words.which_none());
        return Ok(form(call, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let view = keys::find(call.db().await?, key).await?.ok_or(PageError::NotFound)?;
    let body = html! {
        section.card.form {
            p { a href=(path_of(call, key, "")?) { b { (view.name) } } }
            p { (words.which_version(version)) }
        }
    };
    account(call, Content::new(Section::Keys, words.which_key(), body)).await
}
