//! A gateway's edge on a real socket, and clients that write bytes no HTTP library would.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{any, get, post};
use fluence::domain::refusal::Refusal;
use fluence::http::answer::{RefusalResponse, json_ok, refused};
use fluence::http::json_body::{parse_fields, read_body};
use fluence::server::listener::{self, Server, accept_loop};
use fluence::server::pipeline::Pipeline;
use fluence::server::settings::ServerSettings;
use fluence::server::stop::Stop;
use fluence::server::tls::Tls;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::gateway::settings;
use super::public_links::links;

/// Largest body that the test routes take.
pub(crate) const MAX_BODY_BYTES: usize = 1024;

/// Bytes of the answer of `/page`, and some more for its quotes.
pub(crate) const PAGE_BYTES: usize = 512 * 1024;

/// Ends a test that would wait for ever; no test passes by it.
const HANG: Duration = Duration::from_secs(30);

/// A running edge.
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    pub(crate) server: Arc<Server>,
    pub(crate) stop: Stop,
    /// How often `/crm` was reached: what would have been charged.
    pub(crate) calls: Arc<AtomicU64>,
}

/// Limits that never bite within a test, to be shortened one by one.
pub(crate) fn patient() -> ServerSettings {
    let long = Duration::from_secs(600);
    let many = NonZeroUsize::new(20_000).unwrap();
    ServerSettings {
        max_connections: many,
        max_connections_per_client: many,
        head_timeout: long,
        body_timeout: long,
        idle_timeout: long,
        write_timeout: long,
        ..settings(&[]).server
    }
}

impl Gateway {
    pub(crate) async fn start(limits: ServerSettings) -> Self {
        Self::start_with_tls(limits, None).await
    }

    pub(crate) async fn start_with_tls(limits: ServerSettings, tls: Option<Arc<Tls>>) -> Self {
        let calls = Arc::new(AtomicU64::new(0));
        let stop = Stop::new();
        let pipeline = Pipeline::new(routes(calls.clone()), links());
        let server = Arc::new(Server::new(pipeline, limits, stop.clone()).with_tls(tls));
        let listener = listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(accept_loop(listener, server.clone()));
        Self { address, server, stop, calls }
    }

    pub(crate) async fn connect(&self) -> RawClient {
        RawClient(TcpStream::connect(self.address).await.unwrap())
    }

    /// A client at another loopback address, 127.0.0.`host`, which is another client to the
    /// gateway.
    pub(crate) async fn connect_from(&self, host: u8) -> RawClient {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, host], 0))).unwrap();
        RawClient(socket.connect(self.address).await.unwrap())
    }

    /// A client whose request is certainly being served: its body of two bytes is awaited.
    pub(crate) async fn busy_from(&self, host: u8) -> RawClient {
        let mut client = self.connect_from(host).await;
        let head = post_crm("{}").replace("\r\n\r\n{}", "\r\nExpect: 100-continue\r\n\r\n");
        assert_eq!(status(&client.ask(head).await), 100);
        client
    }

    /// A client whose system takes no more of an answer than it has to.
    pub(crate) async fn connect_narrow(&self) -> RawClient {
        narrow_client(self.address).await
    }

    /// Sends bytes on a fresh connection and reads all that comes until the gateway closes it.
    pub(crate) async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut client = self.connect().await;
        client.send(bytes).await;
        client.read_to_end().await
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(SeqCst)
    }
}

/// Routes that stand for the gateway's own: `/crm` reads a JSON body and counts, the others answer
/// at once.
fn routes(calls: Arc<AtomicU64>) -> Router {
    let crm = move |headers: HeaderMap, body: Body| async move {
        let bytes = read_body(&headers, body, MAX_BODY_BYTES).await?;
        parse_fields(&bytes)?;
        calls.fetch_add(1, SeqCst);
        Ok::<_, RefusalResponse>(json_ok(serde_json::json!({"success": true})))
    };
    let health = || async { json_ok(serde_json::json!({"status": "ok"})) };
    Router::new()
        .route("/crm", post(crm))
        .route("/health", get(health))
        .route("/v1/contacts/{id}", get(health))
        .route("/livez", get(health))
        .route("/page", get(|| async { json_ok("x".repeat(PAGE_BYTES)) }))
        .route("/deny", any(|| async { refused(Refusal::InvalidApiKey) }))
        .route("/panic", get(panics))
}

/// A client whose system takes no more of an answer than it has to.
pub(crate) async fn narrow_client(address: SocketAddr) -> RawClient {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    RawClient(socket.connect(address).await.unwrap())
}

/// A client that sends raw bytes.
pub(crate) struct RawClient(pub(crate) TcpStream);

impl RawClient {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// All that comes until the gateway closes the connection.
    pub(crate) async fn read_to_end(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(HANG, self.0.read_to_end(&mut bytes)).await;
        let text = String::from_utf8(bytes).unwrap();
        read.unwrap_or_else(|_| panic!("still open after {text:?}")).unwrap();
        text
    }

    /// Whether the gateway has closed the connection, however it did, or will soon.
    pub(crate) async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        tokio::time::timeout(HANG, self.0.read_to_end(&mut rest)).await.is_ok()
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, bytes: impl AsRef<[u8]>) -> String {
        self.send(bytes).await;
        self.read_answer().await
    }

    /// One answer with a Content-Length.
    pub(crate) async fn read_answer(&mut self) -> String {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    return text;
                }
            }
            let read = self.0.read_buf(&mut bytes).await.unwrap();
            assert!(read > 0, "closed after {text:?}");
        }
    }
}

/// A POST of a JSON body to `/crm`.
pub(crate) fn post_crm(body: &str) -> String {
    format!(
        "POST /crm HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The status of the first answer in a text.
pub(crate) fn status(text: &str) -> u16 {
    text.strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .unwrap_or_else(|| panic!("no answer in {text:?}"))
}

/// How many answers a text holds.
pub(crate) fn answers(text: &str) -> usize {
    text.matches("HTTP/1.1 ").count()
}

async fn panics() -> Response {
    panic!("on purpose")
}
