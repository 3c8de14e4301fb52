//! A socket that tells the connection's watch what passes through it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::pulse::{Phase, Pulse};

/// Most bytes read and thrown away before a connection is closed.
const MAX_LINGER_BYTES: usize = 256 * 1024;

/// A socket under watch.
pub(super) struct WatchedSocket<S> {
    socket: S,
    pulse: Arc<Pulse>,
    line: RequestLine,
    is_write_waiting: bool,
    lingered_bytes: usize,
}

/// How much of a request line has been seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RequestLine {
    /// Nothing but line ends, which may stand before it.
    Awaited,
    /// Its beginning.
    Begun,
    /// All of it.
    Done,
}

impl<S> WatchedSocket<S> {
    pub(super) fn new(socket: S, pulse: Arc<Pulse>) -> Self {
        Self { socket, pulse, line: RequestLine::Awaited, is_write_waiting: false, lingered_bytes: 0 }
    }

    /// Takes note of bytes of a head. A request that was sent before the answer to the one before it escapes this
    /// look: what it may hide there, a `#` behind its path, then means nothing, as ever.
    fn note_head(&mut self, bytes: &[u8]) {
        match self.pulse.phase() {
            Phase::Serving | Phase::Closing => return,
            Phase::Idle => {
                self.line = RequestLine::Awaited;
                self.pulse.enter(Phase::Head);
            }
            Phase::Head => {}
        }
        for byte in bytes {
            match (self.line, byte) {
                (RequestLine::Done, _) => return,
                (RequestLine::Awaited, b'\r' | b'\n') => {}
                (RequestLine::Begun, b'\n') => self.line = RequestLine::Done,
                (_, b'#') => self.pulse.note_fragment(),
                _ => self.line = RequestLine::Begun,
            }
        }
    }

    /// Notes whether a write had to wait for the client.
    fn note_write<T>(&mut self, written: &Poll<T>) {
        match (written.is_pending(), self.is_write_waiting) {
            (true, false) => self.pulse.write_waits(),
            (false, true) => self.pulse.write_moves(),
            _ => {}
        }
        self.is_write_waiting = written.is_pending();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedSocket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buf))?;
        if let Some(new @ [_, ..]) = buf.filled().get(before..) {
            self.note_head(new);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> WatchedSocket<S> {
    /// Reads and throws away what the client still sends. Closing over unread bytes would make the system reset
    /// the connection, and the client might never see the answer that says why (RFC 9112, section 9.6).
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

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WatchedSocket<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.note_write(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, parts);
        self.note_write(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.pulse.phase() == Phase::Closing {
            return self.poll_linger(cx);
        }
        ready!(Pin::new(&mut self.socket).poll_shutdown(cx))?;
        if self.pulse.has_unread_body() || self.pulse.phase() == Phase::Head {
            self.pulse.enter(Phase::Closing);
            return self.poll_linger(cx);
        }
        Poll::Ready(Ok(()))
    }
}
