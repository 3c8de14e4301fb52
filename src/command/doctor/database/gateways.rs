//! The running gateways: their versions, what they lag behind, and room for their connections.

use super::GROUP;
use crate::command::doctor::{Check, Group};
use crate::command::output::count;
use crate::storage::nodes::NodeView;
use crate::storage::pool::VITAL_CONNECTIONS;

const GATEWAYS: Group = Group("gateways");
/// Connections of a gateway beyond its pool: ledger, change feed, sweep, and those of the keyring
/// and of readiness.
const BESIDES_POOL: i64 = 4 + VITAL_CONNECTIONS as i64;
/// Connections that PostgreSQL keeps for superusers.
const RESERVED: i64 = 3;

/// Gateways report every second. One without a report for this long has probably ended.
const REPORTED_WITHIN_S: f64 = 10.0;

fn has_reported(gateway: &NodeView) -> bool {
    !gateway.is_silent && gateway.silent_s <= REPORTED_WITHIN_S
}

/// How many gateways run.
pub(in crate::command::doctor) fn running(gateways: &[NodeView]) -> usize {
    gateways.iter().filter(|gateway| has_reported(gateway)).count()
}

pub(super) fn judge_connections(max_connections: i32, pool: i64, gateways: &[NodeView]) -> Check {
    let running = running(gateways).max(1);
    let needed = (pool + BESIDES_POOL) * i64::try_from(running).unwrap_or(i64::MAX / 1_000);
    let available = i64::from(max_connections) - RESERVED;
    let found = format!("{} may need {needed} of {available}", count(running as u64, "gateway"));
    if needed <= available {
        GROUP.ok("connections", found)
    } else {
        let advice = "raise max_connections of PostgreSQL, or lower database.max_connections";
        GROUP.fail("connections", found, advice)
    }
}

pub(super) fn judge(gateways: &[NodeView], newest_change: i64) -> Vec<Check> {
    if gateways.is_empty() {
        return vec![GATEWAYS.ok("running", "none")];
    }
    let mut checks = Vec::new();
    let silent: Vec<&NodeView> = gateways.iter().filter(|gateway| gateway.is_silent).collect();
    let without_report = gateways.iter().filter(|gateway| !has_reported(gateway)).count();
    checks.push(match silent.first() {
        None if without_report > 0 => GATEWAYS.ok(
            "running",
            format!("{}; {without_report} more without a report for {REPORTED_WITHIN_S} s", count(running(gateways) as u64, "gateway")),
        ),
        None => GATEWAYS.ok("running", count(gateways.len() as u64, "gateway")),
        Some(first) => GATEWAYS.warn(
            "running",
            format!("{} of {} are silent, such as {}", silent.len(), gateways.len(), first.name),
            "if it was killed, nothing: it is removed after a day. If it runs, its connection to the database is cut",
        ),
    });
    let running = gateways.iter().filter(|gateway| has_reported(gateway));
    let mut versions: Vec<&str> = running.clone().map(|gateway| gateway.version.as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    checks.push(match versions.as_slice() {
        [] | [_] => GATEWAYS.ok("versions", versions.join(", ")),
        _ => GATEWAYS.warn(
            "versions",
            versions.join(", "),
            "replace the older gateways: the upgrade is incomplete",
        ),
    });
    let faulty = running.clone().find_map(|gateway| Some((gateway, gateway.offer_fault.as_deref()?)));
    checks.push(match faulty {
        None => GATEWAYS.ok("sets", "every running gateway sells by the newest sets"),
        Some((gateway, fault)) => {
            let advice =
                "mend what it names on that gateway, or roll the set back: docs/operations/incidents.md";
            GATEWAYS.fail("sets", format!("{} keeps its current sets: {fault}", gateway.name), advice)
        }
    });
    let behind = running.map(|gateway| newest_change - gateway.change_seen).max().unwrap_or(0);
    checks.push(if behind <= 0 {
        GATEWAYS.ok("changes", "every running gateway has applied all changes")
    } else {
        let advice = "run doctor again; if it stays, look for `change feed` in the log of the gateway";
        GATEWAYS.warn(
            "changes",
            format!("a gateway is {} behind", count(behind.unsigned_abs(), "change")),
            advice,
        )
    });
    checks
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::command::doctor::Verdict;

    fn gateway(version: &str, is_silent: bool, change_seen: i64) -> NodeView {
        NodeView {
            id: uuid::Uuid::nil(),
            name: "one".into(),
            version: version.into(),
            started_at: DateTime::UNIX_EPOCH,
            last_seen_at: DateTime::UNIX_EPOCH,
            silent_s: 0.0,
            is_silent,
            clock_ahead_ms: None,
            change_seen,
            pepper_version: Some(1),
            catalogue_set: None,
            routes_set: None,
            offer_fault: None,
        }
    }

    #[test]
    fn silent_gateways_need_no_connections() {
        let gateways = [gateway("1", false, 0), gateway("1", false, 0), gateway("1", true, 0)];
        assert_eq!(judge_connections(49, 16, &gateways).verdict, Verdict::Ok);
        assert_eq!(judge_connections(48, 16, &gateways).verdict, Verdict::Fail);
    }

    #[test]
    fn a_gateway_that_was_just_killed_needs_no_connections() {
        let killed = NodeView { silent_s: 12.0, ..gateway("1", false, 0) };
        let gateways = [gateway("1", false, 0), gateway("1", false, 0), killed];
        assert_eq!(judge_connections(49, 16, &gateways).verdict, Verdict::Ok);
        let running = &judge(&gateways, 0)[0];
        assert_eq!(
            (running.verdict, running.found.as_str()),
            (Verdict::Ok, "2 gateways; 1 more without a report for 10 s")
        );
    }

    #[test]
    fn gateways_that_differ_or_lag_are_warnings() {
        let verdicts = |gateways: &[NodeView]| -> Vec<Verdict> {
            judge(gateways, 7).iter().map(|check| check.verdict).collect()
        };
        use Verdict::{Ok, Warn};
        assert_eq!(verdicts(&[gateway("1", false, 7), gateway("1", false, 9)]), [Ok, Ok, Ok, Ok]);
        assert_eq!(verdicts(&[gateway("1", false, 7), gateway("2", false, 7)]), [Ok, Warn, Ok, Ok]);
        assert_eq!(verdicts(&[gateway("1", false, 6)]), [Ok, Ok, Ok, Warn]);
        assert_eq!(verdicts(&[gateway("1", false, 7), gateway("2", true, 1)]), [Warn, Ok, Ok, Ok]);
        let faulty = NodeView { offer_fault: Some("routes 2: …".into()), ..gateway("1", false, 7) };
        let checks = judge(&[faulty], 7);
        assert_eq!(
            (checks[2].verdict, checks[2].found.as_str()),
            (Verdict::Fail, "one keeps its current sets: routes 2: …")
        );
    }
}
