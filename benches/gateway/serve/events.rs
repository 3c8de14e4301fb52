//! An upstream of event streams: each connection gets events at a steady rate until it is closed.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use bytes::Bytes;
use hyper::body::Frame;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep_until};

use crate::load::PATH;

/// The events of a second, in a stream.
pub(crate) const RATE: u32 = 50;
/// As long as a chunk of a chat.
const EVENT: &[u8] =
    b"data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word \"}}]}\n\n";

pub(crate) async fn serve() -> anyhow::Result<()> {
    // Servers are asked for an answer that ends before they are measured.
    let router = Router::new()
        .route(PATH, any(|| async { ([(CONTENT_TYPE, "text/event-stream")], EVENT) }))
        .route("/events", any(|| async { ([(CONTENT_TYPE, "text/event-stream")], stream()) }));
    axum::serve(TcpListener::bind(super::listen()?).await?, router).await?;
    Ok(())
}

fn stream() -> Body {
    let events = futures_util::stream::unfold(Instant::now(), |at| async move {
        sleep_until(at).await;
        let event: Result<_, Infallible> = Ok(Frame::data(Bytes::from_static(EVENT)));
        Some((event, at + Duration::from_secs(1) / RATE))
    });
    Body::new(http_body_util::StreamBody::new(Box::pin(events)))
}
