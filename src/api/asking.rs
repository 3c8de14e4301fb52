//! Who asks for a change over HTTP, what they may do, and how they are told that nothing was done.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::clock;
use crate::domain::audit::{Actor, Who};
use crate::domain::caller::KeyRecord;
use crate::domain::conflict::Conflict;
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::key::Scope;
use crate::domain::key::reach::Reach;
use crate::domain::key::rotation::CannotRotate;
use crate::domain::refusal::{Fault, FieldFault, Refusal};
use crate::domain::rights::{ActingKey, Lacks, Principal, Rights};
use crate::gate::caller::Caller;
use crate::http::client_address::ClientAddress;
use crate::http::fields::Fields;
use crate::http::json_body::{parse_fields, read_body};
use crate::management::{NotDone, NotThemselves};
use crate::secret::peppers::Peppers;
use crate::storage::error::StorageError;

/// Most calls that work with the store at once. Changes of one account wait for each other at its row, each with a
/// connection of the pool in hand; authentication and paid calls need the others.
const MOST_AT_ONCE: usize = 3;
/// How long a call waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// What changes of an account work with.
#[derive(Clone, Debug)]
pub struct Management {
    /// The store.
    pub pool: PgPool,
    /// What new secrets are hashed under.
    pub peppers: Peppers,
    /// Largest body.
    pub max_body_bytes: usize,
    turns: Arc<Semaphore>,
}

/// A connection that a call may work with, and the call's turn, which ends with it.
#[derive(Debug)]
pub(super) struct Turn {
    connection: PoolConnection<Postgres>,
    _turn: OwnedSemaphorePermit,
}

impl Deref for Turn {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Management {
    /// Changes made through this pool.
    pub fn new(pool: PgPool, peppers: Peppers, max_body_bytes: usize) -> Self {
        Self { pool, peppers, max_body_bytes, turns: Arc::new(Semaphore::new(MOST_AT_ONCE)) }
    }

    /// A connection of the pool, when it is the call's turn.
    pub(super) async fn connection(&self) -> Result<Turn, Refusal> {
        let turn = timeout(LONGEST_WAIT, self.turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Refusal::Unavailable { retry_after_s: 1 }) };
        let connection = self.pool.acquire().await.map_err(|error| refusal(NotDone::from(error)))?;
        Ok(Turn { connection, _turn: turn })
    }

    /// The fields of a body.
    pub(super) async fn fields(&self, headers: &HeaderMap, body: Body) -> Result<Fields, Refusal> {
        parse_fields(&read_body(headers, body, self.max_body_bytes).await?)
    }

    /// The fields of a body that may be missing altogether.
    pub(super) async fn optional_fields(&self, headers: &HeaderMap, body: Body) -> Result<Fields, Refusal> {
        if body.is_end_stream() { Ok(Fields::default()) } else { self.fields(headers, body).await }
    }

    /// Makes sure that a body says nothing.
    pub(super) async fn no_fields(&self, headers: &HeaderMap, body: Body) -> Result<(), Refusal> {
        self.optional_fields(headers, body).await?.finish()
    }
}

/// Who asks: the key of the request, its account and rights.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The key's record.
    pub caller: Caller,
    /// The same for the operations and their audit log.
    pub by: Principal,
}

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let caller = parts.extensions.get::<Caller>().ok_or(Refusal::MissingAuth)?.clone();
        let actor = Actor {
            who: Who::Key(caller.key.key_id),
            address: parts.extensions.get().map(|ClientAddress(address)| *address),
            request_id: parts.extensions.get::<CallId>().copied(),
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
            expires_at: key.ends_at,
            daily_cap: key.daily_cap.map(Credits::as_i64),
            monthly_cap: key.monthly_cap.map(Credits::as_i64),
        },
    }
}

/// Why nothing was done, as a client is told.
pub(super) fn refusal(error: NotDone) -> Refusal {
    match error {
        NotDone::NoAccount | NotDone::NoKey | NotDone::NoEnvironment | NotDone::NoMember => Refusal::NotFound,
        NotDone::UnknownEnvironment { .. } => faulty("environment", Fault::NotThere),
        NotDone::WrongMode { .. } => faulty("format", Fault::OtherMode),
        NotDone::EndsInPast => faulty("expires_at", Fault::InPast),
        NotDone::TooManyKeys => Refusal::Conflict(Conflict::KeyLimitReached),
        NotDone::TooManyEnvironments => Refusal::Conflict(Conflict::EnvironmentLimitReached),
        NotDone::EnvironmentExists => Refusal::Conflict(Conflict::EnvironmentExists),
        NotDone::CannotRotate(CannotRotate::InProgress { until }) => {
            let wait = (until - clock::now()).num_seconds().saturating_add(1);
            let retry_after_s = u64::try_from(wait).unwrap_or(1).max(1);
            Refusal::Conflict(Conflict::RotationInProgress { retry_after_s })
        }
        NotDone::CannotRotate(CannotRotate::Expired) => Refusal::Conflict(Conflict::KeyExpired),
        NotDone::CannotRotate(CannotRotate::Revoked) | NotDone::Revoked => {
            Refusal::Conflict(Conflict::KeyRevoked)
        }
        NotDone::NotRotating => Refusal::Conflict(Conflict::NotRotating),
        NotDone::Lacks(Lacks::Account) => Refusal::NotFound,
        NotDone::Lacks(Lacks::Scope(scope)) => Refusal::InsufficientScope { needed: scope.as_str() },
        NotDone::Lacks(Lacks::Admin) => Refusal::InsufficientScope { needed: Scope::Manage.as_str() },
        NotDone::Lacks(Lacks::Limit(field)) => Refusal::BeyondOwnLimits { field },
        NotDone::NotThemselves(NotThemselves::Disabled) => Refusal::DisabledApiKey,
        NotDone::NotThemselves(NotThemselves::Revoked) => Refusal::RevokedApiKey,
        NotDone::NotThemselves(NotThemselves::Expired) => Refusal::ExpiredApiKey,
        NotDone::NotThemselves(NotThemselves::Suspended) => Refusal::AccountSuspended,
        NotDone::Lacks(Lacks::LiveKey) => Refusal::TestKeyNotAllowed,
        NotDone::Storage(error @ StorageError::Unavailable(_)) => {
            tracing::warn!(%error, "a change could not be made");
            Refusal::Unavailable { retry_after_s: 1 }
        }
        error => {
            tracing::error!(%error, "a change could not be made");
            Refusal::Internal
        }
    }
}

fn faulty(field: &str, fault: Fault) -> Refusal {
    Refusal::ValidationFailed(vec![FieldFault { field: field.to_owned(), fault }])
}
