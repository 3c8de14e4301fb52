//! The operators' console, on an address of its own: it is not for the world.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::StartError;
use super::foundation::Foundation;
use crate::console::{Console, operator};
use crate::http::public_links::PublicLinks;
use crate::server::listener::{Server, accept_loop};
use crate::server::operator_router;
use crate::server::pipeline::Pipeline;
use crate::server::settings::ServerSettings;
use crate::server::stop::Stop;

/// Connections of operators.
const MAX_CONNECTIONS: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// The console, ready to be served.
pub(super) struct OperatorsPage {
    console: Arc<Console>,
    links: PublicLinks,
}

impl Foundation {
    /// Builds the operators' console of a gateway that has one.
    pub(super) fn operators_page(
        &self,
        listener: Option<&TcpListener>,
    ) -> Result<Option<OperatorsPage>, StartError> {
        let Some(address) = listener.and_then(|listener| listener.local_addr().ok()) else { return Ok(None) };
        let settings = &self.start.settings;
        let desk = self.ledger_desk("operators");
        let pages =
            self.pages(settings.operator_base(address)?, settings.operator.of_pages(&settings.console));
        let console = Console { desk: Some(desk), ..pages };
        // No stage and no dialect of the service holds here.
        Ok(Some(OperatorsPage { console: Arc::new(console), links: PublicLinks::default() }))
    }
}

impl OperatorsPage {
    /// Accepts connections. Returns the address.
    pub(super) fn serve(
        self,
        listener: Option<TcpListener>,
        service: &ServerSettings,
        stop: &Stop,
    ) -> Option<SocketAddr> {
        let listener = listener?;
        let address = listener.local_addr().ok()?;
        let pipeline = Pipeline::new(operator_router::router(&self.console), self.links);
        let pipeline = pipeline.with_pages(operator::ROOT, self.console.product.clone());
        let settings = ServerSettings { max_connections: MAX_CONNECTIONS, ..service.clone() };
        let server = Server::new(pipeline, settings, stop.clone());
        tokio::spawn(accept_loop(listener, Arc::new(server)));
        tracing::info!(%address, "serving the operators' console");
        Some(address)
    }
}
