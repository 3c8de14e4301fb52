//! Sockets: accepting them, serving HTTP/1.1 on them, and letting go of those that outstay.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::body_pace::paced;
use super::cores::Cores;
use super::framing::FragmentInTarget;
use super::outer::Outer;
use super::pulse::{AnswerBody, Patience, Phase, Pulse};
use super::socket::WatchedSocket;
use super::stop::Stop;
use crate::http::client_address::TrustedProxies;

/// What one listener allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// Most connections at once; one more is closed as it comes.
    pub max_connections: usize,
    /// For a whole request head, from its first byte; for the first byte of a connection; and for a client to stop
    /// sending once it has been refused.
    pub head_timeout: Duration,
    /// For `body_min_bytes` more of a request's body, or its end.
    pub body_timeout: Duration,
    /// What counts as progress of a body, in bytes.
    pub body_min_bytes: usize,
    /// Between two requests of a connection.
    pub idle_timeout: Duration,
    /// For a client that takes no more of an answer.
    pub write_timeout: Duration,
    /// Largest request head, in bytes; 8 KiB at least.
    pub max_head_bytes: usize,
    /// Most header lines.
    pub max_headers: usize,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            max_connections: 20_000,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(15),
            body_min_bytes: 4 * 1024,
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            max_head_bytes: 32 * 1024,
            max_headers: 64,
        }
    }
}

/// Counters of a listener, for metrics.
#[derive(Debug, Default)]
pub struct ListenerStats {
    /// Connections served, now and before.
    pub accepted: AtomicU64,
    /// Connections closed because there were too many.
    pub refused: AtomicU64,
    /// Connections closed because the client was too slow or too long idle.
    pub outstayed: AtomicU64,
    /// Failures to accept.
    pub accept_errors: AtomicU64,
}

/// All that connections share. Several accept loops may serve one.
pub struct Server {
    outer: Outer,
    limits: ServerLimits,
    http: http1::Builder,
    slots: Arc<Semaphore>,
    stop: Stop,
    stats: ListenerStats,
    proxies: TrustedProxies,
    cores: Cores,
}

impl Server {
    /// A server that answers through `outer` and stops with `stop`.
    pub fn new(outer: Outer, limits: ServerLimits, stop: Stop) -> Self {
        let mut http = http1::Builder::new();
        // The library's own header timeout counts idle time as well, and costs a timer a request; see `pulse`.
        http.header_read_timeout(None)
            .half_close(false)
            .max_headers(limits.max_headers)
            .max_header_size(limits.max_head_bytes)
            .max_buf_size(limits.max_head_bytes.max(MIN_BUFFER_BYTES));
        let slots = Arc::new(Semaphore::new(limits.max_connections.min(Semaphore::MAX_PERMITS)));
        let (stats, proxies) = (ListenerStats::default(), TrustedProxies::default());
        Self { outer, limits, http, slots, stop, stats, proxies, cores: Cores::default() }
    }

    /// Believes what these proxies say of their clients.
    pub fn behind(self, proxies: TrustedProxies) -> Self {
        Self { proxies, ..self }
    }

    /// Serves connections on these threads.
    pub fn on(self, cores: Cores) -> Self {
        Self { cores, ..self }
    }

    /// The counters so far.
    pub fn stats(&self) -> &ListenerStats {
        &self.stats
    }

    /// Connections open now.
    pub fn open_connections(&self) -> usize {
        self.limits.max_connections.saturating_sub(self.slots.available_permits())
    }
}

/// The HTTP library takes no smaller buffer.
const MIN_BUFFER_BYTES: usize = 8 * 1024;
/// The first and the longest pause after a failure to accept, such as too many open files.
const ACCEPT_PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Accepts connections until the server drains, each served by a task of its own.
pub async fn accept_loop(listener: TcpListener, server: Arc<Server>) {
    let draining = server.stop.draining();
    let mut draining = pin!(draining.cancelled());
    let mut pause = ACCEPT_PAUSE.0;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut draining => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                pause = ACCEPT_PAUSE.0;
                admit(&server, stream, peer);
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                server.stats.accept_errors.fetch_add(1, Relaxed);
                tracing::warn!(%error, "cannot accept connections, pausing");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(ACCEPT_PAUSE.1);
            }
        }
    }
}

/// Serves a connection in a task if there is a slot, or closes it.
fn admit(server: &Arc<Server>, stream: TcpStream, peer: SocketAddr) {
    match server.slots.clone().try_acquire_owned() {
        Ok(slot) => {
            server.stats.accepted.fetch_add(1, Relaxed);
            // A socket belongs to the runtime that it is used on.
            let Ok(stream) = stream.into_std() else { return };
            let (server, core) = (server.clone(), server.cores.next());
            let tasks = server.stop.tasks().clone();
            let serving = async move {
                if let Ok(stream) = TcpStream::from_std(stream) {
                    serve_connection(stream, peer, &server).await;
                }
                drop(slot);
            };
            tasks.spawn_on(serving, &core);
        }
        Err(_) => {
            server.stats.refused.fetch_add(1, Relaxed);
            drop(stream);
        }
    }
}

/// A connection that died before it was accepted says nothing of the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves one connection to its end: closed by the client, idle or slow for too long, drained or cut.
pub async fn serve_connection(stream: TcpStream, peer: SocketAddr, server: &Arc<Server>) {
    // Answers are written in one piece, so there is nothing for the system to gather.
    let _ = stream.set_nodelay(true);
    let pulse = Arc::new(Pulse::new());
    let service = service_fn({
        let (server, pulse) = (server.clone(), pulse.clone());
        move |request| answer(request, peer, server.clone(), pulse.clone())
    });
    let unread = {
        let server = server.clone();
        move |bytes: &[u8], is_line_done| server.outer.answer_unread(bytes, is_line_done)
    };
    let socket = TokioIo::new(WatchedSocket::new(stream, pulse.clone(), unread));
    let mut connection = pin!(server.http.serve_connection(socket, service));
    let limits = &server.limits;
    let patience = Patience {
        head: limits.head_timeout,
        idle: limits.idle_timeout,
        body: limits.body_timeout,
        write: limits.write_timeout,
    };
    let mut outstayed = pin!(pulse.outstayed(patience));
    let draining = server.stop.draining();
    // The connection comes first: the other two are looked at only when it has nothing to do.
    tokio::select! {
        biased;
        _ = connection.as_mut() => return,
        () = &mut outstayed => return count_outstayed(server),
        () = draining.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        biased;
        _ = connection.as_mut() => {}
        () = &mut outstayed => count_outstayed(server),
        () = server.stop.cut().cancelled() => {}
    }
}

fn count_outstayed(server: &Server) {
    server.stats.outstayed.fetch_add(1, Relaxed);
}

/// Answers one request of a connection.
async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    server: Arc<Server>,
    pulse: Arc<Pulse>,
) -> Result<Response<AnswerBody>, Infallible> {
    pulse.enter(Phase::Serving);
    let mut request = request.map(|body| paced(body, server.limits.body_min_bytes, &pulse));
    let client = server.proxies.client(peer.ip(), request.headers());
    request.extensions_mut().insert(client);
    if pulse.take_fragment() {
        request.extensions_mut().insert(FragmentInTarget);
    }
    let response = server.outer.answer(request).await;
    Ok(response.map(|body| AnswerBody::new(body, pulse)))
}
