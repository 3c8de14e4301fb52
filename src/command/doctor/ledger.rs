//! The ledger: its last day, holds that should have ended, the next partitions.

use std::borrow::Cow;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::timeout;

use super::super::context::Context;
use super::super::error;
use super::super::output::count;
use super::database::gateways;
use super::{Check, Group};
use crate::clock;
use crate::storage::diagnosis::{self, LedgerFacts};
use crate::storage::error::StorageError;
use crate::storage::ledger::verify::{Scope, verify};
use crate::storage::nodes;
use crate::storage::schema::PARTITIONS_AHEAD_MONTHS;

const GROUP: Group = Group("ledger");
/// The part of the ledger that doctor verifies.
const VERIFIED: TimeDelta = TimeDelta::days(1);
const VERIFY_TIMEOUT: Duration = Duration::from_secs(60);
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// A writer that missed that many heartbeats is silent.
const HEARTBEATS_MISSED: u32 = 3;

pub(super) async fn check(context: &Context) -> Vec<Check> {
    let mut checks = match facts(context).await {
        Ok((facts, running)) => judge(&facts, running),
        Err(error) => vec![GROUP.fail("readable", error::one_line(&error), advice(&error))],
    };
    checks.extend(judge_write(timeout(WRITE_TIMEOUT, try_write(context)).await.ok()));
    checks.push(match timeout(VERIFY_TIMEOUT, verify_last_day(context)).await {
        Ok(Ok(check)) => check,
        Ok(Err(error)) => GROUP.fail("last day", error::one_line(&error), advice(&error)),
        Err(_) => GROUP.warn(
            "last day",
            "verifying it takes longer than a minute",
            "run `fluence ledger verify` daily",
        ),
    });
    checks
}

/// The ledger's upkeep, and how many gateways run.
async fn facts(context: &Context) -> anyhow::Result<(LedgerFacts, usize)> {
    let ledger = &context.settings().ledger;
    let silent_after_s = (ledger.heartbeat_every * HEARTBEATS_MISSED).as_secs_f64();
    let hold_life_s = ledger.hold_life.as_secs_f64();
    let mut connection = context.connection().await?;
    let facts = diagnosis::ledger(&mut connection, silent_after_s, hold_life_s).await?;
    Ok((facts, gateways::running(&nodes::list(&mut connection).await?)))
}

async fn try_write(context: &Context) -> anyhow::Result<()> {
    Ok(diagnosis::try_write(&mut *context.connection().await?).await?)
}

/// Judges a write that was rolled back. `None`: it did not end in time.
fn judge_write(written: Option<anyhow::Result<()>>) -> Option<Check> {
    const NAME: &str = "write";
    let refused = |error: &anyhow::Error| {
        format!("the database takes no writes, and paid calls get 503: {}", error::one_line(error))
    };
    Some(match written {
        Some(Ok(())) => GROUP.ok(NAME, "the database takes writes"),
        Some(Err(error)) => match state(&error).as_deref() {
            Some("53100") => {
                GROUP.fail(NAME, refused(&error), "free space on the disk of the database server")
            }
            // The login may not make temporary tables, or the server is read-only, which another
            // check says.
            Some("42501" | "25006") => return None,
            _ => GROUP.fail(NAME, refused(&error), advice(&error)),
        },
        None => {
            let advice = "look for waiting statements in pg_stat_activity, and at the disk of the server";
            GROUP.fail(NAME, format!("a write takes longer than {} s", WRITE_TIMEOUT.as_secs()), advice)
        }
    })
}

/// The SQLSTATE of an error of the database.
fn state(error: &anyhow::Error) -> Option<String> {
    error.downcast_ref().and_then(StorageError::sql_state).map(Cow::into_owned)
}

/// What to do about an error of the database.
fn advice(error: &anyhow::Error) -> &'static str {
    match state(error).as_deref() {
        Some("42501") => "grant the login its rights: `fluence migrate`",
        Some("55P03") => {
            "another session locks the ledger's tables: find it with `select * from pg_locks where not granted`, and end it"
        }
        Some("57014") => {
            "the database is too slow: look for long statements in pg_stat_activity, then run doctor again"
        }
        _ => "look at the log of PostgreSQL, then run doctor again",
    }
}

