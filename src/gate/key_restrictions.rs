//! May this key be used here? It holds for every path, so that a stolen key that is limited to networks can be neither spent
//! nor rotated from elsewhere.

use std::sync::Arc;

use axum::response::Response;

use crate::domain::origin::WrongOrigin;
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;
use crate::gate::stage::{Passing, Stage};
use crate::http::client_address::ClientAddress;

/// Passes requests from where their key may be used.
#[derive(Clone, Debug)]
pub struct KeyRestrictions<N> {
    /// The region that this gateway serves from.
    pub region: Arc<str>,
    /// The steps behind it, and the handler.
    pub next: N,
}

impl<N: Stage> Stage for KeyRestrictions<N> {
    /// Lets a caller pass whose key may be used in this region, from the client's address; and who has no key.
    async fn pass(&self, request: Passing) -> Result<Response, Refusal> {
        let extensions = request.extensions();
        if let Some(caller) = extensions.get::<Caller>() {
            let client = extensions.get().map(|ClientAddress(address)| *address);
            caller.key.origin.check(&self.region, client).map_err(|wrong| match wrong {
                WrongOrigin::Region => Refusal::RegionNotAllowed,
                WrongOrigin::Address => Refusal::IpNotAllowed,
            })?;
        }
        self.next.pass(request).await
    }
}
