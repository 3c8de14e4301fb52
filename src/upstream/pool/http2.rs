//! The HTTP/2 client of a runtime. Calls share its connections.

use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::choice::Target;
use super::config::{IDLE_CONNECTIONS, MAX_HEAD_BYTES};
use super::send_error::{SendError, with_causes};
use crate::upstream::IDLE_FOR;
use crate::upstream::connector::Connector;
use crate::upstream::upload::UploadBody;

/// While streams are open, a dead connection is noticed after both.
const PING_EVERY: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Http2Client(Client<Connector, UploadBody>);

impl Http2Client {
    pub(super) fn new(connector: Connector) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_FOR)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            // One rule decides what is sent again: that of the pool.
            .retry_canceled_requests(false)
            .set_host(false)
            .http2_only(true)
            .http2_max_header_list_size(MAX_HEAD_BYTES)
            .http2_keep_alive_interval(PING_EVERY)
            .http2_keep_alive_timeout(PING_TIMEOUT)
            .http2_keep_alive_while_idle(false);
        Self(builder.build(connector))
    }

    pub(super) async fn send(
        &self,
        target: &Target,
        mut request: Request<UploadBody>,
    ) -> Result<Response<Incoming>, SendError> {
        let mut url = target.url.clone().into_parts();
        url.path_and_query = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from_parts(url).map_err(|error| SendError::Failed(error.to_string()))?;
        self.0.request(request).await.map_err(|error| send_error(&error))
    }
}

fn send_error(error: &Error) -> SendError {
    let text = with_causes(error);
    match (error.is_connect(), is_canceled(error)) {
        (true, _) => SendError::Connect(text),
        (_, true) => SendError::Unsent(text),
        // The connection is shared: bytes received on it do not show whether this call was
        // answered.
        _ => SendError::Failed(text),
    }
}

/// Whether hyper dropped the request before it wrote a byte of it.
fn is_canceled(error: &Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<hyper::Error>());
    cause.is_some_and(hyper::Error::is_canceled)
}
