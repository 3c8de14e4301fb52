//! A socket that reports what passes through it to the connection state.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection_state::{ConnectionState, Phase};
use super::tail::Tail;
use super::unsent::{Unsent, Waiting};
use crate::http::byte_budget::ByteLimit;

/// Maximum number of bytes to discard before a connection is closed. They use no memory, and
/// clients that send a whole body before they read see the answer.
const MAX_LINGER_BYTES: usize = 4 * 1024 * 1024;

/// A socket with timeouts. `R` replaces the bare status that the HTTP library sends for a head it
/// cannot read.
pub(super) struct WatchedSocket<S, R> {
    socket: S,
    state: Arc<ConnectionState>,
    line: RequestLine,
    read: Tail,
    outflow: Outflow,
    lingered_bytes: usize,
    rewrite_bare_status: R,
    /// The unwritten part of the replacement.
    replacement: Option<Bytes>,
}

/// How the client reads an answer.
struct Outflow {
    unsent: Arc<Unsent>,
    /// Bytes that count as progress: fewer do not restart the timeout.
    min_bytes: usize,
    /// Bytes read since the socket had to wait for the client, if it has.
    taken_bytes: Option<usize>,
    /// The answer that waits.
    waiting: Option<Waiting>,
}

/// How much of a request line has arrived.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RequestLine {
    /// Only line ends, which may precede it.
    Awaited,
    /// Its beginning.
    Begun,
    /// All of it.
    Done,
}

impl<S, R> WatchedSocket<S, R> {
    /// `unsent` counts unread answers; reading `min_bytes` is progress.
    pub(super) fn new(
        socket: S,
        state: Arc<ConnectionState>,
        unsent: Arc<Unsent>,
        min_bytes: usize,
        rewrite_bare_status: R,
    ) -> Self {
        let outflow = Outflow { unsent, min_bytes, taken_bytes: None, waiting: None };
        let (line, read) = (RequestLine::Awaited, Tail::default());
        Self { socket, state, line, read, outflow, lingered_bytes: 0, rewrite_bare_status, replacement: None }
    }

    /// Records bytes of a head. A pipelined request is not checked: a `#` in its target is ignored,
    /// as the library does.
    fn note_head(&mut self, bytes: &[u8]) {
        match self.state.phase() {
            Phase::Serving | Phase::Sending | Phase::Closing => return,
            Phase::Idle => {
                self.line = RequestLine::Awaited;
                self.state.enter(Phase::Head);
            }
            Phase::Head => {}
        }
        for byte in bytes {
            match (self.line, byte) {
                (RequestLine::Done, _) => return,
                (RequestLine::Awaited, b'\r' | b'\n') => {}
                (RequestLine::Begun, b'\n') => self.line = RequestLine::Done,
                (_, b'#') => self.state.note_fragment(),
                _ => self.line = RequestLine::Begun,
            }
        }
    }

    /// Records whether a write had to wait for the client. Fails at the limit of unread bytes.
    fn note_write(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let outflow = &mut self.outflow;
        match (&written, &mut outflow.taken_bytes) {
            (Poll::Pending, None) => {
                outflow.taken_bytes = Some(0);
                self.state.start_write_wait();
                if let Some(answer) = self.state.answer().filter(|_| outflow.waiting.is_none()) {
                    match outflow.unsent.wait(&answer) {
                        Ok(waiting) => outflow.waiting = Some(waiting),
                        Err(limit) => {
                            // A client that does not read its own answers has left: a refund would
                            // give it what its socket already has.
                            if limit == ByteLimit::Total {
                                self.state.cut_off();
                            }
                            return Poll::Ready(Err(io::Error::other(TooMuchUnsent)));
                        }
                    }
                }
            }
            (Poll::Ready(Ok(bytes)), Some(taken)) => {
                *taken += bytes;
                if *taken >= outflow.min_bytes {
                    outflow.taken_bytes = None;
                    self.state.end_write_wait();
                }
            }
            _ => {}
        }
        written
    }

