//! Reads a small public document from another server.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::header::{ACCEPT, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::address::Reach;
use super::connector::{Connector, Protocol};
use super::tls::{TlsFiles, UpstreamTls};

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

/// Sends a GET and returns the body of a 200, at most `max_bytes`. Redirects are not followed.
///
/// # Errors
/// Why there is no document.
pub async fn fetch(
    url: &Uri,
    reach: Reach,
    timeout: Duration,
    max_bytes: usize,
) -> Result<Bytes, FetchError> {
    let failed = |error: &dyn std::error::Error| FetchError::Failed(error.to_string());
    let tls = UpstreamTls::read(TlsFiles::default()).map_err(|error| failed(&error))?;
    let connector = Connector::new(reach, CONNECT_TIMEOUT, &tls, None, Protocol::Http1);
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let request = Request::get(url.clone())
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, concat!("fluence/", env!("CARGO_PKG_VERSION")))
        .body(Empty::new())
        .map_err(|error| failed(&error))?;
    let fetching = async {
        let response = client.request(request).await.map_err(|error| failed(&error))?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let body = Limited::new(response.into_body(), max_bytes).collect().await;
        Ok(body.map_err(|error| failed(&*error))?.to_bytes())
    };
    tokio::time::timeout(timeout, fetching).await.unwrap_or(Err(FetchError::Timeout))
}
