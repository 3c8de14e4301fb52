//! Where operators' acts reach the ledger: a writer of their own, in an epoch of its own.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::time::timeout;

use crate::domain::audit::Actor;
use crate::domain::credits::Credits;
use crate::domain::ids::AccountId;
use crate::ledger::rules::account::RuleError;
use crate::ledger::rules::lot::LotSource;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::writer::operator::{OperatorError, apply_operations};
use crate::storage::error::StorageError;
use crate::storage::ledger::PgLedgerStore;

/// Timeout of an operation on the ledger. It passes only if the database goes away during a commit.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(60);

/// Why credits were not moved.
#[derive(Debug, thiserror::Error)]
pub enum CreditError {
    #[error("the account has only {}; nothing was changed", credits(*.available))]
    Insufficient { available: Credits },
    #[error("nothing was changed")]
    Refused(#[source] RuleError),
    #[error("account {0} does not exist; `fluence account list` lists all accounts")]
    NoAccount(AccountId),
    #[error("id `{reference}` was already used for account {account_id}; nothing was {done}")]
    UsedElsewhere { reference: String, account_id: AccountId, done: &'static str },
    #[error("id `{reference}` was already used for {} ({}); nothing was granted", credits(*.granted), kind.as_str())]
    UsedForOther { reference: String, granted: Credits, kind: LotSource },
    #[error("id `{reference}` was already used for {}; nothing was taken", credits(*.taken))]
    TakenOther { reference: String, taken: Credits },
    #[error("pack `{pack}` does not exist; the packs are {}", known.join(", "))]
    NoPack { pack: String, known: Vec<String> },
    #[error("the expiry is in the past")]
    EndsInPast,
    #[error("the expiry is out of range")]
    EndsTooLate,
    #[error(
        "the connection to the database was lost, and the change may or may not have been made. Check `fluence ledger \
         statement --account {0}` before you repeat the command"
    )]
    Unknown(AccountId),
    #[error("the ledger answered with something else than was asked for")]
    Unexpected,
    // Boxed: it is many times as large as the others.
    #[error(transparent)]
    Ledger(Box<OperatorError>),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<OperatorError> for CreditError {
    fn from(error: OperatorError) -> Self {
        Self::Ledger(Box::new(error))
    }
}

impl From<sqlx::Error> for CreditError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

fn credits(number: Credits) -> String {
    match number.as_i64() {
        1 => "1 credit".to_owned(),
        number => format!("{number} credits"),
    }
}

/// The database of the ledger, and the name under which operators' acts are written.
#[derive(Clone, Debug)]
pub struct LedgerDesk {
    pub pool: PgPool,
    pub options: PgConnectOptions,
    /// The writer's name in the ledger, such as `cli@host`.
    pub node: String,
    /// How long a running call claims its idempotency key.
    pub hold_life: TimeDelta,
}

impl LedgerDesk {
    /// Applies one operation for an operator.
    ///
    /// # Errors
    /// When the rules reject it, the account does not exist, or the database cannot be reached.
    pub async fn apply(&self, actor: &Actor, operation: Operation) -> Result<Effect, CreditError> {
        let account_id = operation.account_id();
        let effects = match self.apply_all(actor, vec![operation]).await {
            Err(OperatorError::TimedOut) => return Err(CreditError::Unknown(account_id)),
            effects => effects?,
        };
        match effects.into_iter().next() {
            Some(Effect::Refused(RuleError::Insufficient { available })) => {
                Err(CreditError::Insufficient { available })
            }
            Some(Effect::Refused(error)) => Err(CreditError::Refused(error)),
            Some(Effect::UnknownAccount) | None => Err(CreditError::NoAccount(account_id)),
            Some(effect) => Ok(effect),
        }
    }

    /// Applies operations for an operator, in one commit. Returns their effects.
    ///
    /// # Errors
    /// When the database refuses them or cannot be reached.
    pub async fn apply_all(
        &self,
        actor: &Actor,
        operations: Vec<Operation>,
    ) -> Result<Vec<Effect>, OperatorError> {
        let store = PgLedgerStore::new(self.options.clone(), self.node.clone(), self.hold_life);
        let applying = apply_operations(store.acting_for(actor.clone()), operations);
        timeout(OPERATION_TIMEOUT, applying).await.unwrap_or(Err(OperatorError::TimedOut))
    }
}
