//! Query parameters of a path that takes none are refused, as lists refuse those they do not know.

use axum::response::Response;

use crate::domain::refusal::Refusal;
use crate::gate::stage::{Passing, Stage};
use crate::http::query::refuse_parameters;

/// Passes requests without query parameters.
#[derive(Clone, Debug)]
pub struct NoParameters<N> {
    /// The steps behind it, and the handler.
    pub next: N,
}

impl<N: Stage> Stage for NoParameters<N> {
    /// Lets a request without query parameters pass.
    async fn pass(&self, request: Passing) -> Result<Response, Refusal> {
        refuse_parameters(request.uri())?;
        self.next.pass(request).await
    }
}
