//! The fast path: one statement, one round trip, one commit for all plain settlements and holds of
//! a batch.
//!
//! An account's operations are decided together if its open lot paid the settlements, covers the
//! holds and has not expired, and if its period and, for a plan lot, its request quota allow it.
//! Other accounts are missing from the answer and are decided in order. So is an account whose open
//! lot ends within a day and is not the period's plan lot: it may be the plan lot of an earlier
//! period, to which a late release returned credits.

mod columns;
mod statement;
mod statuses;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{FromRow, Row as _};
use uuid::Uuid;

use self::columns::{Change, Columns, Step};
use super::WriterSession;
use super::balance::BalanceRow;
use super::seal;
use crate::domain::billing::AccountBalance;
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::hold::{Held, HoldRequest, Payer, Take};
use crate::ledger::rules::lot::LotNumber;
use crate::ledger::rules::operation::Effect;
use crate::ledger::rules::plain::PlainWork;
use crate::ledger::store::{Batch, Effects, StoreError};
use crate::storage::error::{CorruptRow, RowRef};

pub use self::statement::{STATEMENT, STATEMENT_WITH_STATUSES};

/// The batch, and one account that was changed, if any was.
struct Row {
    at: DateTime<Utc>,
    hash: Vec<u8>,
    account: Option<ChangedAccount>,
}

impl FromRow<'_, PgRow> for Row {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let account: Option<Uuid> = row.try_get("account_id")?;
        Ok(Self {
            at: row.try_get("at")?,
            hash: row.try_get("hash")?,
            account: account.map(|_| ChangedAccount::from_row(row)).transpose()?,
        })
    }
}

/// An account after the statement.
#[derive(FromRow)]
struct ChangedAccount {
    open_lot: i32,
    open_lot_is_plan: bool,
    period: i32,
    #[sqlx(flatten)]
    balance: BalanceRow,
}

/// Commits a batch of plain operations. Returns the effects in their order, and the hash of the
/// batch.
pub(super) async fn commit(
    connection: &mut PgConnection,
    batch: &Batch,
    work: &PlainWork,
    session: WriterSession,
) -> Result<(Effects, [u8; 32]), StoreError> {
    let (columns, steps) = Columns::new(work)?;
    kill_point::pass(KillPoint::BeforeFastCommit);
    let rows = statement::execute(connection, batch, columns, session).await?;
    kill_point::pass(KillPoint::FastCommitted);
    let first = rows.first().ok_or(StoreError::Fenced)?;
    let (at, hash) = (first.at, seal::hash_of(&first.hash)?);
    let changed: HashMap<Uuid, ChangedAccount> =
        rows.into_iter().filter_map(|row| row.account).map(|row| (row.balance.account_id, row)).collect();
    let mut effects = vec![None; work.len()];
    for placed in steps {
        if let Some(account) = changed.get(&placed.step.account_id().as_uuid()) {
            effects[placed.place] = Some(account.effect(placed.step, placed.later, at)?);
        }
    }
    Ok((effects, hash))
}

impl ChangedAccount {
    /// Returns the effect of one operation. `later` is what later operations of its account
    /// changed.
    fn effect(&self, step: Step<'_>, later: Change, at: DateTime<Utc>) -> Result<Effect, CorruptRow> {
        let balance = self.balance_before(later)?;
        Ok(match step {
            Step::Settle(_) => Effect::Done(balance),
            Step::Hold(request) => Effect::Held(self.held(request, balance, at)?),
        })
    }

    fn balance_before(&self, later: Change) -> Result<AccountBalance, CorruptRow> {
        let of_plan = if self.open_lot_is_plan { later } else { Change::default() };
        let balance = BalanceRow {
            balance: self.balance.balance - later.credits,
            plan_left: self.balance.plan_left - of_plan.credits,
            requests_used: self.balance.requests_used - of_plan.requests,
            ..self.balance.clone()
        };
        balance.try_into()
    }

    fn held(
        &self,
        request: &HoldRequest,
        balance: AccountBalance,
        at: DateTime<Utc>,
    ) -> Result<Held, CorruptRow> {
        let account = RowRef::new("ledger_account", self.balance.account_id);
        let payer = if self.open_lot_is_plan { Payer::Plan } else { Payer::PackOrGrant };
        let take = Take { lot: LotNumber(self.open_lot), amount: request.amount, payer };
        Ok(Held { hold: request.hold(vec![take], account.convert("period", self.period)?, at), balance })
    }
}
