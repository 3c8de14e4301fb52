//! `fluence account`: who holds the credits.

use std::io::{self, Write};

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::context::{Context, unknown_account};
use super::environment::write_environments;
use super::output::{Output, Report, write_fields, write_table};
use crate::catalogue::plans::Catalogue;
use crate::clock;
use crate::domain::account::{Account, AccountDetail, AccountState};
use crate::domain::ids::{AccountId, CallId, EnvironmentId};
use crate::domain::plan::PlanRef;
use crate::domain::text::{EmailAddress, Name, Reference};
use crate::ledger::rules::operation::Operation;
use crate::management::accounts::Once;
use crate::management::{self, ChangeError};
use crate::storage::accounts::{self, NewAccount};

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account, with its `default` environment and its first plan credits.
    Create(CreateAccount),
    /// List all accounts.
    List,
    /// Show an account, its period and its environments.
    Show {
        /// The account's id.
        id: AccountId,
    },
    /// Find accounts by a part of their name or e-mail address, or by how their id begins.
    Find {
        /// The text, in any letter case.
        text: String,
    },
    /// Give an account another name or e-mail address.
    Change(ChangeAccount),
    /// Refuse every call of an account, until it is resumed.
    Suspend {
        /// The account's id.
        id: AccountId,
    },
    /// Let a suspended account call again.
    Resume {
        /// The account's id.
        id: AccountId,
    },
    /// Move an account to another plan, from now on.
    Move(MoveAccount),
    /// Close an account for good: every key is revoked, and it is never resumed.
    Close {
        /// The account's id.
        id: AccountId,
    },
}

/// `fluence account change`.
#[derive(Debug, Args)]
pub struct ChangeAccount {
    /// The account's id.
    id: AccountId,
    /// Another name.
    #[arg(long, required_unless_present = "email")]
    name: Option<Name>,
    /// Another e-mail address.
    #[arg(long)]
    email: Option<EmailAddress>,
    /// Take the address though another account has it.
    #[arg(long)]
    allow_duplicate_email: bool,
}

/// `fluence account create`.
#[derive(Debug, Args)]
pub struct CreateAccount {
    /// Its name, 1 to 80 characters.
    #[arg(long)]
    name: Name,
    /// Where its owner is written to.
    #[arg(long)]
    email: EmailAddress,
    /// Its plan, such as `business`, or the tier of a plan, such as `crm_business`.
    #[arg(long)]
    plan: String,
    /// The edition of its plan [default: the newest].
    #[arg(long)]
    edition: Option<String>,
    /// Your own id of the account: given twice, it is made once.
    #[arg(long, value_name = "ID")]
    id: Option<Reference>,
    /// Make it though another account has this e-mail address.
    #[arg(long)]
    allow_duplicate_email: bool,
}

/// `fluence account move`.
#[derive(Debug, Args)]
pub struct MoveAccount {
    /// The account's id.
    id: AccountId,
    /// The plan to move to.
    #[arg(long)]
    plan: String,
    /// The edition of that plan [default: the account's present edition].
    #[arg(long)]
    edition: Option<String>,
}

impl AccountCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no such account or plan, or the database is away.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Create(new) => create(new, context, output).await,
            Self::List => list(context, output).await,
            Self::Show { id } => show(id, context, output).await,
            Self::Find { text } => find(&text, context, output).await,
            Self::Change(change) => correct(change, context, output).await,
            Self::Close { id } => close(id, context, output).await,
            Self::Suspend { id } => set_state(id, AccountState::Suspended, context, output).await,
            Self::Resume { id } => set_state(id, AccountState::Active, context, output).await,
            Self::Move(target) => change_plan(target, context, output).await,
        }
    }
}

async fn create(new: CreateAccount, context: &Context, output: Output) -> anyhow::Result<()> {
    let catalogue = Catalogue::shipped()?;
    let newest = catalogue.newest_edition().unwrap_or_default();
    let plan = known_plan(&catalogue, new.edition.as_deref().unwrap_or(newest), &new.plan)?;
    let account = NewAccount {
        id: AccountId::from_uuid(clock::new_id()),
        environment_id: EnvironmentId::from_uuid(clock::new_id()),
        name: new.name.into_string(),
        email: new.email.into_string(),
        plan,
    };
    let once = Once {
        reference: new.id.map(Reference::into_string),
        allow_duplicate_email: new.allow_duplicate_email,
    };
    let (id, repeated) = make(&account, &once, context).await?;
    output.print(&AccountMade { account: context.account(id).await?, repeated })
}

/// Saves an account and gives it its first plan credits, unless that was done before.
pub(super) async fn make(
    account: &NewAccount,
    once: &Once,
    context: &Context,
) -> anyhow::Result<(AccountId, bool)> {
    let mut connection = context.connection().await?;
    let made = management::accounts::create_once(&mut connection, &context.operator(), account, once).await;
    let (account_id, repeated) = made?;
    // Again where it was made before: it may have been interrupted here.
    let id = CallId::from_uuid(clock::new_id());
    context.act(Operation::Advance { account_id, id }).await?;
    Ok((account_id, repeated))
}

async fn find(text: &str, context: &Context, output: Output) -> anyhow::Result<()> {
    let accounts = accounts::search(&mut *context.connection().await?, text.trim()).await?;
    let is_cut = accounts.len() == accounts::SEARCH_LIMIT;
    output.print(&AccountList { accounts, is_cut })
}

