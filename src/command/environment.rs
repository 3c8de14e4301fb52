//! `fluence environment`: creates and lists environments.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, write_fields, write_table};
use super::values;
use crate::clock;
use crate::domain::account::EnvironmentView;
use crate::domain::ids::{AccountId, EnvironmentId};
use crate::domain::key::Mode;
use crate::domain::text::EnvironmentName;
use crate::management::environments;
use crate::storage::environments as stored;

#[derive(Debug, Subcommand)]
pub enum EnvironmentCommand {
    /// Create an environment. Keys of a test environment find sample people and spend no credits.
    Create(CreateEnvironment),
    /// List the environments of an account.
    List {
        /// Account id.
        #[arg(long)]
        account: AccountId,
    },
}

#[derive(Debug, Args)]
pub struct CreateEnvironment {
    /// Account id.
    #[arg(long)]
    account: AccountId,
    /// Name, 1 to 40 characters, such as `staging`.
    #[arg(long)]
    name: EnvironmentName,
    /// `live`: keys spend credits. `test`: they do not.
    #[arg(long, value_parser = values::mode())]
    mode: Mode,
}

impl EnvironmentCommand {
    /// # Errors
    /// When the account does not exist, it already has an environment with this name, or the
    /// database cannot be reached.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Create(new) => create(new, context, output).await,
            Self::List { account } => list(account, context, output).await,
        }
    }
}

async fn create(new: CreateEnvironment, context: &Context, output: Output) -> anyhow::Result<()> {
    context.account(new.account).await?;
    let id = EnvironmentId::from_uuid(clock::new_id());
    let (mut connection, by) = (context.connection().await?, context.operator());
    let made = environments::create(&mut connection, &by, id, new.account, &new.name, new.mode).await?;
    output.print(&EnvironmentMade { id, account_id: new.account, name: made.name, mode: made.mode.as_str() })
}

async fn list(account: AccountId, context: &Context, output: Output) -> anyhow::Result<()> {
    let account_id = context.account(account).await?.id;
    let environments = stored::list(&mut *context.connection().await?, account_id).await?;
    output.print(&EnvironmentList { account_id, environments })
}

#[derive(Serialize)]
struct EnvironmentList {
    account_id: AccountId,
    environments: Vec<EnvironmentView>,
}

impl Report for EnvironmentList {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_environments(out, &self.environments)
    }
}

pub(super) fn write_environments(out: &mut impl Write, environments: &[EnvironmentView]) -> io::Result<()> {
    let row = |environment: &EnvironmentView| {
        [
            environment.name.clone(),
            environment.mode.as_str().to_owned(),
            format!("{} of {}", environment.keys, environment.most_keys),
            environment.id.to_string(),
        ]
    };
    let rows: Vec<_> = environments.iter().map(row).collect();
    write_table(out, ["ENVIRONMENT", "MODE", "KEYS", "ID"], &rows)
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
