//! Accepts sockets, serves HTTP/1.1 on them, and closes those that time out.

mod connection;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use hyper::server::conn::http1;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::connection_state::ConnectionState;
use super::connections::{Connections, PermitKind};
use super::pipeline::Pipeline;
use super::settings::{MAX_HEAD_BYTES, MAX_HEADERS, ServerSettings};
pub use super::stats::ListenerStats;
use super::stop::Stop;
use super::tls::Tls;
use super::unsent::Unsent;
use super::worker_threads::WorkerThreads;
use crate::http::client_address::TrustedProxies;

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
        let unsent = Arc::new(Unsent::new(per_account.get(), settings.max_unsent_bytes.get()));
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

/// Serves a connection in a task if there is a permit, or closes it.
fn admit(server: &Arc<Server>, stream: TcpStream, peer: SocketAddr) {
    let state = Arc::new(ConnectionState::new());
    let Some(admitted) = server.connections.admit(peer.ip(), &server.proxies, &state) else {
        server.stats.refused.fetch_add(1, Relaxed);
        return;
    };
    if admitted.has_evicted {
        server.stats.evicted.fetch_add(1, Relaxed);
    }
    let permit = admitted.permit;
    let counter = match permit.kind {
        PermitKind::Regular { .. } => &server.stats.accepted,
        PermitKind::Overflow { .. } => &server.stats.overflowed,
    };
    counter.fetch_add(1, Relaxed);
    // A socket belongs to the runtime that it is used on.
    let Ok(stream) = stream.into_std() else { return };
    let (server, core) = (server.clone(), server.workers.next());
    let tasks = server.stop.tasks().clone();
    let serving = async move {
        if let Ok(stream) = TcpStream::from_std(stream) {
            connection::serve(stream, peer, &server, state, &permit).await;
        }
        drop(permit);
    };
    tasks.spawn_on(serving, &core);
}

/// Whether an error concerns one connection that closed before it was accepted, and not the
/// listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
