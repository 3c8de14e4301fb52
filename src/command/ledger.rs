//! `fluence ledger`: verifies the ledger and prints statements.

use std::io::{self, Write};

use anyhow::{bail, ensure};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::context::Context;
use super::error::one_line;
use super::output::{Output, Report, or_dash, printable, write_fields};
use super::values::instant;
use crate::api::statement_csv;
use crate::domain::ids::AccountId;
use crate::domain::language::Language;
use crate::storage::clock;
use crate::storage::ledger::statement::{self, StatementLine};
use crate::storage::ledger::verify::{Scope, VerifyReport, verify};
use crate::storage::operator::health::{Verification, add_verification};

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Verify the ledger: recompute sums, chain, lots and holds. Exits with status 1 if rows are
    /// wrong, and lists the first.
    Verify {
        /// Verify this account only.
        #[arg(long)]
        account: Option<AccountId>,
        /// Verify batches from this instant on: `seen_until` of an earlier report.
        #[arg(long, value_parser = instant)]
        since: Option<DateTime<Utc>>,
    },
    /// Print all entries of an account, oldest first.
    Statement(PrintStatement),
}

#[derive(Debug, Args)]
pub struct PrintStatement {
    /// Account id.
    #[arg(long)]
    account: AccountId,
    /// Print CSV that is safe to open in a spreadsheet.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

impl LedgerCommand {
    /// # Errors
    /// When the account does not exist, the books are wrong, or the database cannot be reached.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Verify { account, since } => verify_books(account, since, context, output).await,
            Self::Statement(order) => print_statement(order, context, output).await,
        }
    }
}

async fn verify_books(
    account: Option<AccountId>,
    since: Option<DateTime<Utc>>,
    context: &Context,
    output: Output,
) -> anyhow::Result<()> {
    if let Some(id) = account {
        context.account(id).await?;
    }
    if let Some(since) = since {
        let now = clock::now(&mut *context.connection().await?).await?;
        ensure!(since <= now, "--since is in the future: there is nothing to verify yet");
    }
    let scope = Scope { account_id: account, since, hold_life: context.longest_hold().await? };
    let report = verify(&mut *context.connection().await?, scope).await?;
    if account.is_none() {
        remember(&report, since, context).await;
    }
    output.print(&report)?;
    match report.faults.first() {
        None => Ok(()),
        Some(first) => bail!("the ledger is wrong; the first wrong row is {first}"),
    }
}

/// Stores the outcome for the operators' console. A database that cannot be written to, such as a
/// restored one, is verified all the same.
async fn remember(report: &VerifyReport, since: Option<DateTime<Utc>>, context: &Context) {
    let verification = Verification {
        verified_at: report.checked_at,
        since,
        batches: i64::try_from(report.batches).unwrap_or(i64::MAX),
        entries: i64::try_from(report.entries).unwrap_or(i64::MAX),
        faults: i64::try_from(report.faults.len()).unwrap_or(i64::MAX),
        verified_by: context.operator().actor.who.to_string(),
    };
    let stored = async {
        let mut connection = context.connection().await?;
        Ok::<_, anyhow::Error>(add_verification(&mut connection, &verification, report.seen_until).await?)
    };
    if let Err(error) = stored.await {
        tracing::warn!(error = one_line(&error), "storing the verification's outcome failed");
    }
}

impl Report for VerifyReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let verdict = if self.clean { "clean" } else { "WRONG" };
        write_fields(
            out,
            &[
                ("ledger", &verdict),
                ("as of", &self.checked_at.format("%F %TZ")),
                ("seen to", &self.seen_until.format("%FT%TZ")),
                ("accounts", &self.accounts),
                ("batches", &self.batches),
                ("entries", &self.entries),
            ],
        )?;
        self.faults.iter().try_for_each(|fault| writeln!(out, "{}", printable(&fault.to_string())))
    }
}

#[derive(Clone, Copy)]
enum Layout {
    Table,
    Csv,
    Json,
}

/// Prints page by page, so that memory is bounded.
async fn print_statement(order: PrintStatement, context: &Context, output: Output) -> anyhow::Result<()> {
    let layout = match output {
        Output::Json => Layout::Json,
        Output::Text if order.csv => Layout::Csv,
        Output::Text => Layout::Table,
    };
    let account_id = context.account(order.account).await?.id;
    let mut connection = context.connection().await?;
    let mut text = Vec::new();
    layout.write_head(&mut text, account_id)?;
    let mut last = 0;
    loop {
        let page =
            statement::page(&mut connection, account_id, (last, statement::PAGE), Language::En).await?;
        for line in &page {
            layout.write_line(&mut text, line, last == 0)?;
            last = line.number;
        }
        if page.is_empty() {
            layout.write_foot(&mut text)?;
        }
        io::stdout().lock().write_all(&text)?;
        text.clear();
        if page.is_empty() {
            return Ok(io::stdout().flush()?);
        }
    }
}

impl Layout {
    fn write_head(self, out: &mut impl Write, account_id: AccountId) -> io::Result<()> {
        match self {
            Self::Table => writeln!(
                out,
                "{:>8}  {:20}  {:10}  {:>12}  {:>14}  {:8}  DETAIL",
                "NUMBER", "TIME", "KIND", "AMOUNT", "BALANCE", "LOT"
            ),
            Self::Csv => statement_csv::write_head(out),
            Self::Json => write!(out, "{{\"account_id\":\"{account_id}\",\"entries\":["),
        }
    }

    fn write_line(self, out: &mut impl Write, line: &StatementLine, is_first: bool) -> io::Result<()> {
        match self {
            Self::Table => {
                let (at, lot) = (line.at.format("%F %TZ"), format!("{} {}", line.source, line.lot));
                let figures = format!("{:10}  {:>12}  {:>14}", line.kind, line.amount, line.balance_after);
                let text = format!("{:>8}  {at:20}  {figures}  {lot:8}  {}", line.number, detail(line));
                writeln!(out, "{}", text.trim_end())
            }
            Self::Csv => statement_csv::write_line(out, line),
            Self::Json => {
                out.write_all(if is_first { b"" } else { b"," })?;
                serde_json::to_writer(out, line).map_err(io::Error::from)
            }
        }
    }

    fn write_foot(self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Table | Self::Csv => Ok(()),
            Self::Json => out.write_all(b"]}\n"),
        }
    }
}

/// The last column of a table.
fn detail(line: &StatementLine) -> String {
    let Some(endpoint) = &line.endpoint else {
        let parts = [line.note.clone(), line.reference.as_ref().map(|reference| format!("({reference})"))];
        return parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    };
    let key = or_dash(line.key_name.as_deref());
    match &line.summary {
        Some(summary) => format!("{endpoint} ({key}): {summary}"),
        None => format!("{endpoint} ({key})"),
    }
}
