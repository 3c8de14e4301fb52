//! The writer's own connection: opened when needed, dropped when its state is in doubt.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Postgres, Transaction};

use super::error::{classify, poisons_connection};
use crate::ledger::store::StoreError;
use crate::storage::error::server_message;
use crate::storage::runtime_role;

/// The longest wait for a new connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest wait for the answer to one call. A reachable server answers long before: it ends a
/// statement after 5 s, a wait for a lock after 500 ms, and an idle transaction after 10 s. This
/// timeout is for a server that goes silent, which TCP notices only after a quarter of an hour (and
/// sqlx has no setting for that).
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
/// A call ends within this time, connecting included.
pub const LONGEST_CALL: Duration = CONNECT_TIMEOUT.saturating_add(ANSWER_TIMEOUT);

#[derive(Debug)]
pub(super) struct LedgerConnection {
    options: PgConnectOptions,
    answer_timeout: Duration,
    open: Option<PgConnection>,
}

impl LedgerConnection {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        Self { options: writer_options(options), answer_timeout: ANSWER_TIMEOUT, open: None }
    }

    pub(super) fn with_answer_timeout(self, answer_timeout: Duration) -> Self {
        Self { answer_timeout, ..self }
    }

    /// Makes a call on the open connection, or on a new one. A call without an answer in time may
    /// have been carried out, like one whose connection was lost.
    pub(super) async fn call<T>(
        &mut self,
        call: impl AsyncFnOnce(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let answer_timeout = self.answer_timeout;
        // Taken out, so that a cancelled call drops it. Dropping only closes the socket: it sends
        // nothing and waits for nothing.
        let mut connection = match self.open.take() {
            Some(connection) => connection,
            None => connect(&self.options).await?,
        };
        let called = tokio::time::timeout(answer_timeout, call(&mut connection)).await;
        let called = called.unwrap_or_else(|_| {
            Err(StoreError::Unknown(format!("no answer within {} ms", answer_timeout.as_millis())))
        });
        if !called.as_ref().is_err_and(poisons_connection) {
            self.open = Some(connection);
        }
        called
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, connect_with_role(options)).await;
    let connected = connected.map_err(|_| {
        StoreError::Unavailable(format!("no connection within {} s", CONNECT_TIMEOUT.as_secs()))
    })?;
    connected.map_err(|error| StoreError::Unavailable(server_message(&error)))
}

/// Opens a connection with the role that cannot change entries.
async fn connect_with_role(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    runtime_role::put_on(&mut connection).await?;
    Ok(connection)
}

/// The writer's connection options. They fix the query plans: planning costs 0.6 to 1 ms a batch,
/// and a nested loop over the entries of a batch is quadratic.
pub fn writer_options(options: PgConnectOptions) -> PgConnectOptions {
    options.disable_statement_logging().application_name("fluence-ledger").options([
        ("plan_cache_mode", "force_generic_plan"),
        ("enable_seqscan", "off"),
        ("enable_mergejoin", "off"),
        ("enable_bitmapscan", "off"),
        ("jit", "off"),
        ("statement_timeout", "5s"),
        // All accounts of a batch wait for the slowest. Other gateways hold a row for milliseconds.
        ("lock_timeout", "500ms"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("default_transaction_isolation", "read committed"),
    ])
}

/// Commits a transaction, or rolls it back at once: one that is only dropped keeps its locks until
/// the connection is used again.
pub(super) async fn end<T>(
    transaction: Transaction<'_, Postgres>,
    done: Result<T, StoreError>,
) -> Result<T, StoreError> {
    match &done {
        Ok(_) => transaction.commit().await.map_err(classify)?,
        // The connection will be dropped, and the transaction with it.
        Err(error) if poisons_connection(error) => {}
        Err(_) => transaction.rollback().await.map_err(classify)?,
    }
    done
}
