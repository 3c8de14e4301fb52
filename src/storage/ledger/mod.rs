//! The ledger's store on Postgres: one connection of its own, never shared, never cancelled in mid-transaction.

mod audit;
mod connection;
pub mod due;
mod error;
mod fast;
pub mod idempotency;
mod locks;
pub mod lots;
mod ordered;
mod partitions;
mod recover;
mod resolve;
mod rows;
mod save;
mod seal;
pub mod standing;
pub mod statement;
pub mod usage;
pub mod usage_report;
pub mod verify;

use chrono::TimeDelta;
use sqlx::postgres::PgConnectOptions;

use crate::domain::audit::Actor;
use crate::domain::ids::AccountId;
use crate::ledger::store::{Batch, Effects, Epoch, LedgerStore, Resolution, StoreError, Work};
use connection::LedgerConnection;

pub use connection::writer_options;
pub use fast::STATEMENT as FAST_STATEMENT;
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
    /// Who gives and takes credits through it.
    actor: Actor,
    seat: Seat,
}

/// Where a writer stands in its epoch.
#[derive(Clone, Copy, Debug, Default)]
struct Seat {
    /// Hash of the last batch.
    head: [u8; 32],
    /// How often the writer has lost its connection in mid-batch; what it sent before that commits nothing.
    session: i32,
}

impl PgLedgerStore {
    /// A store that connects when it is first used. `node` names this gateway to operators.
    pub fn new(options: PgConnectOptions, node: String, lease: TimeDelta) -> Self {
        let (connection, actor) = (LedgerConnection::new(options), Actor::system("ledger"));
        Self { connection, node, lease, actor, seat: Seat::default() }
    }

    /// The same store for the acts of somebody: what they give and take is written down in the audit log as theirs.
    pub fn acting_for(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }
}

impl LedgerStore for PgLedgerStore {
    async fn open_epoch(&mut self) -> Result<Epoch, StoreError> {
        let connection = self.connection.get().await?;
        let opened = recover::open_epoch(connection, &self.node).await;
        let epoch = self.connection.watch(opened)?;
        self.seat = Seat { head: seal::genesis(epoch), session: 0 };
        Ok(epoch)
    }

    async fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError> {
        let seat = self.seat;
        let connection = self.connection.get().await?;
        let committed = match &batch.work {
            Work::Fast(holds) => fast::commit(connection, batch, holds, seat).await,
            Work::Ordered(operations) => {
                ordered::commit(connection, batch, operations, seat, self.lease, &self.actor).await
            }
        };
        let (effects, head) = self.connection.watch(committed)?;
        self.seat.head = head;
        Ok(effects)
    }

    async fn resolve(&mut self, batch: &Batch) -> Result<Resolution, StoreError> {
        let connection = self.connection.get().await?;
        let resolved = resolve::resolve(connection, batch).await;
        let resolved = self.connection.watch(resolved)?;
        self.seat.session = resolved.session;
        if let Some(head) = resolved.head {
            self.seat.head = head;
        }
        Ok(resolved.resolution)
    }

    async fn locked(&mut self, accounts: Vec<AccountId>) -> Result<Vec<AccountId>, StoreError> {
        let connection = self.connection.get().await?;
        let locked = locks::locked(connection, accounts).await;
        self.connection.watch(locked)
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
