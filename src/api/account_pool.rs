//! Connections of the pool for free calls. They leave others to paid calls and to the console, and
//! each account has a share, so that one account's calls delay only each other.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::fair_queue::{FairQueue, Permit, Shares, Urgency};
use crate::domain::ids::AccountId;
use crate::domain::refusal::Refusal;

/// Changes of one account would wait for each other's row lock.
const CHANGES: Shares = Shares { running: 3, per_account: 1, max_wait: Duration::from_secs(1) };

/// The pool as free calls may use it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AccountPool {
    pool: PgPool,
    queue: FairQueue,
}

/// A connection and the permit to use it.
#[derive(Debug)]
pub(super) struct Connected {
    connection: PoolConnection<Postgres>,
    _permit: Permit,
}

impl AccountPool {
    /// For changes of keys and environments.
    pub fn for_changes(pool: PgPool) -> Self {
        Self { pool, queue: FairQueue::new(CHANGES) }
    }

    /// For everything else that is free: at most half of the connections, and an account at most a
    /// quarter.
    pub fn for_free_calls(pool: PgPool) -> Self {
        let size = pool.options().get_max_connections() as usize;
        let (running, per_account) = ((size / 2).max(1), (size / 4).max(1));
        let max_wait = pool.options().get_acquire_timeout();
        Self { pool, queue: FairQueue::new(Shares { running, per_account, max_wait }) }
    }

    /// Waits for a permit, then returns a connection.
    pub(super) async fn connection(&self, account: AccountId) -> Result<Connected, Refusal> {
        self.connection_for(account, Urgency::Ordinary).await
    }

    /// The same, for a call that others may go before, or that goes before others.
    pub(super) async fn connection_for(
        &self,
        account: AccountId,
        urgency: Urgency,
    ) -> Result<Connected, Refusal> {
        let permit = self.permit(account, urgency).await?;
        let connection = self.pool.acquire().await.map_err(no_connection)?;
        Ok(Connected { connection, _permit: permit })
    }

    /// Waits for a permit, then begins a transaction, which must not outlive the permit.
    pub(super) async fn begin(
        &self,
        account: AccountId,
        urgency: Urgency,
    ) -> Result<(Transaction<'static, Postgres>, Permit), Refusal> {
        let permit = self.permit(account, urgency).await?;
        Ok((self.pool.begin().await.map_err(no_connection)?, permit))
    }

    async fn permit(&self, account: AccountId, urgency: Urgency) -> Result<Permit, Refusal> {
        self.queue.take(account, urgency).await.ok_or(Refusal::UNAVAILABLE)
    }
}

fn no_connection(error: sqlx::Error) -> Refusal {
    tracing::warn!(%error, "no database connection for a free call");
    Refusal::UNAVAILABLE
}

impl Deref for Connected {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Connected {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
