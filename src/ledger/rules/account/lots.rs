//! The lots of an account: credits are taken from them in burn order and put back, and each
//! movement adds an entry.

use chrono::{DateTime, Utc};

use super::{LedgerAccount, RuleError};
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::entry::{CallRef, Entry, EntryKind};
use crate::ledger::rules::hold::{Payer, Take};
use crate::ledger::rules::lot::{EXPIRED_LOT_GRACE, Lot, LotNumber, LotSource};

impl LedgerAccount {
    /// Returns the credits left in all lots. No rule lets the sum overflow. For stored lots that
    /// do, it saturates, and nothing can be added.
    pub fn credits_left(&self) -> Credits {
        self.left_in(|_| true)
    }

    /// Credits left of the current period's plan lot.
    pub fn plan_left(&self) -> Credits {
        self.left_in(|lot| Some(lot.number) == self.plan_lot)
    }

    /// Returns the lot that is stored in the account's row, so that a hold from it needs no other
    /// row: the first in burn order, but not the plan lot of a period without requests left, if
    /// another lot has credits. The sweep does not miss that lot, because it ends with its period.
    pub fn open_lot(&self) -> Option<&Lot> {
        let plan_pays = self.has_requests_left();
        self.first_lot(|lot| plan_pays || Some(lot.number) != self.plan_lot)
            .or_else(|| self.first_lot(|_| true))
    }

    pub(super) fn left_in(&self, lots: impl Fn(&Lot) -> bool) -> Credits {
        Credits::saturating_sum(self.lots.iter().filter(|lot| lots(lot)).map(|lot| lot.left))
    }

    /// Returns the first of these lots in burn order with credits left.
    pub(super) fn first_lot(&self, lots: impl Fn(&Lot) -> bool) -> Option<&Lot> {
        let with_credits = self.lots.iter().filter(|lot| lot.left > Credits::ZERO && lots(lot));
        with_credits.min_by_key(|lot| lot.burn_order())
    }

    fn last_lot_with_credits(&self) -> Option<&Lot> {
        let with_credits = self.lots.iter().filter(|lot| lot.left > Credits::ZERO);
        with_credits.max_by_key(|lot| lot.burn_order())
    }

    fn lot_mut(&mut self, number: LotNumber) -> Result<&mut Lot, RuleError> {
        self.lots.iter_mut().find(|lot| lot.number == number).ok_or(RuleError::UnknownLot(number))
    }

    /// Takes `amount` from lots that `may_pay`, or changes nothing: in burn order, and for a
    /// correction against it.
    pub(super) fn burn(
        &mut self,
        amount: Credits,
        kind: EntryKind,
        id: CallId,
        call: Option<CallRef>,
        may_pay: impl Fn(&Lot) -> bool,
    ) -> Result<Vec<Take>, RuleError> {
        let available = self.left_in(&may_pay);
        if available < amount {
            return Err(RuleError::Insufficient { available });
        }
        let (mut takes, mut due) = (Vec::with_capacity(1), amount);
        while due > Credits::ZERO
            && let Some(lot) = match kind {
                EntryKind::Correction => self.last_lot_with_credits(),
                _ => self.first_lot(&may_pay),
            }
        {
            let payer = Payer::of(lot.number, lot.source, self.plan_lot);
            let take = Take { lot: lot.number, amount: lot.left.min(due), payer };
            self.take(take.lot, take.amount, kind, id, call)?;
            due = due.saturating_sub(take.amount);
            takes.push(take);
        }
        Ok(takes)
    }

    pub(super) fn take(
        &mut self,
        number: LotNumber,
        amount: Credits,
        kind: EntryKind,
        id: CallId,
        call: Option<CallRef>,
    ) -> Result<(), RuleError> {
        let lot = self.lot_mut(number)?;
        lot.left = lot.left.checked_sub(amount).ok_or(RuleError::Insufficient { available: lot.left })?;
        self.write(kind, -amount.as_i64(), number, id, call, None);
        Ok(())
    }

    pub(super) fn put_back(
        &mut self,
        number: LotNumber,
        amount: Credits,
        now: DateTime<Utc>,
    ) -> Result<(), RuleError> {
        let lot = self.lot_mut(number)?;
        lot.left = lot.left.checked_add(amount).ok_or(RuleError::Overflow)?;
        // After a downgrade more credits may return than the lot was granted.
        lot.granted = lot.granted.max(lot.left);
        if lot.has_expired(now) && amount > Credits::ZERO {
            lot.expires_at = now + EXPIRED_LOT_GRACE;
        }
        Ok(())
    }

    /// Leaves in the plan lot what the plan gives in the current period, less what was used of it.
    /// Used credits stay used, even if the plan has fewer. Fails without a change.
    pub(super) fn fit_plan_lot(&mut self, id: CallId) -> Result<(), RuleError> {
        let (before, given) = (self.credits_left(), self.plan_credits);
        let number = self.plan_lot.ok_or(RuleError::NoPlanLot)?;
        let lot = self.lot_mut(number).map_err(|_| RuleError::NoPlanLot)?;
        let used = lot.granted.saturating_sub(lot.left);
        let left = given.saturating_sub(used);
        let difference = left.as_i64() - lot.left.as_i64();
        let granted = left.checked_add(used).ok_or(RuleError::Overflow)?;
        before.as_i64().checked_add(difference).ok_or(RuleError::Overflow)?;
        (lot.left, lot.granted) = (left, granted);
        if difference != 0 {
            self.write(EntryKind::PlanMove, difference, number, id, None, None);
        }
        Ok(())
    }

    pub(super) fn add_lot(
        &mut self,
        source: LotSource,
        amount: Credits,
        expires_at: DateTime<Utc>,
        kind: EntryKind,
        id: CallId,
    ) -> Result<LotNumber, RuleError> {
        self.credits_left().checked_add(amount).ok_or(RuleError::Overflow)?;
        let number = LotNumber::after(self.last_lot).ok_or(RuleError::Overflow)?;
        self.last_lot = Some(number);
        self.lots.push(Lot { number, source, granted: amount, left: amount, expires_at });
        self.write(kind, amount.as_i64(), number, id, None, None);
        Ok(number)
    }

    pub(super) fn write(
        &mut self,
        kind: EntryKind,
        amount: i64,
        lot: LotNumber,
        call_id: CallId,
        call: Option<CallRef>,
        outcome: Option<Outcome>,
    ) {
        self.last_entry += 1;
        let balance_after = self.credits_left().as_i64();
        self.entries.push(Entry {
            number: self.last_entry,
            kind,
            amount,
            balance_after,
            lot,
            call_id,
            call,
            outcome,
        });
    }
}
