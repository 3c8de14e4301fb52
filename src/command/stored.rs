//! The commands that work on the database.

use clap::Subcommand;

use super::context::Context;
use super::output::Output;
use super::settings::PepperNeed;
use super::{
    account, audit, credit, demo, directory, environment, explain, key, ledger, migrate, operator, pepper,
    person, retention, sets, usage,
};
use crate::domain::ids::CallId;
use crate::domain::offer_set::SetKind;

#[derive(Debug, Subcommand)]
pub(super) enum StoredCommand {
    /// Upgrade the database: schema, plans, packs and partitions of the ledger.
    Migrate,
    /// Manage accounts.
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Manage API keys.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Manage environments: named sets of keys, live or test.
    #[command(subcommand)]
    Environment(environment::EnvironmentCommand),
    /// Grant credits, or take credits back.
    #[command(subcommand)]
    Credit(credit::CreditCommand),
    /// Manage the catalogue: plans and packs.
    #[command(subcommand)]
    Catalogue(sets::SetCommand),
    /// Manage the routes that are sold, and their prices.
    #[command(subcommand)]
    Routes(sets::SetCommand),
    /// Verify the ledger, or print statements.
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Manage the people directory that all accounts share.
    #[command(subcommand)]
    Directory(directory::DirectoryCommand),
    /// Answer the requests of people about their data: export, erasure, opt-out.
    #[command(subcommand)]
    Person(person::PersonCommand),
    /// Rotate the pepper, the secret that keys the hashes of API keys.
    #[command(subcommand)]
    Pepper(pepper::PepperCommand),
    /// Manage operators, who log in to the operators' console.
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// Show how much each table holds; export old months of the ledger, and detach them.
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
    /// Show the audit log.
    Audit(audit::AuditArgs),
    /// Show what an account called and was charged for.
    Usage(usage::UsageArgs),
    /// Explain a request by its id: what it was charged, why, and what it changed.
    Explain {
        /// The X-Request-Id of an answer.
        id: CallId,
    },
    /// Create a demonstration account, and print its key and curl commands.
    Demo(demo::DemoArgs),
}

impl StoredCommand {
    pub(super) fn pepper_need(&self) -> PepperNeed {
        match self {
            Self::Key(command) => command.pepper_need(),
            Self::Migrate | Self::Pepper(_) | Self::Demo(_) => PepperNeed::Needed,
            _ => PepperNeed::NotNeeded,
        }
    }

    /// Whether it prepares an empty database, and makes the private one.
    pub(super) fn makes_database(&self) -> bool {
        matches!(self, Self::Migrate | Self::Demo(_))
    }

    pub(super) async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        if !self.makes_database() {
            context.require_current_schema().await?;
        }
        match self {
            Self::Migrate => migrate::run(context, output).await,
            Self::Account(command) => command.run(context, output).await,
            Self::Key(command) => command.run(context, output).await,
            Self::Environment(command) => command.run(context, output).await,
            Self::Credit(command) => command.run(context, output).await,
            Self::Catalogue(command) => command.run(SetKind::Catalogue, context, output).await,
            Self::Routes(command) => command.run(SetKind::Routes, context, output).await,
            Self::Ledger(command) => command.run(context, output).await,
            Self::Directory(command) => command.run(context, output).await,
            Self::Person(command) => command.run(context, output).await,
            Self::Pepper(command) => command.run(context, output).await,
            Self::Operator(command) => command.run(context, output).await,
            Self::Retention(command) => command.run(context, output).await,
            Self::Audit(args) => audit::run(args, context, output).await,
            Self::Usage(args) => usage::run(args, context, output).await,
            Self::Explain { id } => explain::run(id, context, output).await,
            Self::Demo(order) => demo::run(&order, context, output).await,
        }
    }
}
