//! Plans that accounts are on and a new catalogue does not have.

use std::fmt;

use crate::catalogue::plans::Catalogue;
use crate::domain::plan::PlanRef;
use crate::storage::offer_sets::PlanInUse;

/// The plans that must stay in the file, with what the operator can do about them.
#[derive(Debug)]
pub struct PlansInUse {
    pub plans: Vec<PlanInUse>,
    /// Plans of the new catalogue for the open accounts on these plans: from, to.
    moves: Vec<(PlanRef, PlanRef)>,
}

impl PlansInUse {
    /// Returns those of the plans that the catalogue does not have, if any.
    pub(super) fn missing_in(catalogue: &Catalogue, mut plans: Vec<PlanInUse>) -> Option<Self> {
        plans.retain(|PlanInUse { plan, .. }| catalogue.plan(&plan.edition, &plan.plan).is_none());
        let of_open = plans.iter().filter(|in_use| in_use.has_open_accounts).map(|in_use| &in_use.plan);
        let moves = of_open.filter_map(|from| Some((from.clone(), target(catalogue, from)?))).collect();
        (!plans.is_empty()).then_some(Self { plans, moves })
    }
}

/// The plan of the same name in the edition of new accounts, or else the edition's first one.
fn target(catalogue: &Catalogue, from: &PlanRef) -> Option<PlanRef> {
    let newest = catalogue.editions.last()?;
    let plan = newest.plans.iter().find(|known| known.plan == from.plan).or(newest.plans.first())?;
    Some(PlanRef { edition: newest.edition.clone(), plan: plan.plan.clone() })
}

fn names<'a>(plans: impl Iterator<Item = &'a PlanRef>) -> String {
    plans.map(|plan| format!("{}/{}", plan.edition, plan.plan)).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for PlansInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = names(self.plans.iter().map(|in_use| &in_use.plan));
        write!(f, "accounts are on plans that this catalogue does not have: {all}")?;
        if !self.moves.is_empty() {
            let open = names(self.moves.iter().map(|(from, _)| from));
            write!(
                f,
                ". Apply a catalogue that has {open} as well (`fluence catalogue show` prints the terms), move the accounts as \
                 follows or to another plan, and apply this catalogue again:"
            )?;
        }
        for (from, to) in &self.moves {
            write!(
                f,
                "\n  fluence account move-all --from-edition {} --from {} --edition {} --plan {}",
                from.edition, from.plan, to.edition, to.plan
            )?;
        }
        let closed =
            names(self.plans.iter().filter(|in_use| !in_use.has_open_accounts).map(|in_use| &in_use.plan));
        match closed.is_empty() {
            true => Ok(()),
            false => write!(f, "\nKeep {closed} in the catalogue: closed accounts stay on their plan"),
        }
    }
}

impl std::error::Error for PlansInUse {}
