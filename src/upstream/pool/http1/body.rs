//! The body of an answer, which drives its connection.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::oneshot;

use super::connection::Connection;

/// The body of an answer. At its end the connection is free for another call; dropped before, it is
/// closed.
pub(in crate::upstream::pool) struct Http1Body {
    incoming: Incoming,
    /// `None` after the end, and if the connection has a task of its own.
    connection: Option<Box<Connection>>,
    /// Dropped with the body, which tells the connection's own task that the answer was read.
    reading: Option<oneshot::Sender<()>>,
}

impl Http1Body {
    pub(super) fn new(incoming: Incoming, connection: Box<Connection>) -> Self {
        let mut body = Self { incoming, connection: Some(connection), reading: None };
        if body.incoming.is_end_stream() {
            body.end();
        }
        body
    }

    /// Gives the connection a task of its own: a client that sends before it reads must not wait
    /// for itself.
    pub(in crate::upstream::pool) fn detach_request(&mut self) {
        if let Some(connection) = self.connection.take() {
            let (reading, read) = oneshot::channel();
            self.reading = Some(reading);
            connection.drive_in_background(read);
        }
    }

    fn end(&mut self) {
        self.reading = None;
        if let Some(connection) = self.connection.take() {
            connection.return_to_pool();
        }
    }

    fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(connection) = &mut self.connection else {
            return Pin::new(&mut self.incoming).poll_frame(cx);
        };
        // Parts come while the connection is driven, and only then.
        let quiet = &mut Context::from_waker(Waker::noop());
        let came = Pin::new(&mut self.incoming).poll_frame(quiet);
        if came.is_ready() {
            return came;
        }
        connection.drive(cx);
        Pin::new(&mut self.incoming).poll_frame(quiet)
    }
}

impl Body for Http1Body {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = self.poll_incoming(cx);
        match &frame {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(_))) if !self.incoming.is_end_stream() => {}
            Poll::Ready(Some(Err(_))) => self.connection = None,
            Poll::Ready(_) => self.end(),
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
