//! Upstreams with certificates of the seller's own authority, and upstreams that speak HTTP/2.

use std::sync::Arc;

use fluence::domain::offer_set::SetKind;
use hyper::Version;
use reqwest::Method;
use serde_json::json;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::applied;
use super::shop::Shop;
use crate::support::gateway::{answer, eventually};
use crate::support::https_upstream::HttpsUpstream;
use crate::support::tls::Certificates;
use crate::support::upstream::Behaviour;

/// The authority `ca`, the pairs `server` and `gateway` that it signed, and an authority that
/// signed neither.
fn certificates() -> Certificates {
    let certificates = Certificates::new();
    certificates.make("ca", true, None);
    certificates.make("other", true, None);
    for name in ["server", "gateway"] {
        certificates.make(name, false, Some("ca"));
    }
    certificates
}

fn chain(certificates: &Certificates, name: &str) -> Vec<CertificateDer<'static>> {
    let pem = std::fs::read(certificates.path(&format!("{name}.pem"))).unwrap();
    CertificateDer::pem_slice_iter(&pem).map(Result::unwrap).collect()
}

/// A server with the pair `server`. With `asks`, clients present a certificate of `ca`.
fn server(certificates: &Certificates, asks: bool, protocol: &str) -> ServerConfig {
    let key = std::fs::read(certificates.path("server.key")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&key).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let builder = match asks {
        false => builder.with_no_client_auth(),
        true => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(chain(certificates, "ca"));
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder.with_single_cert(chain(certificates, "server"), key).unwrap();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    config
}

async fn shop() -> Shop {
    Shop::with(vec![Behaviour::Closes]).await
}

const PATIENT: &str = "breaker = { failures = 1000, open_ms = 1000 }\n";

#[tokio::test]
async fn only_a_certificate_of_the_upstreams_own_authority_is_trusted() {
    let (certificates, shop) = (certificates(), shop().await);
    let upstream = HttpsUpstream::start(Some(server(&certificates, false, "http/1.1")), false).await;
    let target = format!("https://localhost:{}", upstream.address.port());
    for (ca_file, status) in [("", 502), ("other", 502), ("ca", 200)] {
        let line = match ca_file {
            "" => String::new(),
            name => format!("ca_file = \"{}\"\n", certificates.word(&format!("{name}.pem"))),
        };
        shop.sell(&target, "credits = 3\n", &format!("{line}{PATIENT}")).await;
        let got = answer(shop.request(Method::POST).body("pixels")).await;
        assert_eq!(got.status, status, "{ca_file}: {}", got.text);
    }
    // By its address it has no such name; `host` says which name it has.
    let ca = format!("ca_file = \"{}\"\n{PATIENT}", certificates.word("ca.pem"));
    let by_address = format!("https://{}", upstream.address);
    shop.sell(&by_address, "credits = 3\n", &ca).await;
    assert_eq!(answer(shop.request(Method::POST)).await.status, 502);
    shop.sell(&by_address, "credits = 3\n", &format!("{ca}host = \"localhost:8443\"\n")).await;
    assert_eq!(answer(shop.request(Method::POST)).await.status, 200);
    let seen = upstream.seen();
    assert_eq!((seen[0].version, &seen[0].body[..]), (Version::HTTP_11, &b"pixels"[..]));
    assert_eq!((seen.len(), seen[1].host.as_str()), (2, "localhost:8443"));
    assert_eq!(shop.balance().await, 994);
}

#[tokio::test]
async fn a_gateway_presents_its_certificate_to_an_upstream_that_asks() {
    let (certificates, shop) = (certificates(), shop().await);
    let upstream = HttpsUpstream::start(Some(server(&certificates, true, "http/1.1")), false).await;
    let target = format!("https://localhost:{}", upstream.address.port());
    let ca = format!("ca_file = \"{}\"\n{PATIENT}", certificates.word("ca.pem"));
    shop.sell(&target, "credits = 3\n", &ca).await;
    assert_eq!(answer(shop.request(Method::POST)).await.status, 502);
    let pair = format!(
        "client_cert_file = \"{}\"\nclient_key_file = \"{}\"\n",
        certificates.word("gateway.pem"),
        certificates.word("gateway.key")
    );
    shop.sell(&target, "credits = 3\n", &format!("{ca}{pair}")).await;
    assert_eq!(answer(shop.request(Method::POST)).await.status, 200);
    assert_eq!((upstream.seen().len(), shop.balance().await), (1, 997));
}

#[tokio::test]
async fn a_renewed_certificate_is_presented_without_a_restart() {
    let (certificates, shop) = (certificates(), shop().await);
    let upstream = HttpsUpstream::start(Some(server(&certificates, true, "http/1.1")), false).await;
    let target = format!("https://localhost:{}", upstream.address.port());
    // Of another authority, which the server does not know.
    certificates.make("presented", false, Some("other"));
    let lines = format!(
        "ca_file = \"{}\"\nclient_cert_file = \"{}\"\nclient_key_file = \"{}\"\n{PATIENT}",
        certificates.word("ca.pem"),
        certificates.word("presented.pem"),
        certificates.word("presented.key")
    );
    shop.sell(&target, "credits = 3\n", &lines).await;
    assert_eq!(answer(shop.request(Method::POST)).await.status, 502);
    // A faulty file changes nothing.
    std::fs::write(certificates.path("presented.pem"), "no certificate").unwrap();
    assert_eq!(answer(shop.request(Method::POST)).await.status, 502);
    certificates.replace("presented", "gateway");
    let is_renewed = async || answer(shop.request(Method::POST)).await.status == 200;
    eventually("the new certificate is presented", is_renewed).await;
}

#[tokio::test]
async fn a_faulty_file_of_one_upstream_does_not_keep_another_from_its_new_one() {
    let (certificates, shop) = (certificates(), shop().await);
    let upstream = HttpsUpstream::start(Some(server(&certificates, true, "http/1.1")), false).await;
    certificates.make("presented", false, Some("other"));
    let ca = certificates.path("ca-of-another.pem");
    std::fs::copy(certificates.path("ca.pem"), &ca).unwrap();
    let lines = format!(
        "ca_file = \"{}\"\nclient_cert_file = \"{}\"\nclient_key_file = \"{}\"\n{PATIENT}\n\
         [[upstream]]\nupstream = \"other\"\ntargets = [\"https://other.example\"]\nca_file = \"{}\"\n",
        certificates.word("ca.pem"),
        certificates.word("presented.pem"),
        certificates.word("presented.key"),
        certificates.word("ca-of-another.pem")
    );
    shop.sell(&format!("https://localhost:{}", upstream.address.port()), "credits = 3\n", &lines).await;
    assert_eq!(answer(shop.request(Method::POST)).await.status, 502);
    std::fs::write(&ca, "no certificate").unwrap();
    certificates.replace("presented", "gateway");
    let is_renewed = async || answer(shop.request(Method::POST)).await.status == 200;
    eventually("the new certificate is presented", is_renewed).await;
    let status = shop.gateway.get("/status", &shop.customer.key).await;
    assert!(!status.body["warnings"].to_string().contains("upstream"), "{}", status.text);
}

#[tokio::test]
async fn files_that_cannot_be_used_keep_the_old_routes_and_operators_see_why() {
    let (certificates, shop) = (certificates(), shop().await);
    let key = certificates.word("gateway.key");
    for (lines, reason) in [
        ("ca_file = \"/no/such/file.pem\"\n".to_owned(), "cannot read /no/such/file.pem"),
        (format!("ca_file = \"{key}\"\n"), "has no certificate in PEM"),
        (
            format!(
                "client_cert_file = \"{}\"\nclient_key_file = \"{key}\"\n",
                certificates.word("server.pem")
            ),
            "the client certificate and its key do not fit",
        ),
    ] {
        let text = format!(
            "[[upstream]]\nupstream = \"images\"\nreach = \"private\"\ntargets = [\"https://localhost:1\"]\n{lines}"
        );
        applied(&shop.gateway.database, SetKind::Routes, &text).await;
        let warned = async || super::fault_of(&shop.gateway).await.contains(reason);
        eventually(reason, warned).await;
        let status = shop.gateway.get("/status", &shop.customer.key).await;
        assert!(!status.body["warnings"].to_string().contains(reason), "it is only for operators");
    }
}

#[tokio::test]
async fn an_upstream_is_spoken_to_in_http2_where_its_route_says_so() {
    let (certificates, shop) = (certificates(), shop().await);
    let with_tls = HttpsUpstream::start(Some(server(&certificates, false, "h2")), true).await;
    let plain = HttpsUpstream::start(None, true).await;
    let ca = format!("ca_file = \"{}\"\n", certificates.word("ca.pem"));
    for (upstream, target) in [
        (&with_tls, format!("https://localhost:{}", with_tls.address.port())),
        (&plain, format!("http://{}", plain.address)),
    ] {
        for route in ["credits = 3\n", "credits = 3\nbody = \"pass\"\n"] {
            shop.sell(&target, route, &format!("{ca}http2 = \"on\"\n")).await;
            let calls = (0..4).map(|_| answer(shop.request(Method::POST).body("pixels")));
            for got in futures_util::future::join_all(calls).await {
                assert_eq!((got.status, &got.body), (200, &json!({ "done": true })), "{}", got.text);
            }
        }
        let seen = upstream.seen();
        assert_eq!(seen.len(), 8);
        for request in &seen {
            assert_eq!((request.version, request.hosts), (Version::HTTP_2, 0), "{request:?}");
            assert!(target.ends_with(&request.host), "{request:?}");
            assert_eq!(&request.body[..], b"pixels");
        }
        // Calls share a connection, which stays over a change of routes.
        assert!(seen.iter().map(|request| request.connection).max() <= Some(4), "{seen:?}");
    }
    assert_eq!(shop.balance().await, 1_000 - 16 * 3);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_server_that_does_not_know_http2_is_a_failing_upstream() {
    let shop = Shop::with(vec![Behaviour::Answers(200, "{}".into())]).await;
    let target = format!("http://{}", shop.server.address);
    shop.sell(&target, "credits = 3\n", "http2 = \"on\"\n").await;
    assert_eq!(answer(shop.request(Method::POST)).await.status, 502);
    assert_eq!(shop.balance().await, 1_000);
    shop.gateway.assert_books_are_right().await;
}
