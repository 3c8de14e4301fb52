//! Operations outside the flow of calls: those of operators, and credits that were promised. Each
//! is committed by a writer of its own, in an epoch of its own.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::time::timeout;

use super::PgLedgerStore;
use crate::domain::audit::Actor;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::writer::operator::{OperatorError, apply_operations};

/// Timeout of one commit. It passes only if the database goes away meanwhile.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(60);

/// The database of the ledger, and the name under which the operations are written.
#[derive(Clone, Debug)]
pub struct LedgerDesk {
    pub pool: PgPool,
    /// The ledger works on a connection of its own.
    pub options: PgConnectOptions,
    /// The writer's name in the ledger, such as `cli@host`.
    pub node: String,
    /// How long a running call claims its idempotency key.
    pub hold_life: TimeDelta,
}

impl LedgerDesk {
    /// Carries out operations in order, in one commit. An effect may be a refusal by the rules.
    ///
    /// # Errors
    /// When the database cannot be reached, or does not answer in time.
    pub async fn apply_all(
        &self,
        actor: &Actor,
        operations: Vec<Operation>,
    ) -> Result<Vec<Effect>, OperatorError> {
        let store = PgLedgerStore::new(self.options.clone(), self.node.clone(), self.hold_life);
        let applying = apply_operations(store.acting_for(actor.clone()), operations);
        timeout(COMMIT_TIMEOUT, applying).await.unwrap_or(Err(OperatorError::TimedOut))
    }
}
