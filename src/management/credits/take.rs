//! Taking credits back. A balance cannot fall below zero.

use sqlx::PgConnection;

use super::desk::{CreditError, apply, check_open};
use crate::clock::new_id;
use crate::domain::amount::Amount;
use crate::domain::audit::Actor;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::text::Reason;
use crate::ledger::rules::operation::{Correction, Effect, Operation};
use crate::storage::accounts;
use crate::storage::ledger::desk::LedgerDesk;
use crate::storage::operator_acts::{self, Act, ActKind};

#[derive(Clone, Debug)]
pub struct TakeOrder {
    pub account_id: AccountId,
    pub amount: Amount,
    pub reason: Reason,
    /// The operator's id of the correction. The same id twice counts once. `None`: a new one.
    pub reference: Option<String>,
}

/// A correction as it was made, now or under its id before.
#[derive(Clone, Debug)]
pub struct Taken {
    pub reference: String,
    pub call_id: CallId,
    pub credits: Credits,
    pub balance: Credits,
    /// Whether it was made before.
    pub repeated: bool,
}

/// Takes credits back.
///
/// # Errors
/// When the account has too few, the id was used for something else, or the ledger cannot be
/// reached.
pub async fn take(desk: &LedgerDesk, by: &Actor, order: TakeOrder) -> Result<Taken, CreditError> {
    let TakeOrder { account_id, amount, reason, reference } = order;
    let reference = reference.unwrap_or_else(|| new_id().to_string());
    let credits = amount.credits();
    balance(&mut *desk.pool.acquire().await?, account_id).await?;
    // Locks the id while the ledger works on its own connection.
    let mut under_id = desk.pool.begin().await?;
    operator_acts::lock(&mut under_id, ActKind::Take, &reference).await?;
    let call_id = call_under(&reference, account_id, &mut under_id, desk).await?;
    if let Some(taken) = operator_acts::taken(&mut under_id, account_id, call_id).await? {
        if taken != credits {
            return Err(CreditError::TakenOther { reference, taken });
        }
        let balance = balance(&mut under_id, account_id).await?;
        return Ok(Taken { reference, call_id, credits, balance, repeated: true });
    }
    check_open(&mut under_id, account_id).await?;
    let correction = Correction {
        account_id,
        id: call_id,
        reference: reference.clone(),
        amount: credits,
        note: reason.into_string(),
    };
    match apply(desk, by, Operation::Correct(correction)).await? {
        Effect::Done(balance) => {
            Ok(Taken { reference, call_id, credits, balance: balance.remaining, repeated: false })
        }
        _ => Err(CreditError::Unexpected),
    }
}

async fn balance(connection: &mut PgConnection, account_id: AccountId) -> Result<Credits, CreditError> {
    let account = accounts::find(connection, account_id).await?;
    account.map(|account| account.balance).ok_or(CreditError::NoAccount(account_id))
}

/// Returns the call id of an id, saved before the ledger applies the operation, so that it is
/// applied once.
async fn call_under(
    reference: &str,
    account_id: AccountId,
    under_id: &mut PgConnection,
    desk: &LedgerDesk,
) -> Result<CallId, CreditError> {
    if let Some(act) = operator_acts::find(under_id, ActKind::Take, reference).await? {
        if act.account_id != account_id {
            let (reference, account_id) = (reference.to_owned(), act.account_id);
            return Err(CreditError::UsedElsewhere { reference, account_id, done: "taken" });
        }
        return act.call_id.ok_or(CreditError::Unexpected);
    }
    let call_id = CallId::from_uuid(new_id());
    let act = Act { account_id, call_id: Some(call_id) };
    operator_acts::save(&mut *desk.pool.acquire().await?, ActKind::Take, reference, act).await?;
    Ok(call_id)
}
