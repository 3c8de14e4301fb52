//! `fluence environment`: named sets of keys.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, write_fields};
use super::values;
use crate::clock;
use crate::domain::ids::{AccountId, EnvironmentId};
use crate::domain::key::Mode;
use crate::domain::text::EnvironmentName;
use crate::management::environments;

/// What to do with environments.
#[derive(Debug, Subcommand)]
pub enum EnvironmentCommand {
    /// Make an environment. Keys of a test one work on sample people and spend nothing.
    Create(CreateEnvironment),
}

/// `fluence environment create`.
#[derive(Debug, Args)]
pub struct CreateEnvironment {
    /// The account's id.
    #[arg(long)]
    account: AccountId,
    /// Its name, 1 to 40 characters, such as `staging`.
    #[arg(long)]
    name: EnvironmentName,
    /// Whether its keys spend credits.
    #[arg(long, value_parser = values::mode())]
    mode: Mode,
}

impl EnvironmentCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no such account, it has an environment of that name, or the database is away.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        let Self::Create(new) = self;
        context.account(new.account).await?;
        let id = EnvironmentId::from_uuid(clock::new_id());
        let (mut connection, by) = (context.connection().await?, context.operator());
        let made = environments::create(&mut connection, &by, id, new.account, &new.name, new.mode).await?;
        output.print(&EnvironmentMade {
            id,
            account_id: new.account,
            name: made.name,
            mode: made.mode.as_str(),
        })
    }
}

#[derive(Serialize)]
struct EnvironmentMade {
    id: EnvironmentId,
    account_id: AccountId,
    name: String,
    mode: &'static str,
}

impl Report for EnvironmentMade {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(
            out,
            &[("id", &self.id), ("account", &self.account_id), ("name", &self.name), ("mode", &self.mode)],
        )
    }
}
