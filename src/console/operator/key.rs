//! Revoking a key for its owner: a leak does not wait until they are reached.

use axum::http::StatusCode;
use maud::html;

use super::act::{ActForm, principal, reason};
use crate::console::account::keys::parts::{key_of, path_of};
use crate::console::html::field::Faults;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeyState, KeyStatus};
use crate::management::keys;
use crate::storage::change_feed;

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let key = key_of(call).await?;
    if key.status == KeyStatus::Revoked {
        return Ok(Reply::SeeOther(path_of(call, key.id, "")?));
    }
    form(call, &key, &Faults::default()).await
}

async fn form(call: &mut Call, key: &KeyView, faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let title = words.of_key(words.revoke(), &key.name);
    let fields = html! {
        p { (words.secret()) ": " code { (key.prefix) "…" (key.last_four) } }
    };
    let rest = format!("/keys/{}/revoke", key.id);
    let form = ActForm { rest: &rest, title, lead: words.op_revoke_lead(), fields, is_dangerous: true };
    form.show(call, faults).await
}

pub(super) async fn revoke(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["reason"])?;
    let key = key_of(call).await?;
    let mut faults = Faults::default();
    let Some(reason) = reason(call, &mut faults) else {
        return Ok(form(call, &key, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let by = principal(call, reason)?;
    keys::set_state(call.db().await?, &by, key.id, KeyState::Revoked).await?;
    // The change gets its number with the commit; before that, the newest one is older, and every
    // gateway has seen it.
    call.commit().await?;
    let change = change_feed::newest(call.db().await?).await?;
    Ok(Reply::SeeOther(path_of(call, key.id, &format!("/revoked?change={change}"))?))
}
