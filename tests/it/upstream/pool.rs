//! Connections to upstreams that are kept open between calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use fluence::domain::forwarding::RetryRule;
use fluence::outbound::address::AddressPolicy;
use fluence::outbound::url::parse_url;
use fluence::upstream::breaker::BreakerConfig;
use fluence::upstream::error::UpstreamError;
use fluence::upstream::pool::{AnswerBody, Pool, PoolCall, PoolConfig, Read};
use fluence::upstream::tls::{TlsFiles, UpstreamTls};
use fluence::upstream::upload::{AnswerTimeouts, ClientBody, Upload};
use futures_util::future::join_all;
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper::http::request::Parts;
use hyper::{Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout};

use super::ACCOUNT;
use crate::support::gateway::eventually;
use crate::support::played::{Heard, PlayedServer};
use crate::support::upstream::{Behaviour, ScriptedServer};

const LONG: Duration = Duration::from_secs(30);
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

fn pool(address: std::net::SocketAddr) -> Arc<Pool> {
    pool_with(address, BreakerConfig { failures: u32::MAX, open_for: Duration::from_millis(100) })
}

fn pool_with(address: std::net::SocketAddr, breaker: BreakerConfig) -> Arc<Pool> {
    Arc::new(Pool::new(PoolConfig {
        name: "test".into(),
        targets: vec![parse_url(&format!("http://{address}"), AddressPolicy::Private).unwrap()],
        reach: AddressPolicy::Private,
        host: None,
        tls: UpstreamTls::read(TlsFiles::default()).unwrap(),
        speaks_http2: false,
        credential: None,
        connect_timeout: LONG,
        max_concurrent: 1_000,
        breaker,
        health: None,
    }))
}

async fn send(
    pool: &Arc<Pool>,
    path: &str,
    body: &Upload,
    retry: RetryRule,
) -> Result<Response<AnswerBody>, UpstreamError> {
    let (head, ()) = Request::post(path).body(()).unwrap().into_parts();
    send_within(LONG, pool, (&head, body), retry).await
}

async fn send_within(
    first_byte: Duration,
    pool: &Arc<Pool>,
    (head, body): (&Parts, &Upload),
    retry: RetryRule,
) -> Result<Response<AnswerBody>, UpstreamError> {
    let timeouts = AnswerTimeouts { first_byte, idle: LONG, ends_at: Instant::now() + LONG };
    pool.send(ACCOUNT, PoolCall { head, body, timeouts, retry }).await
}

async fn whole(response: Response<AnswerBody>) -> Result<Bytes, UpstreamError> {
    match response.into_body().read(1 << 20).await? {
        Read::Whole(body) => Ok(body),
        Read::Longer(..) => panic!("a long answer"),
    }
}

async fn call(pool: &Arc<Pool>, path: &str, retry: RetryRule) -> Result<Bytes, UpstreamError> {
    whole(send(pool, path, &Upload::Whole(Bytes::from_static(b"{}")), retry).await?).await
}

/// Reads the head of a request and its body of two bytes. `None` once the client has closed the
/// connection.
async fn asked(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n{}") {
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
    String::from_utf8(read).ok()
}

#[tokio::test]
async fn calls_in_turn_share_a_connection() {
    let server = ScriptedServer::start(vec![Behaviour::Answers(200, "{}".into())]).await;
    let pool = pool(server.address);
    for _ in 0..20 {
        assert_eq!(call(&pool, "/", RetryRule::Off).await.unwrap(), "{}");
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 20));
}

/// A server that answers until it is told to close its connections, and then answers on new ones.
struct ClosingServer {
    address: std::net::SocketAddr,
    close: watch::Sender<()>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    opened: AtomicUsize,
    /// By the server.
    closed: AtomicUsize,
    /// By the client, after the server.
    left: AtomicUsize,
    requests: AtomicUsize,
}

