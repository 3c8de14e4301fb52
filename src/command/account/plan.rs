//! The plan of an account: found by its name, and changed.

use anyhow::bail;
use clap::Args;

use super::explained;
use crate::catalogue::plans::{Catalogue, Edition};
use crate::clock;
use crate::command::context::Context;
use crate::command::output::Output;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::plan::PlanRef;
use crate::ledger::rules::operation::Operation;
use crate::management;

/// The option that names the edition of a new plan.
pub(super) const EDITION: &str = "--edition";

#[derive(Debug, Args)]
pub struct MoveAccount {
    /// Account id.
    id: AccountId,
    /// New plan.
    #[arg(long)]
    plan: String,
    /// Edition of the new plan [default: the current edition of the account].
    #[arg(long)]
    edition: Option<String>,
}

pub(super) async fn change(target: MoveAccount, context: &Context, output: Output) -> anyhow::Result<()> {
    let account = context.account(target.id).await?;
    let edition = target.edition.as_deref().unwrap_or(&account.plan.edition);
    let plan = known_plan(&context.catalogue().await?, (EDITION, edition), &target.plan)?;
    let mut connection = context.connection().await?;
    let moved = management::accounts::set_plan(&mut connection, &context.operator(), target.id, &plan).await;
    moved.map_err(|error| explained(target.id, error))?;
    // Idempotent: repeating an interrupted move completes it.
    let id = CallId::from_uuid(clock::new_id());
    let done = format!(
        "account {} is on plan {plan}, but does not have the plan's credits and requests yet",
        target.id
    );
    let completed_by = "Run the command again once the ledger accepts writes";
    context.complete(Operation::MovePlan { account_id: target.id, id }, &done, completed_by).await?;
    output.print(&context.account(target.id).await?)
}

/// Returns the plan of this name, or an error that lists the plans. `option` is the one that names
/// the edition.
pub(super) fn known_plan(
    catalogue: &Catalogue,
    (option, edition): (&str, &str),
    plan: &str,
) -> anyhow::Result<PlanRef> {
    let Some(known) = catalogue.editions.iter().find(|known| known.edition == edition) else {
        let editions: Vec<_> = catalogue.editions.iter().map(|known| known.edition.as_str()).collect();
        bail!("edition `{edition}` does not exist; the editions are {}", editions.join(", "));
    };
    // Errors of calls name the tier that is needed, so a tier works too.
    let named = known.plans.iter().find(|known| known.plan == plan || known.tier == plan);
    let Some(named) = named else {
        let has = |other: &&Edition| other.plans.iter().any(|known| known.plan == plan || known.tier == plan);
        if let Some(other) = catalogue.editions.iter().rfind(has) {
            bail!(
                "edition {edition} has no plan `{plan}`, but edition {0} has: use {option} {0}",
                other.edition
            );
        }
        let plans: Vec<_> = known.plans.iter().map(|known| known.plan.as_str()).collect();
        bail!("edition {edition} has no plan `{plan}`; its plans are {}", plans.join(", "));
    };
    Ok(PlanRef { edition: edition.into(), plan: named.plan.clone() })
}
