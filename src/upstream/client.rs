//! Asking one server behind this one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, InvalidHeaderValue, USER_AGENT,
};
use hyper::http::Extensions;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use secrecy::ExposeSecret;

use super::address::Reach;
use super::breaker::Breaker;
use super::bulkhead::Bulkhead;
use super::connector::Connector;
use super::response_started::ResponseStarted;
use super::retry_after::retry_after;
use super::settings::UpstreamSettings;
use crate::domain::ids::AccountId;

/// Connections kept open without a request, and for how long: less than servers commonly keep theirs.
const IDLE_CONNECTIONS: usize = 8;
const IDLE_FOR: Duration = Duration::from_secs(30);
/// What a caller is told to wait where no place became free.
const BUSY_RETRY_AFTER: Duration = Duration::from_secs(1);

/// A server, and how it is asked.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// What metrics call it.
    pub name: &'static str,
    /// Where it is asked, see [`parse_url`](super::address::parse_url).
    pub url: Uri,
    /// Which addresses may be connected to.
    pub reach: Reach,
    /// Its credential and limits.
    pub settings: UpstreamSettings,
}

/// Why there is no answer. None of these texts holds what was asked or answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// It failed too often, or too many ask already: not asked.
    #[error("not asked, because it keeps failing or too many ask already")]
    Unavailable {
        /// When asking again makes sense.
        retry_after: Duration,
    },
    /// It answered that it is to be asked no sooner than this: nobody asks until then.
    #[error("asks to be left alone for {} s", .retry_after.as_secs())]
    Paused {
        /// When asking again makes sense.
        retry_after: Duration,
    },
    /// No whole answer in time.
    #[error("no whole answer in time")]
    Timeout,
    /// It cannot be reached, broke off, or does not answer as it should: it would fail others too.
    #[error("{0}")]
    Failed(String),
    /// It answered this question with nothing that can be used, which says nothing of how it answers others.
    #[error("{0}")]
    Unusable(String),
}

impl UpstreamError {
    /// Whether the server is failing, whoever asks.
    fn is_failure(&self) -> bool {
        matches!(self, Self::Timeout | Self::Failed(_) | Self::Paused { .. })
    }
}

/// A server behind this one.
pub struct Upstream {
    config: UpstreamConfig,
    authorization: Option<HeaderValue>,
    client: Client<Connector, Full<Bytes>>,
    bulkhead: Bulkhead,
    breaker: Mutex<Breaker>,
}

impl Upstream {
    /// Makes ready to ask; connects to nothing yet.
    ///
    /// # Errors
    /// When the credential cannot stand in a header.
    pub fn new(config: UpstreamConfig) -> Result<Self, InvalidHeaderValue> {
        let credential = config.settings.credential.expose_secret();
        let authorization = if credential.is_empty() {
            None
        } else {
            let mut value = HeaderValue::try_from(format!("Bearer {credential}"))?;
            value.set_sensitive(true);
            Some(value)
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_FOR)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .build(Connector::new(config.reach, config.settings.connect_timeout));
        let bulkhead = Bulkhead::new(config.settings.max_concurrent.get());
        let breaker = Mutex::new(Breaker::new(config.settings.breaker()));
        Ok(Self { config, authorization, client, bulkhead, breaker })
    }

    /// Posts a JSON body for an account and gives what `understood` makes of the answer; `None` for 404. Nonsense is to be
    /// [`UpstreamError::Failed`], since a server that answers it is failing too; a sound answer that is of no use for this
    /// question is [`UpstreamError::Unusable`].
    pub async fn ask<T>(
        &self,
        account: AccountId,
        question: Bytes,
        understood: impl FnOnce(&[u8]) -> Result<T, UpstreamError>,
    ) -> Result<Option<T>, UpstreamError> {
        let wait = self.breaker().wait(Instant::now());
        if let Some(retry_after) = wait {
            self.count("refused");
            return Err(UpstreamError::Unavailable { retry_after });
        }
        let waiting = tokio::time::timeout(self.config.settings.connect_timeout, self.bulkhead.take(account));
        let Ok(_place) = waiting.await else {
            self.count("busy");
            return Err(UpstreamError::Unavailable { retry_after: BUSY_RETRY_AFTER });
        };
        let begun = Instant::now();
        let admitted = self.breaker().admit(begun);
        let admission = admitted.map_err(|retry_after| UpstreamError::Unavailable { retry_after })?;
        let asking = tokio::time::timeout(self.config.settings.total_timeout, self.try_twice(question));
        let answered = asking
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

    /// Asks, and once more where not a byte of an answer came: nothing was lost then, and nothing is done twice.
    async fn try_twice(&self, question: Bytes) -> Result<Option<Bytes>, UpstreamError> {
        let (request, connection) = self.request(question.clone())?;
        match self.client.request(request).await {
            Ok(response) => self.read(response).await,
            Err(error) if answer_had_begun(&error, &connection) => Err(failed(&error)),
            Err(_) => {
                let (request, _) = self.request(question)?;
                let response = self.client.request(request).await.map_err(|error| failed(&error))?;
                self.read(response).await
            }
        }
    }

    fn request(&self, question: Bytes) -> Result<(Request<Full<Bytes>>, CaptureConnection), UpstreamError> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.config.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("fluence/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(question))
            .map_err(|error| UpstreamError::Failed(error.to_string()))?;
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        let connection = capture_connection(&mut request);
        Ok((request, connection))
    }

    /// The body of a 200, within its bound; a redirect is not followed, since it may lead anywhere.
    async fn read(&self, response: Response<Incoming>) -> Result<Option<Bytes>, UpstreamError> {
        let most = self.config.settings.max_answer_bytes.get();
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                return Err(match retry_after(response.headers()) {
                    Some(retry_after) => UpstreamError::Paused { retry_after },
                    None => UpstreamError::Failed(answered(response.status())),
                });
            }
            // Our credential is refused, whatever is asked.
            refused @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                return Err(UpstreamError::Failed(answered(refused)));
            }
            // What is wrong with one question is not wrong with the next.
            refused if refused.is_client_error() => return Err(UpstreamError::Unusable(answered(refused))),
            other => return Err(UpstreamError::Failed(answered(other))),
        }
        if response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(UpstreamError::Failed("answered in an encoding that was not asked for".into()));
        }
        let too_large = || UpstreamError::Failed(format!("answered more than {most} bytes"));
        if response.body().size_hint().lower() > most as u64 {
            return Err(too_large());
        }
        match Limited::new(response.into_body(), most).collect().await {
            Ok(body) => Ok(Some(body.to_bytes())),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
            Err(error) => Err(UpstreamError::Failed(format!("broke off: {error}"))),
        }
    }

    /// Whether it is left in peace, or one question finds out whether it is well again.
    pub fn is_paused(&self) -> bool {
        self.breaker().level() > 0
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
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
    if error.is_connect() {
        return false;
    }
    let mut extras = Extensions::new();
    if let Some(connected) = connection.connection_metadata().as_ref() {
        connected.get_extras(&mut extras);
    }
    extras.get::<ResponseStarted>().is_none_or(ResponseStarted::is_set)
}

fn answered(status: StatusCode) -> String {
    format!("answered {}", status.as_u16())
}

fn failed(error: &Error) -> UpstreamError {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    UpstreamError::Failed(format!("{error}{cause}"))
}
