//! A server behind the gateway that speaks TLS or HTTP/2, and notes how it was asked.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) version: Version,
    /// Of the URL in HTTP/2, else the `Host`.
    pub(crate) host: String,
    pub(crate) hosts: usize,
    pub(crate) body: Bytes,
    /// The connection, counted from 1.
    pub(crate) connection: usize,
}

pub(crate) struct HttpsUpstream {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    serving: JoinHandle<()>,
}

impl HttpsUpstream {
    /// Without TLS, HTTP/2 is spoken from the first byte.
    pub(crate) async fn start(tls: Option<ServerConfig>, speaks_http2: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let of_task = seen.clone();
        let acceptor = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        let serving = tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((stream, _)) = listener.accept().await {
                connection += 1;
                let (acceptor, seen) = (acceptor.clone(), of_task.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, speaks_http2, connection, seen).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, speaks_http2, connection, seen).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, seen, serving }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for HttpsUpstream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve<S>(stream: S, speaks_http2: bool, connection: usize, seen: Arc<Mutex<Vec<Seen>>>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let seen = seen.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            let host = head.headers.get("host").map(|host| host.to_str().unwrap().to_owned());
            let host = head.uri.authority().map(ToString::to_string).or(host).unwrap_or_default();
            let hosts = head.headers.get_all("host").iter().count();
            seen.lock().unwrap().push(Seen { version: head.version, host, hosts, body, connection });
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"{\"done\":true}"))))
        }
    });
    let stream = TokioIo::new(stream);
    let _ = match speaks_http2 {
        true => http2::Builder::new(TokioExecutor::new()).serve_connection(stream, service).await,
        false => http1::Builder::new().serve_connection(stream, service).await,
    };
}
