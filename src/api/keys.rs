//! `/v1/keys`: an account's keys, made and managed by one that has the scope `manage`.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::Connection;

use super::change_refusal::refusal;
use super::fair_queue::Urgency;
use super::management_auth::{Management, ManagementAuth};
use super::once::{Act, Answer, NotMade, Posted};
use crate::api::id_of;
use crate::clock::new_id;
use crate::domain::ids::KeyId;
use crate::domain::key::view::KeyView;
use crate::domain::key::{FormatChoice, KeySecret, KeyState};
use crate::domain::refusal::Refusal;
use crate::http::answer::{RefusalResponse, json_ok};
use crate::http::key_request::{self, NewKeyRequest};
use crate::http::paging::Page;
use crate::management::{self, ChangeError};
use crate::storage::keys::{self, NewKey};

#[derive(Serialize, JsonSchema)]
pub(crate) struct KeyPage {
    success: bool,
    data: Vec<KeyView>,
    /// Present when there may be more: pass it as `cursor`.
    next_cursor: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "KeyAnswer_{T}")]
pub(crate) struct One<T> {
    success: bool,
    data: T,
}

/// A key with its secret, in the only answer that ever holds it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "KeyWithSecret")]
pub(crate) struct WithSecret<'a> {
    key: &'a str,
    #[serde(flatten)]
    view: KeyView,
}

fn shown(view: KeyView) -> Response {
    json_ok(One { success: true, data: view })
}

fn location_of(view: &KeyView) -> String {
    format!("/v1/keys/{}", view.id)
}

/// Ends a change of a key with its view.
async fn done(act: Act, view: KeyView) -> Result<Response, NotMade> {
    let location = location_of(&view);
    let shown = One { success: true, data: view };
    act.finish(Answer { status: StatusCode::OK, location, shown, is_secret: false }).await
}

/// Ends a change of a key with its new secret.
async fn done_once(
    act: Act,
    status: StatusCode,
    view: KeyView,
    secret: &KeySecret,
) -> Result<Response, NotMade> {
    let location = location_of(&view);
    let shown = One { success: true, data: WithSecret { key: secret.expose(), view } };
    act.finish(Answer { status, location, shown, is_secret: true }).await
}

/// The account's keys, oldest first, a page at a time.
pub async fn list(
    State(management): State<Management>,
    auth: ManagementAuth,
    uri: Uri,
) -> Result<Response, RefusalResponse> {
    let page = Page::<KeyId>::of(&uri)?;
    let mut connection = management.connection(&auth, Urgency::Ordinary).await?;
    let account = auth.caller.key.account_id;
    let listed = keys::list(&mut connection, account, page.after, page.limit).await;
    let mut data = listed.map_err(|error| refusal(error.into()))?;
    let next_cursor = page.end(&mut data, |key| key.id.to_string());
    Ok(json_ok(KeyPage { success: true, data, next_cursor }))
}

pub async fn one(
    State(management): State<Management>,
    auth: ManagementAuth,
    Path(id): Path<String>,
) -> Result<Response, RefusalResponse> {
    let id = id_of(&id)?;
    let mut connection = management.connection(&auth, Urgency::Ordinary).await?;
    let key = keys::find(&mut connection, id).await.map_err(|error| refusal(error.into()))?;
    let own = key.filter(|key| key.account_id == auth.caller.key.account_id);
    Ok(own.map(shown).ok_or(Refusal::NotFound)?)
}

/// Makes a key, and shows it this once.
pub async fn create(
    State(management): State<Management>,
    auth: ManagementAuth,
    posted: Posted,
) -> Result<Response, NotMade> {
    let requested = NewKeyRequest::parse(posted.fields().await?)?;
    let new = NewKey {
        id: KeyId::from_uuid(new_id()),
        account_id: auth.caller.key.account_id,
        environment: requested.environment.into_string(),
        terms: requested.terms,
    };
    let mut act = management.act(&auth, &posted, Urgency::Ordinary).await?;
    let secret = management.new_secret(requested.format);
    let made = management::keys::create(&mut act, &auth.by, &new, &secret).await;
    let (view, secret) = made.map_err(refusal)?;
    done_once(act, StatusCode::CREATED, view, &secret).await
}

