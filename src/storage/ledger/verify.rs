//! `ledger verify`: whether the ledger keeps its own rules, asked of the rows themselves and in one snapshot.
//!
//! Most rules are statements of the database that return the rows which break them ([`checks`]); the chain of batches is
//! hashed anew here, row by row ([`chain`]). Neither keeps more than a batch in memory.

mod chain;
mod checks;

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

/// Most faults that a report lists of one check.
pub const FAULTS_LISTED: i64 = 100;

/// Longest time between the instant that a batch bears and its commit: an ordered batch is a handful of statements of at
/// most 5 s each, a recovery may release many holds.
const LONGEST_COMMIT: TimeDelta = TimeDelta::minutes(10);

/// What is to be verified.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// One account only. Sums over all accounts, and the links between batches, are then left out.
    pub account_id: Option<AccountId>,
    /// Only batches made at this instant or later, with the holds that were open then. Sums over all of an account's
    /// history are then left out; that an account stands where its last entry says is checked all the same.
    /// A batch bears the instant at which it began, so one that was in flight during a verification bears an earlier
    /// one than that: what was verified last goes on from its report's `seen_until`.
    pub since: Option<DateTime<Utc>>,
    /// How long a hold may stay open, and its gateway be silent.
    pub hold_life: TimeDelta,
}

/// A rule of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Invariant {
    /// The hash of a batch follows from its rows and from the batch before.
    Chain,
    /// Batches of an epoch are numbered without gaps up to its count, and every entry belongs to one.
    Batches,
    /// Entries of an account are numbered from 1 without gaps, and each balance follows from the one before.
    RunningBalance,
    /// A balance is the sum of the account's entries.
    BalanceIsSum,
    /// A balance is what is left in the account's lots, and none of these figures is negative.
    BalanceInLots,
    /// What is left in a lot is the sum of its entries, and never more than was put in.
    Lots,
    /// The open lot is the first in burn order, and the account's row describes it rightly.
    OpenLot,
    /// A period's plan credits are given once.
    Renewals,
    /// The requests used in a period are the calls that the plan paid for, in whole or in part.
    Requests,
    /// A hold ends once, by capture or by release, and gives back no more than it took.
    Holds,
    /// Every capture and release belongs to a hold of the same account, key and route.
    HoldReferences,
    /// A hold outlives neither its call nor its gateway, and a recovery would find it.
    OpenHolds,
    /// Idempotency records agree with the calls they name, and none is stuck.
    Idempotency,
    /// Usage by day equals the calls that ended.
    Usage,
    /// What came in, less what went out, is what is there.
    Conservation,
}

impl Invariant {
    /// Every rule.
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

    /// The name in reports.
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

    /// The rule with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|invariant| invariant.as_str() == name)
    }
}

/// A row that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The rule.
    pub invariant: Invariant,
    /// Whose row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<Uuid>,
    /// Number of the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// The call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_id: Option<Uuid>,
    /// Epoch of the batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<i32>,
    /// The batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<i32>,
    /// The lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<i32>,
    /// What is wrong with it.
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

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Whether every rule is kept.
    pub clean: bool,
    /// The instant of the snapshot.
    pub checked_at: DateTime<Utc>,
    /// Every batch made before this instant was committed or given up by then: the next verification need not look
    /// further back.
    pub seen_until: DateTime<Utc>,
    /// Accounts looked at.
    pub accounts: i64,
    /// Batches whose hash was computed.
    pub batches: u64,
    /// Entries in them.
    pub entries: u64,
    /// Rows that break a rule, at most [`FAULTS_LISTED`] of each check, first rows first.
    pub faults: Vec<Fault>,
}

/// Verifies the ledger, or a part of it. Changes nothing and locks nothing.
///
/// # Errors
/// When the database is away, or a row cannot be read at all.
pub async fn verify(connection: &mut PgConnection, scope: Scope) -> Result<VerifyReport, StorageError> {
    let mut snapshot = connection.begin_with("begin isolation level repeatable read read only").await?;
    sqlx::query("set local statement_timeout = 0").execute(&mut *snapshot).await?;
    let (checked_at, accounts): (DateTime<Utc>, i64) = sqlx::query_as(
        "select now(), (select count(*) from ledger_account where $1::uuid is null or account_id = $1)",
    )
    .bind(scope.account_id.map(|id| id.as_uuid()))
    .fetch_one(&mut *snapshot)
    .await?;
    let chain = chain::check(&mut snapshot, scope).await?;
    let mut faults = chain.faults;
    faults.extend(checks::run(&mut snapshot, scope).await?);
    snapshot.rollback().await?;
    let (batches, entries) = (chain.batches, chain.entries);
    let (clean, seen_until) = (faults.is_empty(), checked_at - LONGEST_COMMIT);
    Ok(VerifyReport { clean, checked_at, seen_until, accounts, batches, entries, faults })
}
