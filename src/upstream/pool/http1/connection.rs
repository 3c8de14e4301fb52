//! An open connection, driven by the call that uses it.

use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use hyper::body::Incoming;
use hyper::client::conn::http1::{self, Builder, SendRequest};
use hyper::{Request, Response};
use tokio::task::unconstrained;

use super::Home;
use crate::upstream::connector::Stream;
use crate::upstream::pool::send_error::{SendError, with_causes};
use crate::upstream::response_started::ResponseStarted;
use crate::upstream::upload::UploadBody;

/// An open connection. Dropping it closes it.
pub(super) struct Connection {
    requests: SendRequest<UploadBody>,
    /// `None` once the connection is closed.
    driver: Option<http1::Connection<Stream, UploadBody>>,
    started: ResponseStarted,
    home: Home,
}

/// A request that has no answer.
pub(super) struct NotAnswered {
    error: hyper::Error,
    /// The request, if no byte of it was written.
    pub(super) unsent: Option<Box<Request<UploadBody>>>,
    /// Whether the connection was lost before a byte of an answer came.
    is_unanswered: bool,
}

impl Connection {
    pub(super) async fn open(http: &Builder, stream: Stream, home: Home) -> hyper::Result<Box<Self>> {
        let started = stream.inner().response_started();
        let (requests, driver) = http.handshake(stream).await?;
        Ok(Box::new(Self { requests, driver: Some(driver), started, home }))
    }

    /// Sends a request, and returns its answer with the connection, which is to be driven while the
    /// body is read.
    pub(super) async fn send(
        mut self: Box<Self>,
        request: Request<UploadBody>,
    ) -> Result<(Response<Incoming>, Box<Self>), NotAnswered> {
        // Only the connection, which is driven here, resolves it. It needs no budget and no waker
        // of its own.
        let mut answer = pin!(unconstrained(self.requests.try_send_request(request)));
        let answered = std::future::poll_fn(|cx| {
            self.drive(cx);
            answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        });
        match answered.await {
            Ok(response) => Ok((response, self)),
            Err(mut error) => Err(NotAnswered {
                unsent: error.take_message().map(Box::new),
                error: error.into_error(),
                is_unanswered: !self.started.is_set(),
            }),
        }
    }

    /// Drives the requests in progress. A closed connection returns the request that it has not
    /// begun.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(driver) = &mut self.driver
            && Pin::new(driver).poll(cx).is_ready()
        {
            self.driver = None;
        }
    }

    /// Whether the connection is open and can take a request. Later events on it wake no task.
    pub(super) fn is_at_rest(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.driver.is_some() && self.requests.is_ready()
    }

    /// Keeps the connection for the next call, if it can take one.
    pub(super) fn rest(self: Box<Self>) {
        let home = self.home.clone();
        home.take_back(self);
    }

    /// Drives the connection in a task of its own until it is closed.
    pub(super) fn run_to_its_end(self: Box<Self>) {
        tokio::spawn(async move {
            // The request's future, which is not sent again, keeps the connection open.
            let Self { requests: _requests, driver, .. } = *self;
            if let Some(driver) = driver {
                // The answer's body has reported the error.
                let _ = driver.await;
            }
        });
    }
}

impl From<NotAnswered> for SendError {
    fn from(lost: NotAnswered) -> Self {
        let text = with_causes(&lost.error);
        match (lost.unsent, lost.is_unanswered) {
            (Some(_), _) => Self::Unsent(text),
            (None, true) => Self::Unanswered(text),
            (None, false) => Self::Failed(text),
        }
    }
}
