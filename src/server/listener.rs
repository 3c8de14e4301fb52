//! Accepts sockets, serves HTTP/1.1 on them, and closes those that time out.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::answer_body::AnswerBody;
use super::body_pace::paced;
use super::connection_state::{ConnectionState, Phase, Timeouts};
use super::connections::{Connections, Place, PlaceKind};
use super::framing::FragmentInTarget;
use super::pipeline::{Pipeline, ProbesOnly};
use super::rest;
use super::settings::{MAX_HEAD_BYTES, MAX_HEADERS, MIN_BODY_BYTES, ServerSettings};
use super::socket::WatchedSocket;
pub use super::stats::ListenerStats;
use super::stop::Stop;
use super::tls::Tls;
use super::unsent::{Answer, Unsent};
use super::worker_threads::WorkerThreads;
use crate::gate::{Delivery, Reentry, Streamed};
use crate::http::client_address::{ClientNetwork, TrustedProxies};

/// What connections share. Several accept loops may use one server.
pub struct Server {
    pipeline: Pipeline,
    settings: ServerSettings,
    http: http1::Builder,
    connections: Arc<Connections>,
    unsent: Arc<Unsent>,
    stop: Stop,
    stats: ListenerStats,
    proxies: TrustedProxies,
    workers: WorkerThreads,
    tls: Option<Arc<Tls>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Server {
    /// A server that answers through `pipeline` and stops with `stop`.
    pub fn new(pipeline: Pipeline, settings: ServerSettings, stop: Stop) -> Self {
        let mut http = http1::Builder::new();
        // The library's own header timeout counts idle time as well, and costs a timer a request;
        // see `connection_state`.
        http.header_read_timeout(None)
            // A client that closed its sending side still gets its answer. Writing the answer shows
            // whether it closed both sides; the call's deadline bounds the wait.
            .half_close(true)
            .max_headers(MAX_HEADERS)
            .max_header_size(MAX_HEAD_BYTES)
            .max_buf_size(MAX_HEAD_BYTES);
        let per_client = settings.max_connections_per_client;
        let connections = Connections::new(settings.max_connections.get(), per_client.get());
        let per_account = settings.max_unsent_bytes_per_account;
        let unsent = Unsent::new(per_account.get(), settings.max_unsent_bytes.get());
        let proxies = TrustedProxies::new(settings.trusted_proxies.clone());
        Self {
            pipeline,
            settings,
            http,
            connections,
            unsent,
            stop,
            stats: ListenerStats::default(),
            proxies,
            workers: WorkerThreads::default(),
            tls: None,
        }
    }

    pub fn on(self, workers: WorkerThreads) -> Self {
        Self { workers, ..self }
    }

    /// Speaks TLS, if there is a certificate.
    pub fn with_tls(self, tls: Option<Arc<Tls>>) -> Self {
        Self { tls, ..self }
    }

    pub fn stats(&self) -> &ListenerStats {
        &self.stats
    }

    pub fn open_connections(&self) -> usize {
        self.connections.count()
    }

    /// Bytes of answers that clients have not read yet.
    pub fn unsent_bytes(&self) -> usize {
        self.unsent.bytes()
    }

    /// Answers cut at the limit of unread bytes.
    pub fn answers_cut(&self) -> u64 {
        self.unsent.refused()
    }
}

/// Memory of the HTTP library for a streamed answer, or one of unknown length: its buffer and
/// one piece that waits.
const STREAM_BYTES: u64 = 64 * 1024;
/// Send buffer of the operating system for an unread answer. Without this bound it grows to
/// megabytes.
const SEND_BUFFER_BYTES: u32 = 64 * 1024;
/// Maximum number of connections that wait to be accepted.
pub const BACKLOG: u32 = 1024;
/// The first and the longest pause after a failure to accept, such as too many open files.
const ACCEPT_PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Listens on an address, for [`accept_loop`].
///
/// # Errors
/// When the address cannot be listened on.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    bound_socket(address)?.listen(BACKLOG)
}

/// Binds a socket to an address without accepting connections.
///
/// # Errors
/// When the address is in use or not available to this process.
pub fn bound_socket(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    // Connections inherit it from the listener.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Accepts connections until the server drains. Each is served by a task of its own.
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
                tracing::warn!(%error, "accepting connections failed");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(ACCEPT_PAUSE.1);
            }
        }
    }
}

/// Serves a connection in a task if there is a place, or closes it.
fn admit(server: &Arc<Server>, stream: TcpStream, peer: SocketAddr) {
    let state = Arc::new(ConnectionState::new());
    let Some(admitted) = server.connections.admit(peer.ip(), &server.proxies, &state) else {
        server.stats.refused.fetch_add(1, Relaxed);
        return;
    };
    if admitted.has_evicted {
        server.stats.evicted.fetch_add(1, Relaxed);
    }
    let place = admitted.place;
    let counter = match place.kind {
        PlaceKind::Regular { .. } => &server.stats.accepted,
        PlaceKind::Overflow { .. } => &server.stats.overflowed,
    };
    counter.fetch_add(1, Relaxed);
    // A socket belongs to the runtime that it is used on.
    let Ok(stream) = stream.into_std() else { return };
    let (server, core) = (server.clone(), server.workers.next());
    let tasks = server.stop.tasks().clone();
    let serving = async move {
        if let Ok(stream) = TcpStream::from_std(stream) {
            serve_connection(stream, peer, &server, state, &place).await;
        }
        drop(place);
    };
    tasks.spawn_on(serving, &core);
}

