//! `ledger verify`: checks the ledger's invariants on its rows, in one snapshot.
//!
//! Most invariants are SQL statements that return violating rows ([`checks`]). The chain of batches
//! is hashed again here, row by row ([`chain`]). Neither keeps more than a batch in memory.
//!
//! Of months that were detached ([`archive`]) the links between batches and the sums are checked;
//! their entries are in the exports, which `fluence retention check` verifies.

mod chain;
mod checks;

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::archive;
use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

/// The most faults that a report lists for one check.
pub const FAULTS_LISTED: i64 = 100;

/// The longest time from the instant of a batch to its commit: an ordered batch is a handful of
/// statements of at most 5 s each, and a recovery may release many holds.
const MAX_COMMIT: TimeDelta = TimeDelta::minutes(10);

/// The part of the ledger to verify.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Only this account, without sums over all accounts and the links between batches.
    pub account_id: Option<AccountId>,
    /// Only batches from this instant on, with the holds that were open then, without sums over an
    /// account's whole history. That an account's balance is that of its last entry is still
    /// checked. A batch has the instant of its beginning, so one in flight during a verification
    /// may have an earlier instant: continue from the last report's `seen_until`.
    pub since: Option<DateTime<Utc>>,
    /// How long a hold may stay open: the longer of the longest call and a gateway's silence.
    pub hold_life: TimeDelta,
}

/// An invariant of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Invariant {
    /// The hash of a batch follows from its rows and from the previous batch.
    Chain,
    /// Batches of an epoch are numbered without gaps up to its count, and every entry belongs to
    /// one.
    Batches,
    /// Entries of an account are numbered from 1 without gaps, and each balance follows from the
    /// one before.
    RunningBalance,
    /// A balance is the sum of the account's entries.
    BalanceIsSum,
    /// A balance is the sum of what is left in the account's lots, and none of these is negative.
    BalanceInLots,
    /// What is left in a lot is the sum of its entries, and never more than its grant.
    Lots,
    /// The open lot is the first in burn order, and the account's row describes it correctly.
    OpenLot,
    /// A period's plan credits are granted once.
    Renewals,
    /// The requests used in a period are the calls that the plan paid for, in whole or in part.
    Requests,
    /// A hold ends once, by capture or by release, and returns no more than it took.
    Holds,
    /// Every capture and release belongs to a hold of the same account, key and route.
    HoldReferences,
    /// A hold outlives neither its call nor its gateway, and a recovery would find it.
    OpenHolds,
    /// Idempotency records agree with their calls, and none is stuck.
    Idempotency,
    /// Usage by day equals the calls that ended.
    Usage,
    /// The credits in all balances are those that came in less those that went out.
    Conservation,
}

impl Invariant {
    pub const ALL: [Self; 15] = [
        Self::Chain,
        Self::Batches,
        Self::RunningBalance,
        Self::BalanceIsSum,
        Self::BalanceInLots,
        Self::Lots,
        Self::OpenLot,
        Self::Renewals,
        Self::Requests,
        Self::Holds,
        Self::HoldReferences,
        Self::OpenHolds,
        Self::Idempotency,
        Self::Usage,
        Self::Conservation,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Batches => "batches",
            Self::RunningBalance => "running_balance",
            Self::BalanceIsSum => "balance_is_sum",
            Self::BalanceInLots => "balance_in_lots",
            Self::Lots => "lots",
            Self::OpenLot => "open_lot",
            Self::Renewals => "renewals",
            Self::Requests => "requests",
            Self::Holds => "holds",
            Self::HoldReferences => "hold_references",
            Self::OpenHolds => "open_holds",
            Self::Idempotency => "idempotency",
            Self::Usage => "usage",
            Self::Conservation => "conservation",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|invariant| invariant.as_str() == name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub invariant: Invariant,
    /// The account of the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<i32>,
    pub found: String,
}

impl Fault {
    fn new(invariant: Invariant, found: &str) -> Self {
        Self {
            invariant,
            account_id: None,
            number: None,
            call_id: None,
            epoch: None,
            batch: None,
            lot: None,
            found: found.to_owned(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.invariant.as_str())?;
        let mut named = |name: &str, value: Option<String>| match value {
            Some(value) => write!(f, " {name} {value},"),
            None => Ok(()),
        };
        named("account", self.account_id.map(|id| id.to_string()))?;
        named("entry", self.number.map(|number| number.to_string()))?;
        named("call", self.call_id.map(|id| id.to_string()))?;
        named("epoch", self.epoch.map(|epoch| epoch.to_string()))?;
        named("batch", self.batch.map(|batch| batch.to_string()))?;
        named("lot", self.lot.map(|lot| lot.to_string()))?;
        write!(f, " {}", self.found)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Whether no violation was found.
    pub clean: bool,
    /// The instant of the snapshot.
    pub checked_at: DateTime<Utc>,
    /// Every batch from before this instant was committed or abandoned by then: the next
    /// verification may begin here.
    pub seen_until: DateTime<Utc>,
    pub accounts: i64,
    /// Batches whose hash was recomputed.
    pub batches: u64,
    pub entries: u64,
    /// Violations, at most [`FAULTS_LISTED`] for each check, in the order of the rows.
    pub faults: Vec<Fault>,
}

/// Verifies the ledger, or a part of it. Changes and locks nothing.
pub async fn verify(connection: &mut PgConnection, scope: Scope) -> Result<VerifyReport, StorageError> {
    let mut snapshot = connection.begin_with("begin isolation level repeatable read read only").await?;
    sqlx::query("set local statement_timeout = 0").execute(&mut *snapshot).await?;
    // Before the snapshot: a month that is detached later is in it, and stays there.
    sqlx::query("lock table ledger_entry in access share mode").execute(&mut *snapshot).await?;
    let archived_until = archive::archived_until(&mut snapshot).await?;
    let (checked_at, accounts): (DateTime<Utc>, i64) = sqlx::query_as(
        "select now(), (select count(*) from ledger_account where $1::uuid is null or account_id = $1)",
    )
    .bind(scope.account_id.map(|id| id.as_uuid()))
    .fetch_one(&mut *snapshot)
    .await?;
    let chain = chain::check(&mut snapshot, scope, archived_until).await?;
    let mut faults = chain.faults;
    faults.extend(checks::run(&mut snapshot, scope, archived_until).await?);
    snapshot.rollback().await?;
    let (batches, entries) = (chain.batches, chain.entries);
    let (clean, seen_until) = (faults.is_empty(), checked_at - MAX_COMMIT);
    Ok(VerifyReport { clean, checked_at, seen_until, accounts, batches, entries, faults })
}
