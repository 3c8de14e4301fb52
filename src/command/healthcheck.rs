//! `fluence healthcheck`: checks whether a running gateway is ready, for images without curl.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use axum::http::Uri;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::output::{Output, Report};

const TIMEOUT: Duration = Duration::from_secs(3);
/// `HTTP/1.1 200 `
const STATUS_BYTES: usize = 13;
/// More than an answer that is not ready has.
const ANSWER_BYTES: u64 = 16 * 1024;

/// Requests `/readyz` of the gateway at this URL.
///
/// # Errors
/// When the answer takes longer than three seconds or is not 200.
pub async fn run(url: &Uri, output: Output) -> anyhow::Result<()> {
    ensure!(
        url.scheme_str() == Some("http"),
        "healthcheck needs the http:// URL of the gateway itself, not of a proxy in front of it"
    );
    let host = url.host().context("--url has no host")?;
    let address = format!("{host}:{}", url.port_u16().unwrap_or(80));
    let answer = timeout(TIMEOUT, ask(&address))
        .await
        .with_context(|| format!("no answer from {address} within {} s", TIMEOUT.as_secs()))?
        .with_context(|| format!("no gateway on {address}"))?;
    let status = answer.get(..STATUS_BYTES).unwrap_or(&answer);
    if status.get(8..) != Some(" 200 ") {
        bail!("not ready: {}", reason(&answer).unwrap_or_else(|| status.trim_end().to_owned()));
    }
    output.print(&Healthy { ready: true, address })
}

/// Returns the beginning of the answer: of a ready gateway only the status.
async fn ask(address: &str) -> io::Result<String> {
    let mut connection = TcpStream::connect(address).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = vec![0; STATUS_BYTES];
    connection.read_exact(&mut answer).await?;
    if !answer.ends_with(b" 200 ") {
        connection.take(ANSWER_BYTES).read_to_end(&mut answer).await?;
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Why a gateway is not ready, by the body of its answer.
fn reason(answer: &str) -> Option<String> {
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let body: serde_json::Value = serde_json::from_str(body.trim()).ok()?;
    Some(body.get("reason")?.as_str()?.to_owned())
}

#[derive(Serialize)]
struct Healthy {
    ready: bool,
    address: String,
}

impl Report for Healthy {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "The gateway on {} is ready.", self.address)
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A server for one request, which answers with this status line.
    async fn answering(status_line: &'static str) -> Uri {
        answering_with(status_line, "").await
    }

    async fn answering_with(status_line: &'static str, body: &'static str) -> Uri {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 1_000];
            let bytes = connection.read(&mut request).await.unwrap();
            assert!(request[..bytes].starts_with(b"GET /readyz HTTP/"));
            connection.write_all(format!("{status_line}\r\n\r\n{body}").as_bytes()).await.unwrap();
        });
        format!("http://{address}").parse().unwrap()
    }

    #[tokio::test]
    async fn a_ready_gateway_is_healthy() {
        run(&answering("HTTP/1.1 200 OK").await, Output::Json).await.unwrap();
    }

    #[tokio::test]
    async fn a_gateway_that_is_not_ready_is_not_healthy() {
        let url = answering("HTTP/1.1 503 Service Unavailable").await;
        assert_eq!(run(&url, Output::Json).await.unwrap_err().to_string(), "not ready: HTTP/1.1 503");
    }

    #[tokio::test]
    async fn a_gateway_that_is_not_ready_says_why() {
        let body = r#"{"status":"not ready","reason":"the database cannot be written"}"#;
        let url = answering_with("HTTP/1.1 503 Service Unavailable", body).await;
        let error = run(&url, Output::Json).await.unwrap_err().to_string();
        assert_eq!(error, "not ready: the database cannot be written");
    }

    #[tokio::test]
    async fn an_address_without_a_gateway_is_not_healthy() {
        let freed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert!(run(&format!("http://{freed}").parse().unwrap(), Output::Json).await.is_err());
    }
}
