//! `/v1/environments`: the named sets of an account's keys.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use super::change_refusal::refusal;
use super::fair_queue::Urgency;
use super::management_auth::{Management, ManagementAuth};
use super::once::{Answer, Ended, Posted};
use crate::clock::new_id;
use crate::domain::account::EnvironmentView;
use crate::domain::ids::EnvironmentId;
use crate::domain::refusal::Refusal;
use crate::http::answer::{RefusalResponse, json_ok};
use crate::http::key_request;
use crate::management::environments;
use crate::storage::environments as stored;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Environment_{T}")]
pub(crate) struct Environments<T> {
    success: bool,
    data: T,
}

fn shown(environment: EnvironmentView) -> Environments<EnvironmentView> {
    Environments { success: true, data: environment }
}

/// All of them, oldest first; there are few.
pub async fn list(
    State(management): State<Management>,
    auth: ManagementAuth,
) -> Result<Response, RefusalResponse> {
    let mut connection = management.connection(&auth, Urgency::Ordinary).await?;
    let listed = stored::list(&mut connection, auth.caller.key.account_id).await;
    Ok(json_ok(Environments { success: true, data: listed.map_err(|error| refusal(error.into()))? }))
}

pub async fn create(
    State(management): State<Management>,
    auth: ManagementAuth,
    posted: Posted,
) -> Result<Response, Ended> {
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
    let id: EnvironmentId = id.parse().map_err(|_| Refusal::NotFound)?;
    let key_cap = key_request::key_cap(management.fields(&headers, body).await?)?;
    let (mut connection, account) =
        (management.connection(&auth, Urgency::Ordinary).await?, auth.caller.key.account_id);
    let changed = environments::set_key_cap(&mut connection, &auth.by, account, id, key_cap).await;
    Ok(json_ok(shown(changed.map_err(refusal)?)))
}
