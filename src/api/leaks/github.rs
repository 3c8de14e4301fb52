//! Leaked keys that GitHub's secret scanning found: a signed list of matches.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json as JsonBody};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::public_keys::{KeysFrom, PAUSE, PublicKeys};
use super::{Leaks, MAX_LIST_BYTES, actor};
use crate::domain::hex;
use crate::domain::key::KeySecret;
use crate::domain::key::leak::{LeakSource, is_web_address};
use crate::domain::refusal::{Malformed, Refusal};
use crate::domain::wait::retry_after_s;
use crate::http::answer::{RefusalResponse, passed_on};
use crate::http::client_address::ClientAddress;
use crate::http::json_body::read_any_body;
use crate::http::negotiate::RenderContext;
use crate::management::leaks::{self as reports, LeakReport};

/// Most matches of one list.
const MAX_MATCHES: usize = 1_000;
const IDENTIFIER: &str = "github-public-key-identifier";
const SIGNATURE: &str = "github-public-key-signature";

/// What GitHub's reports are checked against, and the type of token that they name.
#[derive(Clone, Debug)]
pub(super) struct Github {
    keys: PublicKeys,
    token_type: Arc<str>,
}

impl Github {
    pub(super) fn new(keys: KeysFrom, token_type: &str) -> Self {
        Self { keys: PublicKeys::new(keys), token_type: token_type.into() }
    }
}

/// One match of GitHub's.
#[derive(Deserialize)]
struct Match {
    token: String,
    #[serde(default)]
    url: Option<String>,
}

/// What a match was, for GitHub.
#[derive(Serialize)]
struct Label<'l> {
    token_hash: String,
    token_type: &'l str,
    label: &'static str,
}

/// Takes a signed list of matches from GitHub's secret scanning.
pub async fn report(
    State(leaks): State<Leaks>,
    client: Option<Extension<ClientAddress>>,
    Extension(context): Extension<RenderContext>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, RefusalResponse> {
    let Some(Github { keys, token_type }) = &leaks.github else {
        return Err(Refusal::EndpointNotFound.into());
    };
    let client = client.map(|Extension(client)| client);
    leaks.count(client)?;
    let room = leaks.room(client, &body, MAX_LIST_BYTES)?;
    let body = room.read(read_any_body(body, MAX_LIST_BYTES)).await?;
    if !is_signed(keys, &headers, &body).await? {
        reports::count(LeakSource::Github, reports::REFUSED, 1);
        return Ok(passed_on(
            (StatusCode::UNAUTHORIZED, "the signature is missing or wrong\n").into_response(),
        ));
    }
    let matches: Vec<Match> = serde_json::from_slice(&body)
        .map_err(|error| Refusal::InvalidJson { line: error.line().max(1), column: error.column().max(1) })?;
    if matches.len() > MAX_MATCHES {
        return Err(Refusal::BadRequest(Malformed::TooManyMatches).into());
    }
    let _permit = leaks.permit().await?;
    let actor = actor("GitHub's secret scanning", client, &context);
    let mut connection = leaks.connection().await?;
    let mut labels = Vec::with_capacity(matches.len());
    for Match { token, url } in &matches {
        let is_ours = match KeySecret::parse(token.as_bytes()) {
            Ok(secret) => {
                // A URL that cannot be stored does not keep the key alive.
                let url = url.as_deref().filter(|url| is_web_address(url)).unwrap_or_default();
                let report = LeakReport { secret: &secret, url, source: LeakSource::Github };
                leaks.act(&mut connection, &actor, &report).await?
            }
            Err(_) => false,
        };
        labels.push(Label {
            token_hash: hex::encode(&Sha256::digest(token.as_bytes())),
            token_type,
            label: if is_ours { "true_positive" } else { "false_positive" },
        });
    }
    Ok(passed_on(JsonBody(labels).into_response()))
}

async fn is_signed(keys: &PublicKeys, headers: &HeaderMap, body: &[u8]) -> Result<bool, Refusal> {
    let header = |name| {
        let mut values = headers.get_all(name).iter();
        let first = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(first)
    };
    let (Some(identifier), Some(signature)) = (header(IDENTIFIER), header(SIGNATURE)) else {
        return Ok(false);
    };
    let retry_after_s = retry_after_s(PAUSE);
    let key = keys.find(identifier).await.map_err(|_| Refusal::Unavailable { retry_after_s })?;
    Ok(key.is_some_and(|key| key.has_signed(body, signature)))
}
