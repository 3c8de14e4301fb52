//! `fluence catalogue` and `fluence routes`: what is sold, as numbered sets that are applied whole.

pub(super) mod file;
mod report;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use chrono::TimeDelta;
use clap::Subcommand;

use self::file::{checked, explained, read};
use self::report::{ApplyReport, DiffReport, Listed, Shown};
use super::confirm;
use super::context::Context;
use super::output::Output;
use crate::app::{check_stages, public_links, upstream_faults};
use crate::catalogue::differences::differences;
use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes::RouteSet;
use crate::catalogue::sets::{shipped, warnings};
use crate::config::Settings;
use crate::domain::call_lease::CallLease;
use crate::domain::offer_set::{SHIPPED_SET, SetKind};
use crate::management::offer_sets::{Applied, ApplyError, apply, require_plans_in_use};
use crate::storage::offer_sets::{self, OfferSet};
use crate::storage::pool;

/// Most sets that `list` shows.
const LISTED: i64 = 100;

/// What became of the sets in force when a command failed.
const UNCHANGED: &str = "nothing was changed";

#[derive(Debug, Subcommand)]
pub enum SetCommand {
    /// Check a file, list every fault with its line, and put it in force on all gateways.
    Apply {
        /// The file, or `-` for standard input.
        file: PathBuf,
        /// Wait until every gateway has activated it.
        #[arg(long)]
        wait: bool,
    },
    /// Print a set, in the format of `apply`.
    Show {
        /// Its number; 0 is the shipped set [default: the set in force].
        #[arg(allow_negative_numbers = true)]
        number: Option<i32>,
    },
    /// Check a file, and list what it would change.
    Diff {
        /// The file, or `-` for standard input.
        file: PathBuf,
    },
    /// Apply an earlier set again, under a new number.
    Rollback {
        /// Its number; 0 is the shipped set.
        #[arg(allow_negative_numbers = true)]
        number: i32,
        /// Wait until every gateway has activated it.
        #[arg(long)]
        wait: bool,
    },
    /// List the sets that were applied, newest first.
    List,
}

impl SetCommand {
    /// # Errors
    /// When a file is faulty, a set does not exist, or the database cannot be reached.
    pub(super) async fn run(self, kind: SetKind, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Apply { file, wait } => {
                let text = read(&file)?;
                checked(kind, &text).map_err(explained).context(UNCHANGED)?;
                put_in_force(kind, &text, wait, context, output).await
            }
            Self::Show { number } => {
                let set = set(kind, number, context).await?;
                output.print(&Shown { kind, set })
            }
            Self::Diff { file } => {
                let (current, text) = (set(kind, None, context).await?, read(&file)?);
                checked(kind, &text).map_err(explained)?;
                let changes = differences(kind, &current.text, &text).map_err(explained)?;
                let warnings = warnings_with(kind, &text, context).await;
                output.print(&DiffReport { kind, number: current.number, changes, warnings })?;
                check_beside_others(kind, &text, context).await.context("`apply` would refuse this file")
            }
            Self::Rollback { number, wait } => {
                let set = set(kind, Some(number), context).await?;
                put_in_force(kind, &set.text, wait, context, output).await
            }
            Self::List => {
                let sets = offer_sets::list(&mut *context.connection().await?, kind, LISTED).await?;
                output.print(&Listed { kind, sets })
            }
        }
    }
}

/// Applies the files that the settings name, as `apply` does.
///
/// # Errors
/// When a file is faulty or cannot be read, or the database refuses it. Nothing of that file is
/// applied.
pub(super) async fn apply_files(context: &Context, settings: &Settings) -> anyhow::Result<()> {
    for (kind, file) in [(SetKind::Catalogue, &settings.catalogue), (SetKind::Routes, &settings.routes)] {
        if file.is_empty() {
            continue;
        }
        let text = read(Path::new(file)).context(file::setting(kind))?;
        let applied = apply_text(context, kind, &text).await;
        if let Applied::New(number) =
            applied.with_context(|| format!("{}: cannot apply {file}", file::setting(kind)))?
        {
            tracing::info!(file, number, kind = kind.as_str(), "set applied");
        }
    }
    Ok(())
}

async fn apply_text(context: &Context, kind: SetKind, text: &str) -> anyhow::Result<Applied> {
    check_beside_others(kind, text, context).await.context(UNCHANGED)?;
    let mut owner = pool::owner_connection(context.options()).await?;
    let applied = apply(&mut owner, &context.operator(), kind, text).await;
    let explained_error = |error| match error {
        ApplyError::Faults(faults) => explained(faults),
        error => anyhow::Error::new(error),
    };
    applied.map_err(explained_error).context(UNCHANGED)
}

