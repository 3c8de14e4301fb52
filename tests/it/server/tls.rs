//! TLS in the process: versions, timeouts, certificates that change, certificates of clients.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use chrono::TimeDelta;
use fluence::clock::now;
use fluence::domain::reload::Reload;
use fluence::server::settings::ServerSettings;
use fluence::server::tls::settings::TlsSettings;
use fluence::server::tls::{Tls, TlsError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::version::{TLS12, TLS13};

use crate::support::raw::{Gateway, patient};
use crate::support::tls::{Certificates, connect, get};

async fn serve(settings: &TlsSettings, limits: ServerSettings) -> (Gateway, Arc<Tls>) {
    let tls = Tls::load(settings).unwrap().unwrap();
    (Gateway::start_with_tls(limits, Some(tls.clone())).await, tls)
}

async fn status(
    address: SocketAddr,
    config: &Arc<tokio_rustls::rustls::ClientConfig>,
) -> std::io::Result<String> {
    let mut stream = connect(address, config).await?;
    Ok(get(&mut stream, "/health").await?.chars().take(12).collect())
}

#[tokio::test]
async fn both_versions_are_spoken_and_connections_are_reused() {
    let certificates = Certificates::new();
    certificates.make("one", false, None);
    let (gateway, _) = serve(&certificates.settings("one"), patient()).await;
    for version in [&TLS12, &TLS13] {
        let config = certificates.client_of(&[version], "one", None);
        let mut stream = connect(gateway.address, &config).await.unwrap();
        for _ in 0..3 {
            let answer = get(&mut stream, "/health").await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("x-request-id"), "{answer}");
        }
    }
    assert_eq!(gateway.server.stats().accepted.load(Relaxed), 2);
}

#[tokio::test]
async fn a_client_that_speaks_plain_http_or_nothing_is_closed() {
    let certificates = Certificates::new();
    certificates.make("one", false, None);
    let limits = ServerSettings { head_timeout: Duration::from_millis(50), ..patient() };
    let (gateway, _) = serve(&certificates.settings("one"), limits).await;
    for words in ["GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", ""] {
        let mut plain = TcpStream::connect(gateway.address).await.unwrap();
        plain.write_all(words.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = plain.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
    }
    // One that has shaken hands and then says nothing.
    let mut silent = connect(gateway.address, &certificates.client("one", None)).await.unwrap();
    let mut answer = Vec::new();
    let _ = silent.read_to_end(&mut answer).await;
    assert_eq!(answer, b"");
}

#[tokio::test]
async fn a_new_certificate_is_served_to_new_connections_and_a_faulty_one_changes_nothing() {
    let certificates = Certificates::new();
    for name in ["one", "two", "three"] {
        certificates.make(name, false, None);
    }
    certificates.make("served", false, None);
    certificates.replace("served", "one");
    let (gateway, tls) = serve(&certificates.settings("served"), patient()).await;
    let (one, two) = (certificates.client("one", None), certificates.client("two", None));
    let mut old = connect(gateway.address, &one).await.unwrap();
    get(&mut old, "/health").await.unwrap();
    assert!(!tls.has_changed());
    assert_eq!(tls.reload(), Ok(false));

    certificates.replace("served", "two");
    assert!(tls.has_changed());
    assert_eq!(tls.reload(), Ok(true));
    assert!(!tls.has_changed());
    assert_eq!(status(gateway.address, &two).await.unwrap(), "HTTP/1.1 200");
    assert!(status(gateway.address, &one).await.is_err());
    assert!(
        get(&mut old, "/health").await.unwrap().starts_with("HTTP/1.1 200"),
        "an open connection goes on"
    );

    // A renewal in two steps: for a moment certificate and key do not fit.
    std::fs::copy(certificates.path("three.pem"), certificates.path("served.pem")).unwrap();
    assert!(tls.has_changed());
    let fault = tls.reload().unwrap_err();
    assert!(fault.contains("do not fit"), "{fault}");
    assert!(!tls.has_changed(), "the same fault is reported once");
    assert_eq!(status(gateway.address, &two).await.unwrap(), "HTTP/1.1 200");
    std::fs::copy(certificates.path("three.key"), certificates.path("served.key")).unwrap();
    assert!(tls.has_changed());
    assert_eq!(tls.reload(), Ok(true));
    assert_eq!(status(gateway.address, &certificates.client("three", None)).await.unwrap(), "HTTP/1.1 200");

    std::fs::remove_file(certificates.path("served.key")).unwrap();
    assert!(!tls.has_changed() && tls.reload().unwrap_err().contains("cannot read"));
    assert_eq!(status(gateway.address, &certificates.client("three", None)).await.unwrap(), "HTTP/1.1 200");
}

#[tokio::test]
async fn clients_present_a_certificate_where_an_authority_is_named() {
    let certificates = Certificates::new();
    certificates.make("one", false, None);
    certificates.make("authority", true, None);
    certificates.make("stranger", true, None);
    certificates.make("client", false, Some("authority"));
    certificates.make("unknown", false, Some("stranger"));
    let settings =
        TlsSettings { client_ca_file: certificates.word("authority.pem"), ..certificates.settings("one") };
    let (gateway, _) = serve(&settings, patient()).await;
    let known = certificates.client("one", Some("client"));
    assert_eq!(status(gateway.address, &known).await.unwrap(), "HTTP/1.1 200");
    for presented in [None, Some("unknown")] {
        let refused = status(gateway.address, &certificates.client("one", presented)).await;
        assert!(!refused.is_ok_and(|answer| answer.starts_with("HTTP/")), "{presented:?}");
    }
}

#[test]
fn files_that_cannot_be_served_are_named() {
    let certificates = Certificates::new();
    certificates.make("one", false, None);
    certificates.make("two", false, None);
    let sound = certificates.settings("one");
    let end = Tls::check(&sound, now()).unwrap().unwrap();
    let days = (end - now()).num_days();
    assert!((88..=90).contains(&days), "{end}");
    let ended = Tls::check(&sound, now() + TimeDelta::days(91)).unwrap_err();
    assert!(matches!(ended, TlsError::Expired { .. }), "{ended}");

    let word = |name| certificates.word(name);
    let faulty = [
        (TlsSettings { key_file: word("two.key"), ..sound.clone() }, "do not fit"),
        (TlsSettings { cert_file: word("one.key"), ..sound.clone() }, "has no certificate"),
        (TlsSettings { key_file: word("one.pem"), ..sound.clone() }, "has no private key"),
        (TlsSettings { key_file: word("missing"), ..sound.clone() }, "cannot read"),
        (TlsSettings { client_ca_file: word("one.key"), ..sound.clone() }, "has no certificate"),
    ];
    for (settings, reason) in faulty {
        let error = Tls::load(&settings).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    let off = TlsSettings { cert_file: String::new(), key_file: String::new(), ..sound };
    assert!(Tls::load(&off).unwrap().is_none());
}
