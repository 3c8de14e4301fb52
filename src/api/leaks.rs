//! Reports of leaked keys: by their finders, and signed by GitHub; and whether a key that a scanner
//! found is live.

pub mod github;
mod public_keys;
pub mod settings;

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgConnection, PgPool};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use self::github::Github;
pub use self::public_keys::KeysFrom;
use super::change_refusal::refusal;
use crate::clock::sleep_until_next;
use crate::domain::audit::Actor;
use crate::domain::key::leak::{LeakSource, MAX_URL_CHARS, is_web_address};
use crate::domain::key::{KeyFormat, KeySecret};
use crate::domain::refusal::{Fault, Limit, LimitHit, Refusal};
use crate::domain::wait::retry_after_s;
use crate::gate::auth::keyring::Keyring;
use crate::gate::network_window::NetworkWindow;
use crate::http::answer::{RefusalResponse, json_with, passed_on};
use crate::http::client_address::ClientAddress;
use crate::http::json_body::{parse_fields, read_body};
use crate::http::keyless_bodies::{KeylessBodies, Room};
use crate::http::negotiate::RenderContext;
use crate::management::leaks::{self, LeakPolicy, LeakReport};
use crate::secret::peppers::Peppers;

/// Largest body of one report, of a scanner's question, and of a list of GitHub's.
const MAX_REPORT_BYTES: usize = 16 * 1024;
const MAX_QUESTION_BYTES: usize = 64 * 1024;
const MAX_LIST_BYTES: usize = 1024 * 1024;
/// Longest text that can be a key.
pub(crate) const MAX_TOKEN_CHARS: usize = 128;
/// Most keys of one question of a scanner.
const MAX_ASKED: usize = 100;
/// Reports from one network per minute.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(20).unwrap();
const NETWORKS: NonZeroUsize = NonZeroUsize::new(16_384).unwrap();
/// Reports that are worked on at once. More wait for a moment.
const AT_ONCE: usize = 2;
const WAIT: Duration = Duration::from_secs(5);
/// A report is answered at a multiple of this interval, so that the time does not show whether it
/// was a key.
const INTERVAL: Duration = Duration::from_millis(250);

/// What reports work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Leaks {
    pool: PgPool,
    peppers: Peppers,
    policy: LeakPolicy,
    keyring: Keyring,
    takes_reports: bool,
    /// `None`: GitHub's reports are not taken.
    github: Option<Github>,
    bodies: KeylessBodies,
    windows: NetworkWindow,
    permits: Arc<Semaphore>,
}

