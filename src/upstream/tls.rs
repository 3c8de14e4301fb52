//! How an upstream proves itself, and how the gateway proves itself to it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper_rustls::ConfigBuilderExt;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use crate::secret::pem::{PemError, PemFile, digest_of};

/// Why the files are not used.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamTlsError {
    #[error(transparent)]
    File(#[from] PemError),
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

impl TlsFiles<'_> {
    /// The digest of the files' content, as [`UpstreamTls::digest`] after they were read.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn digest(&self) -> Result<[u8; 32], PemError> {
        let client = self.client.iter().flat_map(|(certificate, key)| [certificate, key]);
        let files: Vec<PemFile> =
            self.ca_file.iter().chain(client).map(|path| PemFile::read(path)).collect::<Result<_, _>>()?;
        Ok(digest_of(&files))
    }
}

/// TLS towards an upstream. Equal if the files had the same content.
#[derive(Clone)]
pub struct UpstreamTls {
    pub(super) config: Arc<ClientConfig>,
    /// Of the content of the files, without which two configurations cannot be compared.
    digest: [u8; 32],
}

impl UpstreamTls {
    /// Reads the files. Without files, the public authorities are trusted, and the gateway presents
    /// nothing.
    ///
    /// # Errors
    /// When a file cannot be used.
    pub fn read(files: TlsFiles<'_>) -> Result<Self, UpstreamTlsError> {
        let authorities = files.ca_file.map(PemFile::read).transpose()?;
        let client = match files.client {
            None => None,
            Some((certificate, key)) => Some((PemFile::read(certificate)?, PemFile::read(key)?)),
        };
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions()?;
        let builder = match &authorities {
            None => builder.with_webpki_roots(),
            Some(file) => {
                let mut roots = RootCertStore::empty();
                for certificate in file.certificates()? {
                    let path = || file.path().to_owned();
                    roots
                        .add(certificate)
                        .map_err(|source| UpstreamTlsError::Authority { path: path(), source })?;
                }
                builder.with_root_certificates(roots)
            }
        };
        let config = match &client {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                builder.with_client_auth_cert(certificate.certificates()?, key.private_key()?)?
            }
        };
        let client = client.iter().flat_map(|(certificate, key)| [certificate, key]);
        Ok(Self { config: Arc::new(config), digest: digest_of(authorities.iter().chain(client)) })
    }

    pub const fn digest(&self) -> [u8; 32] {
        self.digest
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
