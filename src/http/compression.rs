//! Answers compressed as the client accepts them.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http_body_util::BodyExt;
use tokio::sync::OnceCell;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};

/// Smaller bodies are not compressed: they fit into one packet.
const MIN_BYTES: u64 = 1024;

/// Longest body that stands in for one that was dropped: no page is longer.
const MAX_DROPPED_BYTES: usize = 8 * 1024 * 1024;

/// Extension of answers whose body many clients get: how it is compressed for the next one. Without
/// it a body is compressed for each.
#[derive(Clone, Debug)]
pub enum Compression {
    /// Once; the result is kept. `body` is what is compressed, which the router drops for HEAD.
    Once {
        body: Bytes,
        kept: CompressedBody,
    },
    Never,
}

/// A compressed body, once a client has asked for it. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct CompressedBody(Arc<OnceCell<Bytes>>);

impl CompressedBody {
    /// Puts the kept body into the place of one that is about to be compressed.
    async fn kept(&self, compressed: Response) -> Response {
        let (mut parts, body) = compressed.into_parts();
        let kept =
            self.0.get_or_try_init(|| async { Ok::<_, axum::Error>(body.collect().await?.to_bytes()) });
        let body = match kept.await {
            Ok(bytes) => {
                parts.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
                Body::from(bytes.clone())
            }
            Err(error) => Body::from_stream(stream::once(ready(Err::<Bytes, _>(error)))),
        };
        Response::from_parts(parts, body)
    }
}

/// Compresses a rendered answer, where the client's `Accept-Encoding` allows it and it is worth it.
/// A client that excludes every encoding gets plain bytes, as RFC 9110, section 12.5.3, allows.
///
/// An answer to HEAD, of which the router has kept only the length, gets the headers of GET.
pub async fn compress(mut response: Response, accept_encoding: HeaderValue) -> Response {
    let Some(length) = length_of_dropped_body(&response) else {
        return compress_whole(response, accept_encoding).await;
    };
    let body = match response.extensions().get() {
        Some(Compression::Once { body, .. }) => body.clone(),
        // Any body of this length shows whether it would be compressed.
        _ => vec![0; length].into(),
    };
    *response.body_mut() = Body::from(body);
    compress_whole(response, accept_encoding).await.map(|_| Body::empty())
}

/// The length that an answer without a body names.
fn length_of_dropped_body(response: &Response) -> Option<usize> {
    let is_dropped = response.body().size_hint().exact() == Some(0);
    let length = response.headers().get(header::CONTENT_LENGTH).filter(|_| is_dropped)?;
    length.to_str().ok()?.parse().ok().filter(|length| (1..=MAX_DROPPED_BYTES).contains(length))
}

async fn compress_whole(mut response: Response, accept_encoding: HeaderValue) -> Response {
    let kept = match response.extensions_mut().remove() {
        None => None,
        Some(Compression::Once { kept, .. }) => Some(kept),
        Some(Compression::Never) => return response,
    };
    let status = response.status();
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(header::ACCEPT_ENCODING, accept_encoding);
    let mut rendered = Some(response);
    let answer =
        service_fn(move |_: Request<Body>| ready(Ok::<_, Infallible>(rendered.take().unwrap_or_default())));
    let layer = CompressionLayer::new().compress_when(DefaultPredicate::new().and(SizeAbove::new(MIN_BYTES)));
    match layer.layer(answer).oneshot(request).await {
        Ok(compressed) => {
            let mut compressed = compressed.map(Body::new);
            // The layer answers 406 where no encoding is acceptable, after the call was served.
            *compressed.status_mut() = status;
            match kept.filter(|_| compressed.headers().contains_key(header::CONTENT_ENCODING)) {
                Some(kept) => kept.kept(compressed).await,
                None => compressed,
            }
        }
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use axum::http::StatusCode;

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
    async fn a_body_that_many_get_is_compressed_once() {
        let kept = CompressedBody::default();
        let sent = async |text: &str, accepted: &'static str| {
            let mut response = Response::new(Body::from(text.repeat(10_000)));
            response.extensions_mut().insert(Compression::Once { body: Bytes::new(), kept: kept.clone() });
            let response = compress(response, HeaderValue::from_static(accepted)).await;
            let encoding = response.headers().get(header::CONTENT_ENCODING).cloned();
            (encoding, response.into_body().collect().await.unwrap().to_bytes())
        };
        let (encoding, first) = sent("a", "gzip").await;
        assert_eq!(encoding.unwrap(), "gzip");
        // Another body shows that it was not looked at.
        assert_eq!(sent("b", "gzip").await.1, first);
        for plain in ["identity", "br", "gzip;q=0"] {
            assert_eq!(sent("c", plain).await, (None, Bytes::from("c".repeat(10_000))), "{plain}");
        }
        let mut response = Response::new(Body::from("d".repeat(10_000)));
        response.extensions_mut().insert(Compression::Never);
        let response = compress(response, HeaderValue::from_static("gzip")).await;
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    }

    #[tokio::test]
    async fn an_answer_whose_body_was_dropped_has_the_headers_of_the_whole_one() {
        let whole = Bytes::from("a".repeat(10_000));
        for accepted in ["gzip", "identity"] {
            let once = Compression::Once { body: whole.clone(), kept: CompressedBody::default() };
            for compression in [None, Some(Compression::Never), Some(once)] {
                let sent = async |is_dropped: bool| {
                    let body = if is_dropped { Body::empty() } else { Body::from(whole.clone()) };
                    let builder = Response::builder().header(header::CONTENT_LENGTH, whole.len());
                    let mut response = builder.body(body).unwrap();
                    if let Some(compression) = compression.clone() {
                        response.extensions_mut().insert(compression);
                    }
                    compress(response, HeaderValue::from_static(accepted)).await
                };
                let (get, head) = (sent(false).await, sent(true).await);
                assert_eq!(head.headers(), get.headers(), "{accepted} {compression:?}");
                assert_eq!(head.into_body().size_hint().exact(), Some(0));
            }
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

    #[tokio::test]
    async fn a_client_that_excludes_every_encoding_gets_the_answer_as_it_is() {
        for status in [200, 201, 401, 404, 503].map(|code| StatusCode::from_u16(code).unwrap()) {
            for accepted in ["identity;q=0", "*;q=0", "gzip;q=0, identity;q=0", "br, *;q=0"] {
                let response =
                    Response::builder().status(status).body(Body::from("a".repeat(10_000))).unwrap();
                let response = compress(response, HeaderValue::from_static(accepted)).await;
                assert_eq!(response.status(), status, "{accepted}");
                assert!(!response.headers().contains_key(header::CONTENT_ENCODING), "{accepted}");
                let body = response.into_body().collect().await.unwrap().to_bytes();
                assert_eq!(body.len(), 10_000, "{accepted}");
            }
        }
    }
}
