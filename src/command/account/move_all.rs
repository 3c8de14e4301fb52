//! `fluence account move-all`: moves all accounts of a plan to another plan.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Serialize;
use tokio::time::sleep;

use super::plan::{EDITION, known_plan};
use crate::clock::new_id;
use crate::command::context::Context;
use crate::command::output::{Output, Report, count, write_fields};
use crate::domain::ids::PlanMoveId;
use crate::domain::plan::PlanRef;
use crate::domain::text::Reason;
use crate::management::plan_moves::mover::PlanMover;
use crate::management::plan_moves::{PlanMoveError, begin};
use crate::storage::plan_moves::preview::{self, PlanMovePreview};
use crate::storage::plan_moves::progress::{self, PlanMoveProgress};

/// How often to check the progress of a gateway that works on the same run.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub struct MoveAll {
    /// Plan that the accounts are on.
    #[arg(long, value_name = "PLAN")]
    from: String,
    /// Edition of that plan.
    #[arg(long, value_name = "EDITION")]
    from_edition: String,
    /// New plan.
    #[arg(long)]
    plan: String,
    /// Edition of the new plan [default: the one of the current plan].
    #[arg(long)]
    edition: Option<String>,
    /// Why. The accounts' owners read it in their audit logs.
    #[arg(long, value_name = "TEXT")]
    reason: Option<Reason>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(args: MoveAll, context: &Context, output: Output) -> anyhow::Result<()> {
    let catalogue = context.catalogue().await?;
    let from = known_plan(&catalogue, ("--from-edition", &args.from_edition), &args.from)?;
    let edition = args.edition.as_deref().unwrap_or(&args.from_edition);
    let to = known_plan(&catalogue, (EDITION, edition), &args.plan)?;
    if from == to {
        return Err(PlanMoveError::SamePlan.into());
    }
    if args.dry_run {
        let changes = preview::read(&mut *context.connection().await?, &from, &to).await?;
        return output.print(&Preview { from, to, changes });
    }
    let mut by = context.operator();
    by.actor.reason = args.reason;
    let new = PlanMoveId::from_uuid(new_id());
    let begun = begin(&mut *context.connection().await?, &by, new, (&from, &to), None).await;
    let (id, is_continued) = match begun {
        Ok(()) => (new, false),
        // Interrupted, or begun on the operators' console.
        Err(PlanMoveError::Open { id, to: open }) if open == to => (id, true),
        Err(error) => return Err(error.into()),
    };
    let run = finish(id, context, output).await?;
    let left = preview::read(&mut *context.connection().await?, &from, &to).await?;
    let PlanMovePreview { on_plan, closed, .. } = left;
    let refused = run.refused;
    output.print(&Moved { run, is_continued, on_plan, closed })?;
    match refused {
        0 => Ok(()),
        refused => bail!(
            "the ledger refused to count {} by the new plan; their credits follow it in the next period",
            count(refused.unsigned_abs(), "account")
        ),
    }
}

/// Works on a run, beside the gateways, until it has ended.
async fn finish(id: PlanMoveId, context: &Context, output: Output) -> anyhow::Result<PlanMoveProgress> {
    let mover = PlanMover { desk: context.ledger_desk() };
    loop {
        let worked = mover.batch(Some(id)).await;
        let worked = worked.context("the move was interrupted; repeat the command to resume")?;
        let run = progress::find(&mut *context.connection().await?, id).await?;
        let run = run.context("the run no longer exists")?;
        if run.ended_at.is_some() {
            return Ok(run);
        }
        if output == Output::Text {
            writeln!(
                io::stderr(),
                "{} of {} moved",
                run.moved,
                count(run.accounts.unsigned_abs(), "account")
            )?;
        }
        if !worked {
            sleep(LOOK_EVERY).await;
        }
    }
}

/// What a run would change.
#[derive(Serialize)]
struct Preview {
    from: PlanRef,
    to: PlanRef,
    #[serde(flatten)]
    changes: PlanMovePreview,
}

impl Report for Preview {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let changes = &self.changes;
        let credits = |credits: i64, accounts: i64| {
            format!("{credits} in {}", count(accounts.unsigned_abs(), "account"))
        };
        write_fields(
            out,
            &[
                ("from", &self.from),
                ("to", &self.to),
                ("accounts on the plan", &changes.on_plan),
                ("moved by one run", &changes.accounts),
                ("suspended ones", &changes.suspended),
                ("closed ones, which stay", &changes.closed),
                ("credits added", &credits(changes.credits_added, changes.gaining)),
                ("credits removed", &credits(changes.credits_removed, changes.losing)),
                ("without plan credits then", &changes.without_plan_credits),
                ("without requests then", &changes.without_requests),
                ("environments over the limit of keys", &changes.environments_over),
            ],
        )?;
        writeln!(out, "\nNothing was changed.")
    }
}

/// What a run did.
#[derive(Serialize)]
struct Moved {
    #[serde(flatten)]
    run: PlanMoveProgress,
    /// Whether the run was started earlier.
    #[serde(rename = "continued")]
    is_continued: bool,
    /// Open accounts that are on the old plan now.
    on_plan: i64,
    /// Closed accounts, which stay on the old plan.
    closed: i64,
}

impl Report for Moved {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let run = &self.run;
        write_fields(
            out,
            &[
                ("from", &run.from()),
                ("to", &run.to()),
                ("moved", &run.moved),
                ("left as they were", &run.skipped),
                ("refused", &run.refused),
            ],
        )?;
        if self.is_continued {
            writeln!(out, "\nThe run was started earlier, by {}.", run.author)?;
        }
        if self.on_plan > 0 {
            let left = count(self.on_plan.unsigned_abs(), "account");
            writeln!(out, "\nOn the old plan now: {left}. Repeat the command to move them.")?;
        }
        if self.closed > 0 {
            let closed = count(self.closed.unsigned_abs(), "closed account");
            writeln!(out, "\nLeft on the old plan: {closed}. Keep the plan in the catalogue.")?;
        }
        Ok(())
    }
}
