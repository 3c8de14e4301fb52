//! The answer of a handler, and what it means for the credits.

use axum::response::Response;

use crate::domain::call_status::CallStatus;
use crate::domain::credits::Credits;
use crate::domain::price::PriceDetail;
use crate::domain::refusal::ErrorCode;
use crate::domain::settlement::Outcome;
use crate::gate::metering::stream::StreamedBody;

/// The answer of a handler, and its outcome.
pub(super) struct HandlerResult {
    pub(super) response: Response,
    pub(super) outcome: Outcome,
    pub(super) upstream_status: Option<u16>,
    pub(super) credits_used: Credits,
    pub(super) price: Option<Box<PriceDetail>>,
    pub(super) stream: Option<Box<StreamedBody>>,
    pub(super) error_code: Option<ErrorCode>,
}

impl HandlerResult {
    /// What the receipt says of it.
    pub(super) fn status(&self) -> CallStatus {
        CallStatus { to_client: self.response.status().as_u16(), of_upstream: self.upstream_status }
    }
}