impl ClosingServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (close, closing) = watch::channel(());
        let counts = Arc::<Counts>::default();
        let counted = counts.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.opened.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream, closing.clone(), counted.clone()));
            }
        });
        Self { address, close, counts }
    }

    async fn close_all(&self) {
        let opened = self.counts.opened.load(Ordering::Relaxed);
        self.close.send(()).unwrap();
        let all_are = async || self.counts.closed.load(Ordering::Relaxed) == opened;
        eventually("the server has closed its connections", all_are).await;
    }
}

async fn serve(mut stream: TcpStream, mut closing: watch::Receiver<()>, counts: Arc<Counts>) {
    closing.mark_unchanged();
    loop {
        tokio::select! {
            _ = closing.changed() => {
                stream.shutdown().await.unwrap();
                counts.closed.fetch_add(1, Ordering::Relaxed);
                if stream.read(&mut [0]).await.is_ok_and(|count| count == 0) {
                    counts.left.fetch_add(1, Ordering::Relaxed);
                }
                return;
            }
            request = asked(&mut stream) => {
                if request.is_none() {
                    return;
                }
                counts.requests.fetch_add(1, Ordering::Relaxed);
                stream.write_all(ANSWER).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn kept_connections_that_the_server_has_closed_fail_no_call() {
    let server = ClosingServer::start().await;
    let pool = pool(server.address);
    let at_once = async || {
        let answers = join_all((0..8).map(|_| call(&pool, "/", RetryRule::Off))).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    };
    at_once().await;
    assert_eq!(server.counts.opened.load(Ordering::Relaxed), 8);
    server.close_all().await;
    at_once().await;
    // Nothing was sent twice.
    assert_eq!(server.counts.requests.load(Ordering::Relaxed), 16);
    assert_eq!(server.counts.opened.load(Ordering::Relaxed), 16);
}

#[tokio::test]
async fn kept_connections_that_the_server_has_closed_are_closed_without_a_call() {
    let server = ClosingServer::start().await;
    let pool = pool(server.address);
    call(&pool, "/", RetryRule::Off).await.unwrap();
    server.close_all().await;
    let left = async || server.counts.left.load(Ordering::Relaxed) == 1;
    eventually("the connection is closed", left).await;
}

#[tokio::test]
async fn an_answer_that_is_given_up_closes_its_connection() {
    let mut server = PlayedServer::start().await;
    let pool = pool(server.address);
    let upload = Upload::Whole(Bytes::from_static(b"{}"));
    let sent = tokio::spawn(async move { send(&pool, "/", &upload, RetryRule::Off).await.map(drop) });
    server.request().await;
    server.begin_events();
    server.chunk("data: {}\n\n");
    sent.await.unwrap().unwrap();
    assert_eq!(server.next().await, Heard::Closed);
}

#[tokio::test]
async fn a_call_that_is_given_up_says_nothing_of_its_target() {
    let server = ScriptedServer::start(vec![Behaviour::Hangs]).await;
    let pool = pool_with(server.address, BreakerConfig { failures: 2, open_for: LONG });
    let (head, ()) = Request::post("/").body(()).unwrap().into_parts();
    let body = Upload::Whole(Bytes::from_static(b"{}"));
    let late = || send_within(Duration::from_millis(50), &pool, (&head, &body), RetryRule::Off);
    assert!(matches!(late().await, Err(UpstreamError::Timeout)));
    let given_up = send(&pool, "/", &body, RetryRule::Off);
    assert!(timeout(Duration::from_millis(50), given_up).await.is_err());
    assert!(matches!(late().await, Err(UpstreamError::Timeout)));
    assert!(matches!(late().await, Err(UpstreamError::Unavailable { .. })));
}

#[tokio::test]
async fn a_request_goes_on_while_nobody_reads_its_early_answer() {
    const PART: usize = 64 << 10;
    const PARTS: usize = 256;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pool = pool(listener.local_addr().unwrap());
    let (note, got_all) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_exact(&mut [0; 64]).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n").await.unwrap();
        let (mut read, mut bytes) = (vec![0; PART], 0);
        while bytes < PART * PARTS {
            bytes += stream.read(&mut read).await.unwrap();
        }
        note.send(()).unwrap();
        stream.write_all(b"early").await.unwrap();
        // Closing a socket with unread bytes would reset it.
        while stream.read(&mut read).await.is_ok_and(|count| count > 0) {}
    });
    let (parts, received) = mpsc::channel::<Bytes>(1);
    let stream = futures_util::stream::unfold(received, |mut received| async move {
        let part = received.recv().await?;
        Some((Ok(Frame::data(part)), received))
    });
    let body: ClientBody = Box::pin(StreamBody::new(stream));
    let upload = Upload::streamed(body, u64::MAX);
    parts.send(Bytes::from(vec![0; PART])).await.unwrap();
    let response = send(&pool, "/", &upload, RetryRule::Off).await.unwrap();
    for _ in 0..PARTS {
        parts.send(Bytes::from(vec![0; PART])).await.unwrap();
    }
    got_all.await.unwrap();
    assert_eq!(whole(response).await.unwrap(), "early");
}

/// Calls under resets: `RESETS=100000` for a long run.
fn resets() -> usize {
    std::env::var("RESETS").map_or(5_000, |resets| resets.parse().unwrap())
}

/// What the process has in memory.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4_096
}

/// Resets each connection at another place: before a request, within it, after it, within the
/// answer, or after a whole one.
async fn reset_all(listener: TcpListener, arrivals: Arc<[AtomicU8]>) {
    let mut place = 0;
    while let Ok((mut stream, _)) = listener.accept().await {
        place = (place + 1) % 5;
        let arrivals = arrivals.clone();
        tokio::spawn(async move {
            stream.set_zero_linger().unwrap();
            match place {
                0 => return,
                1 => return drop(stream.read(&mut [0; 20]).await),
                _ => {}
            }
            let note = |request: &str| {
                let number = request.strip_prefix("POST /").unwrap().split(' ').next().unwrap();
                arrivals[number.parse::<usize>().unwrap()].fetch_add(1, Ordering::Relaxed);
            };
            let Some(request) = asked(&mut stream).await else { return };
            note(&request);
            match place {
                2 => {}
                3 => drop(stream.write_all(&ANSWER[..20]).await),
                _ => {
                    let _ = stream.write_all(ANSWER).await;
                    // The next request may be on its way already.
                    if let Some(request) = asked(&mut stream).await {
                        note(&request);
                    }
                }
            }
        });
    }
}

#[tokio::test]
async fn under_resets_a_post_arrives_at_most_once_and_memory_stays() {
    const AT_ONCE: usize = 50;
    let calls = resets();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pool = pool(listener.local_addr().unwrap());
    let arrivals: Arc<[AtomicU8]> = (0..calls).map(|_| AtomicU8::new(0)).collect();
    let serving = tokio::spawn(reset_all(listener, arrivals.clone()));
    let (mut answered, mut before) = (0, 0);
    for first in (0..calls).step_by(AT_ONCE) {
        let rule = if (first / AT_ONCE).is_multiple_of(2) { RetryRule::Off } else { RetryRule::Safe };
        let paths: Vec<String> =
            (first..calls.min(first + AT_ONCE)).map(|number| format!("/{number}")).collect();
        let answers = join_all(paths.iter().map(|path| call(&pool, path, rule))).await;
        answered += answers.iter().filter(|answer| answer.is_ok()).count();
        // What is kept for good is there by now.
        if before == 0 && first >= calls / 10 {
            before = resident_bytes();
        }
    }
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 32 << 20, "{grown} bytes more after {calls} calls");
    assert!(arrivals.iter().all(|times| times.load(Ordering::Relaxed) <= 1));
    let arrived = arrivals.iter().filter(|times| times.load(Ordering::Relaxed) == 1).count();
    assert!(
        (calls / 10..calls).contains(&answered) && answered <= arrived,
        "{answered} of {arrived} arrived"
    );
    serving.abort();
    println!("{calls} calls: {arrived} arrived, {answered} answered, {grown} bytes more");
}
