//! `/v1/environments`: the named sets of an account's keys.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use super::change_refusal::refusal;
use super::fair_queue::Urgency;
use super::management_auth::{Management, ManagementAuth};
use super::once::{Answer, NotMade, Posted};
use crate::api::id_of;
use crate::clock::new_id;
use crate::domain::account::EnvironmentView;
use crate::domain::ids::EnvironmentId;
use crate::http::answer::{RefusalResponse, json_ok};
use crate::http::key_request;
use crate::http::paging::Page;
use crate::management::environments;
use crate::storage::environments as stored;

#[derive(Serialize, JsonSchema)]
pub(crate) struct EnvironmentPage {
    success: bool,
    data: Vec<EnvironmentView>,
    /// Present when there may be more: pass it as `cursor`.
    next_cursor: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentAnswer")]
pub(crate) struct One {
    success: bool,
    data: EnvironmentView,
}

fn shown(environment: EnvironmentView) -> One {
    One { success: true, data: environment }
}

/// The account's environments, oldest first, a page at a time.
pub async fn list(
    State(management): State<Management>,
    auth: ManagementAuth,
    uri: Uri,
) -> Result<Response, RefusalResponse> {
    let page = Page::<EnvironmentId>::of(&uri)?;
    let mut connection = management.connection(&auth, Urgency::Ordinary).await?;
    let account = auth.caller.key.account_id;
    let listed = stored::page(&mut connection, account, page.after, page.limit).await;
    let mut data = listed.map_err(|error| refusal(error.into()))?;
    let next_cursor = page.end(&mut data, |environment| environment.id.to_string());
    Ok(json_ok(EnvironmentPage { success: true, data, next_cursor }))
}

pub async fn one(
    State(management): State<Management>,
    auth: ManagementAuth,
    Path(id): Path<String>,
) -> Result<Response, RefusalResponse> {
    let id = id_of(&id)?;
    let mut connection = management.connection(&auth, Urgency::Ordinary).await?;
    let found = environments::find(&mut connection, auth.caller.key.account_id, id).await;
    Ok(json_ok(shown(found.map_err(refusal)?)))
}

pub async fn create(
    State(management): State<Management>,
    auth: ManagementAuth,
    posted: Posted,
) -> Result<Response, NotMade> {
    let (name, mode) = key_request::new_environment(posted.fields().await?)?;
    let id = EnvironmentId::from_uuid(new_id());
    let mut act = management.act(&auth, &posted, Urgency::Ordinary).await?;
    let account = auth.caller.key.account_id;
    let made = environments::create(&mut act, &auth.by, id, account, &name, mode).await;
    let (status, location) = (StatusCode::CREATED, format!("/v1/environments/{id}"));
    let shown = shown(made.map_err(refusal)?);
    act.finish(Answer { status, location, shown, is_secret: false }).await
}

/// Says how many keys one may have.
pub async fn change(
    State(management): State<Management>,
    auth: ManagementAuth,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, RefusalResponse> {
    let id = id_of(&id)?;
    let key_cap = key_request::key_cap(management.fields(&headers, body).await?)?;
    let (mut connection, account) =
        (management.connection(&auth, Urgency::Ordinary).await?, auth.caller.key.account_id);
    let changed = environments::set_key_cap(&mut connection, &auth.by, account, id, key_cap).await;
    Ok(json_ok(shown(changed.map_err(refusal)?)))
}
