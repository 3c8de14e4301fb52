//! How an upstream proves itself, and how the gateway proves itself to it.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper_rustls::ConfigBuilderExt;
use secrecy::zeroize::Zeroizing;
use sha2::{Digest, Sha256};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// A larger file is not a list of certificates.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Why the files are not used.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamTlsError {
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} has no certificate in PEM (-----BEGIN CERTIFICATE-----)", .0.display())]
    NoCertificate(PathBuf),
    #[error("{} has no private key in PEM (-----BEGIN PRIVATE KEY-----)", .0.display())]
    NoKey(PathBuf),
    #[error("{} has a certificate that is no authority: {source}", path.display())]
    Authority { path: PathBuf, source: rustls::Error },
    #[error("the client certificate and its key do not fit: {0}")]
    Rejected(#[from] rustls::Error),
}

/// The files of an upstream. Paths may be absent.
#[derive(Clone, Copy, Debug, Default)]
pub struct TlsFiles<'f> {
    /// Authorities that are trusted instead of the public ones.
    pub ca_file: Option<&'f Path>,
    /// Certificate and key that the gateway presents.
    pub client: Option<(&'f Path, &'f Path)>,
}

/// TLS towards an upstream. Equal if the files had the same content.
#[derive(Clone)]
pub struct UpstreamTls {
    pub(super) config: Arc<ClientConfig>,
    /// Of the content of the files, without which two configurations cannot be compared.
    digest: [u8; 32],
}

impl UpstreamTls {
    /// Reads the files. Without files, the public authorities are trusted, and the gateway presents nothing.
    ///
    /// # Errors
    /// When a file cannot be used.
    pub fn read(files: TlsFiles<'_>) -> Result<Self, UpstreamTlsError> {
        let mut digest = Sha256::new();
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions()?;
        let builder = match files.ca_file {
            None => builder.with_webpki_roots(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates(path, &mut digest)? {
                    roots
                        .add(certificate)
                        .map_err(|source| UpstreamTlsError::Authority { path: path.to_owned(), source })?;
                }
                builder.with_root_certificates(roots)
            }
        };
        let config = match files.client {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = certificates(certificate, &mut digest)?;
                builder.with_client_auth_cert(chain, private_key(key, &mut digest)?)?
            }
        };
        Ok(Self { config: Arc::new(config), digest: digest.finalize().into() })
    }
}

impl PartialEq for UpstreamTls {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for UpstreamTls {}

impl fmt::Debug for UpstreamTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UpstreamTls")
    }
}

fn certificates(path: &Path, digest: &mut Sha256) -> Result<Vec<CertificateDer<'static>>, UpstreamTlsError> {
    let pem = content(path, digest)?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    read.ok().filter(|read| !read.is_empty()).ok_or_else(|| UpstreamTlsError::NoCertificate(path.to_owned()))
}

fn private_key(path: &Path, digest: &mut Sha256) -> Result<PrivateKeyDer<'static>, UpstreamTlsError> {
    let pem = content(path, digest)?;
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| UpstreamTlsError::NoKey(path.to_owned()))
}

/// The content of a file, wiped after its use.
fn content(path: &Path, digest: &mut Sha256) -> Result<Zeroizing<Vec<u8>>, UpstreamTlsError> {
    let unreadable = |source| UpstreamTlsError::Unreadable { path: path.to_owned(), source };
    let mut content = Zeroizing::new(Vec::new());
    let mut file = fs::File::open(path).map_err(unreadable)?.take(MAX_FILE_BYTES + 1);
    file.read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(unreadable(io::Error::other(format!("it has more than {MAX_FILE_BYTES} bytes"))));
    }
    digest.update((content.len() as u64).to_be_bytes());
    digest.update(&*content);
    Ok(content)
}
