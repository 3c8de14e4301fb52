//! `fluence backup create`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Args;
use secrecy::SecretString;
use serde::Serialize;

use super::super::context::Context;
use super::super::output::{Output, Report, write_fields};
use super::super::pepper_file;
use super::manifest::{self, Manifest};
use super::phrase::PhraseArgs;
use super::{seconds, state};
use crate::clock;
use crate::config::Settings;
use crate::secret::passphrase::seal;
use crate::storage::diagnosis;
use crate::storage::ledger::newest::newest_batches;
use crate::storage::schema;

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The folder of the backup, which must be new or empty.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    #[command(flatten)]
    phrase: PhraseArgs,
    /// Leave the pepper out: a copy of it is kept elsewhere.
    #[arg(long, conflicts_with = "passphrase_file")]
    without_pepper: bool,
}

pub(super) async fn run(args: CreateArgs, settings: Settings, output: Output) -> anyhow::Result<()> {
    let began = Instant::now();
    // First: a person may have to type it.
    let phrase = (!args.without_pepper).then(|| args.phrase.new_phrase()).transpose()?;
    let context = Context::open_existing(settings.clone()).await?;
    let made = async {
        // The settings say what the server does since its start, and only on the archive's own
        // server.
        let is_archiving = is_archiving(&context).await?;
        anyhow::Ok((create(&args.to, phrase.as_ref(), &context).await?, is_archiving))
    };
    let made = made.await;
    let closed = context.close().await;
    let ((folder, manifest, pepper), is_archiving) = made?;
    closed?;
    state::record(&settings, |state| state.backup_at = Some(manifest.taken_at))?;
    output.print(&CreateReport {
        folder,
        taken_at: manifest.taken_at,
        is_archiving,
        pepper,
        took_s: began.elapsed().as_secs_f64(),
        took: seconds(began.elapsed()),
    })
}

async fn is_archiving(context: &Context) -> anyhow::Result<bool> {
    Ok(diagnosis::is_archiving(&mut *context.connection().await?).await?)
}

/// Takes a backup. Returns its folder, its manifest, and whether it contains the pepper.
pub(super) async fn create(
    to: &Path,
    phrase: Option<&SecretString>,
    context: &Context,
) -> anyhow::Result<(PathBuf, Manifest, bool)> {
    context.require_current_schema().await?;
    let server = context.private_server().context("the database is not the private one")?;
    let pepper = match phrase {
        Some(_) if context.has_pepper_file() => pepper_file::read(&context.pepper_path())?,
        _ => None,
    };
    let folder = server.backup_folder(to)?;
    // Before the copy: all of them are in it.
    let newest = newest_batches(&mut *context.connection().await?).await?;
    server.base_backup(&manifest::base(&folder)).await?;
    if let (Some(pepper), Some(phrase)) = (&pepper, phrase) {
        manifest::write(&manifest::pepper(&folder), &seal(pepper, phrase)?)?;
    }
    let manifest = Manifest::new(schema::newest(), clock::now(), newest);
    manifest.write(&folder)?;
    Ok((folder, manifest, pepper.is_some()))
}

#[derive(Serialize)]
struct CreateReport {
    folder: PathBuf,
    /// The earliest instant that can be restored from it.
    taken_at: DateTime<Utc>,
    /// Whether later instants can be restored too.
    #[serde(rename = "archiving")]
    is_archiving: bool,
    pepper: bool,
    took_s: f64,
    #[serde(skip)]
    took: String,
}

impl Report for CreateReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let pepper =
            if self.pepper { "sealed under the pass phrase" } else { "NOT included: keep a copy of it" };
        let taken_at = self.taken_at.format("%FT%TZ");
        let restores = match self.is_archiving {
            true => format!("any instant since {taken_at}"),
            false => format!("{taken_at}; with backup.archive_dir set, any later instant"),
        };
        write_fields(
            out,
            &[
                ("backup", &self.folder.display()),
                ("restores", &restores),
                ("pepper", &pepper),
                ("took", &self.took),
            ],
        )
    }
}
