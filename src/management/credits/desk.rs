//! An operator's operation on the ledger, and why it may fail.

use sqlx::PgConnection;

use crate::domain::audit::Actor;
use crate::domain::credits::Credits;
use crate::domain::ids::AccountId;
use crate::ledger::rules::account::RuleError;
use crate::ledger::rules::lot::LotSource;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::writer::operator::OperatorError;
use crate::storage::accounts;
use crate::storage::error::StorageError;
use crate::storage::ledger::desk::LedgerDesk;

/// Why credits were not moved.
#[derive(Debug, thiserror::Error)]
pub enum CreditError {
    #[error("the account has only {}; nothing was changed", .available.with_unit())]
    Insufficient { available: Credits },
    #[error("nothing was changed")]
    Refused(#[source] RuleError),
    #[error("account {0} does not exist")]
    NoAccount(AccountId),
    #[error("the account is closed permanently, and its credits are no longer spent")]
    Closed,
    #[error("id `{reference}` was already used for account {account_id}; nothing was {done}")]
    UsedElsewhere { reference: String, account_id: AccountId, done: &'static str },
    #[error("id `{reference}` was already used for {} ({}); nothing was granted", .granted.with_unit(), kind.as_str())]
    UsedForOther { reference: String, granted: Credits, kind: LotSource },
    #[error("id `{reference}` was already used for {}; nothing was taken", .taken.with_unit())]
    TakenOther { reference: String, taken: Credits },
    #[error("pack `{pack}` does not exist; the packs are {}", known.join(", "))]
    NoPack { pack: String, known: Vec<String> },
    #[error("the expiry is in the past")]
    EndsInPast,
    #[error("the expiry is out of range")]
    EndsTooLate,
    #[error("the connection to the database was lost, and the change may or may not have been made")]
    Unknown(AccountId),
    #[error("the ledger returned an unexpected result")]
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

/// Whether credits of an account may be moved. Those of a closed one stay where they are.
pub(super) async fn check_open(
    connection: &mut PgConnection,
    account_id: AccountId,
) -> Result<(), CreditError> {
    match accounts::find(connection, account_id).await? {
        Some(account) if account.closed_at.is_some() => Err(CreditError::Closed),
        Some(_) => Ok(()),
        None => Err(CreditError::NoAccount(account_id)),
    }
}

/// Applies one operation for an operator.
///
/// # Errors
/// When the rules reject it, the account does not exist, or the database cannot be reached.
pub async fn apply(desk: &LedgerDesk, actor: &Actor, operation: Operation) -> Result<Effect, CreditError> {
    let account_id = operation.account_id();
    let effects = match desk.apply_all(actor, vec![operation]).await {
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