impl Leaks {
    pub fn new(pool: PgPool, peppers: Peppers, policy: LeakPolicy, keyring: Keyring) -> Self {
        leaks::show_counts();
        Self {
            pool,
            peppers,
            policy,
            keyring,
            takes_reports: false,
            github: None,
            bodies: KeylessBodies::default(),
            windows: NetworkWindow::new(PER_MINUTE, Duration::from_secs(60), NETWORKS),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Shares the memory of bodies with other paths that need no key.
    #[must_use]
    pub fn with_bodies(self, bodies: KeylessBodies) -> Self {
        Self { bodies, ..self }
    }

    /// Takes reports of finders.
    #[must_use]
    pub fn with_reports(self, takes_reports: bool) -> Self {
        Self { takes_reports, ..self }
    }

    /// Takes GitHub's reports about tokens of this type.
    #[must_use]
    pub fn with_github(self, keys: KeysFrom, token_type: &str) -> Self {
        Self { github: Some(Github::new(keys, token_type)), ..self }
    }

    /// Memory for the body of a request, which may be sent by any client.
    fn room(&self, client: Option<ClientAddress>, body: &Body, limit_bytes: usize) -> Result<Room, Refusal> {
        self.bodies.room(client.map(|ClientAddress(address)| address), body, limit_bytes)
    }

    /// Counts a request of a network.
    fn count(&self, client: Option<ClientAddress>) -> Result<(), Refusal> {
        let Some(ClientAddress(address)) = client else { return Ok(()) };
        self.windows.count(address).map_err(|retry_after_s| {
            let size = PER_MINUTE.get().into();
            Refusal::Limited(LimitHit { limit: Limit::LeakReports, size, retry_after_s })
        })
    }

    /// Waits for a permit. Ask for it once the request has been read, so that a slow client holds
    /// none.
    async fn permit(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        let permit = tokio::time::timeout(WAIT, self.permits.acquire()).await;
        permit.ok().and_then(Result::ok).ok_or(Refusal::Unavailable { retry_after_s: retry_after_s(WAIT) })
    }

    async fn act(
        &self,
        connection: &mut PgConnection,
        actor: &Actor,
        report: &LeakReport<'_>,
    ) -> Result<bool, Refusal> {
        let done = leaks::report(connection, &self.peppers, &self.policy, actor, report).await;
        let Some(action) = done.map_err(refusal)? else { return Ok(false) };
        let source = report.source.as_str();
        tracing::warn!(source, action = action.as_str(), "a leaked key was reported");
        Ok(true)
    }

    async fn connection(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, Refusal> {
        self.pool.acquire().await.map_err(|error| refusal(error.into()))
    }
}

/// The answer to a report, the same for every one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LeakReportAnswer")]
pub(crate) struct Thanks {
    success: bool,
    message: &'static str,
}

/// Takes the report of a key by its holder.
pub async fn report(
    State(leaks): State<Leaks>,
    client: Option<Extension<ClientAddress>>,
    Extension(context): Extension<RenderContext>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, RefusalResponse> {
    if !leaks.takes_reports {
        return Err(Refusal::EndpointNotFound.into());
    }
    let client = client.map(|Extension(client)| client);
    let room = leaks.room(client, &body, MAX_REPORT_BYTES)?;
    let mut fields = parse_fields(&room.read(read_body(&headers, body, MAX_REPORT_BYTES)).await?)?;
    let token = match fields.take("token") {
        Some(token) => fields.line("token", token, MAX_TOKEN_CHARS),
        None => fields.fault("token", Fault::Missing),
    };
    let url = fields.take("url").and_then(|url| fields.line("url", url, MAX_URL_CHARS));
    if url.as_deref().is_some_and(|url| !is_web_address(url)) {
        fields.fault::<()>("url", Fault::NotWebAddress);
    }
    fields.finish()?;
    leaks.count(client)?;
    let token = token.unwrap_or_default();
    let permit = leaks.permit().await?;
    let begun_at = Instant::now();
    let done = match KeySecret::parse(token.as_bytes()) {
        Ok(secret) if secret.format() != KeyFormat::Legacy => {
            let url = url.unwrap_or_default();
            let report = LeakReport { secret: &secret, url: &url, source: LeakSource::Report };
            let actor = actor("leak report", client, &context);
            leaks.act(&mut *leaks.connection().await?, &actor, &report).await.map(drop)
        }
        Ok(_) | Err(_) => Ok(()),
    };
    drop(permit);
    sleep_until_next(begun_at, INTERVAL).await;
    done?;
    let message = "Thank you. If this is a live key of this service, the service acts on it and its owner gets an e-mail.";
    Ok(json_with(StatusCode::ACCEPTED, Thanks { success: true, message }))
}

fn actor(part: &'static str, client: Option<ClientAddress>, context: &RenderContext) -> Actor {
    Actor {
        address: client.map(|ClientAddress(address)| address),
        request_id: Some(context.request_id),
        ..Actor::system(part)
    }
}

/// Whether a scanner's find is live: 200 if any is, 403 if none. The body is that of TruffleHog's
/// custom verifiers: `{"detector": {"regex": ["…"]}}`. It says no more than a call with the key
/// would.
pub async fn verify(
    State(leaks): State<Leaks>,
    client: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, RefusalResponse> {
    if !leaks.takes_reports {
        return Err(Refusal::EndpointNotFound.into());
    }
    let client = client.map(|Extension(client)| client);
    let room = leaks.room(client, &body, MAX_QUESTION_BYTES)?;
    let fields = parse_fields(&room.read(read_body(&headers, body, MAX_QUESTION_BYTES)).await?)?;
    let mut texts = Vec::new();
    fields.rest().for_each(|(_, value)| value.texts(&mut texts));
    for text in texts.into_iter().take(MAX_ASKED) {
        let Ok(secret) = KeySecret::parse(text.as_bytes()) else { continue };
        if leaks.keyring.is_live(&secret, client.map(|ClientAddress(address)| address)).await? {
            return Ok(passed_on(StatusCode::OK.into_response()));
        }
    }
    Ok(passed_on(StatusCode::FORBIDDEN.into_response()))
}
