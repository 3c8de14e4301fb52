//! The arrays that the statement of the fast path takes.

use uuid::Uuid;

use super::statuses::Statuses;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::settlement::Outcome;
use crate::ledger::rules::entry::{CallRef, EntryKind};
use crate::ledger::rules::hold::HoldRequest;
use crate::ledger::rules::lot::LotNumber;
use crate::ledger::rules::plain::{PlainSettlement, PlainWork};
use crate::ledger::store::StoreError;

/// One operation of a batch.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Settle(&'a PlainSettlement),
    Hold(&'a HoldRequest),
}

impl Step<'_> {
    pub(super) fn account_id(self) -> AccountId {
        match self {
            Self::Settle(plain) => plain.settle().hold.account_id,
            Self::Hold(request) => request.account_id,
        }
    }

    fn call(self) -> (CallId, CallRef) {
        match self {
            Self::Settle(plain) => (plain.settle().hold.call_id, plain.settle().hold.call),
            Self::Hold(request) => (request.call_id, request.call),
        }
    }

    fn kind(self) -> EntryKind {
        match self {
            Self::Settle(_) => EntryKind::Release,
            Self::Hold(_) => EntryKind::Hold,
        }
    }

    fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Settle(plain) => Some(plain.settle().outcome),
            Self::Hold(_) => None,
        }
    }

    /// What it changes. A settlement that returns nothing has no entry.
    fn change(self) -> Change {
        match self {
            Self::Settle(plain) => {
                let refund = plain.refund();
                let entries = i64::from(refund.credits > Credits::ZERO);
                Change { credits: refund.credits.as_i64(), requests: -i64::from(refund.has_request), entries }
            }
            Self::Hold(request) => Change { credits: -request.amount.as_i64(), requests: 1, entries: 1 },
        }
    }
}

/// What operations change of an account whose open lot pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Credits that come in, less those that go out.
    pub(super) credits: i64,
    /// Request units used, less those returned, if the lot is the plan's.
    pub(super) requests: i64,
    pub(super) entries: i64,
}

impl Change {
    fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            credits: self.credits.checked_add(other.credits)?,
            requests: self.requests.checked_add(other.requests)?,
            entries: self.entries.checked_add(other.entries)?,
        })
    }
}

/// An operation with its place in the batch's work, and what later ones of its account change.
#[derive(Clone, Copy)]
pub(super) struct PlacedStep<'a> {
    pub(super) place: usize,
    pub(super) step: Step<'a>,
    pub(super) later: Change,
}

#[derive(Default)]
pub(super) struct Columns {
    pub(super) accounts: Accounts,
    pub(super) entries: Entries,
    pub(super) settlements: Settlements,
    pub(super) statuses: Statuses,
}

#[derive(Default)]
pub(super) struct Accounts {
    pub(super) ids: Vec<Uuid>,
    pub(super) credits: Vec<i64>,
    pub(super) returned: Vec<i64>,
    pub(super) entries: Vec<i64>,
    pub(super) requests: Vec<i64>,
    pub(super) requests_returned: Vec<i64>,
    pub(super) lots: Vec<Option<i32>>,
}

#[derive(Default)]
pub(super) struct Entries {
    pub(super) accounts: Vec<Uuid>,
    pub(super) calls: Vec<Uuid>,
    pub(super) keys: Vec<Uuid>,
    pub(super) routes: Vec<i16>,
    pub(super) kinds: Vec<i16>,
    pub(super) outcomes: Vec<Option<i16>>,
    pub(super) amounts: Vec<i64>,
    pub(super) later_credits: Vec<i64>,
    pub(super) later_entries: Vec<i64>,
}

#[derive(Default)]
pub(super) struct Settlements {
    pub(super) accounts: Vec<Uuid>,
    pub(super) calls: Vec<Uuid>,
    pub(super) captured: Vec<Option<i16>>,
    pub(super) prices: Vec<Option<String>>,
}

