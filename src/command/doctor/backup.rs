//! Backups of the private database. Those of a server of the operator's own are its operator's to
//! watch.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::backup::state::{self, BackupState};
use super::super::error;
use super::{Check, Group};
use crate::clock;
use crate::config::Settings;

const GROUP: Group = Group("backup");
/// A daily backup, and two hours for it to run.
const OLD_BACKUP: TimeDelta = TimeDelta::hours(26);
/// A monthly drill.
const OLD_DRILL: TimeDelta = TimeDelta::days(35);

pub(super) fn check(settings: &Settings) -> Vec<Check> {
    let mut checks = match state::read(settings) {
        Ok(state) => judge(&state, clock::now()),
        Err(error) => {
            vec![GROUP.warn("state", error::one_line(&error), "make it readable for the gateway's user")]
        }
    };
    checks.push(match settings.backup.archive() {
        Some(archive) => GROUP.ok("archive", format!("{} restores any instant", archive.display())),
        None => GROUP.warn(
            "archive",
            "a restore ends at the last backup",
            "set backup.archive_dir, to restore any instant: docs/operations/backup.md",
        ),
    });
    checks
}

fn judge(state: &BackupState, now: DateTime<Utc>) -> Vec<Check> {
    let age = |name, at: Option<DateTime<Utc>>, limit: TimeDelta, advice: &str| match at {
        None => GROUP.warn(name, "never", advice),
        Some(at) if now - at > limit => GROUP.warn(name, format!("{}", at.format("%F %TZ")), advice),
        Some(at) => GROUP.ok(name, format!("{}", at.format("%F %TZ"))),
    };
    let took = state.drill_s.map_or(String::new(), |seconds| format!("; the restore took {seconds:.1} s"));
    let mut drill = age("last drill", state.drill_at, OLD_DRILL, "run `fluence backup drill` each month");
    drill.found.push_str(&took);
    vec![age("last backup", state.backup_at, OLD_BACKUP, "run `fluence backup create` each day"), drill]
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn backups_and_drills_that_are_missing_or_old_are_warnings() {
        use Verdict::{Ok, Warn};
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let verdicts = |backup: Option<i64>, drill: Option<i64>| {
            let at = |hours: Option<i64>| hours.map(|hours| now - TimeDelta::hours(hours));
            let state = BackupState { backup_at: at(backup), drill_at: at(drill), drill_s: Some(1.0) };
            judge(&state, now).iter().map(|check| check.verdict).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(None, None), [Warn, Warn]);
        assert_eq!(verdicts(Some(1), Some(34 * 24)), [Ok, Ok]);
        assert_eq!(verdicts(Some(27), Some(36 * 24)), [Warn, Warn]);
    }
}
