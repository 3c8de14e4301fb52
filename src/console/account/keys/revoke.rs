//! Revoking a key, and the page that names each gateway which refuses it.

use axum::http::StatusCode;
use chrono::Days;
use maud::html;

use super::parts::{cannot, key_of, last_used, path_of};
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeyState, KeyStatus, Mode};
use crate::management::keys;
use crate::storage::console::key_facts::used_since;
use crate::storage::{change_feed, nodes};

/// A key that was used so lately is revoked by typing its name.
const LATELY_DAYS: i64 = 7;

fn was_used_lately(call: &Call, key: &KeyView) -> bool {
    key.last_used_at.is_some_and(|at| (call.now() - at).num_days() < LATELY_DAYS)
}

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let key = key_of(call).await?;
    if key.status == KeyStatus::Revoked {
        let (title, why) =
            (call.words().of_key(call.words().revoke(), &key.name), call.words().revoked_already());
        return cannot(call, &key, title, why).await;
    }
    form(call, &key, &Faults::default()).await
}

async fn form(call: &mut Call, key: &KeyView, faults: &Faults) -> Result<Reply, PageError> {
    let (words, now, id) = (call.words(), call.now(), call.account_id()?);
    let yesterday = now.date_naive().checked_sub_days(Days::new(1)).unwrap_or(now.date_naive());
    let (calls, credits) = used_since(call.db().await?, id, key.id, yesterday).await?;
    let path = path_of(call, key.id, "/revoke")?;
    let title = words.of_key(words.revoke(), &key.name);
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            p { (words.revoke_lead()) }
            p { (words.last_used()) ": " b { (last_used(words, key.last_used_at, now)) } ". " (words.used_lately(calls, credits)) }
            @if was_used_lately(call, key) {
                (Input::text("name", words.key_name(), call.form.text("name")).hint(words.type_its_name()).show(words, faults))
            }
            div.filters {
                button.danger { (title) }
                a.button href=(path_of(call, key.id, "")?) { (words.cancel()) }
            }
        }
    };
    account(call, Content::new(Section::Keys, title.as_str(), body).test(key.mode == Mode::Test)).await
}

pub(in crate::console) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["name"])?;
    let key = key_of(call).await?;
    if was_used_lately(call, &key) && call.form.text("name") != key.name {
        let mut faults = Faults::default();
        faults.add(("name", call.words().key_name()), call.words().not_its_name());
        return Ok(form(call, &key, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let by = call.by()?;
    keys::set_state(call.db().await?, &by, key.id, KeyState::Revoked).await?;
    // The change gets its number with the commit; before that, the newest one is older, and every
    // gateway has seen it.
    call.commit().await?;
    let change = change_feed::newest(call.db().await?).await?;
    Ok(Reply::SeeOther(path_of(call, key.id, &format!("/revoked?change={change}"))?))
}

/// Each gateway, and whether it has seen the revocation.
pub(in crate::console) async fn gateways(call: &mut Call) -> Result<Reply, PageError> {
    let key = key_of(call).await?;
    if key.status != KeyStatus::Revoked {
        return Ok(Reply::SeeOther(path_of(call, key.id, "")?));
    }
    let change: i64 = call.query.text("change").parse().map_err(|_| PageError::NotFound)?;
    let nodes = nodes::list(call.db().await?).await?;
    let (words, now) = (call.words(), call.now());
    let again = path_of(call, key.id, &format!("/revoked?change={change}"))?;
    let is_waiting = nodes.iter().any(|node| node.change_seen < change && !node.is_silent);
    let body = html! {
        section.card.scroll {
            table {
                thead { tr { th { (words.gateway()) } th { (words.gateways_title()) } } }
                tbody {
                    @for node in &nodes {
                        tr {
                            td data-label=(words.gateway()) { (node.name) }
                            td data-label=(words.gateways_title()) {
                                @if node.change_seen >= change { (words.gateway_refuses()) }
                                @else if node.is_silent {
                                    (words.gateway_silent()) " "
                                    span.muted { (words.gateway_last_word(&words.ago(node.last_seen_at, now))) }
                                }
                                @else { (words.gateway_waits()) }
                            }
                        }
                    }
                }
            }
        }
        div.filters.space {
            @if is_waiting { a.button.primary href=(again) data-refresh="1" { (words.look_again()) } }
            a.button href=(path_of(call, key.id, "")?) { (words.back()) }
        }
    };
    let title = words.of_key(words.status_revoked(), &key.name);
    account(call, Content::new(Section::Keys, title, body).lead(words.gateways_lead())).await
}
