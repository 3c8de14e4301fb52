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
        let called = tokio::time::timeout(answer_timeout, call(self.get().await?)).await;
        self.watch(called.unwrap_or_else(|_| {
            Err(StoreError::Unknown(format!("no answer within {} ms", answer_timeout.as_millis())))
        }))
    }

    async fn get(&mut self) -> Result<&mut PgConnection, StoreError> {
        if self.open.is_none() {
            let connected = tokio::time::timeout(CONNECT_TIMEOUT, connect(&self.options)).await;
            let connection = connected
                .map_err(|_| {
                    let reason = format!("no connection within {} s", CONNECT_TIMEOUT.as_secs());
                    StoreError::Unavailable(reason)
                })?
                .map_err(|error| StoreError::Unavailable(server_message(&error)))?;
            self.open = Some(connection);
        }
        self.open.as_mut().ok_or_else(|| StoreError::Unavailable("no connection".into()))
    }

    /// Passes a result on. Drops the connection if its state is in doubt, which also ends what it
    /// was doing. Dropping only closes the socket: it sends nothing and waits for nothing.
    fn watch<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result
            && poisons_connection(error)
        {
            self.open = None;
        }
        result
    }
}

/// Opens a connection with the role that cannot change entries.
async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
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
