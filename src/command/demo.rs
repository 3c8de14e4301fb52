//! `fluence demo`: a demonstration account with a key, sample people, and curl commands.

mod calls;
mod history;
mod operator;
mod report;

use std::io::Cursor;
use std::net::SocketAddr;

use anyhow::{Context as _, anyhow, bail};
use axum::http::Uri;
use chrono::{DateTime, Utc};
use clap::Args;
use sqlx::Connection;

use self::calls::calls;
pub use self::operator::OperatorAccess;
use self::report::DemoReport;
use super::account;
use super::context::Context;
use super::directory::import_into;
use super::link;
use super::output::{Output, ShownOnce};
use super::running::WhereArgs;
use crate::app::SAMPLE_PEOPLE;
use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes::RouteSet;
use crate::clock as ids;
use crate::domain::account::{Account, DEFAULT_ENVIRONMENT};
use crate::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use crate::domain::key::terms::KeyTerms;
use crate::domain::key::{FormatChoice, KeySecret, KeyState, Scope};
use crate::domain::plan::PlanRef;
use crate::ledger::rules::operation::Operation;
use crate::management;
use crate::management::accounts::Once;
use crate::management::keys::NewSecret;
use crate::people::sample::SAMPLE_SOURCE;
use crate::storage::accounts::{self, NewAccount};
use crate::storage::clock;
use crate::storage::environments;
use crate::storage::keys::{self, NewKey};

/// The id is constant, so that every run finds the account.
const ACCOUNT: AccountId = AccountId::from_uuid(uuid::uuid!("01900000-0000-7000-8000-00000000d3e0"));
/// The plan that it has where that is on offer.
const EDITION: &str = "2025-01";
const PLAN: &str = "professional";
const KEY_NAME: &str = "demonstration";

#[derive(Debug, Args)]
pub struct DemoArgs {
    #[command(flatten)]
    place: WhereArgs,
    /// Also create an account with three months of calls, packs, refunds and changes, and print a
    /// link into its console.
    #[arg(long)]
    history: bool,
}

/// The demonstration account with the key of this run.
#[derive(Debug)]
pub struct Demo {
    account: Account,
    key_id: KeyId,
    key: KeySecret,
    /// What is sold.
    routes: RouteSet,
}

/// Prepares the demonstration and prints it, for the running gateway or for the configured address.
///
/// # Errors
/// When the database cannot be reached.
pub async fn run(order: &DemoArgs, context: &Context, output: Output) -> anyhow::Result<()> {
    let url = order.place.url(context.settings())?;
    context.bring_up_to_date().await?;
    if order.history {
        let lost = ShownOnce {
            what: "the link into the console".to_owned(),
            when_lost: "Run the command again for another one".to_owned(),
        };
        return output.print_once(&history::prepare(context, &url).await?, &lost);
    }
    prepare(context).await?.print(&url, Opened::default(), output)
}

/// Creates the account and imports the sample people unless they exist, and creates a key. At the
/// limit of keys, the oldest key of earlier runs is revoked.
///
/// # Errors
/// When the database cannot be reached or its schema is not current.
pub async fn prepare(context: &Context) -> anyhow::Result<Demo> {
    let mut connection = context.connection().await?;
    let now = clock::now(&mut connection).await?;
    let known = accounts::find(&mut connection, ACCOUNT).await?;
    if known.as_ref().is_some_and(|account| account.closed_at.is_some()) {
        bail!(
            "the demonstration account of this database is closed, which is permanent. Use another database or another \
             `--data-dir`, or start without `--demo`"
        );
    }
    if known.is_none() {
        let plan = plan_in(&context.catalogue().await?);
        let new = new_account(plan.context("no plan of the catalogue in force has access to the API")?);
        let made =
            account::make(&new, &Once { allow_duplicate_email: true, ..Once::default() }, context).await;
        // Of two concurrent runs, one creates it.
        if accounts::find(&mut connection, ACCOUNT).await?.is_none() {
            made.context("cannot create the demonstration account")?;
        }
    }
    context.act(Operation::Advance { account_id: ACCOUNT, id: CallId::from_uuid(ids::new_id()) }).await?;
    let (key_id, key) = new_key(context).await?;
    let routes = context.routes().await?;
    if routes.sells_analysis() {
        import_sample(context, now).await?;
    }
    Ok(Demo { account: context.account(ACCOUNT).await?, key_id, key, routes })
}

