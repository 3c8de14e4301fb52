//! Serves HTTP/1.1 on one connection to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::Server;
use crate::gate::{Delivery, Reentry, Streamed};
use crate::http::client_address::ClientNetwork;
use crate::server::answer_body::AnswerBody;
use crate::server::body_pace::paced;
use crate::server::connection_state::{ConnectionState, Phase, TimedOut, Timeouts};
use crate::server::connections::{ConnectionPermit, PermitKind};
use crate::server::framing::FragmentInTarget;
use crate::server::pipeline::ProbesOnly;
use crate::server::settings::{MIN_BODY_BYTES, ServerSettings};
use crate::server::socket::WatchedSocket;
use crate::server::unread_body;
use crate::server::unsent::UnsentAnswer;

/// Memory of the HTTP library for a streamed answer, or one of unknown length: its buffer and
/// one piece that waits.
const STREAM_BYTES: u64 = 64 * 1024;
/// Timeout of the one request of a connection beyond the limits.
const OVERFLOW_PATIENCE: Duration = Duration::from_secs(2);

/// Serves a connection until it closes.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    server: &Arc<Server>,
    state: Arc<ConnectionState>,
    permit: &ConnectionPermit,
) {
    // Answers are written in one piece, so the operating system must not wait for more.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &server.tls else { return serve_http(stream, peer, server, state, permit).await };
    let within = timeouts(&server.settings, matches!(permit.kind, PermitKind::Regular { .. })).head;
    let stream = tokio::select! {
        stream = tls.accept(stream, within) => stream,
        () = server.stop.cut().cancelled() => None,
    };
    if let Some(stream) = stream {
        // The first head has its own time.
        state.enter(Phase::Head);
        // Boxed, so that connections without TLS carry no state of its size.
        Box::pin(serve_http(stream, peer, server, state, permit)).await;
    }
}

/// Serves requests until the connection is closed by the client, idle or slow for too long,
/// evicted, drained or cut.
async fn serve_http<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    peer: SocketAddr,
    server: &Arc<Server>,
    state: Arc<ConnectionState>,
    permit: &ConnectionPermit,
) {
    let is_regular = matches!(permit.kind, PermitKind::Regular { .. });
    let service = service_fn({
        let (server, state) = (server.clone(), state.clone());
        move |request| answer(request, peer, is_regular, server.clone(), state.clone())
    });
    let rewrite_bare_status = {
        let server = server.clone();
        move |bytes: &[u8], is_line_done| server.pipeline.answer_malformed_head(bytes, is_line_done)
    };
    let (unsent, min_bytes) = (server.unsent.clone(), server.settings.write_min_bytes.get());
    let socket = WatchedSocket::new(stream, state.clone(), unsent, min_bytes, rewrite_bare_status);
    let mut connection = pin!(server.http.serve_connection(TokioIo::new(socket), service));
    let timeouts = timeouts(&server.settings, is_regular);
    let mut timed_out = pin!(state.timed_out(timeouts));
    let draining = server.stop.draining();
    let mut is_draining = false;
    // The connection comes first: the other branches are polled only when it waits.
    loop {
        tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            what = &mut timed_out => {
                server.stats.timed_out.fetch_add(1, Relaxed);
                match what {
                    TimedOut::Connection => return,
                    // The service answers, and the answer closes the connection.
                    TimedOut::Body => state.fail_body(),
                }
                timed_out.set(state.timed_out(timeouts));
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
    let mut request = request.map(|body| paced(body, MIN_BODY_BYTES, server.settings.body_timeout, &state));
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
    unread_body::discard_or_close(&state, &mut response, expects_continue).await;
    let reentry = response.extensions_mut().remove::<Reentry>();
    let delivery = response.extensions_mut().remove::<Delivery>();
    let is_streamed = response.extensions_mut().remove::<Streamed>().is_some();
    let bytes = response.body().size_hint().exact().filter(|_| !is_streamed).unwrap_or(STREAM_BYTES);
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    state.begin_answer(UnsentAnswer { bytes, network: ClientNetwork::from(client.0), reentry, delivery });
    Ok(response.map(|body| AnswerBody::new(body, state)))
}
