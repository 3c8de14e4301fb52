//! A request body that must keep arriving while the gateway waits for it.
//!
//! Only waits for the client count: a gateway that passes a body on to a slow server does not read,
//! and then the client cannot send.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use super::connection_state::ConnectionState;
use crate::http::request_body_fault::RequestBodyFault;

/// A body that reports its waits and its progress to the connection state.
struct PacedBody {
    /// Present until this is dropped.
    body: Option<Incoming>,
    /// Bytes that count as progress: fewer do not restart the timeout.
    min_bytes: usize,
    received_bytes: usize,
    /// Waits since the last progress.
    waited: Duration,
    is_waiting: bool,
    /// Nothing more of it is read.
    has_ended: bool,
    /// Whether the length was declared.
    has_length: bool,
    timeout_s: u64,
    state: Arc<ConnectionState>,
}

/// Wraps the body of a request from a connection, whose timeout of bodies is `timeout`.
pub(super) fn paced(
    body: Incoming,
    min_bytes: usize,
    timeout: Duration,
    state: &Arc<ConnectionState>,
) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    let has_length = body.size_hint().exact().is_some();
    Body::new(PacedBody {
        body: Some(body),
        min_bytes,
        received_bytes: 0,
        waited: Duration::ZERO,
        is_waiting: false,
        has_ended: false,
        has_length,
        timeout_s: timeout.as_secs(),
        state: state.clone(),
    })
}

impl PacedBody {
    fn start_wait(&mut self, reader: &Waker) {
        self.state.body_is_read_by(reader);
        if !std::mem::replace(&mut self.is_waiting, true) {
            self.state.start_body_wait(self.waited);
        }
    }

    fn end_wait(&mut self) {
        if std::mem::take(&mut self.is_waiting) {
            self.waited = self.state.end_body_wait();
        }
    }

    /// Nothing more of the connection can be read as a request.
    fn fail(&mut self) {
        self.end_wait();
        self.has_ended = true;
        self.state.note_unread_body();
    }

    /// Counts bytes that came. Enough of them restart the timeout.
    fn received(&mut self, bytes: usize) {
        self.received_bytes += bytes;
        if self.received_bytes >= self.min_bytes {
            (self.received_bytes, self.waited) = (0, Duration::ZERO);
        }
    }
}

impl HttpBody for PacedBody {
    type Data = Bytes;
    type Error = RequestBodyFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RequestBodyFault>>> {
        if self.state.body_has_failed() {
            self.fail();
            return Poll::Ready(Some(Err(RequestBodyFault::TooSlow { timeout_s: self.timeout_s })));
        }
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(cx);
        match &polled {
            Poll::Pending => self.start_wait(cx.waker()),
            Poll::Ready(Some(Ok(frame))) => {
                let data = frame.data_ref().map_or(&[][..], |data| data);
                if self.has_length {
                    self.state.note_body(data);
                }
                self.end_wait();
                self.received(data.len());
            }
            Poll::Ready(Some(Err(_))) => self.fail(),
            Poll::Ready(None) => {
                self.end_wait();
                self.has_ended = true;
            }
        }
        polled.map_err(|_| RequestBodyFault::Broken)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for PacedBody {
    fn drop(&mut self) {
        self.end_wait();
        if let Some(body) = self.body.take().filter(|body| !self.has_ended && !body.is_end_stream()) {
            self.state.leave_unread_body(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http_body_util::BodyExt;
    use hyper::service::service_fn;
    use hyper::{Request, Response};
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::server::connection_state::Timeouts;

    const SHORT: Duration = Duration::from_secs(15);
    const LONG: Duration = Duration::from_secs(3_600);
    const TIMEOUTS: Timeouts = Timeouts { head: LONG, idle: LONG, body: SHORT, write: LONG };

    /// Sends `parts` of a body, one after each pause, to a service that rests after each part.
    /// Returns whether the whole body was answered before the connection timed out.
    async fn is_answered(parts: &[&str], pause: Duration, rest: Duration) -> bool {
        let (mut client, server) = duplex(1_024);
        let state = Arc::new(ConnectionState::new());
        state.serve();
        let service = service_fn({
            let state = state.clone();
            move |request: Request<Incoming>| {
                let mut body = paced(request.into_body(), 4_096, SHORT, &state);
                async move {
                    while let Some(frame) = body.frame().await {
                        frame.unwrap();
                        sleep(rest).await;
                    }
                    Ok::<_, Infallible>(Response::new(Body::from("read")))
                }
            }
        });
        let serving =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(server), service);
        let sending = async {
            let length: usize = parts.iter().map(|part| part.len()).sum();
            let head = format!("POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
            client.write_all(head.as_bytes()).await.unwrap();
            for part in parts {
                sleep(pause).await;
                client.write_all(part.as_bytes()).await.unwrap();
            }
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.unwrap();
            answer.ends_with("read")
        };
        tokio::select! {
            biased;
            _ = state.timed_out(TIMEOUTS) => false,
            (served, answered) = async { tokio::join!(serving, sending) } => served.is_ok() && answered,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_gateway_that_does_not_read_does_not_hurry_its_client() {
        assert!(is_answered(&["small", "parts"], Duration::from_secs(1), LONG).await);
    }

    #[tokio::test(start_paused = true)]
    async fn small_parts_do_not_restart_the_timeout_of_a_client() {
        let (second, drip) = (Duration::from_secs(1), ["x"; 20]);
        assert!(is_answered(&drip[..14], second, Duration::ZERO).await);
        assert!(!is_answered(&drip, second, Duration::ZERO).await);
        // The gateway rests between the parts, and the client is no faster for it.
        assert!(!is_answered(&drip, second * 2, second).await);
        assert!(!timeout(LONG, is_answered(&["x", ""], LONG * 2, Duration::ZERO)).await.unwrap());
    }
}
