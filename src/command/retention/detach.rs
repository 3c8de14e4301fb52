//! `fluence retention detach`: takes an exported month out of the database.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::check::read_back;
use crate::command::context::Context;
use crate::command::output::{Output, Report, write_fields};
use crate::storage::ledger::archive::{self, Detached};
use crate::storage::pool;

pub(super) async fn run(file: &Path, context: &Context, output: Output) -> anyhow::Result<()> {
    let export = read_back(file, &mut *context.connection().await?).await?;
    let keep_months = context.settings().ledger.keep_months.get();
    let by = context.operator().actor.who.to_string();
    let mut owner = pool::owner_connection(context.options()).await?;
    let Detached { carried, bytes } = archive::detach(&mut owner, &export, keep_months, &by).await?;
    output.print(&DetachReport { month: export.month.to_string(), entries: export.entries, carried, bytes })
}

#[derive(Serialize)]
struct DetachReport {
    month: String,
    entries: u64,
    /// Entries that stay, because they are still read.
    carried: u64,
    /// Disk space that was freed.
    bytes: i64,
}

impl Report for DetachReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let freed = format!("{} KiB", self.bytes / 1024);
        write_fields(
            out,
            &[
                ("detached", &self.month),
                ("entries", &self.entries),
                ("entries kept", &self.carried),
                ("freed", &freed),
            ],
        )
    }
}