impl Columns {
    /// Returns the arrays, and the operations that they contain by account. An account whose
    /// settlements name several lots is left out.
    pub(super) fn new(work: &PlainWork) -> Result<(Self, Vec<PlacedStep<'_>>), StoreError> {
        let settlements = work.settlements.iter().map(Step::Settle);
        let steps = settlements.chain(work.holds.iter().map(Step::Hold));
        let mut steps: Vec<_> = steps
            .enumerate()
            .map(|(place, step)| PlacedStep { place, step, later: Change::default() })
            .collect();
        steps.sort_by_key(|placed| placed.step.account_id());
        let mut columns = Self::default();
        let mut placed = Vec::with_capacity(steps.len());
        for group in steps.chunk_by_mut(|a, b| a.step.account_id() == b.step.account_id()) {
            let Ok(lot) = common_lot(group) else { continue };
            columns.add_account(group, lot)?;
            placed.extend_from_slice(group);
        }
        Ok((columns, placed))
    }

    fn add_account(
        &mut self,
        group: &mut [PlacedStep<'_>],
        lot: Option<LotNumber>,
    ) -> Result<(), StoreError> {
        let too_much = || StoreError::Refused("the credits of a batch are out of range".into());
        let (mut total, mut returned, mut requests_returned) = (Change::default(), 0_i64, 0_i64);
        for placed in group.iter_mut().rev() {
            placed.later = total;
            let change = placed.step.change();
            total = total.checked_add(change).ok_or_else(too_much)?;
            returned = returned.checked_add(change.credits.max(0)).ok_or_else(too_much)?;
            requests_returned += (-change.requests).max(0);
        }
        let Some(first) = group.first() else { return Ok(()) };
        let id = first.step.account_id().as_uuid();
        self.accounts.ids.push(id);
        self.accounts.credits.push(total.credits);
        self.accounts.returned.push(returned);
        self.accounts.entries.push(total.entries);
        self.accounts.requests.push(total.requests);
        self.accounts.requests_returned.push(requests_returned);
        self.accounts.lots.push(lot.map(|lot| lot.0));
        for placed in group.iter() {
            self.entries.add(id, placed);
            if let Step::Settle(plain) = placed.step {
                self.settlements.add(id, plain)?;
                self.statuses.add(id, plain);
            }
        }
        Ok(())
    }
}

impl Entries {
    fn add(&mut self, account: Uuid, placed: &PlacedStep<'_>) {
        let change = placed.step.change();
        if change.entries == 0 {
            return;
        }
        let (call_id, call) = placed.step.call();
        self.accounts.push(account);
        self.calls.push(call_id.as_uuid());
        self.keys.push(call.key_id.as_uuid());
        self.routes.push(call.route.0);
        self.kinds.push(placed.step.kind().number());
        self.outcomes.push(placed.step.outcome().map(Outcome::number));
        self.amounts.push(change.credits);
        self.later_credits.push(placed.later.credits);
        self.later_entries.push(placed.later.entries);
    }
}

impl Settlements {
    fn add(&mut self, account: Uuid, plain: &PlainSettlement) -> Result<(), StoreError> {
        let settle = plain.settle();
        let price = settle.price.as_ref().map(serde_json::to_string).transpose();
        self.accounts.push(account);
        self.calls.push(settle.hold.call_id.as_uuid());
        self.captured.push(settle.is_capture().then(|| settle.outcome.number()));
        self.prices.push(price.map_err(|error| StoreError::Refused(error.to_string()))?);
        Ok(())
    }
}

/// Several settlements of an account name different lots.
struct SeveralLots;

/// Returns the lot that the settlements among these operations name.
fn common_lot(group: &[PlacedStep<'_>]) -> Result<Option<LotNumber>, SeveralLots> {
    let mut common = None;
    for placed in group {
        if let Step::Settle(plain) = placed.step
            && *common.get_or_insert(plain.lot()) != plain.lot()
        {
            return Err(SeveralLots);
        }
    }
    Ok(common)
}
