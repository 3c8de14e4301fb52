//! The ports of a gateway: bound before anything else is started, so that a port in use is reported
//! before a database is started. Connections are accepted later.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};

use super::StartError;
use crate::config::Settings;
use crate::server::listener::{self, BACKLOG};
use crate::server::tls::Tls;

/// The port of the service, and those of the metrics page and of the operators' console if the
/// settings have them.
#[derive(Debug)]
pub struct Ports {
    service: Port,
    tls: Option<Arc<Tls>>,
    metrics: Option<Port>,
    operator: Option<Port>,
}

/// Where clients, scrapers and operators come in.
pub(super) struct Listeners {
    pub(super) service: TcpListener,
    pub(super) metrics: Option<TcpListener>,
    pub(super) operator: Option<TcpListener>,
}

#[derive(Debug)]
struct Port {
    address: SocketAddr,
    socket: TcpSocket,
}

impl Ports {
    /// Binds the ports of the settings.
    ///
    /// # Errors
    /// When a certificate is faulty, a port is in use or not permitted, or development mode would
    /// be reachable from other machines.
    pub fn take(settings: &Settings, dev: bool) -> Result<Self, StartError> {
        if dev && !settings.listen.ip().is_loopback() {
            return Err(StartError::DevelopmentInPublic(settings.listen));
        }
        let tls = Tls::load(&settings.tls)?;
        let service = Port::take(settings.listen)?;
        let metrics = settings.metrics_listen.map(Port::take).transpose()?;
        let operator = settings.operator_listen().map(Port::take).transpose()?;
        Ok(Self { service, tls, metrics, operator })
    }

    /// The certificate of the service, if it speaks TLS.
    pub(super) fn tls(&self) -> Option<Arc<Tls>> {
        self.tls.clone()
    }

    /// Lets clients connect. Connections wait until they are accepted.
    pub(super) fn listen(self) -> Result<Listeners, StartError> {
        let Self { service, metrics, operator, .. } = self;
        Ok(Listeners {
            service: service.listen()?,
            metrics: metrics.map(Port::listen).transpose()?,
            operator: operator.map(Port::listen).transpose()?,
        })
    }
}

impl Port {
    fn take(address: SocketAddr) -> Result<Self, StartError> {
        let socket = listener::bound_socket(address).map_err(|error| StartError::Listen(address, error))?;
        Ok(Self { address, socket })
    }

    fn listen(self) -> Result<TcpListener, StartError> {
        let Self { address, socket } = self;
        socket.listen(BACKLOG).map_err(|error| StartError::Listen(address, error))
    }
}
