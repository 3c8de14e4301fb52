//! `fluence migrate`: upgrades the database.

use std::io::{self, Write};

use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, write_fields};

/// Upgrades the database. Safe to repeat, and to run on several machines at the same time.
///
/// # Errors
/// When a migration fails or the database cannot be reached.
pub async fn run(context: &Context, output: Output) -> anyhow::Result<()> {
    let upgrade = context.bring_up_to_date().await?;
    // A wrong pepper would keep `serve` from starting, so it is reported before gateways are
    // replaced.
    context.peppers().await?;
    output.print(&MigrateReport {
        schema_version: upgrade.version,
        migrations_applied: upgrade.applied,
        partitions_made: upgrade.partitions_made,
    })
}

#[derive(Serialize)]
struct MigrateReport {
    schema_version: i64,
    migrations_applied: i64,
    partitions_made: i32,
}

impl Report for MigrateReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(
            out,
            &[
                ("schema version", &self.schema_version),
                ("migrations applied", &self.migrations_applied),
                ("ledger partitions made", &self.partitions_made),
                ("plans and packs", &"up to date"),
            ],
        )
    }
}
