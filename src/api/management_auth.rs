//! Who asks for a change over HTTP, and what they may do.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use sqlx::PgPool;

use super::account_pool::{AccountPool, Connected};
use super::fair_queue::Urgency;
use super::once::{Act, BodyLimit, NotMade, Posted};
use crate::domain::audit::{Actor, Who};
use crate::domain::caller::KeyRecord;
use crate::domain::key::reach::Reach;
use crate::domain::key::{FormatChoice, KeyPrefix};
use crate::domain::refusal::Refusal;
use crate::domain::rights::{ActingKey, Principal, Rights};
use crate::gate::auth::caller::Caller;
use crate::http::answer::RefusalResponse;
use crate::http::client_address::ClientAddress;
use crate::http::fields::Fields;
use crate::http::json_body::{parse_fields, read_body};
use crate::http::negotiate::RenderContext;
use crate::management::keys::NewSecret;
use crate::secret::peppers::Peppers;

/// What changes of an account work with.
#[derive(Clone, Debug)]
pub struct Management {
    pool: AccountPool,
    /// What new secrets are hashed under.
    pub peppers: Peppers,
    /// The seller's prefix of new keys.
    pub prefix: KeyPrefix,
    pub max_body_bytes: usize,
}

impl Management {
    pub fn new(pool: PgPool, peppers: Peppers, prefix: KeyPrefix, max_body_bytes: usize) -> Self {
        Self { pool: AccountPool::for_changes(pool), peppers, prefix, max_body_bytes }
    }

    /// How a new secret is made.
    pub(super) fn new_secret(&self, format: FormatChoice) -> NewSecret<'_> {
        NewSecret { format, prefix: &self.prefix, peppers: &self.peppers }
    }

    /// Waits for a permit, then returns a connection of the pool.
    pub(super) async fn connection(
        &self,
        auth: &ManagementAuth,
        urgency: Urgency,
    ) -> Result<Connected, Refusal> {
        self.pool.connection_for(auth.caller.key.account_id, urgency).await
    }

    /// Waits for a permit, then begins a change.
    pub(super) async fn act(
        &self,
        auth: &ManagementAuth,
        posted: &Posted,
        urgency: Urgency,
    ) -> Result<Act, NotMade> {
        let begun = self.pool.begin(auth.caller.key.account_id, urgency).await?;
        Act::begin(begun, posted.claim.clone()).await
    }

    pub(super) async fn fields(&self, headers: &HeaderMap, body: Body) -> Result<Fields, Refusal> {
        parse_fields(&read_body(headers, body, self.max_body_bytes).await?)
    }
}

impl BodyLimit for Management {
    fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }
}

/// Who asks: the key of the request, its account and rights.
#[derive(Clone, Debug)]
pub struct ManagementAuth {
    pub caller: Caller,
    /// The same for the operations and their audit log.
    pub by: Principal,
}

impl<S: Sync> FromRequestParts<S> for ManagementAuth {
    type Rejection = RefusalResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, RefusalResponse> {
        let caller = parts.extensions.get::<Caller>().ok_or(Refusal::MissingAuth)?.clone();
        let actor = Actor {
            address: parts.extensions.get().map(|ClientAddress(address)| *address),
            request_id: parts.extensions.get().map(|context: &RenderContext| context.request_id),
            ..Actor::of(Who::Key(caller.key.key_id))
        };
        let rights = Rights::OfKey(acting(&caller.key));
        Ok(Self { caller, by: Principal { actor, rights } })
    }
}

fn acting(key: &KeyRecord) -> ActingKey {
    ActingKey {
        key_id: key.key_id,
        secret_version: key.secret_version,
        account_id: key.account_id,
        mode: key.mode,
        reach: Reach {
            scopes: key.scopes.clone(),
            origin: key.origin.clone(),
            expires_at: key.ends_at(),
            daily_cap: key.daily_cap,
            monthly_cap: key.monthly_cap,
        },
    }
}
