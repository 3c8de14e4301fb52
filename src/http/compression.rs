//! Answers compressed as the client accepts them.

use std::convert::Infallible;
use std::future::ready;

use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};

/// Smaller bodies are not compressed: they fit into one packet.
const MIN_BYTES: u64 = 1024;

/// Compresses a rendered answer, where the client's `Accept-Encoding` allows it and it is worth it.
pub async fn compress(response: Response, accept_encoding: HeaderValue) -> Response {
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(header::ACCEPT_ENCODING, accept_encoding);
    let mut rendered = Some(response);
    let answer =
        service_fn(move |_: Request<Body>| ready(Ok::<_, Infallible>(rendered.take().unwrap_or_default())));
    let layer = CompressionLayer::new().compress_when(DefaultPredicate::new().and(SizeAbove::new(MIN_BYTES)));
    match layer.layer(answer).oneshot(request).await {
        Ok(compressed) => compressed.map(Body::new),
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use http_body_util::BodyExt;

    use super::*;

    async fn answer(bytes: usize, accept_encoding: &'static str) -> (Option<String>, Vec<u8>) {
        let response = Response::builder()
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("a".repeat(bytes)))
            .unwrap();
        let accepted = HeaderValue::from_static(accept_encoding);
        let response = compress(response, accepted).await;
        let encoding = response.headers().get(header::CONTENT_ENCODING);
        let encoding = encoding.map(|value| value.to_str().unwrap().to_owned());
        (encoding, response.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    #[tokio::test]
    async fn a_large_answer_is_compressed_as_the_client_accepts_it() {
        for accepted in ["gzip", "br, gzip;q=0.5", "gzip, deflate"] {
            let (encoding, body) = answer(10_000, accepted).await;
            assert_eq!(encoding.as_deref(), Some("gzip"), "{accepted}");
            let mut text = String::new();
            flate2::read::GzDecoder::new(&*body).read_to_string(&mut text).unwrap();
            assert!(text == "a".repeat(10_000) && body.len() < 200);
        }
    }

    #[tokio::test]
    async fn small_answers_and_clients_that_accept_no_gzip_get_plain_bytes() {
        for (bytes, accepted) in [(1_000, "gzip"), (10_000, "br"), (10_000, "gzip;q=0"), (10_000, "identity")]
        {
            let (encoding, body) = answer(bytes, accepted).await;
            assert_eq!((encoding, body.len()), (None, bytes), "{accepted}");
        }
    }
}