/// Checks a faultless text beside the settings and the accounts.
///
/// # Errors
/// When a gateway with these settings could not start on it, or it lacks a plan in use.
async fn check_beside_others(kind: SetKind, text: &str, context: &Context) -> anyhow::Result<()> {
    match kind {
        SetKind::Catalogue => {
            let catalogue = Catalogue::parse(text).map_err(explained)?;
            require_plans_in_use(&mut *context.connection().await?, &catalogue).await?;
        }
        SetKind::Routes => {
            let routes = RouteSet::parse(text).map_err(explained)?;
            check_stages(&routes, &public_links(context.settings(), &routes))?;
        }
    }
    Ok(())
}

/// The set with this number, or the one in force.
async fn set(kind: SetKind, number: Option<i32>, context: &Context) -> anyhow::Result<OfferSet> {
    let mut connection = context.connection().await?;
    let shipped = || OfferSet { number: SHIPPED_SET, text: shipped(kind).to_owned() };
    match number {
        None => Ok(offer_sets::newest(&mut connection, kind).await?.unwrap_or_else(shipped)),
        Some(SHIPPED_SET) => Ok(shipped()),
        Some(number) => {
            let found = offer_sets::find(&mut connection, kind, number).await?;
            let kind = kind.as_str();
            found.ok_or_else(|| anyhow!("set {number} does not exist; `fluence {kind} list` lists all"))
        }
    }
}

async fn put_in_force(
    kind: SetKind,
    text: &str,
    wait: bool,
    context: &Context,
    output: Output,
) -> anyhow::Result<()> {
    let before = set(kind, None, context).await?;
    // A set of another version may be unreadable for this one: then there is nothing to compare
    // with.
    let changes = differences(kind, &before.text, text).unwrap_or_default();
    let (number, is_new) = match apply_text(context, kind, text).await? {
        Applied::New(number) => (number, true),
        Applied::Already(number) => (number, false),
    };
    let confirmation = match wait {
        true => Some(confirm::every_gateway_sells_by(context, kind, number).await?),
        false => None,
    };
    let warnings = warnings_with(kind, text, context).await;
    output.print(&ApplyReport { kind, number, is_new, changes, warnings, confirmation: &confirmation })?;
    match &confirmation {
        Some(confirmation) => confirmation.require_offer(kind, number),
        None => Ok(()),
    }
}

/// What an operator should know about a set beside the set of the other kind that is in force.
/// Empty where this program cannot read one of both.
async fn warnings_with(kind: SetKind, text: &str, context: &Context) -> Vec<String> {
    let sets = async {
        anyhow::Ok(match kind {
            SetKind::Catalogue => (Catalogue::parse(text)?, context.routes().await?),
            SetKind::Routes => (context.catalogue().await?, RouteSet::parse(text)?),
        })
    };
    let Ok((catalogue, routes)) = sets.await else { return Vec::new() };
    let of_upstreams = match kind {
        SetKind::Catalogue => Vec::new(),
        SetKind::Routes => upstream_faults(&routes.upstreams),
    };
    // A gateway may have what this machine lacks.
    let of_upstreams = of_upstreams
        .into_iter()
        .map(|fault| format!("{fault}; a gateway with this fault keeps its current routes"));
    let of_prices = routes.warnings().into_iter().filter(|_| kind == SetKind::Routes);
    let sign_up = context.settings().sign_up_warning(&catalogue).filter(|_| kind == SetKind::Catalogue);
    warnings(&catalogue, &routes).into_iter().chain(of_prices).chain(of_upstreams).chain(sign_up).collect()
}

impl Context {
    /// How long a hold may stay open: as long as its gateway may be silent, or as the longest call
    /// of the routes in force or of those before them may take.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(super) async fn longest_hold(&self) -> anyhow::Result<TimeDelta> {
        let mut connection = self.connection().await?;
        let newest = offer_sets::newest(&mut connection, SetKind::Routes).await?;
        let before = match &newest {
            Some(newest) => offer_sets::find(&mut connection, SetKind::Routes, newest.number - 1).await?,
            None => None,
        };
        let lease = CallLease::from(self.hold_life());
        let sets = newest.iter().chain(&before).filter_map(|set| RouteSet::parse(&set.text).ok());
        lease.follow(sets.map(|set| set.longest_total_s()).max().unwrap_or(0));
        Ok(lease.get())
    }

    /// The routes in force.
    ///
    /// # Errors
    /// When this program cannot read them, or the database cannot be reached.
    pub async fn routes(&self) -> anyhow::Result<RouteSet> {
        let OfferSet { number, text } = set(SetKind::Routes, None, self).await?;
        RouteSet::parse(&text).map_err(|faults| anyhow!("this program cannot read routes {number}: {faults}"))
    }

    /// The catalogue in force.
    ///
    /// # Errors
    /// When this program cannot read it, or the database cannot be reached.
    pub async fn catalogue(&self) -> anyhow::Result<Catalogue> {
        let OfferSet { number, text } = set(SetKind::Catalogue, None, self).await?;
        Catalogue::parse(&text)
            .map_err(|faults| anyhow!("this program cannot read catalogue {number}: {faults}"))
    }
}
