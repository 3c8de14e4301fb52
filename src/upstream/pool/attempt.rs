//! One attempt of a call, and what is known of it when it fails.

use hyper::header::HOST;
use hyper::{HeaderMap, Request, Response};

use super::answer_body::Answering;
use super::choice::{Chosen, Target};
use super::incoming::IncomingBody;
use super::send_error::SendError;
use super::{Pool, PoolCall};
use crate::upstream::error::UpstreamError;
use crate::upstream::headers;
use crate::upstream::upload::UploadBody;

/// Why an attempt has no answer.
pub(super) enum Attempt {
    /// Nothing of the call has left this machine.
    NotSent { error: UpstreamError, is_fault_of_target: bool },
    /// The server may have acted on the call. The connection was lost before a byte of an answer
    /// came.
    Unanswered(UpstreamError),
    /// The server may have acted on the call.
    Sent { error: UpstreamError, is_fault_of_target: bool },
}

impl Attempt {
    pub(super) fn into_error(self) -> UpstreamError {
        match self {
            Self::NotSent { error, .. } | Self::Unanswered(error) | Self::Sent { error, .. } => error,
        }
    }

    /// Whether the target works, as far as this attempt shows.
    fn is_sound(&self) -> bool {
        match self {
            Self::NotSent { is_fault_of_target, .. } | Self::Sent { is_fault_of_target, .. } => {
                !is_fault_of_target
            }
            Self::Unanswered(_) => false,
        }
    }
}

impl Pool {
    pub(super) async fn attempt(
        &self,
        chosen: Chosen,
        call: PoolCall<'_>,
    ) -> Result<(Response<IncomingBody>, Answering), Attempt> {
        let Chosen { target, admission } = chosen;
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
        self.metrics.breaker_is(f64::from(level));
    }

    async fn ask(&self, target: &Target, call: PoolCall<'_>) -> Result<Response<IncomingBody>, Attempt> {
        let request = self.request(target, call);
        let client = self.clients.here();
        match call.body.answered(call.timeouts, client.send(target, request)).await {
            None => Err(of_client(call).unwrap_or_else(|| Attempt::Sent {
                error: UpstreamError::Timeout,
                is_fault_of_target: !call.body.waits_for_client(),
            })),
            Some(Ok(mut response)) => {
                if !call.body.has_ended() {
                    response.body_mut().detach_request();
                }
                Ok(response)
            }
            Some(Err(error)) => Err(failed(error, call)),
        }
    }

    fn request(&self, target: &Target, call: PoolCall<'_>) -> Request<UploadBody> {
        let mut request = Request::new(call.body.body());
        *request.method_mut() = call.head.method.clone();
        *request.uri_mut() = call.head.uri.clone();
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
        request
    }
}

fn failed(error: SendError, call: PoolCall<'_>) -> Attempt {
    if let Some(attempt) = of_client(call) {
        return attempt;
    }
    match error {
        SendError::Connect(reason) => {
            Attempt::NotSent { error: UpstreamError::Failed(reason), is_fault_of_target: true }
        }
        // The server had closed a connection that was kept open.
        SendError::Unsent(reason) => {
            Attempt::NotSent { error: UpstreamError::Failed(reason), is_fault_of_target: false }
        }
        SendError::Unanswered(reason) => Attempt::Unanswered(UpstreamError::Failed(reason)),
        SendError::Failed(reason) => {
            Attempt::Sent { error: UpstreamError::Failed(reason), is_fault_of_target: true }
        }
    }
}

/// The attempt that failed because the client did not send its whole request.
fn of_client(call: PoolCall<'_>) -> Option<Attempt> {
    let fault = call.body.fault()?;
    let error = UpstreamError::Unusable(fault.to_string());
    Some(Attempt::Sent { error, is_fault_of_target: false })
}
