//! TLS in the process: TLS 1.2 and 1.3 with a certificate from files, which may change while the
//! gateway serves.
//!
//! A new pair of files is read as a whole. If it is faulty, the current one stays in force. Open
//! connections keep the certificate that they began with.

mod expiry;
pub mod settings;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use metrics::{counter, gauge};
use parking_lot::{Mutex, RwLock};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

use self::settings::TlsSettings;
use crate::clock;
use crate::domain::reload::Reload;
use crate::secret::pem::{PemError, PemFile, digest_of};

/// Maximum number of handshakes in progress: each costs a signature.
const MAX_HANDSHAKES: usize = 1000;

/// Why the files are not used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error(transparent)]
    File(#[from] PemError),
    #[error("the certificate in {} expired at {}", path.display(), at.format("%F %TZ"))]
    Expired { path: PathBuf, at: DateTime<Utc> },
    #[error("the certificate and the key do not fit: {0}")]
    Rejected(#[from] rustls::Error),
    #[error("{} has no usable certificate authority: {source}", path.display())]
    Authorities { path: PathBuf, source: VerifierBuilderError },
}

/// The certificate in force.
pub struct Tls {
    settings: TlsSettings,
    current: RwLock<Arc<ServerConfig>>,
    /// Digest of the files that were read last, faulty or not.
    tried: Mutex<Option<[u8; 32]>>,
    handshakes: Semaphore,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The content of the files.
struct Files {
    certificate: PemFile,
    key: PemFile,
    client_authorities: Option<PemFile>,
}

/// What the files say.
struct Loaded {
    config: Arc<ServerConfig>,
    expires_at: Option<DateTime<Utc>>,
}

impl Tls {
    /// Reads the files of the settings. `None` if there are none: the gateway speaks plain HTTP.
    ///
    /// # Errors
    /// When a file cannot be read, the key does not fit the certificate, or the certificate has
    /// expired.
    pub fn load(settings: &TlsSettings) -> Result<Option<Arc<Self>>, TlsError> {
        if !settings.is_on() {
            return Ok(None);
        }
        let files = Files::read(settings)?;
        let loaded = files.parse(clock::now())?;
        loaded.announce();
        Ok(Some(Arc::new(Self {
            settings: settings.clone(),
            current: RwLock::new(loaded.config),
            tried: Mutex::new(Some(files.digest())),
            handshakes: Semaphore::new(MAX_HANDSHAKES),
        })))
    }

    /// Returns when the certificate expires, or `None` if it does not say.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn check(settings: &TlsSettings, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, TlsError> {
        Ok(Files::read(settings)?.parse(now)?.expires_at)
    }

    /// Makes a connection of a socket, within a timeout. `None` if the client does not complete the
    /// handshake.
    pub(super) async fn accept(&self, stream: TcpStream, within: Duration) -> Option<TlsStream<TcpStream>> {
        let Ok(_turn) = self.handshakes.try_acquire() else {
            count_handshake("refused");
            return None;
        };
        let config = self.current.read().clone();
        match timeout(within, TlsAcceptor::from(config).accept(stream)).await {
            Ok(Ok(stream)) => {
                count_handshake("ok");
                Some(stream)
            }
            Ok(Err(error)) => {
                count_handshake("failed");
                tracing::debug!(%error, "TLS handshake failed");
                None
            }
            Err(_elapsed) => {
                count_handshake("timeout");
                None
            }
        }
    }
}

impl Reload for Tls {
    fn part(&self) -> &'static str {
        "tls"
    }

    /// Files that cannot be read have not changed: a renewal may be in progress.
    fn has_changed(&self) -> bool {
        let tried = *self.tried.lock();
        Files::read(&self.settings).is_ok_and(|files| Some(files.digest()) != tried)
    }

    fn reload(&self) -> Result<bool, String> {
        let files = Files::read(&self.settings).map_err(|error| error.to_string())?;
        let digest = files.digest();
        let tried = self.tried.lock().replace(digest);
        let loaded = files.parse(clock::now()).map_err(|error| error.to_string())?;
        loaded.announce();
        *self.current.write() = loaded.config;
        Ok(tried != Some(digest))
    }
}

fn count_handshake(result: &'static str) {
    counter!("gateway_tls_handshakes_total", "result" => result).increment(1);
}

impl Files {
    fn read(settings: &TlsSettings) -> Result<Self, TlsError> {
        let client_authorities = match settings.client_ca_file.as_str() {
            "" => None,
            path => Some(PemFile::read(Path::new(path))?),
        };
        Ok(Self {
            certificate: PemFile::read(Path::new(&settings.cert_file))?,
            key: PemFile::read(Path::new(&settings.key_file))?,
            client_authorities,
        })
    }

    fn digest(&self) -> [u8; 32] {
        digest_of([&self.certificate, &self.key].into_iter().chain(&self.client_authorities))
    }

    fn parse(&self, now: DateTime<Utc>) -> Result<Loaded, TlsError> {
        let chain = self.certificate.certificates()?;
        let key = self.key.private_key()?;
        let expires_at = chain.first().and_then(|leaf| expiry::not_after(leaf));
        if let Some(at) = expires_at.filter(|at| *at <= now) {
            return Err(TlsError::Expired { path: self.certificate.path().to_owned(), at });
        }
        let provider = Arc::new(default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
        let builder = match &self.client_authorities {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(file.certificates()?);
                let path = file.path().to_owned();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .build()
                    .map_err(|source| TlsError::Authorities { path, source })?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder.with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Loaded { config: Arc::new(config), expires_at })
    }
}

impl Loaded {
    fn announce(&self) {
        if let Some(at) = self.expires_at {
            gauge!("gateway_tls_expires_at_seconds").set(at.timestamp() as f64);
        }
    }
}
