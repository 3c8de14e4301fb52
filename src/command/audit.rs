//! `fluence audit`: shows the audit log.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, or_dash, write_table};
use crate::domain::audit::AuditEntry;
use crate::domain::ids::AccountId;
use crate::storage::audit;

#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Account id [default: all accounts, and the service itself].
    #[arg(long)]
    account: Option<AccountId>,
    /// Number of latest entries to show.
    #[arg(long, value_name = "N", default_value_t = 100, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    last: i64,
}

/// Shows the latest entries, oldest first.
///
/// # Errors
/// When the account does not exist, or the database cannot be reached.
pub async fn run(args: AuditArgs, context: &Context, output: Output) -> anyhow::Result<()> {
    if let Some(account) = args.account {
        context.account(account).await?;
    }
    let entries = audit::latest(&mut *context.connection().await?, args.account, args.last).await?;
    output.print(&AuditReport { entries })
}

#[derive(Serialize)]
struct AuditReport {
    entries: Vec<AuditEntry>,
}

/// The reason that was given for granted or taken credits.
fn note(entry: &AuditEntry) -> Option<&str> {
    entry.after.as_ref()?.get("note")?.as_str()
}

impl Report for AuditReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |entry: &AuditEntry| {
            let json = |value: &Option<serde_json::Value>| or_dash(value.as_ref());
            [
                entry.at.format("%F %TZ").to_string(),
                entry.action.clone(),
                format!("{} {}", entry.subject, entry.subject_id),
                format!("{} {}", entry.actor, entry.actor_id),
                or_dash(entry.address.clone()),
                json(&entry.before),
                json(&entry.after),
                or_dash(entry.reason.as_deref().or_else(|| note(entry))),
            ]
        };
        let rows: Vec<_> = self.entries.iter().map(row).collect();
        write_table(out, ["AT", "ACTION", "ON", "BY", "FROM", "BEFORE", "AFTER", "REASON"], &rows)
    }
}
