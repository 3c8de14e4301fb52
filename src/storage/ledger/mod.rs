//! The ledger's store on Postgres: one connection of its own, never shared, never cancelled in mid-transaction.

mod connection;
mod error;
mod fast;
pub mod lots;
mod ordered;
mod partitions;
mod recover;
mod resolve;
mod rows;
mod save;
mod seal;
pub mod statement;

use chrono::TimeDelta;
use sqlx::postgres::PgConnectOptions;

use crate::ledger::store::{Batch, Effects, Epoch, LedgerStore, Resolution, StoreError, Work};
use connection::LedgerConnection;

pub use partitions::make_partitions;
pub use recover::close_stale_epochs;

/// The ledger in Postgres, for one writer.
#[derive(Debug)]
pub struct PgLedgerStore {
    connection: LedgerConnection,
    /// The writer's name in `ledger_epoch`.
    node: String,
    /// How long a running call keeps its idempotency key.
    lease: TimeDelta,
    /// Hash of the last batch of the epoch.
    head: [u8; 32],
}

impl PgLedgerStore {
    /// A store that connects when it is first used. `node` names this gateway to operators.
    pub fn new(options: PgConnectOptions, node: String, lease: TimeDelta) -> Self {
        Self { connection: LedgerConnection::new(options), node, lease, head: [0; 32] }
    }
}

impl LedgerStore for PgLedgerStore {
    async fn open_epoch(&mut self) -> Result<Epoch, StoreError> {
        let connection = self.connection.get().await?;
        let opened = recover::open_epoch(connection, &self.node).await;
        let epoch = self.connection.watch(opened)?;
        self.head = seal::genesis(epoch);
        Ok(epoch)
    }

    async fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError> {
        let head = self.head;
        let connection = self.connection.get().await?;
        let committed = match &batch.work {
            Work::Fast(holds) => fast::commit(connection, batch, holds, head).await,
            Work::Ordered(operations) => {
                ordered::commit(connection, batch, operations, head, self.lease).await
            }
        };
        let (effects, head) = self.connection.watch(committed)?;
        self.head = head;
        Ok(effects)
    }

    async fn resolve(&mut self, batch: &Batch) -> Result<Resolution, StoreError> {
        let connection = self.connection.get().await?;
        let resolved = resolve::resolve(connection, batch).await;
        let (resolution, head) = self.connection.watch(resolved)?;
        if let Some(head) = head {
            self.head = head;
        }
        Ok(resolution)
    }

    async fn heartbeat(&mut self, epoch: Epoch) -> Result<(), StoreError> {
        let connection = self.connection.get().await?;
        let beaten = recover::heartbeat(connection, epoch).await;
        self.connection.watch(beaten)
    }

    async fn close_epoch(&mut self, epoch: Epoch) -> Result<(), StoreError> {
        let connection = self.connection.get().await?;
        let closed = recover::close_epoch(connection, epoch).await;
        self.connection.watch(closed).map(drop)
    }
}
