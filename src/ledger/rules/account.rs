//! The rules of one account: holds, releases, renewals, expiry, grants and plan moves.
//!
//! A store loads a [`LedgerAccount`]. Each rule changes it and adds entries. The store then saves
//! both together.

mod lots;

use chrono::{DateTime, Utc};

use crate::domain::billing::{AccountBalance, BalanceParts};
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::entry::{CallRef, Entry, EntryKind, GrantKind};
use crate::ledger::rules::hold::{DeclineReason, Hold, Take};
use crate::ledger::rules::lot::{Lot, LotNumber, LotSource};
use crate::ledger::rules::period::{Period, period_at};

/// What the plan gives in each period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanTerms {
    pub credits: Credits,
    pub requests: u64,
}

/// One account's money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerAccount {
    /// The instant from which periods are counted.
    pub anchored_at: DateTime<Utc>,
    /// The terms of its plan from the next period on.
    pub plan: PlanTerms,
    /// The current period, as of the last operation.
    pub period: Period,
    /// The lot of this period's plan credits, or `None` before the first period.
    pub plan_lot: Option<LotNumber>,
    /// Plan credits of the current period.
    pub plan_credits: Credits,
    /// Calls that the plan pays for in the current period.
    pub requests_limit: u64,
    /// Requests used in the current period: more than the limit after a move to a smaller plan.
    pub requests_used: u64,
    pub last_lot: Option<LotNumber>,
    /// Number of the newest entry.
    pub last_entry: i64,
    /// Every lot that has credits left or may get credits back.
    pub lots: Vec<Lot>,
    /// Entries added since the account was loaded, oldest first.
    pub entries: Vec<Entry>,
}

/// Why a rule did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Too few credits.
    #[error("not enough credits: {available} available")]
    Insufficient {
        /// Credits that may be used.
        available: Credits,
    },
    /// A hold of 0 credits, which could be neither captured nor released.
    #[error("a hold must be at least 1 credit")]
    ZeroHold,
    /// A number left the range of 64 bits.
    #[error("a credit amount is out of range")]
    Overflow,
    /// A lot of the operation does not exist.
    #[error("lot {} does not exist", .0.0)]
    UnknownLot(LotNumber),
    /// The account has no plan credits of the current period to change.
    #[error("the account has no plan lot")]
    NoPlanLot,
}

/// Why no hold was made.
#[derive(Clone, Debug, PartialEq)]
pub enum NotHeld {
    /// For a reason that the caller learns.
    Declined(DeclineReason),
    /// A rule forbids it.
    Refused(RuleError),
}

impl From<RuleError> for NotHeld {
    fn from(error: RuleError) -> Self {
        Self::Refused(error)
    }
}

