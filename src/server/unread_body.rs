//! The part of a request body that the service did not read.
//!
//! A connection is reused only if the whole request was read. The unread part of a small body is
//! discarded before the answer; a larger or slower one closes the connection, and the answer says
//! so (RFC 9112, section 9.6).

use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::header::{CONNECTION, HeaderValue};
use axum::response::Response;
use http_body_util::BodyExt;

use super::body_pace::paced;
use super::connection_state::ConnectionState;

/// Maximum number of bytes to discard.
const MAX_BYTES: u64 = 64 * 1024;
/// Longest delay of the answer for it.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Discards the unread body, or makes the answer close the connection. A client that waits for
/// `100 Continue` sends no body after the answer.
pub(super) async fn discard_or_close(
    state: &Arc<ConnectionState>,
    response: &mut Response,
    expects_continue: bool,
) {
    if state.has_unread_body() {
        return close(response);
    }
    let Some(body) = state.take_unread_body() else { return };
    let ends = response.headers().get(CONNECTION).is_some_and(|value| value == "close");
    let is_small = body.size_hint().lower() <= MAX_BYTES;
    if !ends && !expects_continue && is_small {
        let body = paced(body, usize::MAX, MAX_WAIT, state);
        if matches!(tokio::time::timeout(MAX_WAIT, drained(body)).await, Ok(true)) {
            return;
        }
        // Dropping the body hands its unread part over.
        drop(state.take_unread_body());
    }
    state.note_unread_body();
    close(response);
}

fn close(response: &mut Response) {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
}

/// Returns whether the body ended within the bounds.
async fn drained(mut body: axum::body::Body) -> bool {
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        read += frame.data_ref().map_or(0, |data| data.len() as u64);
        if read > MAX_BYTES {
            return false;
        }
    }
    true
}
