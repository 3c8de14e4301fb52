//! Reads a small public document from another server.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::header::{ACCEPT, ETAG, HeaderValue, IF_NONE_MATCH, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::OWN_USER_AGENT;
use super::connector::{Connector, Protocol};
use super::tls::{TlsFiles, UpstreamTls};
use crate::outbound::address::AddressPolicy;

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("did not answer in time")]
    Timeout,
    #[error("answered {0}")]
    Status(u16),
    #[error("{0}")]
    Failed(String),
}

/// A document and its version.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub body: Bytes,
    pub etag: Option<HeaderValue>,
}

/// Sends a GET and returns the document of a 200, at most `max_bytes`; `None` if its version is
/// still the known one. Redirects are not followed.
///
/// # Errors
/// Why there is no document.
pub async fn fetch(
    url: &Uri,
    known: Option<&HeaderValue>,
    reach: AddressPolicy,
    timeout: Duration,
    max_bytes: usize,
) -> Result<Option<Fetched>, FetchError> {
    let failed = |error: &dyn std::error::Error| FetchError::Failed(error.to_string());
    let tls = UpstreamTls::read(TlsFiles::default()).map_err(|error| failed(&error))?;
    let connector = Connector::new(reach, CONNECT_TIMEOUT, &tls, None, Protocol::Http1);
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let mut request = Request::get(url.clone())
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, OWN_USER_AGENT)
        .body(Empty::new())
        .map_err(|error| failed(&error))?;
    if let Some(etag) = known {
        request.headers_mut().insert(IF_NONE_MATCH, etag.clone());
    }
    let fetching = async {
        let response = client.request(request).await.map_err(|error| failed(&error))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if known.is_some() => return Ok(None),
            other => return Err(FetchError::Status(other.as_u16())),
        }
        let etag = response.headers().get(ETAG).cloned();
        let body = Limited::new(response.into_body(), max_bytes).collect().await;
        Ok(Some(Fetched { body: body.map_err(|error| failed(&*error))?.to_bytes(), etag }))
    };
    tokio::time::timeout(timeout, fetching).await.unwrap_or(Err(FetchError::Timeout))
}
