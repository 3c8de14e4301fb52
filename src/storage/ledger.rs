//! The ledger's store on PostgreSQL, with one connection of its own. A cancelled call drops the
//! connection.

mod account_rows;
pub mod archive;
mod audit;
pub mod balance;
mod batch_rows;
mod connection;
pub mod desk;
pub mod due;
mod error;
mod fast;
pub mod idempotency;
mod locks;
pub mod lots;
pub mod newest;
mod ordered;
mod partitions;
pub mod past;
pub mod preview;
mod recover;
mod resolve;
mod save;
mod seal;
mod sealed_row;
pub mod statement;
pub mod usage;
pub mod usage_report;
pub mod verify;

use std::collections::HashSet;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::domain::audit::Actor;
use crate::domain::call_lease::CallLease;
use crate::domain::ids::AccountId;
use crate::ledger::lock_set::LockSet;
use crate::ledger::store::{Batch, Effects, Epoch, LedgerStore, Resolution, StoreError, Work};
use connection::LedgerConnection;
use ordered::OrderedBatch;

pub use connection::{LONGEST_CALL, writer_options};
pub use fast::{STATEMENT as FAST_STATEMENT, STATEMENT_WITH_STATUSES as FAST_STATEMENT_WITH_STATUSES};
pub use partitions::{make_partitions, summarize_entries};
pub use recover::{OpenEpoch, close_dead_epochs, close_stale_epochs, delete_empty_epochs, open_epochs};

/// The ledger in PostgreSQL, for one writer.
#[derive(Debug)]
pub struct PgLedgerStore {
    connection: LedgerConnection,
    /// The writer's name in `ledger_epoch`.
    node: String,
    /// How long a running call claims its idempotency key.
    lease: CallLease,
    /// Who grants and takes credits through this store.
    actor: Actor,
    session: WriterSession,
}

/// A writer's session within its epoch.
#[derive(Clone, Copy, Debug, Default)]
struct WriterSession {
    head: [u8; 32],
    /// How often the writer has lost its connection during a batch. Statements of earlier sessions
    /// commit nothing.
    number: i32,
}

/// One column of some rows, as an array to send.
fn column<R, T>(rows: &[R], value: impl FnMut(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

impl PgLedgerStore {
    /// A store that connects at its first use. `node` is this gateway's name for operators.
    pub fn new(options: PgConnectOptions, node: String, lease: impl Into<CallLease>) -> Self {
        let (connection, actor) = (LedgerConnection::new(options), Actor::system("ledger"));
        let lease = lease.into();
        Self { connection, node, lease, actor, session: WriterSession::default() }
    }

    /// Sets the longest wait for the server's answer to each call, after which the connection is
    /// dropped.
    pub fn with_answer_timeout(self, answer_timeout: Duration) -> Self {
        Self { connection: self.connection.with_answer_timeout(answer_timeout), ..self }
    }

    /// Sets the actor of the audit log's records of granted and taken credits.
    pub fn acting_for(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }
}

impl LedgerStore for PgLedgerStore {
    async fn open_epoch(&mut self) -> Result<Epoch, StoreError> {
        let node = &self.node;
        let epoch = self.connection.call(async |server| recover::open_epoch(server, node).await).await?;
        self.session = WriterSession { head: seal::genesis(epoch), number: 0 };
        Ok(epoch)
    }

    async fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError> {
        let (session, lease, actor) = (self.session, self.lease.get(), &self.actor);
        let commit = async |server: &mut PgConnection| match &batch.work {
            Work::Fast(work) => fast::commit(server, batch, work, session).await,
            Work::Ordered(operations) => {
                let ordered = OrderedBatch { batch, operations, head: session.head, lease };
                ordered.commit(server, session.number, actor).await
            }
        };
        let (effects, head) = self.connection.call(commit).await?;
        self.session.head = head;
        Ok(effects)
    }

    async fn resolve(&mut self, batch: &Batch) -> Result<Resolution, StoreError> {
        // Numbered here, so that a query of a lost connection that arrives after the next one ends
        // no session.
        self.session.number += 1;
        let session = self.session.number;
        let resolved =
            self.connection.call(async |server| resolve::resolve(server, batch, session).await).await?;
        if let Some(head) = resolved.head {
            self.session.head = head;
        }
        Ok(resolved.resolution)
    }

    async fn locked(&mut self, lock_set: &LockSet) -> Result<HashSet<AccountId>, StoreError> {
        self.connection.call(async |server| locks::locked(server, lock_set).await).await
    }

    async fn heartbeat(&mut self, epoch: Epoch) -> Result<(), StoreError> {
        self.connection.call(async |server| recover::heartbeat(server, epoch).await).await
    }

    async fn close_epoch(&mut self, epoch: Epoch) -> Result<(), StoreError> {
        self.connection.call(async |server| recover::close_epoch(server, epoch).await).await.map(drop)
    }
}
