//! Changing a key.

use axum::http::StatusCode;
use maud::html;

use super::form::{FIELDS, Typed};
use super::make::add_fault;
use super::parts::{cannot, key_of, path_of};
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::Faults;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::domain::key::terms::TermsChange;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeyStatus, Mode};
use crate::management;

/// The form of a key that exists.
pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let (key, words) = (key_of(call).await?, call.words());
    if key.status == KeyStatus::Revoked {
        let title = words.of_key(words.change_key(), &key.name);
        return cannot(call, &key, title, words.revoked_already()).await;
    }
    form(call, &key, &Typed::of(&key.terms(), &key.environment), &Faults::default()).await
}

async fn form(call: &mut Call, key: &KeyView, typed: &Typed, faults: &Faults) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), path_of(call, key.id, "/edit")?);
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            input type="hidden" name=(SHOWN) value=(as_shown(key));
            (typed.show(call, None, faults))
            div.filters {
                button.primary { (words.save()) }
                a.button href=(path_of(call, key.id, "")?) { (words.cancel()) }
            }
        }
    };
    let title = words.of_key(words.change_key(), &key.name);
    account(call, Content::new(Section::Keys, title, body).test(key.mode == Mode::Test)).await
}

/// The field with the terms that the form was filled in with.
const SHOWN: &str = "shown";

fn as_shown(key: &KeyView) -> String {
    // Texts, numbers and lists of them cannot fail.
    serde_json::to_string(&key.terms()).unwrap_or_default()
}

pub(in crate::console) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&[&FIELDS[..], &[SHOWN]].concat())?;
    let key = key_of(call).await?;
    let (typed, mut faults) = (Typed::sent(&call.form), Faults::default());
    let before = key.terms();
    let shown = call.form.raw(SHOWN);
    if !shown.is_empty() && shown != as_shown(&key) {
        let words = call.words();
        faults.add(("name", words.name()), words.key_changed_meanwhile());
        return Ok(form(call, &key, &typed, &faults).await?.with_status(StatusCode::CONFLICT));
    }
    if let Some(terms) = typed.read(call.words(), call.now(), Some(&before), &mut faults) {
        let change = TermsChange {
            name: Some(terms.name),
            scopes: Some(terms.scopes),
            regions: Some(terms.origin.regions),
            networks: Some(terms.origin.networks),
            expires_at: Some(terms.expires_at),
            daily_cap: Some(terms.daily_cap),
            monthly_cap: Some(terms.monthly_cap),
        };
        let by = call.by()?;
        match management::keys::change(call.db().await?, &by, key.id, change).await {
            Ok(_) => return Ok(Reply::SeeOther(path_of(call, key.id, "")?)),
            Err(error) => add_fault(call, error, &mut faults)?,
        }
    }
    call.roll_back();
    Ok(form(call, &key, &typed, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
}
