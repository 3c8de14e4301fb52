//! Tokens with which the gateway vouches for who calls.

use std::sync::Arc;

use axum::http::HeaderValue;
use quick_cache::sync::Cache;
use serde::Serialize;

use crate::domain::caller::KeyRecord;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::gate::forward::ForwardedCall;
use crate::secret::signing::TokenSigner;

/// How long a token is valid, and how long it is used for a key's calls.
const LIFE_S: i64 = 60;
const REUSED_S: i64 = 30;
/// Keys whose tokens are kept.
const MAX_KEPT: usize = 10_000;

/// Makes the tokens of calls to one upstream.
pub struct IdentityTokens {
    signer: Arc<TokenSigner>,
    issuer: Arc<str>,
    /// The name of the upstream.
    audience: String,
    /// A signature costs more than the rest of a call's way through the gate.
    kept: Cache<KeyId, Kept>,
}

#[derive(Clone)]
struct Kept {
    token: HeaderValue,
    plan: Arc<str>,
    made_at: i64,
}

#[derive(Serialize)]
struct Claims<'c> {
    iss: &'c str,
    aud: &'c str,
    sub: AccountId,
    key: KeyId,
    env: EnvironmentId,
    mode: &'c str,
    plan: &'c str,
    iat: i64,
    exp: i64,
}

impl IdentityTokens {
    pub fn new(signer: Arc<TokenSigner>, issuer: Arc<str>, audience: String) -> Self {
        Self { signer, issuer, audience, kept: Cache::new(MAX_KEPT) }
    }

    /// The token of a call, or `None` if it cannot be made.
    pub(super) fn of(&self, call: &ForwardedCall, plan: &str) -> Option<HeaderValue> {
        let key = &call.caller.key;
        let now = call.caller.clock.now().timestamp();
        let is_usable = |kept: &Kept| (0..REUSED_S).contains(&(now - kept.made_at)) && *kept.plan == *plan;
        if let Some(kept) = self.kept.get(&key.key_id).filter(is_usable) {
            return Some(kept.token);
        }
        let token = self.made(key, plan, now)?;
        self.kept.insert(key.key_id, Kept { token: token.clone(), plan: plan.into(), made_at: now });
        Some(token)
    }

    fn made(&self, key: &KeyRecord, plan: &str, now: i64) -> Option<HeaderValue> {
        let claims = Claims {
            iss: &self.issuer,
            aud: &self.audience,
            sub: key.account_id,
            key: key.key_id,
            env: key.environment_id,
            mode: key.mode.as_str(),
            plan,
            iat: now,
            exp: now + LIFE_S,
        };
        match self.signer.sign(&claims) {
            Ok(token) => HeaderValue::try_from(token).ok(),
            Err(error) => {
                tracing::error!(%error, upstream = self.audience, "signing a call's identity failed");
                None
            }
        }
    }
}