async fn correct(change: ChangeAccount, context: &Context, output: Output) -> anyhow::Result<()> {
    let ChangeAccount { id, name, email, allow_duplicate_email } = change;
    let (name, email) = (name.as_ref().map(Name::as_str), email.as_ref().map(EmailAddress::as_str));
    let (mut connection, by) = (context.connection().await?, context.operator());
    let changed =
        management::accounts::change(&mut connection, &by, id, name, email, allow_duplicate_email).await;
    changed.map_err(|error| said_of(id, error))?;
    output.print(&context.account(id).await?)
}

async fn close(id: AccountId, context: &Context, output: Output) -> anyhow::Result<()> {
    let mut connection = context.connection().await?;
    let closed = management::accounts::close(&mut connection, &context.operator(), id).await;
    closed.map_err(|error| said_of(id, error))?;
    output.print(&context.account(id).await?)
}

async fn list(context: &Context, output: Output) -> anyhow::Result<()> {
    let accounts = accounts::list(&mut *context.connection().await?).await?;
    let is_cut = i64::try_from(accounts.len())? == accounts::LIST_LIMIT;
    output.print(&AccountList { accounts, is_cut })
}

async fn show(id: AccountId, context: &Context, output: Output) -> anyhow::Result<()> {
    let detail = accounts::detail(&mut *context.connection().await?, id).await?;
    output.print(&detail.ok_or_else(|| anyhow!(unknown_account(id)))?)
}

async fn set_state(
    id: AccountId,
    state: AccountState,
    context: &Context,
    output: Output,
) -> anyhow::Result<()> {
    let mut connection = context.connection().await?;
    let done = management::accounts::set_state(&mut connection, &context.operator(), id, state).await;
    done.map_err(|error| said_of(id, error))?;
    output.print(&context.account(id).await?)
}

async fn change_plan(target: MoveAccount, context: &Context, output: Output) -> anyhow::Result<()> {
    let account = context.account(target.id).await?;
    let edition = target.edition.as_deref().unwrap_or(&account.plan.edition);
    let plan = known_plan(&Catalogue::shipped()?, edition, &target.plan)?;
    let mut connection = context.connection().await?;
    let moved = management::accounts::set_plan(&mut connection, &context.operator(), target.id, &plan).await;
    moved.map_err(|error| said_of(target.id, error))?;
    // Told a second time, the ledger changes nothing: an interrupted move is completed by repeating it.
    let id = CallId::from_uuid(clock::new_id());
    context.act(Operation::MovePlan { account_id: target.id, id }).await?;
    output.print(&context.account(target.id).await?)
}

/// Why nothing was done to an account, as an operator is told.
fn said_of(id: AccountId, error: ChangeError) -> anyhow::Error {
    match error {
        ChangeError::NoAccount => anyhow!(unknown_account(id)),
        error => error.into(),
    }
}

/// The plan of that name, or an error that names those there are.
fn known_plan(catalogue: &Catalogue, edition: &str, plan: &str) -> anyhow::Result<PlanRef> {
    let Some(known) = catalogue.editions.iter().find(|known| known.edition == edition) else {
        let editions: Vec<_> = catalogue.editions.iter().map(|known| known.edition.as_str()).collect();
        bail!("there is no edition `{edition}`; there are {}", editions.join(", "));
    };
    // Refusals of calls name the tier of the plan that is needed, so that works too.
    let named = known.plans.iter().find(|known| known.plan == plan || known.tier == plan);
    let Some(named) = named else {
        let plans: Vec<_> = known.plans.iter().map(|known| known.plan.as_str()).collect();
        bail!("edition {edition} has no plan `{plan}`; it has {}", plans.join(", "));
    };
    Ok(PlanRef { edition: edition.into(), plan: named.plan.clone() })
}

#[derive(Serialize)]
struct AccountMade {
    #[serde(flatten)]
    account: Account,
    /// Whether it was made before under this id.
    repeated: bool,
}

impl Report for AccountMade {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        self.account.write_text(out)?;
        if self.repeated { writeln!(out, "\nIt was made before; nothing was done now.") } else { Ok(()) }
    }
}

/// The state of an account in one word.
fn state(account: &Account) -> &'static str {
    if account.closed_at.is_some() { "closed" } else { account.state.as_str() }
}

#[derive(Serialize)]
struct AccountList {
    accounts: Vec<Account>,
    /// Whether there are more than one listing holds.
    #[serde(rename = "truncated")]
    is_cut: bool,
}

impl Report for AccountList {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |account: &Account| {
            [
                account.id.to_string(),
                account.name.clone(),
                format!("{} ({})", account.plan.plan, account.plan.edition),
                state(account).to_owned(),
                account.balance.to_string(),
                account.email.clone(),
            ]
        };
        let rows: Vec<_> = self.accounts.iter().map(row).collect();
        write_table(out, ["ID", "NAME", "PLAN", "STATE", "CREDITS", "E-MAIL"], &rows)?;
        if self.is_cut {
            writeln!(out, "... and more: the list ends after {} accounts", rows.len())?;
        }
        Ok(())
    }
}

impl Report for Account {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(
            out,
            &[
                ("id", &self.id),
                ("name", &self.name),
                ("e-mail", &self.email),
                ("plan", &format!("{} ({})", self.plan.plan, self.plan.edition)),
                ("state", &state(self)),
                ("credits", &self.balance),
            ],
        )
    }
}

impl Report for AccountDetail {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        self.account.write_text(out)?;
        writeln!(out)?;
        write_fields(
            out,
            &[
                ("period since", &self.period_starts_at.format("%F %TZ")),
                ("renews at", &self.renews_at.format("%F %TZ")),
                ("plan credits left", &format!("{} of {}", self.plan_credits_left, self.plan_credits)),
                ("requests used", &format!("{} of {}", self.requests_used, self.requests_limit)),
            ],
        )?;
        writeln!(out)?;
        write_environments(out, &self.environments)
    }
}
