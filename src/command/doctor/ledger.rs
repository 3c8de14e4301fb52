//! The ledger: its last day, holds that should have ended, the next partitions.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::timeout;

use super::super::context::Context;
use super::super::error;
use super::super::output::count;
use super::{Check, Group};
use crate::clock;
use crate::storage::diagnosis::{self, LedgerFacts};
use crate::storage::ledger::verify::{Scope, verify};
use crate::storage::schema::PARTITIONS_AHEAD_MONTHS;

const GROUP: Group = Group("ledger");
/// The part of the ledger that doctor verifies.
const VERIFIED: TimeDelta = TimeDelta::days(1);
const VERIFY_TIMEOUT: Duration = Duration::from_secs(60);

pub(super) async fn check(context: &Context) -> Vec<Check> {
    let mut checks = match facts(context).await {
        Ok(facts) => judge(&facts),
        Err(error) => vec![GROUP.fail(
            "readable",
            error::one_line(&error),
            "grant the login its rights: `fluence migrate`",
        )],
    };
    checks.push(match timeout(VERIFY_TIMEOUT, verify_last_day(context)).await {
        Ok(Ok(check)) => check,
        Ok(Err(error)) => GROUP.fail("last day", error::one_line(&error), "run `fluence ledger verify`"),
        Err(_) => GROUP.warn(
            "last day",
            "verifying it takes longer than a minute",
            "run `fluence ledger verify` daily",
        ),
    });
    checks
}

async fn facts(context: &Context) -> anyhow::Result<LedgerFacts> {
    let hold_life_s = context.settings().ledger.hold_life.as_secs_f64();
    Ok(diagnosis::ledger(&mut *context.connection().await?, hold_life_s).await?)
}

fn judge(facts: &LedgerFacts) -> Vec<Check> {
    let mut checks = vec![match facts.stale_epochs {
        0 => GROUP.ok("open holds", "every open epoch has a running gateway"),
        stale => GROUP.warn(
            "open holds",
            format!("{} of stopped gateways may have open holds", count(stale.unsigned_abs(), "epoch")),
            "start a gateway: its sweep releases them within ledger.sweep_every_s",
        ),
    }];
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

    fn verdicts(facts: LedgerFacts) -> Vec<Verdict> {
        judge(&facts).iter().map(|check| check.verdict).collect()
    }

    #[test]
    fn a_ledger_in_need_of_upkeep_is_a_warning() {
        use Verdict::{Ok, Warn};
        let kept = LedgerFacts { stale_epochs: 0, months_partitioned: 4, has_stray_entries: false };
        assert_eq!(verdicts(kept.clone()), [Ok, Ok]);
        assert_eq!(verdicts(LedgerFacts { stale_epochs: 1, ..kept.clone() }), [Warn, Ok]);
        assert_eq!(verdicts(LedgerFacts { months_partitioned: 1, ..kept.clone() }), [Ok, Warn]);
        assert_eq!(verdicts(LedgerFacts { has_stray_entries: true, ..kept }), [Ok, Ok, Warn]);
    }
}
