//! A client for one other server.

use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, InvalidHeaderValue, USER_AGENT,
};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use parking_lot::{Mutex, MutexGuard};
use secrecy::ExposeSecret;

use super::breaker::Breaker;
use super::bulkhead::Bulkhead;
use super::connector::{Connector, Protocol};
use super::error::UpstreamError;
use super::response_started::has_answer_begun;
use super::retry_after::retry_after;
use super::settings::UpstreamSettings;
use super::tls::{TlsFiles, UpstreamTls, UpstreamTlsError};
use super::{BUSY_RETRY_AFTER, IDLE_FOR, OWN_USER_AGENT};
use crate::clock;
use crate::domain::ids::AccountId;
use crate::outbound::address::AddressPolicy;

/// Idle connections that stay open.
const IDLE_CONNECTIONS: usize = 8;

/// A server and the limits of requests to it.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// Its label in metrics.
    pub name: &'static str,
    /// See [`parse_url`](crate::outbound::url::parse_url).
    pub url: Uri,
    /// Which addresses may be connected to.
    pub reach: AddressPolicy,
    /// Its credential and limits.
    pub settings: UpstreamSettings,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("the credential is not a valid header value")]
    Credential(#[from] InvalidHeaderValue),
    #[error(transparent)]
    Tls(#[from] UpstreamTlsError),
}

pub struct Upstream {
    config: UpstreamConfig,
    authorization: Option<HeaderValue>,
    client: Client<Connector, Full<Bytes>>,
    bulkhead: Bulkhead,
    breaker: Mutex<Breaker>,
}

impl Upstream {
    /// Builds the client. It does not connect yet.
    ///
    /// # Errors
    /// When the credential is not a valid header value, or TLS cannot be set up.
    pub fn new(config: UpstreamConfig) -> Result<Self, ClientError> {
        let credential = config.settings.credential.expose_secret();
        let authorization = if credential.is_empty() {
            None
        } else {
            let mut value = HeaderValue::try_from(format!("Bearer {credential}"))?;
            value.set_sensitive(true);
            Some(value)
        };
        let tls = UpstreamTls::read(TlsFiles::default())?;
        let (reach, timeout) = (config.reach, config.settings.connect_timeout);
        let connector = Connector::new(reach, timeout, &tls, None, Protocol::Http1);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_FOR)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .build(connector);
        let bulkhead = Bulkhead::new(config.settings.max_concurrent.get());
        let breaker = Mutex::new(Breaker::new(config.settings.breaker()));
        Ok(Self { config, authorization, client, bulkhead, breaker })
    }

    /// Posts a JSON body for an account and returns what `understood` makes of the answer, or
    /// `None` for a 404.
    ///
    /// `understood` returns [`UpstreamError::Failed`] for nonsense, because a server that sends it
    /// fails too, and [`UpstreamError::Unusable`] for a sound answer that does not help this
    /// request.
    pub async fn post<T>(
        &self,
        account: AccountId,
        body: Bytes,
        understood: impl FnOnce(&[u8]) -> Result<T, UpstreamError>,
    ) -> Result<Option<T>, UpstreamError> {
        let wait = self.breaker().wait(Instant::now());
        if let Some(retry_after) = wait {
            self.count("refused");
            return Err(UpstreamError::Unavailable { retry_after });
        }
        let waiting = tokio::time::timeout(self.config.settings.connect_timeout, self.bulkhead.take(account));
        let Ok(_permit) = waiting.await else {
            self.count("busy");
            return Err(UpstreamError::Unavailable { retry_after: BUSY_RETRY_AFTER });
        };
        let begun = Instant::now();
        let admitted = self.breaker().admit(begun);
        let admission = admitted.map_err(|retry_after| UpstreamError::Unavailable { retry_after })?;
        let posting = tokio::time::timeout(self.config.settings.total_timeout, self.try_twice(body));
        let answered = posting
            .await
            .unwrap_or(Err(UpstreamError::Timeout))
            .and_then(|answer| answer.map(|body| understood(&body)).transpose());
        let is_failing = answered.as_ref().is_err_and(UpstreamError::is_failure);
        self.breaker().report(admission, !is_failing, Instant::now());
        if let Err(UpstreamError::Paused { retry_after }) = &answered {
            self.breaker().pause(*retry_after, Instant::now());
        }
        self.count(match answered {
            Ok(_) => "answered",
            Err(UpstreamError::Timeout) => "timed_out",
            Err(UpstreamError::Paused { .. }) => "paused",
            Err(_) => "failed",
        });
        let seconds = begun.elapsed().as_secs_f64();
        metrics::histogram!("gateway_upstream_duration_seconds", "upstream" => self.config.name)
            .record(seconds);
        answered
    }

    /// Sends the request, and once more if no byte of a response arrived. A lookup changes nothing,
    /// so the server may answer it twice.
    async fn try_twice(&self, body: Bytes) -> Result<Option<Bytes>, UpstreamError> {
        let (request, connection) = self.request(body.clone())?;
        match self.client.request(request).await {
            Ok(response) => self.read(response).await,
            Err(error) if answer_had_begun(&error, &connection) => Err(UpstreamError::of(&error)),
            Err(_) => {
                let (request, _) = self.request(body)?;
                let response =
                    self.client.request(request).await.map_err(|error| UpstreamError::of(&error))?;
                self.read(response).await
            }
        }
    }

    fn request(&self, body: Bytes) -> Result<(Request<Full<Bytes>>, CaptureConnection), UpstreamError> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.config.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, OWN_USER_AGENT)
            .body(Full::new(body))
            .map_err(|error| UpstreamError::Failed(error.to_string()))?;
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        let connection = capture_connection(&mut request);
        Ok((request, connection))
    }

    /// Returns the body of a 200, within its limit. Redirects are not followed, because they may
    /// lead anywhere.
    async fn read(&self, response: Response<Incoming>) -> Result<Option<Bytes>, UpstreamError> {
        let most = self.config.settings.max_answer_bytes.get();
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                return Err(match retry_after(response.headers(), clock::now()) {
                    Some(retry_after) => UpstreamError::Paused { retry_after },
                    None => UpstreamError::Failed(answered(response.status())),
                });
            }
            // The credential is refused, for any request.
            refused @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                return Err(UpstreamError::Failed(answered(refused)));
            }
            // An error in one request says nothing about the next.
            refused if refused.is_client_error() => return Err(UpstreamError::Unusable(answered(refused))),
            other => return Err(UpstreamError::Failed(answered(other))),
        }
        if response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(UpstreamError::Failed("answered in an encoding that was not requested".into()));
        }
        let too_large = || UpstreamError::Failed(format!("answered with more than {most} bytes"));
        if response.body().size_hint().lower() > most as u64 {
            return Err(too_large());
        }
        match Limited::new(response.into_body(), most).collect().await {
            Ok(body) => Ok(Some(body.to_bytes())),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
            Err(error) => Err(UpstreamError::Failed(format!("broke off: {error}"))),
        }
    }

    /// Whether the breaker is open, or a probe is running.
    pub fn is_paused(&self) -> bool {
        self.breaker().level() > 0
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock()
    }

    fn count(&self, outcome: &'static str) {
        let upstream = self.config.name;
        metrics::counter!("gateway_upstream_requests_total", "upstream" => upstream, "outcome" => outcome)
            .increment(1);
        let level = f64::from(self.breaker().level());
        metrics::gauge!("gateway_breaker_state", "upstream" => upstream).set(level);
    }
}

fn answer_had_begun(error: &Error, connection: &CaptureConnection) -> bool {
    !error.is_connect() && has_answer_begun(connection)
}

fn answered(status: StatusCode) -> String {
    format!("answered {}", status.as_u16())
}
