//! The public keys of signed identities: `/.well-known/fluence-identity.json`, a set of JSON Web
//! Keys (RFC 7517).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use crate::http::answer::json_ok;
use crate::http::call_record::CallRecord;
use crate::secret::signing::{PublicKey, TokenSigner};

pub const PATH: &str = "/.well-known/fluence-identity.json";
/// A key is shown for as long as two peppers are live before it signs alone.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "IdentityKeys")]
pub(crate) struct KeysShown {
    keys: Vec<KeyShown>,
}

/// A public key for Ed25519.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "IdentityKey")]
struct KeyShown {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    purpose: &'static str,
    /// The `kid` of tokens that this key verifies.
    kid: String,
    x: String,
}

impl From<&PublicKey> for KeyShown {
    fn from(key: &PublicKey) -> Self {
        let PublicKey { id, x } = key.clone();
        Self { kty: "OKP", crv: "Ed25519", alg: "EdDSA", purpose: "sig", kid: id, x }
    }
}

pub async fn keys(State(signer): State<Arc<TokenSigner>>) -> Response {
    let mut response = json_ok(KeysShown { keys: signer.public_keys().map(KeyShown::from).collect() });
    response.headers_mut().insert(header::CACHE_CONTROL, CACHED);
    response.extensions_mut().insert(CallRecord::of_open_path(PATH));
    response
}