/// Whether an error concerns one connection that closed before it was accepted, and not the
/// listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves one connection to its end.
async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    server: &Arc<Server>,
    state: Arc<ConnectionState>,
    place: &Place,
) {
    // Answers are written in one piece, so the operating system must not wait for more.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &server.tls else { return serve_http(stream, peer, server, state, place).await };
    let within = timeouts(&server.settings, matches!(place.kind, PlaceKind::Regular { .. })).head;
    let stream = tokio::select! {
        stream = tls.accept(stream, within) => stream,
        () = server.stop.cut().cancelled() => None,
    };
    if let Some(stream) = stream {
        // The first head has its own time.
        state.enter(Phase::Head);
        // Boxed, so that connections without TLS carry no state of its size.
        Box::pin(serve_http(stream, peer, server, state, place)).await;
    }
}

/// Serves requests until the connection is closed by the client, idle or slow for too long,
/// evicted, drained or cut.
async fn serve_http<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    peer: SocketAddr,
    server: &Arc<Server>,
    state: Arc<ConnectionState>,
    place: &Place,
) {
    let is_regular = matches!(place.kind, PlaceKind::Regular { .. });
    let service = service_fn({
        let (server, state) = (server.clone(), state.clone());
        move |request| answer(request, peer, is_regular, server.clone(), state.clone())
    });
    let unread = {
        let server = server.clone();
        move |bytes: &[u8], is_line_done| server.pipeline.answer_malformed_head(bytes, is_line_done)
    };
    let (unsent, min_bytes) = (server.unsent.clone(), server.settings.write_min_bytes.get());
    let socket = WatchedSocket::new(stream, state.clone(), unsent, min_bytes, unread);
    let mut connection = pin!(server.http.serve_connection(TokioIo::new(socket), service));
    let mut timed_out = pin!(state.timed_out(timeouts(&server.settings, is_regular)));
    let draining = server.stop.draining();
    let mut is_draining = false;
    // The connection comes first: the other branches are polled only when it waits.
    loop {
        tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            () = &mut timed_out => {
                server.stats.timed_out.fetch_add(1, Relaxed);
                return;
            }
            () = state.evicted() => if state.has_to_leave() { return },
            () = draining.cancelled(), if !is_draining => {
                is_draining = true;
                connection.as_mut().graceful_shutdown();
            }
            () = server.stop.cut().cancelled(), if is_draining => {
                state.cut_off();
                return;
            }
        }
    }
}

/// Timeout of the one request of a connection beyond the limits.
const OVERFLOW_PATIENCE: Duration = Duration::from_secs(2);

fn timeouts(settings: &ServerSettings, is_regular: bool) -> Timeouts {
    let timeouts = Timeouts {
        head: settings.head_timeout,
        idle: settings.idle_timeout,
        body: settings.body_timeout,
        write: settings.write_timeout,
    };
    if is_regular {
        return timeouts;
    }
    let short = |long: Duration| long.min(OVERFLOW_PATIENCE);
    Timeouts {
        head: short(timeouts.head),
        idle: short(timeouts.idle),
        body: short(timeouts.body),
        write: short(timeouts.write),
    }
}

/// Answers one request of a connection.
async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    is_regular: bool,
    server: Arc<Server>,
    state: Arc<ConnectionState>,
) -> Result<Response<AnswerBody>, Infallible> {
    state.serve();
    let mut request = request.map(|body| paced(body, MIN_BODY_BYTES, &state));
    let expects_continue = request.headers().contains_key(header::EXPECT);
    let client = server.proxies.client(peer.ip(), request.headers());
    let scheme = server.proxies.scheme(peer.ip(), server.tls.is_some(), request.headers());
    request.extensions_mut().insert(client);
    request.extensions_mut().insert(scheme);
    if state.take_fragment() {
        request.extensions_mut().insert(FragmentInTarget);
    }
    if !is_regular {
        request.extensions_mut().insert(ProbesOnly);
    }
    let mut response = server.pipeline.answer(request).await;
    if !is_regular || !server.stop.is_ready() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    rest::discard_or_close(&state, &mut response, expects_continue).await;
    let reentry = response.extensions_mut().remove::<Reentry>();
    let delivery = response.extensions_mut().remove::<Delivery>();
    let is_streamed = response.extensions_mut().remove::<Streamed>().is_some();
    let bytes = response.body().size_hint().exact().filter(|_| !is_streamed).unwrap_or(STREAM_BYTES);
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    state.sends(Answer { bytes, network: ClientNetwork::from(client.0), reentry, delivery });
    Ok(response.map(|body| AnswerBody::new(body, state)))
}
