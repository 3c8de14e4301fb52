//! Connects to servers. Every address is checked at the moment of connecting, so that a name cannot
//! first resolve to a permitted address and then to another.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::vec;

use hyper::Uri;
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tower::Service;

use super::response_started::WatchedStream;
use super::tls::UpstreamTls;
use crate::outbound::address::AddressPolicy;
use crate::outbound::url::literal_address;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Boxed<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// A connection, with or without TLS.
pub(super) type Stream = TokioIo<WatchedStream<TokioIo<MaybeHttpsStream<TokioIo<TcpStream>>>>>;

/// Connects within a timeout, to permitted addresses.
#[derive(Clone)]
pub(super) struct Connector {
    connector: HttpsConnector<HttpConnector<CheckedResolver>>,
    reach: AddressPolicy,
    timeout: Duration,
}

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

impl Connector {
    /// `name` is the one that certificates must have, instead of that of the URL.
    pub(super) fn new(
        reach: AddressPolicy,
        timeout: Duration,
        tls: &UpstreamTls,
        name: Option<ServerName<'static>>,
        protocol: Protocol,
    ) -> Self {
        let mut http =
            HttpConnector::new_with_resolver(CheckedResolver { system: GaiResolver::new(), reach });
        http.enforce_http(false);
        http.set_nodelay(true);
        let builder = HttpsConnectorBuilder::new().with_tls_config((*tls.config).clone());
        let builder = match reach {
            AddressPolicy::Public => builder.https_only(),
            AddressPolicy::Private => builder.https_or_http(),
        };
        let builder = match name {
            None => builder,
            Some(name) => builder.with_server_name_resolver(FixedServerNameResolver::new(name)),
        };
        let connector = match protocol {
            Protocol::Http1 => builder.enable_http1().wrap_connector(http),
            Protocol::Http2 => builder.enable_http2().wrap_connector(http),
        };
        Self { connector, reach, timeout }
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Boxed<Stream, BoxError>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(cx)
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        // A literal address bypasses the resolver.
        if literal_address(&url).is_some_and(|address| !self.reach.includes(address)) {
            return Box::pin(async { Err(denied("the address is not public").into()) });
        }
        let (connecting, timeout) = (self.connector.call(url), self.timeout);
        Box::pin(async move {
            let stream = tokio::time::timeout(timeout, connecting).await??;
            Ok(TokioIo::new(WatchedStream::new(TokioIo::new(stream))))
        })
    }
}

/// The system's resolver, restricted to permitted addresses.
#[derive(Clone)]
struct CheckedResolver {
    system: GaiResolver,
    reach: AddressPolicy,
}

impl Service<Name> for CheckedResolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Boxed<Self::Response, io::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.system.poll_ready(cx)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (resolving, reach) = (self.system.call(name), self.reach);
        Box::pin(async move {
            let permitted: Vec<SocketAddr> =
                resolving.await?.filter(|address| reach.includes(address.ip())).collect();
            match permitted.is_empty() {
                true => Err(denied("the name has no permitted address")),
                false => Ok(permitted.into_iter()),
            }
        })
    }
}

fn denied(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, reason)
}
