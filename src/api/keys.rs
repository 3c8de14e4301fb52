//! `/v1/keys`: an account's keys, made and managed by one that has the scope `manage`.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use serde::Serialize;
use sqlx::Connection;

use super::asking::{Asking, Management, refusal};
use crate::clock::new_id;
use crate::domain::ids::KeyId;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeySecret, KeyState};
use crate::domain::refusal::Refusal;
use crate::http::key_request::{self, NewKeyRequest};
use crate::http::paging::Page;
use crate::http::render::{json_ok, json_with};
use crate::management::{self, NotDone};
use crate::storage::keys::{self, NewKey};

#[derive(Serialize)]
struct KeyPage {
    success: bool,
    data: Vec<KeyView>,
    /// Present when there may be more: pass it as `cursor`.
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct One<T> {
    success: bool,
    data: T,
}

/// A key with its secret, in the only answer that ever holds it.
#[derive(Serialize)]
struct WithSecret<'a> {
    key: &'a str,
    #[serde(flatten)]
    view: KeyView,
}

fn shown(view: KeyView) -> Response {
    json_ok(One { success: true, data: view })
}

fn shown_once(status: StatusCode, view: KeyView, secret: &KeySecret) -> Response {
    let location = format!("/v1/keys/{}", view.id);
    let data = WithSecret { key: secret.expose(), view };
    let mut response = json_with(status, One { success: true, data });
    if let (StatusCode::CREATED, Ok(location)) = (status, HeaderValue::try_from(location)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// What is no id is nobody's.
fn id_of(text: &str) -> Result<KeyId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

/// The account's keys, oldest first, a page at a time.
pub async fn list(
    State(management): State<Management>,
    asking: Asking,
    uri: Uri,
) -> Result<Response, Refusal> {
    let page = Page::<KeyId>::of(&uri)?;
    let mut connection = management.connection().await?;
    let account = asking.caller.key.account_id;
    let listed = keys::list(&mut connection, account, page.after, page.limit).await;
    let mut data = listed.map_err(|error| refusal(error.into()))?;
    let next_cursor = page.end(&mut data, |key| key.id.to_string());
    Ok(json_ok(KeyPage { success: true, data, next_cursor }))
}

/// One key of the account.
pub async fn one(
    State(management): State<Management>,
    asking: Asking,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    let mut connection = management.connection().await?;
    let found = keys::find(&mut connection, id).await.map_err(|error| refusal(error.into()))?;
    let own = found.filter(|key| key.account_id == asking.caller.key.account_id);
    own.map(shown).ok_or(Refusal::NotFound)
}

/// Makes a key, and shows it this once.
pub async fn create(
    State(management): State<Management>,
    asking: Asking,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let asked = NewKeyRequest::parse(management.fields(&headers, body).await?)?;
    let new = NewKey {
        id: KeyId::from_uuid(new_id()),
        account_id: asking.caller.key.account_id,
        environment: asked.environment.into_string(),
        terms: asked.terms,
    };
    let mut connection = management.connection().await?;
    let peppers = &management.peppers;
    let made = management::keys::create(&mut connection, &asking.by, &new, asked.format, peppers).await;
    let (view, secret) = made.map_err(refusal)?;
    Ok(shown_once(StatusCode::CREATED, view, &secret))
}

/// Changes a key's name, rights, limits or state, all of what is asked for or nothing.
pub async fn change(
    State(management): State<Management>,
    asking: Asking,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    let (terms, state) = key_request::key_change(management.fields(&headers, body).await?)?;
    let mut connection = management.connection().await?;
    let changed = async {
        let mut transaction = connection.begin().await?;
        let mut view = management::keys::change(&mut transaction, &asking.by, id, terms).await?;
        if let Some(state) = state {
            view = management::keys::set_state(&mut transaction, &asking.by, id, state).await?;
        }
        transaction.commit().await?;
        Ok::<_, NotDone>(view)
    };
    Ok(shown(changed.await.map_err(refusal)?))
}

/// Gives a key a new secret, and shows it this once.
pub async fn rotate(
    State(management): State<Management>,
    asking: Asking,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    let overlap = key_request::overlap(management.optional_fields(&headers, body).await?)?;
    let mut connection = management.connection().await?;
    let peppers = &management.peppers;
    let rotated = management::keys::rotate(&mut connection, &asking.by, id, overlap, peppers).await;
    let (view, secret) = rotated.map_err(refusal)?;
    Ok(shown_once(StatusCode::OK, view, &secret))
}

/// Ends the old secret of a key that is being rotated.
pub async fn end_overlap(
    State(management): State<Management>,
    asking: Asking,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    management.no_fields(&headers, body).await?;
    let mut connection = management.connection().await?;
    let ended = management::keys::end_overlap(&mut connection, &asking.by, id).await;
    Ok(shown(ended.map_err(refusal)?))
}

/// Takes the new secret of a key that is being rotated back; the old one lives on.
pub async fn cancel_rotation(
    State(management): State<Management>,
    asking: Asking,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    management.no_fields(&headers, body).await?;
    let mut connection = management.connection().await?;
    let cancelled = management::keys::cancel_rotation(&mut connection, &asking.by, id).await;
    Ok(shown(cancelled.map_err(refusal)?))
}

/// Ends a key for good. A key may end itself.
pub async fn revoke(
    management: State<Management>,
    asking: Asking,
    id: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    set_state(management, asking, id, headers, body, KeyState::Revoked).await
}

/// Has a key refused until it is enabled.
pub async fn disable(
    management: State<Management>,
    asking: Asking,
    id: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    set_state(management, asking, id, headers, body, KeyState::Disabled).await
}

/// Lets a disabled key call again.
pub async fn enable(
    management: State<Management>,
    asking: Asking,
    id: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    set_state(management, asking, id, headers, body, KeyState::Active).await
}

async fn set_state(
    State(management): State<Management>,
    asking: Asking,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
    state: KeyState,
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    management.no_fields(&headers, body).await?;
    let mut connection = management.connection().await?;
    let changed = management::keys::set_state(&mut connection, &asking.by, id, state).await;
    Ok(shown(changed.map_err(refusal)?))
}
