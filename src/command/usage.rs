//! `fluence usage`: what an account called and was charged for, added up by day, key, endpoint or
//! outcome.

use std::io::{self, Write};

use anyhow::{anyhow, ensure};
use chrono::{Days, NaiveDate};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, count, or_dash, write_table};
use super::values;
use crate::domain::ids::AccountId;
use crate::storage::clock;
use crate::storage::ledger::usage_report::{self, GroupBy, UsageLine, UsageQuery};

/// Lines that one call prints at most.
const MAX_LINES: i64 = 10_000;
/// Days that one call adds up at most.
const MAX_DAYS: u64 = 366;

#[derive(Debug, Args)]
pub(super) struct UsageArgs {
    /// Account id.
    #[arg(long)]
    account: AccountId,
    /// First UTC day [default: 29 days before the last].
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    from: Option<NaiveDate>,
    /// Last UTC day [default: today].
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    to: Option<NaiveDate>,
    /// What to group by; everything else is added up.
    #[arg(long, value_delimiter = ',', default_value = "day")]
    by: Vec<By>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    Key,
    Endpoint,
    Outcome,
}

/// Prints the usage.
///
/// # Errors
/// When the account does not exist, the days are not in order, or the database cannot be reached.
pub(super) async fn run(args: UsageArgs, context: &Context, output: Output) -> anyhow::Result<()> {
    let account_id = context.account(args.account).await?.id;
    let mut connection = context.connection().await?;
    let to = match args.to {
        Some(to) => to,
        None => clock::now(&mut connection).await?.date_naive(),
    };
    let month = to.checked_sub_days(Days::new(29)).ok_or_else(|| anyhow!("--to is too early"))?;
    let from = args.from.unwrap_or(month);
    let most = from.checked_add_days(Days::new(MAX_DAYS - 1)).unwrap_or(NaiveDate::MAX);
    ensure!(from <= to, "--from must not be later than --to, which is today unless you give it");
    ensure!(to <= most, "--from and --to may span {MAX_DAYS} days at most");
    let tells = |by: By| args.by.contains(&by);
    let group_by = GroupBy {
        day: tells(By::Day),
        key: tells(By::Key),
        endpoint: tells(By::Endpoint),
        outcome: tells(By::Outcome),
    };
    let query =
        UsageQuery { from, to, group_by, key: None, environment: None, after: None, limit: MAX_LINES };
    let page = usage_report::read(&mut connection, account_id, &query).await?;
    let (calls, credits) =
        page.lines.iter().fold((0, 0), |(calls, credits), line| (calls + line.calls, credits + line.credits));
    output.print(&UsageReport {
        account_id,
        from,
        to,
        calls,
        refused: page.refused,
        credits,
        lines: page.lines,
        is_cut: page.has_more,
    })
}

#[derive(Serialize)]
struct UsageReport {
    account_id: AccountId,
    from: NaiveDate,
    to: NaiveDate,
    /// Of the lines shown.
    calls: i64,
    /// Refused calls on all these days.
    refused: i64,
    /// Credits charged, of the lines shown.
    credits: i64,
    lines: Vec<UsageLine>,
    #[serde(rename = "truncated")]
    is_cut: bool,
}

impl Report for UsageReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |line: &UsageLine| {
            [
                or_dash(line.day),
                or_dash(line.key_name.clone()),
                or_dash(line.endpoint.clone()),
                or_dash(line.outcome.clone()),
                line.calls.to_string(),
                line.refused.to_string(),
                line.credits.to_string(),
            ]
        };
        let rows: Vec<_> = self.lines.iter().map(row).collect();
        write_table(out, ["DAY", "KEY", "ENDPOINT", "OUTCOME", "CALLS", "REFUSED", "CREDITS"], &rows)?;
        writeln!(
            out,
            "\n{} to {} (UTC): {}, {} charged",
            self.from,
            self.to,
            count(self.calls.unsigned_abs(), "call"),
            count(self.credits.unsigned_abs(), "credit")
        )?;
        if self.is_cut {
            writeln!(out, "The list is limited to {} lines; there are more.", rows.len())?;
        }
        Ok(())
    }
}
