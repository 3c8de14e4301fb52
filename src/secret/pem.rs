//! Certificates and keys in PEM files, of the gateway itself and towards upstreams.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;
use sha2::{Digest, Sha256};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A larger file is not a list of certificates.
const MAX_BYTES: u64 = 1 << 20;

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub enum PemError {
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} has no certificate in PEM (-----BEGIN CERTIFICATE-----)", .0.display())]
    NoCertificate(PathBuf),
    #[error("{} has no private key in PEM (-----BEGIN PRIVATE KEY-----)", .0.display())]
    NoKey(PathBuf),
}

/// A file of at most 1 MiB. Its content is wiped after use.
pub struct PemFile {
    path: PathBuf,
    content: Zeroizing<Vec<u8>>,
}

impl PemFile {
    /// # Errors
    /// When the file cannot be read, or is too large.
    pub fn read(path: &Path) -> Result<Self, PemError> {
        let unreadable = |source| PemError::Unreadable { path: path.to_owned(), source };
        let mut content = Zeroizing::new(Vec::new());
        let mut file = File::open(path).map_err(unreadable)?.take(MAX_BYTES + 1);
        file.read_to_end(&mut content).map_err(unreadable)?;
        if content.len() as u64 > MAX_BYTES {
            return Err(unreadable(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 MiB")));
        }
        Ok(Self { path: path.to_owned(), content })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// # Errors
    /// When there is no certificate, or one that cannot be read.
    pub fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, PemError> {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.content).collect();
        read.ok().filter(|read| !read.is_empty()).ok_or_else(|| PemError::NoCertificate(self.path.clone()))
    }

    /// # Errors
    /// When there is no private key.
    pub fn private_key(&self) -> Result<PrivateKeyDer<'static>, PemError> {
        PrivateKeyDer::from_pem_slice(&self.content).map_err(|_| PemError::NoKey(self.path.clone()))
    }
}

/// The digest of the content of files in this order: two lists of as many files are equal if it is.
pub fn digest_of<'f>(files: impl IntoIterator<Item = &'f PemFile>) -> [u8; 32] {
    let mut digest = Sha256::new();
    for file in files {
        digest.update((file.content.len() as u64).to_be_bytes());
        digest.update(&*file.content);
    }
    digest.finalize().into()
}
