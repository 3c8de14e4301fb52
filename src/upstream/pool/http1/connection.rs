//! An open connection, driven by the call that uses it.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::client::conn::http1::{self, Builder, SendRequest};
use hyper::ext::on_informational;
use hyper::{Request, Response};
use tokio::sync::oneshot;
use tokio::task::unconstrained;
use tokio::time::sleep;

use super::PoolHandle;
use crate::upstream::connector::Stream;
use crate::upstream::pool::send_error::{SendError, with_causes};
use crate::upstream::response_started::ResponseStarted;
use crate::upstream::upload::UploadBody;

/// Most informational heads before an answer. They are skipped, and a flood of them is work.
const MAX_INFORMATIONAL: u32 = 16;
/// How long the rest of a request may take once its answer was read.
const REQUEST_AFTER_ANSWER: Duration = Duration::from_secs(10);

/// An open connection. Dropping it closes it.
pub(super) struct Connection {
    requests: SendRequest<UploadBody>,
    /// `None` once the connection is closed.
    driver: Option<http1::Connection<Stream, UploadBody>>,
    started: ResponseStarted,
    /// Informational heads since the last request.
    informational: Arc<AtomicU32>,
    pool: PoolHandle,
}

/// A request that has no answer.
pub(super) struct NotAnswered {
    error: String,
    /// The request, if no byte of it was written.
    pub(super) unsent: Option<Box<Request<UploadBody>>>,
    /// Whether the connection was lost before a byte of an answer came.
    is_unanswered: bool,
}

impl Connection {
    pub(super) async fn open(http: &Builder, stream: Stream, pool: PoolHandle) -> hyper::Result<Box<Self>> {
        let started = stream.inner().response_started();
        let (requests, driver) = http.handshake(stream).await?;
        Ok(Box::new(Self { requests, driver: Some(driver), started, informational: Arc::default(), pool }))
    }

    /// Sends a request, and returns its answer with the connection, which is to be driven while the
    /// body is read.
    pub(super) async fn send(
        mut self: Box<Self>,
        mut request: Request<UploadBody>,
    ) -> Result<(Response<Incoming>, Box<Self>), NotAnswered> {
        self.informational.store(0, Ordering::Relaxed);
        let informational = self.informational.clone();
        on_informational(&mut request, move |_| {
            informational.fetch_add(1, Ordering::Relaxed);
        });
        // Only the connection, which is driven here, resolves it. It needs no budget and no waker
        // of its own.
        let mut answer = pin!(unconstrained(self.requests.try_send_request(request)));
        let answered = std::future::poll_fn(|cx| {
            self.drive(cx);
            if self.informational.load(Ordering::Relaxed) > MAX_INFORMATIONAL {
                return Poll::Ready(None);
            }
            answer.as_mut().poll(&mut Context::from_waker(Waker::noop())).map(Some)
        });
        match answered.await {
            Some(Ok(response)) => Ok((response, self)),
            Some(Err(mut error)) => Err(NotAnswered {
                unsent: error.take_message().map(Box::new),
                error: with_causes(&error.into_error()),
                is_unanswered: !self.started.is_set(),
            }),
            None => Err(NotAnswered {
                unsent: None,
                error: format!("sent more than {MAX_INFORMATIONAL} informational heads"),
                is_unanswered: false,
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
    pub(super) fn is_idle(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.driver.is_some() && self.requests.is_ready()
    }

    /// Keeps the connection for the next call, if it can take one.
    pub(super) fn return_to_pool(self: Box<Self>) {
        let pool = self.pool.clone();
        pool.put_back(self);
    }

    /// Drives the connection in a task of its own until request and answer have ended.
    /// `answer_read` resolves when the answer was read or dropped.
    pub(super) fn drive_in_background(mut self: Box<Self>, answer_read: oneshot::Receiver<()>) {
        tokio::spawn(async move {
            let is_over = std::future::poll_fn(|cx| {
                self.drive(cx);
                match self.driver {
                    Some(_) => self.requests.poll_ready(cx).map(drop),
                    None => Poll::Ready(()),
                }
            });
            // An upstream that reads no further must not keep the connection for ever.
            let is_overdue = async {
                let _ = answer_read.await;
                sleep(REQUEST_AFTER_ANSWER).await;
            };
            tokio::select! {
                () = is_over => self.return_to_pool(),
                () = is_overdue => {}
            }
        });
    }
}

impl From<NotAnswered> for SendError {
    fn from(lost: NotAnswered) -> Self {
        match (lost.unsent, lost.is_unanswered) {
            (Some(_), _) => Self::Unsent(lost.error),
            (None, true) => Self::Unanswered(lost.error),
            (None, false) => Self::Failed(lost.error),
        }
    }
}