    /// Records that everything is written. The library flushes the socket only then.
    fn note_flushed(&mut self) {
        if self.outflow.taken_bytes.take().is_some() {
            self.state.end_write_wait();
        }
        self.outflow.waiting = None;
        if self.state.phase() == Phase::Sending {
            let is_next_begun = match self.state.body_tail() {
                body if body.is_empty() => !self.read.is_empty_line(),
                body => !self.read.ends_with(body),
            };
            // A pipelined head was not checked.
            self.line = RequestLine::Done;
            self.state.finish_answer(if is_next_begun { Phase::Head } else { Phase::Idle });
        }
    }
}

/// Why a connection was closed whose client does not read.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the limit of unsent bytes is reached: the client reads too slowly")]
pub(super) struct TooMuchUnsent;

impl<S: AsyncRead + Unpin, R: Unpin> AsyncRead for WatchedSocket<S, R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buf))?;
        if let Some(new @ [_, ..]) = buf.filled().get(before..) {
            self.read = self.read.push(new);
            self.note_head(new);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin, R: Fn(&[u8], bool) -> Option<Vec<u8>>> WatchedSocket<S, R> {
    /// Writes the replacement if these bytes are an answer of the library.
    fn poll_replacement(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        claimed: usize,
    ) -> Option<Poll<io::Result<usize>>> {
        if self.replacement.is_none() && matches!(self.state.phase(), Phase::Head | Phase::Idle) {
            self.replacement =
                (self.rewrite_bare_status)(bytes, self.line == RequestLine::Done).map(Bytes::from);
            if self.replacement.is_some() && self.state.phase() == Phase::Idle {
                // The client may still be sending.
                self.state.enter(Phase::Head);
            }
        }
        let replacement = self.replacement.as_mut()?;
        while !replacement.is_empty() {
            match Pin::new(&mut self.socket).poll_write(cx, replacement) {
                Poll::Ready(Ok(0)) => return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into()))),
                Poll::Ready(Ok(written)) => replacement.advance(written),
                stopped => return Some(stopped),
            }
        }
        self.replacement = None;
        Some(Poll::Ready(Ok(claimed)))
    }

    /// Discards what the client still sends. Closing a socket with unread bytes resets the
    /// connection, and the client might not see the answer (RFC 9112, section 9.6).
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bin = [0; 4096];
        while self.lingered_bytes < MAX_LINGER_BYTES {
            let mut buf = ReadBuf::new(&mut bin);
            ready!(Pin::new(&mut self.socket).poll_read(cx, &mut buf))?;
            match buf.filled().len() {
                0 => break,
                read => self.lingered_bytes += read,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S, R> AsyncWrite for WatchedSocket<S, R>
where
    S: AsyncRead + AsyncWrite + Unpin,
    R: Fn(&[u8], bool) -> Option<Vec<u8>> + Unpin,
{
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = match self.poll_replacement(cx, bytes, bytes.len()) {
            Some(replacement) => replacement,
            None => Pin::new(&mut self.socket).poll_write(cx, bytes),
        };
        self.note_write(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = parts.iter().find(|part| !part.is_empty()).map_or(&[][..], |part| part);
        let written = match self.poll_replacement(cx, first, parts.iter().map(|part| part.len()).sum()) {
            Some(replacement) => replacement,
            None => Pin::new(&mut self.socket).poll_write_vectored(cx, parts),
        };
        self.note_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.socket).poll_flush(cx))?;
        self.note_flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.state.phase() == Phase::Closing {
            return self.poll_linger(cx);
        }
        ready!(Pin::new(&mut self.socket).poll_shutdown(cx))?;
        if self.state.has_unread_body() || self.state.phase() == Phase::Head {
            self.state.enter(Phase::Closing);
            return self.poll_linger(cx);
        }
        Poll::Ready(Ok(()))
    }
}
