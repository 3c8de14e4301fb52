//! The ports of a gateway: bound before anything else is started, so that a port in use is reported
//! before a database is started. Connections are accepted later.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};

use super::StartError;
use crate::config::{Settings, variable_of};
use crate::server::listener::{self, BACKLOG};
use crate::server::tls::Tls;
use crate::telemetry::metrics::Metrics;

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

/// The setting that names an address, by its dotted name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting(&'static str);

impl Setting {
    pub(super) const SERVICE: Self = Self("listen");
    const METRICS: Self = Self("metrics_listen");
    const OPERATOR: Self = Self("operator.listen");

    pub(super) fn fault(self, address: SocketAddr, error: std::io::Error) -> StartError {
        StartError::Listen { address, setting: variable_of(self.0), error }
    }
}

#[derive(Debug)]
struct Port {
    setting: Setting,
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
        // First: what is recorded before is lost, such as when the certificate expires.
        let _ = Metrics::of_process();
        if dev && !settings.listen.ip().is_loopback() {
            return Err(StartError::DevelopmentInPublic(settings.listen));
        }
        let tls = Tls::load(&settings.tls)?;
        let service = Port::take(Setting::SERVICE, settings.listen)?;
        let port =
            |setting, address: Option<_>| address.map(|address| Port::take(setting, address)).transpose();
        let metrics = port(Setting::METRICS, settings.metrics_listen)?;
        let operator = port(Setting::OPERATOR, settings.operator_listen())?;
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
    fn take(setting: Setting, address: SocketAddr) -> Result<Self, StartError> {
        let socket = listener::bound_socket(address).map_err(|error| setting.fault(address, error))?;
        Ok(Self { setting, address, socket })
    }

    fn listen(self) -> Result<TcpListener, StartError> {
        let Self { setting, address, socket } = self;
        socket.listen(BACKLOG).map_err(|error| setting.fault(address, error))
    }
}