/// Changes a key's name, rights, limits or state, all of what is asked for or nothing.
pub async fn change(
    State(management): State<Management>,
    auth: ManagementAuth,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, RefusalResponse> {
    let id = id_of(&id)?;
    let (terms, state) = key_request::key_change(management.fields(&headers, body).await?)?;
    let urgency = if state == Some(KeyState::Disabled) { Urgency::Revocation } else { Urgency::Ordinary };
    let mut connection = management.connection(&auth, urgency).await?;
    let changed = async {
        let mut transaction = connection.begin().await?;
        let mut view = management::keys::change(&mut transaction, &auth.by, id, terms).await?;
        if let Some(state) = state {
            view = management::keys::set_state(&mut transaction, &auth.by, id, state).await?;
        }
        transaction.commit().await?;
        Ok::<_, ChangeError>(view)
    };
    Ok(shown(changed.await.map_err(refusal)?))
}

/// Gives a key a new secret, and shows it this once.
pub async fn rotate(
    State(management): State<Management>,
    auth: ManagementAuth,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, NotMade> {
    let id = id_of(&id)?;
    let overlap = key_request::overlap(posted.optional_fields()?)?;
    // Without an overlap it ends a secret that may have leaked.
    let urgency = if overlap.span().is_zero() { Urgency::Revocation } else { Urgency::Ordinary };
    let mut act = management.act(&auth, &posted, urgency).await?;
    let secret = management.new_secret(FormatChoice::Usual);
    let rotated = management::keys::rotate(&mut act, &auth.by, id, overlap, &secret).await;
    let (view, secret) = rotated.map_err(refusal)?;
    done_once(act, StatusCode::OK, view, &secret).await
}

/// Ends the old secret of a key that is being rotated.
pub async fn end_overlap(
    State(management): State<Management>,
    auth: ManagementAuth,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, NotMade> {
    let id = id_of(&id)?;
    posted.no_fields()?;
    let mut act = management.act(&auth, &posted, Urgency::Revocation).await?;
    let ended = management::keys::end_overlap(&mut act, &auth.by, id).await;
    done(act, ended.map_err(refusal)?).await
}

/// Takes the new secret of a key that is being rotated back; the old one lives on.
pub async fn cancel_rotation(
    State(management): State<Management>,
    auth: ManagementAuth,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, NotMade> {
    let id = id_of(&id)?;
    posted.no_fields()?;
    let mut act = management.act(&auth, &posted, Urgency::Ordinary).await?;
    let cancelled = management::keys::cancel_rotation(&mut act, &auth.by, id).await;
    done(act, cancelled.map_err(refusal)?).await
}

/// Ends a key for good. A key may end itself.
pub async fn revoke(
    management: State<Management>,
    auth: ManagementAuth,
    id: Path<String>,
    posted: Posted,
) -> Result<Response, NotMade> {
    set_state(management, auth, id, posted, KeyState::Revoked, Urgency::Revocation).await
}

/// Has a key refused until it is enabled.
pub async fn disable(
    management: State<Management>,
    auth: ManagementAuth,
    id: Path<String>,
    posted: Posted,
) -> Result<Response, NotMade> {
    set_state(management, auth, id, posted, KeyState::Disabled, Urgency::Revocation).await
}

/// Lets a disabled key call again.
pub async fn enable(
    management: State<Management>,
    auth: ManagementAuth,
    id: Path<String>,
    posted: Posted,
) -> Result<Response, NotMade> {
    set_state(management, auth, id, posted, KeyState::Active, Urgency::Ordinary).await
}

async fn set_state(
    State(management): State<Management>,
    auth: ManagementAuth,
    Path(id): Path<String>,
    posted: Posted,
    state: KeyState,
    urgency: Urgency,
) -> Result<Response, NotMade> {
    let id = id_of(&id)?;
    posted.no_fields()?;
    let mut act = management.act(&auth, &posted, urgency).await?;
    let changed = management::keys::set_state(&mut act, &auth.by, id, state).await;
    done(act, changed.map_err(refusal)?).await
}
