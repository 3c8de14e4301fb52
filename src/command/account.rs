//! `fluence account`: creates, finds and changes accounts.

mod move_all;
mod plan;
mod report;

use anyhow::anyhow;
use clap::{ArgGroup, Args, Subcommand};

use self::report::{AccountList, AccountMade, Closing};
use super::consent::Consent;
use super::context::{Context, unknown_account};
use super::link::{self, LinkArgs};
use super::output::Output;
use crate::clock;
use crate::domain::account::{AccountDetail, AccountState};
use crate::domain::ids::{AccountId, CallId, EnvironmentId};
use crate::domain::text::{EmailAddress, Name, Reference};
use crate::ledger::rules::operation::Operation;
use crate::management::accounts::Once;
use crate::management::{self, ChangeError};
use crate::storage::accounts::{self, NewAccount};

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Create an account with its `default` environment and the credits of its first period.
    Create(CreateAccount),
    /// List all accounts.
    List,
    /// Show an account, its period and its environments.
    Show {
        /// Account id.
        id: AccountId,
    },
    /// Find accounts by part of the name or e-mail address, or by the beginning of the id.
    Find {
        /// Text to find. Case does not matter.
        text: String,
    },
    /// Change the name or e-mail address of an account.
    Change(ChangeAccount),
    /// Reject all calls of an account until it is resumed.
    Suspend {
        /// Account id.
        id: AccountId,
    },
    /// Accept calls of a suspended account again.
    Resume {
        /// Account id.
        id: AccountId,
    },
    /// Move an account to another plan, effective immediately.
    Move(plan::MoveAccount),
    /// Move all accounts of a plan to another plan, in batches. Run it again to resume an
    /// interrupted move.
    MoveAll(move_all::MoveAll),
    /// Print a one-time link that logs a member in to the console, without a password.
    Link(LinkArgs),
    /// Close an account permanently and revoke all its keys. Asks first.
    Close {
        /// Account id.
        id: AccountId,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true))]
pub struct ChangeAccount {
    /// Account id.
    id: AccountId,
    /// New name, 1 to 80 characters.
    #[arg(long, group = "change")]
    name: Option<Name>,
    /// New e-mail address.
    #[arg(long, group = "change")]
    email: Option<EmailAddress>,
    /// Accept an address that another account has.
    #[arg(long)]
    allow_duplicate_email: bool,
}

#[derive(Debug, Args)]
pub struct CreateAccount {
    /// Name, 1 to 80 characters.
    #[arg(long)]
    name: Name,
    /// E-mail address of the owner.
    #[arg(long)]
    email: EmailAddress,
    /// Plan, such as `business`, or its tier, such as `crm_business`.
    #[arg(long)]
    plan: String,
    /// Edition of the plan [default: the newest].
    #[arg(long)]
    edition: Option<String>,
    /// Your id for the account. Repeating the command with it creates no second account.
    #[arg(long, value_name = "ID")]
    id: Option<Reference>,
    /// Accept an e-mail address that another account has.
    #[arg(long)]
    allow_duplicate_email: bool,
}

impl AccountCommand {
    /// # Errors
    /// When the account or plan does not exist, or the database cannot be reached.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Create(new) => create(new, context, output).await,
            Self::List => list(context, output).await,
            Self::Show { id } => show(id, context, output).await,
            Self::Find { text } => find(&text, context, output).await,
            Self::Change(change) => correct(change, context, output).await,
            Self::Link(args) => link::run(args, context, output).await,
            Self::Close { id, consent } => close(id, &consent, context, output).await,
            Self::Suspend { id } => set_state(id, AccountState::Suspended, context, output).await,
            Self::Resume { id } => set_state(id, AccountState::Active, context, output).await,
            Self::Move(target) => plan::change(target, context, output).await,
            Self::MoveAll(args) => move_all::run(args, context, output).await,
        }
    }
}

