//! The answer to a paid call, with its billing.

use axum::response::Response;

use crate::domain::billing::Billing;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::http::answer::refused;

/// The answer to a paid call after its settlement.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) response: Response,
    pub(super) billing: Billing,
    /// The code of a refusal whose body is already rendered.
    pub(super) error_code: Option<ErrorCode>,
}

impl Settled {
    pub(super) fn new(response: Response, billing: Billing) -> Self {
        Self { response, billing, error_code: None }
    }

    pub(super) fn refused(refusal: Refusal, billing: Billing) -> Self {
        Self::new(refused(refusal), billing)
    }

    /// The 503 of a call whose answer could not be stored.
    pub(super) fn unavailable(billing: Billing) -> Self {
        Self::refused(Refusal::UNAVAILABLE, billing)
    }
}
