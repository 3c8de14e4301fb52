//! Certificates for `localhost`, and a client that speaks TLS.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use fluence::server::tls::settings::TlsSettings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

/// Ends a test that would wait for ever; no test passes by it.
const HANG: Duration = Duration::from_secs(30);

/// A folder of certificates, made by `openssl`.
pub(crate) struct Certificates(PathBuf);

impl Certificates {
    pub(crate) fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("fluence-tls-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn word(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// `NAME.pem` and `NAME.key`, signed by themselves, or by the pair of `issuer`.
    pub(crate) fn make(&self, name: &str, is_authority: bool, issuer: Option<&str>) {
        let config = self.path("openssl.cnf");
        let authority = if is_authority { "TRUE" } else { "FALSE" };
        let text = format!(
            "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN={name}\n[ext]\n\
             subjectAltName=DNS:localhost\nbasicConstraints=critical,CA:{authority}\n"
        );
        std::fs::write(&config, text).unwrap();
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        openssl.args(["-days", "90", "-config"]).arg(&config);
        openssl.arg("-keyout").arg(self.path(&format!("{name}.key")));
        openssl.arg("-out").arg(self.path(&format!("{name}.pem")));
        if let Some(issuer) = issuer {
            openssl.arg("-CA").arg(self.path(&format!("{issuer}.pem")));
            openssl.arg("-CAkey").arg(self.path(&format!("{issuer}.key")));
        }
        let made = openssl.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// Settings that serve this pair.
    pub(crate) fn settings(&self, name: &str) -> TlsSettings {
        TlsSettings {
            cert_file: self.word(&format!("{name}.pem")),
            key_file: self.word(&format!("{name}.key")),
            client_ca_file: String::new(),
        }
    }

    /// Puts the pair `name` into the files of another.
    pub(crate) fn replace(&self, target: &str, name: &str) {
        for kind in ["pem", "key"] {
            let (from, to) = (format!("{name}.{kind}"), format!("{target}.{kind}"));
            std::fs::copy(self.path(&from), self.path(&to)).unwrap();
        }
    }

    /// A client that trusts only this certificate, and perhaps presents one.
    pub(crate) fn client(&self, trusted: &str, presented: Option<&str>) -> Arc<ClientConfig> {
        self.client_of(&[&TLS12, &TLS13], trusted, presented)
    }

    pub(crate) fn client_of(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        trusted: &str,
        presented: Option<&str>,
    ) -> Arc<ClientConfig> {
        let certificates = |name: &str| -> Vec<CertificateDer<'static>> {
            let pem = std::fs::read(self.path(&format!("{name}.pem"))).unwrap();
            CertificateDer::pem_slice_iter(&pem).map(Result::unwrap).collect()
        };
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates(trusted));
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        Arc::new(match presented {
            None => builder.with_no_client_auth(),
            Some(name) => {
                let key = std::fs::read(self.path(&format!("{name}.key"))).unwrap();
                let key = PrivateKeyDer::from_pem_slice(&key).unwrap();
                builder.with_client_auth_cert(certificates(name), key).unwrap()
            }
        })
    }
}

impl Drop for Certificates {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(Path::new(&self.0));
    }
}

pub(crate) async fn connect(
    address: SocketAddr,
    config: &Arc<ClientConfig>,
) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let connecting = TlsConnector::from(config.clone()).connect("localhost".try_into().unwrap(), stream);
    tokio::time::timeout(HANG, connecting).await.expect("the handshake ends")
}

/// One request on a connection that stays open. Returns the beginning of the answer, with its
/// status line.
pub(crate) async fn get(stream: &mut TlsStream<TcpStream>, path: &str) -> io::Result<String> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = vec![0; 64 * 1024];
    let read = tokio::time::timeout(HANG, stream.read(&mut answer)).await.expect("an answer comes")?;
    answer.truncate(read);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
