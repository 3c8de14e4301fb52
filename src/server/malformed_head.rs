//! The answer to a head that the HTTP library rejects. The library writes a bare status; this
//! replaces it by an answer with a body and a request id.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Body as HttpBody;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::domain::refusal::{Malformed, Refusal};
use crate::http::answer::refused;

/// Returns the status of a bare answer of the library. Answers of the service have a request id,
/// the library's do not.
pub(super) fn bare_status(bytes: &[u8]) -> Option<StatusCode> {
    let code = bytes.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    let is_ours = bytes.windows(b"x-request-id".len()).any(|window| window == b"x-request-id");
    StatusCode::from_bytes(code).ok().filter(|status| status.is_client_error() && !is_ours)
}

/// What such a status means. A head that is too large before the end of its first line has a target
/// that is too long.
pub(super) fn refusal_of(status: StatusCode, is_line_done: bool) -> Response {
    let (status, fault) = match status {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE if is_line_done => (status, Malformed::HeadTooLarge),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE | StatusCode::URI_TOO_LONG => {
            (StatusCode::URI_TOO_LONG, Malformed::TargetTooLong)
        }
        _ => (status, Malformed::NotHttp),
    };
    (status, refused(Refusal::BadRequest(fault))).into_response()
}

/// Writes a response as HTTP/1.1, with the date of the library's answer `bare`.
pub(super) fn to_bytes(response: Response, bare: &[u8]) -> Vec<u8> {
    let (parts, body) = response.into_parts();
    let mut bytes = format!("HTTP/1.1 {}\r\nconnection: close\r\n", parts.status).into_bytes();
    if let Some(date) = bare.split(|byte| *byte == b'\n').find(|line| line.starts_with(b"date:")) {
        bytes.extend_from_slice(date);
        bytes.push(b'\n');
    }
    write_headers(&mut bytes, &parts.headers);
    bytes.extend_from_slice(b"\r\n");
    write_body(&mut bytes, body);
    bytes
}

fn write_headers(bytes: &mut Vec<u8>, headers: &HeaderMap) {
    for (name, value) in headers.iter().filter(|(name, _)| **name != header::CONNECTION) {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
}

/// Writes the body of an error, all of which is available at once.
fn write_body(bytes: &mut Vec<u8>, mut body: Body) {
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut cx) {
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(data);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_library_s_own_refusals_are_replaced() {
        let bare = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n";
        assert_eq!(bare_status(bare), Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
        assert_eq!(bare_status(b"HTTP/1.1 400 Bad Request\r\nx-request-id: 1\r\n\r\n"), None);
        assert_eq!(bare_status(b"HTTP/1.1 100 Continue\r\n\r\n"), None);
        assert_eq!(bare_status(b"HTTP/1.1 4"), None);
        assert_eq!(bare_status(b"plain bytes of a body"), None);
    }
}