/// The plan of a new demonstration account: [`PLAN`], or else the one with the most credits of the
/// newest edition.
fn plan_in(catalogue: &Catalogue) -> Option<PlanRef> {
    if catalogue.plan(EDITION, PLAN).is_some() {
        return Some(PlanRef { edition: EDITION.into(), plan: PLAN.into() });
    }
    let newest = catalogue.editions.last()?;
    let plans = newest.plans.iter().filter(|plan| plan.api_access);
    let plan = plans.max_by_key(|plan| plan.credits)?;
    Some(PlanRef { edition: newest.edition.clone(), plan: plan.plan.clone() })
}

fn new_account(plan: PlanRef) -> NewAccount {
    NewAccount {
        id: ACCOUNT,
        environment_id: EnvironmentId::from_uuid(ids::new_id()),
        name: "Demonstration".into(),
        email: "demo@example.com".into(),
        plan,
    }
}

async fn new_key(context: &Context) -> anyhow::Result<(KeyId, KeySecret)> {
    let (peppers, by) = (context.peppers().await?, context.operator());
    let mut connection = context.connection().await?;
    let mut transaction = connection.begin().await?;
    // First: another run may be creating a key.
    accounts::lock(&mut transaction, ACCOUNT).await?;
    let environments = environments::list(&mut transaction, ACCOUNT).await?;
    let room = environments.iter().find(|environment| environment.name == DEFAULT_ENVIRONMENT);
    let room = room.map_or(0, |environment| i64::from(environment.most_keys) - environment.keys);
    let older =
        keys::list(&mut transaction, ACCOUNT, None, keys::LIST_LIMIT).await?.into_iter().filter(|key| {
            key.name == KEY_NAME && key.environment == DEFAULT_ENVIRONMENT && key.state != KeyState::Revoked
        });
    for old in older.take(usize::try_from(1 - room).unwrap_or(0)) {
        management::keys::set_state(&mut transaction, &by, old.id, KeyState::Revoked).await?;
    }
    let new = NewKey {
        id: KeyId::from_uuid(ids::new_id()),
        account_id: ACCOUNT,
        environment: DEFAULT_ENVIRONMENT.into(),
        terms: KeyTerms::unlimited(KEY_NAME, &Scope::DEFAULT),
    };
    let (format, prefix) = (FormatChoice::Usual, &context.settings().keys.prefix);
    let secret = NewSecret { format, prefix, peppers: &peppers };
    let (_, secret) = management::keys::create(&mut transaction, &by, &new, &secret).await?;
    transaction.commit().await?;
    Ok((new.id, secret))
}

async fn import_sample(context: &Context, now: DateTime<Utc>) -> anyhow::Result<()> {
    let report = import_into(context, Cursor::new(SAMPLE_PEOPLE), SAMPLE_SOURCE, now).await?;
    match report.faults.first() {
        None => Ok(()),
        Some(fault) => Err(anyhow!("sample people, line {}: {}", fault.line, fault.reason)),
    }
}

impl Demo {
    /// Makes a link that opens the console of the account on a gateway at this URL.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn console_link(&self, context: &Context, url: &Uri) -> anyhow::Result<String> {
        Ok(link::make(context, self.account.id, None, url).await?.link)
    }

    /// Makes a way into the operators' console that listens there.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn operator_access(context: &Context, address: SocketAddr) -> anyhow::Result<OperatorAccess> {
        operator::prepare(context, address).await
    }

    /// Prints the key and curl commands for a gateway at this URL, and links into its consoles.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn print(&self, url: &Uri, opened: Opened, output: Output) -> anyhow::Result<()> {
        let Opened { console, operators } = opened;
        let report = DemoReport {
            account_id: self.account.id,
            plan: &self.account.plan,
            balance: self.account.balance,
            key_id: self.key_id,
            key: self.key.expose(),
            calls: calls(url, self.key.expose(), &self.routes)?,
            reference: format!("{}/docs/reference/", url.to_string().trim_end_matches('/')),
            console,
            operators,
            remove_people: self
                .routes
                .sells_analysis()
                .then(|| format!("fluence directory remove --source {SAMPLE_SOURCE}")),
        };
        output.print_once(&report, &ShownOnce::of_new_key(self.key_id))
    }
}

/// Ways into the consoles of a gateway.
#[derive(Debug, Default)]
pub struct Opened {
    /// A link into the account's console.
    pub console: Option<String>,
    pub operators: Option<OperatorAccess>,
}
