//! The ports of a gateway: taken before anything else is made, so that one in use is found before a database is started
//! for nothing, and silent until there is somebody to answer.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use super::StartError;
use crate::config::Settings;
use crate::server::listener::{self, BACKLOG};

/// The port of the service and, where the settings want one, that of the metrics page.
#[derive(Debug)]
pub struct Ports {
    service: Port,
    metrics: Option<Port>,
}

#[derive(Debug)]
struct Port {
    address: SocketAddr,
    socket: TcpSocket,
}

impl Ports {
    /// Takes the ports that the settings name.
    ///
    /// # Errors
    /// When one is in use or not ours to take, or the development mode could be reached by others.
    pub fn take(settings: &Settings, dev: bool) -> Result<Self, StartError> {
        if dev && !settings.listen.ip().is_loopback() {
            return Err(StartError::DevelopmentInPublic(settings.listen));
        }
        let service = Port::take(settings.listen)?;
        let metrics = settings.metrics_listen.map(Port::take).transpose()?;
        Ok(Self { service, metrics })
    }

    /// Lets connections in; they wait until they are accepted.
    pub(super) fn listen(self) -> Result<(TcpListener, Option<TcpListener>), StartError> {
        let Self { service, metrics } = self;
        Ok((service.listen()?, metrics.map(Port::listen).transpose()?))
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
