//! The body gate: what may enter as a JSON body, and reading it within a bound.

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use super::fields::Fields;
use super::json::parse_object;
use super::representation::{is_media_type, is_unencoded, media_type_parameters};
use super::request_body_fault::RequestBodyFault;
use crate::domain::refusal::{MediaFault, Refusal};

/// Reads a body declared as JSON, at most `limit_bytes` long. A declared length above it is refused
/// unread.
pub async fn read_body(headers: &HeaderMap, body: Body, limit_bytes: usize) -> Result<Bytes, Refusal> {
    check_media_type(headers)?;
    read_any_body(body, limit_bytes).await
}

/// Reads a body of any media type, at most `limit_bytes` long.
pub async fn read_any_body(mut body: Body, limit_bytes: usize) -> Result<Bytes, Refusal> {
    let too_large = Refusal::BodyTooLarge { limit_bytes };
    if body.size_hint().lower() > limit_bytes as u64 {
        return Err(too_large);
    }
    let mut whole = Bytes::new();
    let mut gathered = BytesMut::new();
    while !body.is_end_stream() {
        let Some(frame) = body.frame().await else { break };
        let frame = frame.map_err(RequestBodyFault::from)?;
        let Ok(data) = frame.into_data() else { continue };
        if whole.len() + gathered.len() + data.len() > limit_bytes {
            return Err(too_large);
        }
        // A body in one piece, as nearly all are, is passed on without a copy.
        if whole.is_empty() && gathered.is_empty() {
            whole = data;
        } else {
            gathered.extend_from_slice(&std::mem::take(&mut whole));
            gathered.extend_from_slice(&data);
        }
    }
    Ok(if gathered.is_empty() { whole } else { gathered.freeze() })
}

/// Reads bytes as one JSON object and gives its fields.
pub fn parse_fields(bytes: &[u8]) -> Result<Fields, Refusal> {
    parse_object(bytes).map(Fields::new)
}

/// `application/json`, not declared in an encoding that cannot be UTF-8, and without a content
/// encoding.
fn check_media_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (types.next(), types.next()) else {
        return Err(Refusal::UnsupportedMediaType(MediaFault::NotJson));
    };
    if !is_media_type(value, "application/json") {
        return Err(Refusal::UnsupportedMediaType(MediaFault::NotJson));
    }
    if media_type_parameters(value).any(is_wide_charset) {
        return Err(Refusal::UnsupportedMediaType(MediaFault::NotUtf8));
    }
    if is_unencoded(headers) { Ok(()) } else { Err(Refusal::UnsupportedMediaType(MediaFault::Encoded)) }
}

/// Whether a parameter of the media type names an encoding of two or four bytes a character. RFC
/// 8259, section 11, defines no `charset`, so any other value means nothing: the body itself shows
/// whether it is UTF-8.
fn is_wide_charset(parameter: &str) -> bool {
    let Some((name, charset)) = parameter.split_once('=') else { return false };
    let charset = charset.trim().trim_matches('"').trim().to_ascii_lowercase();
    let charset = charset.replace(['-', '_'], "");
    name.trim().eq_ignore_ascii_case("charset")
        && ["utf16", "utf32", "ucs"].iter().any(|family| charset.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use hyper::body::Frame;

    use crate::domain::refusal::Malformed;

    /// A body of unknown length that comes in pieces, and may break.
    struct Pieces(VecDeque<Result<&'static str, RequestBodyFault>>);

    impl HttpBody for Pieces {
        type Data = Bytes;
        type Error = RequestBodyFault;
        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, RequestBodyFault>>> {
            Poll::Ready(self.0.pop_front().map(|piece| piece.map(|text| Frame::data(Bytes::from(text)))))
        }
    }

    fn pieces(pieces: impl IntoIterator<Item = Result<&'static str, RequestBodyFault>>) -> Body {
        Body::new(Pieces(pieces.into_iter().collect()))
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    async fn read(lines: &[(&'static str, &str)]) -> Result<Bytes, Refusal> {
        read_body(&headers(lines), Body::from("{}"), 10).await
    }

    const JSON: (&str, &str) = ("content-type", "application/json");

    #[tokio::test]
    async fn d01_only_json_enters_whatever_charset_of_bytes_it_names() {
        for good in [
            "application/json",
            "Application/JSON",
            "application/json;",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json; charset=utf8",
            "application/json; charset=us-ascii",
            "application/json; charset=iso-8859-1",
            "application/json; charset=",
            "application/json; version=1; charset = utf-8",
        ] {
            assert_eq!(read(&[("content-type", good)]).await, Ok(Bytes::from("{}")), "{good}");
        }
        for bad in [
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/xml",
            "application/jsonp",
            "application/x-www-form-urlencoded",
            "",
        ] {
            assert_eq!(read(&[("content-type", bad)]).await, refused(MediaFault::NotJson), "{bad}");
        }
        assert_eq!(read(&[]).await, refused(MediaFault::NotJson));
        assert_eq!(read(&[JSON, ("content-type", "text/plain")]).await, refused(MediaFault::NotJson));
    }

    fn refused(fault: MediaFault) -> Result<Bytes, Refusal> {
        Err(Refusal::UnsupportedMediaType(fault))
    }

    #[tokio::test]
    async fn d01_wide_characters_are_refused() {
        for charset in ["utf-16", "UTF-16LE", "\"utf-32\"", "utf16", "UCS-2"] {
            let media_type = format!("application/json; charset={charset}");
            let read = read(&[("content-type", &media_type)]).await;
            assert_eq!(read, refused(MediaFault::NotUtf8), "{charset}");
        }
    }

    #[tokio::test]
    async fn b15_encoded_bodies_are_refused() {
        for none in ["identity", "", "Identity", "identity, identity"] {
            assert_eq!(read(&[JSON, ("content-encoding", none)]).await, Ok(Bytes::from("{}")), "{none}");
        }
        for bad in ["gzip", "br", "gzip, gzip", "identity, gzip"] {
            let read = read(&[JSON, ("content-encoding", bad)]).await;
            assert_eq!(read, refused(MediaFault::Encoded), "{bad}");
        }
    }

    #[tokio::test]
    async fn b14_a_body_too_large_is_refused_declared_or_not() {
        let too_large = Err(Refusal::BodyTooLarge { limit_bytes: 4 });
        let headers = headers(&[JSON]);
        assert_eq!(read_body(&headers, Body::from("12345"), 4).await, too_large);
        assert_eq!(read_body(&headers, pieces([Ok("123"), Ok("45")]), 4).await, too_large);
        assert_eq!(read_body(&headers, pieces([Ok("12345")]), 4).await, too_large);
        assert_eq!(
            read_body(&headers, pieces([Ok("12"), Ok("3"), Ok("4")]), 4).await,
            Ok(Bytes::from("1234"))
        );
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_a_bad_request() {
        let read = read_body(&headers(&[JSON]), pieces([Ok("{"), Err(RequestBodyFault::Broken)]), 10).await;
        assert_eq!(read, Err(Refusal::BadRequest(Malformed::BrokenBody)));
    }
}
