//! `fluence healthcheck`: asks a running gateway on this machine whether it is ready, for images without curl.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::output::{Output, Report};

const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// `HTTP/1.1 200 `
const STATUS_BYTES: usize = 13;

/// Asks `/readyz` of the gateway that listens on this address.
///
/// # Errors
/// When it does not answer within three seconds, or with anything but 200.
pub async fn run(listen: SocketAddr, output: Output) -> anyhow::Result<()> {
    output.print(&ask_ready(reachable(listen)).await?)
}

/// A gateway that is ready.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Ready {
    status: &'static str,
    address: SocketAddr,
}

impl Report for Ready {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "the gateway on {} is ready", self.address)
    }
}

async fn ask_ready(address: SocketAddr) -> anyhow::Result<Ready> {
    let status = timeout(ANSWER_WITHIN, ask(address))
        .await
        .with_context(|| format!("no answer from {address} within {} s", ANSWER_WITHIN.as_secs()))?
        .with_context(|| format!("no gateway answers on {address}"))?;
    if status.get(8..) != Some(" 200 ") {
        bail!("not ready: {}", status.trim_end());
    }
    Ok(Ready { status: "ready", address })
}

/// The beginning of the status line.
async fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut connection = TcpStream::connect(address).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut status = [0; STATUS_BYTES];
    connection.read_exact(&mut status).await?;
    Ok(String::from_utf8_lossy(&status).into_owned())
}

/// Who listens on all addresses is asked on the loopback one.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A server for one request, which answers with this status line.
    async fn answering(status_line: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = [0; 17];
            connection.read_exact(&mut request).await.unwrap();
            assert_eq!(&request, b"GET /readyz HTTP/");
            connection.write_all(format!("{status_line}\r\n\r\n").as_bytes()).await.unwrap();
        });
        address
    }

    #[tokio::test]
    async fn a_ready_gateway_is_healthy() {
        let address = answering("HTTP/1.1 200 OK").await;
        assert_eq!(ask_ready(address).await.unwrap(), Ready { status: "ready", address });
    }

    #[tokio::test]
    async fn a_gateway_that_is_not_ready_is_not_healthy() {
        let address = answering("HTTP/1.1 503 Service Unavailable").await;
        let message = ask_ready(address).await.unwrap_err().to_string();
        assert_eq!(message, "not ready: HTTP/1.1 503");
    }

    #[tokio::test]
    async fn nobody_there_is_not_healthy() {
        let freed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert!(ask_ready(freed).await.is_err());
    }

    #[test]
    fn an_address_for_all_interfaces_is_asked_on_loopback() {
        let asked = |listen: &str| reachable(listen.parse().unwrap()).to_string();
        assert_eq!(asked("0.0.0.0:8000"), "127.0.0.1:8000");
        assert_eq!(asked("[::]:8000"), "[::1]:8000");
        assert_eq!(asked("10.0.0.7:80"), "10.0.0.7:80");
    }
}
