//! `fluence doctor`: checks what a gateway needs and says what to do. It changes nothing: the one
//! write that it tries is rolled back. It needs no running gateway.
//!
//! Each module gathers facts and judges them by pure functions, which return one [`Check`] for each
//! fact.

mod backup;
mod database;
mod ledger;
mod services;
mod settings;
mod system;

use std::io::{self, Write};

use anyhow::bail;
use serde::Serialize;

use super::context::{Context, has_private_database};
use super::error;
use super::output::{Output, Report, count, printable};
use crate::config::{ConfigError, Settings};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        }
    }
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Check {
    group: &'static str,
    name: &'static str,
    verdict: Verdict,
    found: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

/// Makes the checks of one group.
#[derive(Clone, Copy)]
struct Group(&'static str);

impl Group {
    fn ok(self, name: &'static str, found: impl Into<String>) -> Check {
        Check { group: self.0, name, verdict: Verdict::Ok, found: found.into(), advice: None }
    }

    fn warn(self, name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Check {
        Check { verdict: Verdict::Warn, advice: Some(advice.into()), ..self.ok(name, found) }
    }

    fn fail(self, name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Check {
        Check { verdict: Verdict::Fail, advice: Some(advice.into()), ..self.ok(name, found) }
    }
}

#[derive(Serialize)]
struct Diagnosis {
    /// The worst verdict.
    verdict: Verdict,
    checks: Vec<Check>,
}

/// Runs all checks and prints them.
///
/// # Errors
/// When a check fails.
pub async fn run(settings: Result<Settings, ConfigError>, output: Output) -> anyhow::Result<()> {
    let mut checks = settings::check(settings.as_ref());
    if let Ok(settings) = settings {
        checks.extend(system::check(&settings));
        checks.extend(services::check(&settings).await);
        if !settings.has_own_database() && has_private_database(&settings) {
            checks.extend(backup::check(&settings));
        }
        checks.extend(check_database(settings).await);
    }
    let of = |verdict| checks.iter().filter(|check| check.verdict == verdict).count() as u64;
    let (failed, warned) = (of(Verdict::Fail), of(Verdict::Warn));
    let verdict = match (failed, warned) {
        (0, 0) => Verdict::Ok,
        (0, _) => Verdict::Warn,
        _ => Verdict::Fail,
    };
    output.print(&Diagnosis { verdict, checks })?;
    match failed {
        0 => Ok(()),
        failed => bail!("{} failed", count(failed, "check")),
    }
}

/// Checks the database and the ledger in it.
async fn check_database(settings: Settings) -> Vec<Check> {
    let group = database::GROUP;
    if !settings.has_own_database() && !has_private_database(&settings) {
        let found = format!("there is no private database in {}", settings.data_dir);
        return vec![group.fail(
            "reachable",
            found,
            "start `fluence serve`, which creates it, or set DATABASE_URL",
        )];
    }
    let context = match Context::open(settings).await {
        Ok(context) => context,
        Err(error) => {
            let found = error::one_line(&error);
            let advice = database::advice_if_unreachable(&error).map(str::to_owned);
            return vec![Check { advice, ..group.fail("reachable", found, "") }];
        }
    };
    let mut checks = match database::check(&context).await {
        Ok(checks) => checks,
        Err(error) => {
            let advice = "look at the log of PostgreSQL, then run doctor again";
            vec![group.fail("readable", error::one_line(&error), advice)]
        }
    };
    // An incomplete schema has no ledger to look at.
    if !checks.iter().any(|check| check.verdict == Verdict::Fail && check.name == "schema") {
        checks.extend(ledger::check(&context).await);
        checks.push(services::check_mail(&context).await);
        checks.extend(settings::check_sign_up(&context).await);
    }
    if let Err(error) = context.close().await {
        checks.push(group.warn("stop", error::one_line(&error), "stop the private PostgreSQL by hand"));
    }
    checks
}

impl Report for Diagnosis {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        for Check { group, name, verdict, found, advice } in &self.checks {
            writeln!(out, "{:4}  {group:8}  {name:20}  {}", verdict.as_str(), printable(found))?;
            if let Some(advice) = advice {
                writeln!(out, "                {}", printable(advice))?;
            }
        }
        Ok(())
    }
}