fn judge(facts: &LedgerFacts, running: usize) -> Vec<Check> {
    let sweep = match running {
        0 => "start a gateway: its sweep releases them within ledger.sweep_every_s",
        _ => {
            "a running gateway releases them within ledger.sweep_every_s; if they stay, look for `sweep` in its log"
        }
    };
    let mut checks = vec![if facts.can_write {
        GROUP.ok("writable", "gateways may add entries and batches")
    } else {
        let advice = "grant gateways their rights: `fluence migrate`";
        GROUP.fail("writable", "gateways may not add entries or batches: paid calls get 503", advice)
    }];
    checks.push(judge_writers(facts));
    checks.push(match facts.stale_epochs {
        0 => GROUP.ok("open holds", "every open epoch has a running gateway"),
        stale => GROUP.warn(
            "open holds",
            format!("{} of stopped gateways may have open holds", count(stale.unsigned_abs(), "epoch")),
            sweep,
        ),
    });
    let partitions = count(facts.months_partitioned.unsigned_abs(), "month");
    checks.push(if facts.months_partitioned < PARTITIONS_AHEAD_MONTHS {
        GROUP.warn(
            "partitions",
            format!("{partitions} ready"),
            "run `fluence migrate`, which creates the next ones",
        )
    } else {
        GROUP.ok("partitions", format!("{partitions} ready"))
    });
    if facts.has_stray_entries {
        let advice = "they are correct but slow to find; run `fluence migrate` each month";
        checks.push(GROUP.warn("partitions", "some entries are in no month's partition", advice));
    }
    checks
}

/// Names the gateways whose writer has stopped, dead ones and those that run without it.
fn judge_writers(facts: &LedgerFacts) -> Check {
    const NAME: &str = "writers";
    if facts.silent_writers.is_empty() {
        return GROUP.ok(NAME, "every writer reports");
    }
    let silent = facts.silent_writers.iter().zip(&facts.silent_s);
    let named: Vec<String> = silent.map(|(node, silent_s)| format!("{node} for {silent_s:.0} s")).collect();
    GROUP.warn(
        NAME,
        format!("no heartbeat of the writer of {}", named.join(", ")),
        "if the gateway was killed, nothing: its epoch is closed after ledger.hold_life_s. If it runs, its paid calls get 503: \
         look for `ledger` in its log, and see LedgerNotCommitting in docs/operations/incidents.md",
    )
}

async fn verify_last_day(context: &Context) -> anyhow::Result<Check> {
    let scope =
        Scope { account_id: None, since: Some(clock::now() - VERIFIED), hold_life: context.hold_life() };
    let report = verify(&mut *context.connection().await?, scope).await?;
    Ok(match report.faults.first() {
        None => GROUP.ok("last day", format!("batches verified: {}", report.batches)),
        Some(first) => {
            let advice =
                "stop the gateways, back up, run `fluence ledger verify`: docs/operations/incidents.md";
            GROUP.fail("last day", format!("the ledger is wrong: {first}"), advice)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    fn kept() -> LedgerFacts {
        LedgerFacts {
            silent_writers: Vec::new(),
            silent_s: Vec::new(),
            stale_epochs: 0,
            months_partitioned: 4,
            has_stray_entries: false,
            can_write: true,
        }
    }

    fn verdicts(facts: LedgerFacts) -> Vec<Verdict> {
        judge(&facts, 1).iter().map(|check| check.verdict).collect()
    }

    #[test]
    fn a_ledger_in_need_of_upkeep_is_a_warning_and_one_that_gateways_cannot_write_a_failure() {
        use Verdict::{Fail, Ok, Warn};
        assert_eq!(verdicts(kept()), [Ok, Ok, Ok, Ok]);
        assert_eq!(verdicts(LedgerFacts { stale_epochs: 1, ..kept() }), [Ok, Ok, Warn, Ok]);
        assert_eq!(verdicts(LedgerFacts { months_partitioned: 1, ..kept() }), [Ok, Ok, Ok, Warn]);
        assert_eq!(verdicts(LedgerFacts { has_stray_entries: true, ..kept() }), [Ok, Ok, Ok, Ok, Warn]);
        assert_eq!(verdicts(LedgerFacts { can_write: false, ..kept() }), [Fail, Ok, Ok, Ok]);
    }

    #[test]
    fn a_silent_writer_is_named_with_its_silence() {
        let (silent_writers, silent_s) = (vec!["gw-2".to_owned(), "gw-1".to_owned()], vec![42.3, 16.0]);
        let check = judge_writers(&LedgerFacts { silent_writers, silent_s, ..kept() });
        assert_eq!(check.found, "no heartbeat of the writer of gw-2 for 42 s, gw-1 for 16 s");
        assert!(check.verdict == Verdict::Warn && check.advice.is_some());
    }

    #[test]
    fn only_without_a_gateway_is_one_to_be_started() {
        let advice = |running| {
            let checks = judge(&LedgerFacts { stale_epochs: 1, ..kept() }, running);
            checks.into_iter().find_map(|check| check.advice).unwrap()
        };
        assert!(advice(0).starts_with("start a gateway"));
        assert!(advice(2).starts_with("a running gateway releases them"));
    }
}
