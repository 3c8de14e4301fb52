//! The `[tls]` settings.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TlsSettings {
    /// The certificate and its chain, in PEM. Empty: plain HTTP.
    pub cert_file: String,
    /// The private key, in PEM.
    pub key_file: String,
    /// Authorities whose certificates clients must present. Empty: clients present none.
    pub client_ca_file: String,
}

impl TlsSettings {
    pub fn is_on(&self) -> bool {
        !self.cert_file.is_empty()
    }
}
