//! `fluence person`: the requests of people about their data.
//!
//! The operator is responsible for the shared directory; each account is responsible for its own
//! contacts. A request covers contacts only with `--account`; otherwise the accounts to forward it
//! to are listed. The output of an erasure or opt-out contains no personal data and can be kept as
//! proof.

mod report;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use self::report::{Done, Exported, Planned};
use super::consent::Consent;
use super::context::Context;
use super::output::Output;
use crate::domain::ids::{AccountId, PersonId};
use crate::domain::person::NameOf;
use crate::storage::clock;
use crate::storage::contacts::rights::{self as contacts};
use crate::storage::directory::rights::{self as directory, MAX_RECORDS, PersonSelector};

#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Export the data of a person. --json exports all of it.
    Export(Order),
    /// Delete the data of a person. A later import may add it again; opt-out prevents that. Asks
    /// first.
    Erase {
        #[command(flatten)]
        order: Order,
        #[command(flatten)]
        consent: Consent,
    },
    /// Delete the data of a person from the shared directory, and exclude the person from imports
    /// and enrichment permanently. Asks first.
    OptOut {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Args)]
pub struct Order {
    #[command(flatten)]
    who: Who,
    /// Search the contacts of this account instead of the shared directory.
    #[arg(long, value_name = "ID", conflicts_with = "external_id")]
    account: Option<AccountId>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Who {
    /// Id of the person's record.
    #[arg(long, conflicts_with_all = ["external_id", "first_name"])]
    id: Option<PersonId>,
    /// Id that the source gave the person.
    #[arg(long, requires = "source", conflicts_with = "first_name")]
    external_id: Option<String>,
    /// Source of that id.
    #[arg(long, requires = "external_id")]
    source: Option<String>,
    /// First names as in the record. Case and accents do not matter.
    #[arg(long, requires_all = ["last_name", "company"])]
    first_name: Option<String>,
    /// All surnames.
    #[arg(long, requires = "first_name")]
    last_name: Option<String>,
    /// Employer.
    #[arg(long, requires = "first_name")]
    company: Option<String>,
}

impl Who {
    fn selector(self) -> anyhow::Result<PersonSelector> {
        match self {
            Self { id: Some(id), .. } => Ok(PersonSelector::Id(id)),
            Self { external_id: Some(external_id), source: Some(source), .. } => {
                Ok(PersonSelector::ExternalId { source, external_id })
            }
            Self {
                first_name: Some(first_name), last_name: Some(last_name), company: Some(company), ..
            } => {
                for (option, text, name) in [
                    ("--first-name", &first_name, NameOf::Person),
                    ("--last-name", &last_name, NameOf::Person),
                    ("--company", &company, NameOf::Company),
                ] {
                    anyhow::ensure!(name.can_be(text), "{option} needs at least {}", name.needs());
                }
                Ok(PersonSelector::Name { first_name, last_name, company })
            }
            _ => anyhow::bail!(
                "identify the person: --id, or --external-id and --source, or --first-name, --last-name and --company"
            ),
        }
    }
}

impl PersonCommand {
    /// # Errors
    /// When the account does not exist, or the database cannot be reached.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        let now = clock::now(&mut *context.connection().await?).await?;
        match self {
            Self::Export(Order { who, account }) => {
                output.print(&find(&who.selector()?, account, context).await?)
            }
            Self::Erase { order: Order { who, account }, consent } => {
                let who = who.selector()?;
                let plan = planned("erase", &who, account, context);
                match consent.is_given(plan, output).await? {
                    true => output.print(&erase(&who, account, context, now).await?),
                    false => Ok(()),
                }
            }
            Self::OptOut { who, consent } => {
                let who = who.selector()?;
                let plan = planned("opt_out", &who, None, context);
                match consent.is_given(plan, output).await? {
                    true => output.print(&opt_out(&who, context, now).await?),
                    false => Ok(()),
                }
            }
        }
    }
}

async fn find(
    who: &PersonSelector,
    account: Option<AccountId>,
    context: &Context,
) -> anyhow::Result<Exported> {
    let pool = context.pool();
    let Some(account) = account else {
        let records = directory::export(pool, who).await?;
        return Ok(Exported { records, contacts: Vec::new(), kept_by: contacts::keepers(pool, who).await? });
    };
    context.account(account).await?;
    let contacts = contacts::export(pool, account, who).await?;
    Ok(Exported { records: Vec::new(), contacts, kept_by: Vec::new() })
}

/// What an erasure or opt-out would delete.
async fn planned(
    action: &'static str,
    who: &PersonSelector,
    account: Option<AccountId>,
    context: &Context,
) -> anyhow::Result<Planned> {
    let found = find(who, account, context).await?;
    let (records, contacts) = (found.records.len(), found.contacts.len());
    Ok(Planned { action, dry_run: true, records, contacts, kept_by: found.kept_by })
}

async fn erase(
    who: &PersonSelector,
    account: Option<AccountId>,
    context: &Context,
    now: DateTime<Utc>,
) -> anyhow::Result<Done> {
    let mut connection = context.connection().await?;
    let mut done = Done::of("erase", now);
    if let Some(account) = account {
        context.account(account).await?;
        done.contacts = contacts::erase(&mut connection, account, who).await?;
        return Ok(done);
    }
    loop {
        let erased = directory::erase(&mut connection, who).await?;
        done.records += erased;
        if erased < MAX_RECORDS.unsigned_abs() {
            break;
        }
    }
    done.kept_by = contacts::keepers(context.pool(), who).await?;
    Ok(done)
}

async fn opt_out(who: &PersonSelector, context: &Context, now: DateTime<Utc>) -> anyhow::Result<Done> {
    let is_by_record = matches!(who, PersonSelector::Id(_));
    let mut connection = context.connection().await?;
    let mut done = Done::of("opt_out", now);
    loop {
        let deleted = directory::opt_out(&mut connection, who, now).await?;
        done.records += deleted;
        if deleted < MAX_RECORDS.unsigned_abs() {
            break;
        }
    }
    if is_by_record && done.records == 0 {
        anyhow::bail!(
            "the record does not exist, so no opt-out was saved. Identify the person by name, or by --external-id and --source"
        );
    }
    done.kept_by = contacts::keepers(context.pool(), who).await?;
    Ok(done)
}