impl LedgerAccount {
    /// An account without lots or entries, in its first period. [`LedgerAccount::advance`] brings
    /// the first plan credits.
    pub fn open(anchored_at: DateTime<Utc>, plan: PlanTerms) -> Self {
        let period = period_at(anchored_at, anchored_at);
        Self {
            anchored_at,
            plan,
            period,
            plan_lot: None,
            plan_credits: Credits::ZERO,
            requests_limit: plan.requests,
            requests_used: 0,
            last_lot: None,
            last_entry: 0,
            lots: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Whether the plan may pay for another call in the current period.
    pub fn has_requests_left(&self) -> bool {
        self.requests_used < self.requests_limit
    }

    /// Returns what the account has left and has used.
    pub fn balance(&self) -> AccountBalance {
        let parts = BalanceParts {
            credits_left: self.credits_left(),
            plan_credits: self.plan_credits,
            plan_left: self.plan_left(),
            requests_limit: self.requests_limit,
            requests_used: self.requests_used,
            renews_at: self.period.ends_at,
        };
        parts.into()
    }

    /// Advances the account to `now`: expires lots and starts the current period if it is new.
    /// Skipped periods grant nothing. A second call has no effect.
    pub fn advance(&mut self, now: DateTime<Utc>, id: CallId) -> Result<(), RuleError> {
        let is_due = |lot: &Lot| lot.has_expired(now);
        while let Some(&Lot { number, left, .. }) = self.first_lot(is_due) {
            self.take(number, left, EntryKind::Expiry, id, None)?;
        }
        let current = period_at(self.anchored_at, now);
        if self.plan_lot.is_none() || current.index > self.period.index {
            self.period = current;
            self.plan_credits = self.plan.credits;
            self.requests_limit = self.plan.requests;
            self.requests_used = 0;
            let (credits, ends_at) = (self.plan.credits, current.ends_at);
            self.plan_lot = Some(self.add_lot(LotSource::Plan, credits, ends_at, EntryKind::Renewal, id)?);
        }
        Ok(())
    }

    /// Adds a pack or a grant that ends at `expires_at`.
    pub fn grant(
        &mut self,
        kind: GrantKind,
        amount: Credits,
        expires_at: DateTime<Utc>,
        id: CallId,
    ) -> Result<LotNumber, RuleError> {
        self.add_lot(kind.source(), amount, expires_at, kind.entry(), id)
    }

    /// Holds `amount` for a call, or changes nothing. A call with credits of a plan lot uses one
    /// request of the period. When the requests are used up, only packs and grants pay.
    pub fn hold(&mut self, amount: Credits, id: CallId, call: CallRef) -> Result<Vec<Take>, NotHeld> {
        if amount == Credits::ZERO {
            return Err(RuleError::ZeroHold.into());
        }
        let plan_pays = self.has_requests_left();
        let may_pay = |lot: &Lot| plan_pays || lot.source != LotSource::Plan;
        let takes =
            self.burn(amount, EntryKind::Hold, id, Some(call), may_pay).map_err(|error| match error {
                RuleError::Insufficient { available } => NotHeld::Declined(self.too_few(amount, available)),
                error => error.into(),
            })?;
        if takes.iter().any(|take| take.payer.is_plan()) {
            self.requests_used += 1;
        }
        Ok(takes)
    }

    /// Returns why the account cannot pay `amount`. Waiting helps only if the next period grants
    /// requests and enough credits.
    fn too_few(&self, amount: Credits, available: Credits) -> DeclineReason {
        if !self.has_requests_left() && self.plan.requests > 0 && self.plan.credits >= amount {
            DeclineReason::QuotaExhausted { limit: self.requests_limit }
        } else {
            DeclineReason::InsufficientCredits { available }
        }
    }

    /// Takes `amount` from the account for an operator, or changes nothing. What would pay last
    /// goes first: credits that were given by mistake, before those of the plan.
    pub fn correct(&mut self, amount: Credits, id: CallId) -> Result<Vec<Take>, RuleError> {
        self.burn(amount, EntryKind::Correction, id, None, |_| true)
    }

    /// Returns `amount` of a hold to its lots, the last taken first. An expired lot lives
    /// `EXPIRED_LOT_GRACE` longer. The request unit returns with the last plan credits, if its
    /// period has not ended. Credits of a plan that has since become smaller do not return beyond
    /// what the plan now gives.
    pub fn release(
        &mut self,
        hold: &Hold,
        amount: Credits,
        outcome: Outcome,
        now: DateTime<Utc>,
    ) -> Result<(), RuleError> {
        if let Some(take) = hold.takes.iter().find(|take| self.lots.iter().all(|lot| lot.number != take.lot))
        {
            return Err(RuleError::UnknownLot(take.lot));
        }
        let mut due = amount.min(hold.amount());
        self.credits_left().checked_add(due).ok_or(RuleError::Overflow)?;
        for take in hold.takes.iter().rev() {
            let part = take.amount.min(due);
            if part == Credits::ZERO {
                continue;
            }
            due = due.saturating_sub(part);
            self.put_back(take.lot, part, now)?;
            self.write(
                EntryKind::Release,
                part.as_i64(),
                take.lot,
                hold.call_id,
                Some(hold.call),
                Some(outcome),
            );
            if Some(take.lot) == self.plan_lot {
                self.fit_plan_lot(hold.call_id)?;
            }
        }
        if hold.refund(amount).has_request && hold.period == Some(self.period.index) {
            self.requests_used = self.requests_used.saturating_sub(1);
        }
        Ok(())
    }

    /// Moves the account to another plan at once, without prorating. The new plan's credits and
    /// requests replace those of the current period, and what was used of them stays used.
    pub fn move_plan(&mut self, plan: PlanTerms, id: CallId) -> Result<(), RuleError> {
        let before = std::mem::replace(&mut self.plan_credits, plan.credits);
        if let Err(error) = self.fit_plan_lot(id) {
            self.plan_credits = before;
            return Err(error);
        }
        self.plan = plan;
        self.requests_limit = plan.requests;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
