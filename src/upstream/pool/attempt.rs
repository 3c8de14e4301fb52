//! One attempt of a call, and what is known of it when it fails.

use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::{HeaderMap, Request, Response, Uri};
use hyper_util::client::legacy::Error;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};

use super::answer_body::Answering;
use super::choice::{Chosen, Target};
use super::{Pool, PoolCall};
use crate::domain::forwarding::RetryRule;
use crate::upstream::client::UpstreamError;
use crate::upstream::headers;
use crate::upstream::response_started::has_answer_begun;
use crate::upstream::upload::UploadBody;

/// Why an attempt has no answer.
pub(super) enum Attempt {
    /// Nothing of the call has left this machine.
    NotSent { error: UpstreamError, is_fault_of_target: bool },
    /// The server may have acted on the call. The connection was lost before a byte of an answer came.
    Unanswered(UpstreamError),
    /// The server may have acted on the call.
    Sent(UpstreamError),
}

impl Attempt {
    pub(super) fn into_error(self) -> UpstreamError {
        match self {
            Self::NotSent { error, .. } | Self::Unanswered(error) | Self::Sent(error) => error,
        }
    }

    /// Whether the target works, as far as this attempt shows.
    fn is_sound(&self) -> bool {
        matches!(
            self,
            Self::NotSent { is_fault_of_target: false, .. } | Self::Sent(UpstreamError::Unusable(_))
        )
    }
}

impl Pool {
    pub(super) async fn attempt(
        &self,
        chosen: Chosen,
        call: PoolCall<'_>,
    ) -> Result<(Response<Incoming>, Answering), Attempt> {
        let Chosen { target, admission, .. } = chosen;
        let answering = Answering::new(target, admission);
        match self.ask(&answering.target, call).await {
            Ok(response) => Ok((response, answering)),
            Err(attempt) => {
                self.report(answering, attempt.is_sound());
                Err(attempt)
            }
        }
    }

    /// Reports to the breaker of a target how a call ended.
    pub(super) fn report(&self, mut answering: Answering, is_sound: bool) {
        answering.report(is_sound);
        let level = self.targets.iter().map(|target| target.breaker().level()).max().unwrap_or(0);
        self.figures.breaker_is(f64::from(level));
    }

    async fn ask(&self, target: &Target, call: PoolCall<'_>) -> Result<Response<Incoming>, Attempt> {
        let mut request = self.request(target, call).map_err(Attempt::Sent)?;
        // An HTTP/2 connection is shared: what is heard on it says nothing of this call.
        let may_be_unanswered = call.retry != RetryRule::Off && !self.config.speaks_http2;
        let connection = may_be_unanswered.then(|| capture_connection(&mut request));
        let client = self.clients.here();
        match call.body.answered(call.waits, client.request(request)).await {
            None => Err(Attempt::Sent(UpstreamError::Timeout)),
            Some(Ok(response)) => Ok(response),
            Some(Err(error)) => Err(failed(&error, call, connection.as_ref())),
        }
    }

    fn request(&self, target: &Target, call: PoolCall<'_>) -> Result<Request<UploadBody>, UpstreamError> {
        let mut url = target.url.clone().into_parts();
        url.path_and_query = call.head.uri.path_and_query().cloned();
        let url = Uri::from_parts(url).map_err(|error| UpstreamError::Failed(error.to_string()))?;
        let mut request = Request::new(call.body.body());
        *request.method_mut() = call.head.method.clone();
        *request.uri_mut() = url;
        let headers: &mut HeaderMap = request.headers_mut();
        headers.clone_from(&call.head.headers);
        // In HTTP/2 the URL says it.
        if !self.config.speaks_http2 {
            headers.insert(HOST, target.host.clone());
        }
        if let Some((name, value)) = &self.config.credential {
            headers::remove(headers, name);
            headers.insert(name, value.clone());
        }
        Ok(request)
    }
}

fn failed(error: &Error, call: PoolCall<'_>, connection: Option<&CaptureConnection>) -> Attempt {
    if let Some(fault) = call.body.fault() {
        return Attempt::Sent(UpstreamError::Unusable(fault.to_string()));
    }
    let reason = UpstreamError::of(error);
    match (error.is_connect(), is_canceled(error)) {
        (true, _) => Attempt::NotSent { error: reason, is_fault_of_target: true },
        // The server had closed a connection that was kept open.
        (_, true) => Attempt::NotSent { error: reason, is_fault_of_target: false },
        _ if connection.is_some_and(|connection| !has_answer_begun(connection)) => {
            Attempt::Unanswered(reason)
        }
        _ => Attempt::Sent(reason),
    }
}

/// Whether hyper dropped the request before it wrote a byte of it.
fn is_canceled(error: &Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<hyper::Error>());
    cause.is_some_and(hyper::Error::is_canceled)
}