async fn create(new: CreateAccount, context: &Context, output: Output) -> anyhow::Result<()> {
    let catalogue = context.catalogue().await?;
    let newest = catalogue.newest_edition().unwrap_or_default();
    let is_edition_given = new.edition.is_some();
    let plan =
        plan::known_plan(&catalogue, (plan::EDITION, new.edition.as_deref().unwrap_or(newest)), &new.plan)?;
    let account = NewAccount {
        id: AccountId::from_uuid(clock::new_id()),
        environment_id: EnvironmentId::from_uuid(clock::new_id()),
        name: new.name.into_string(),
        email: new.email.into_string(),
        plan,
    };
    let once = Once {
        reference: new.id.map(Reference::into_string),
        of_any_edition: !is_edition_given,
        allow_duplicate_email: new.allow_duplicate_email,
    };
    let (id, repeated) = make(&account, &once, context).await?;
    output.print(&AccountMade { account: context.account(id).await?, repeated })
}

/// Creates an account and grants its first plan credits, unless that was done before.
pub(super) async fn make(
    account: &NewAccount,
    once: &Once,
    context: &Context,
) -> anyhow::Result<(AccountId, bool)> {
    let mut connection = context.connection().await?;
    let made = management::accounts::create_once(&mut connection, &context.operator(), account, once).await;
    let (account_id, repeated) = made?;
    // Repeated for an existing account: an earlier run may have been interrupted here.
    let id = CallId::from_uuid(clock::new_id());
    let done = format!(
        "account {account_id} {}, but its first period has not begun",
        if repeated { "exists" } else { "was created" }
    );
    let completed_by = "Do not create it again: its first call or a running gateway begins the period";
    context.complete(Operation::Advance { account_id, id }, &done, completed_by).await?;
    Ok((account_id, repeated))
}

async fn find(text: &str, context: &Context, output: Output) -> anyhow::Result<()> {
    let accounts = accounts::search::find(&mut *context.connection().await?, text.trim()).await?;
    let is_cut = accounts.len() == accounts::search::LIMIT;
    output.print(&AccountList { accounts, is_cut })
}

async fn correct(change: ChangeAccount, context: &Context, output: Output) -> anyhow::Result<()> {
    let ChangeAccount { id, name, email, allow_duplicate_email } = change;
    let (name, email) = (name.as_ref().map(Name::as_str), email.as_ref().map(EmailAddress::as_str));
    let (mut connection, by) = (context.connection().await?, context.operator());
    let changed =
        management::accounts::change(&mut connection, &by, id, name, email, allow_duplicate_email).await;
    changed.map_err(|error| explained(id, error))?;
    output.print(&context.account(id).await?)
}

async fn close(id: AccountId, consent: &Consent, context: &Context, output: Output) -> anyhow::Result<()> {
    let closing = async { Ok(Closing::of(detail(id, context).await?)) };
    if !consent.is_given(closing, output).await? {
        return Ok(());
    }
    let mut connection = context.connection().await?;
    let closed = management::accounts::close(&mut connection, &context.operator(), id).await;
    closed.map_err(|error| explained(id, error))?;
    output.print(&context.account(id).await?)
}

async fn list(context: &Context, output: Output) -> anyhow::Result<()> {
    let accounts = accounts::list(&mut *context.connection().await?).await?;
    let is_cut = i64::try_from(accounts.len())? == accounts::LIST_LIMIT;
    output.print(&AccountList { accounts, is_cut })
}

async fn show(id: AccountId, context: &Context, output: Output) -> anyhow::Result<()> {
    output.print(&detail(id, context).await?)
}

async fn detail(id: AccountId, context: &Context) -> anyhow::Result<AccountDetail> {
    let detail = accounts::detail::read(&mut *context.connection().await?, id).await?;
    detail.ok_or_else(|| anyhow!(unknown_account(id)))
}

async fn set_state(
    id: AccountId,
    state: AccountState,
    context: &Context,
    output: Output,
) -> anyhow::Result<()> {
    let mut connection = context.connection().await?;
    let done = management::accounts::set_state(&mut connection, &context.operator(), id, state).await;
    done.map_err(|error| explained(id, error))?;
    output.print(&context.account(id).await?)
}

/// Returns the error of a change of an account, in words for operators.
fn explained(id: AccountId, error: ChangeError) -> anyhow::Error {
    match error {
        ChangeError::NoAccount => anyhow!(unknown_account(id)),
        error => error.into(),
    }
}
