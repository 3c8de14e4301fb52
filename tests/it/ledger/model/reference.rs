//! A second, independent implementation of the ledger in plain arithmetic: slow and obvious.
//!
//! It shares words with the program (operations, decisions, entries) and none of its rules: the
//! calendar, the burn order, what comes back and for how long, caps, quota and idempotency are all
//! written out here.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use fluence::domain::billing::AccountBalance;
use fluence::domain::credits::Credits;
use fluence::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use fluence::domain::refusal::KeyCap;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::account::RuleError;
use fluence::ledger::rules::caps::{CapReached, KeyCaps};
use fluence::ledger::rules::entry::{CallRef, Entry, EntryKind};
use fluence::ledger::rules::hold::{
    DeclineReason, Declined, Held, Hold, HoldRequest, IdempotencyClaim, Payer, StoredAnswer, Take,
};
use fluence::ledger::rules::lot::{LotNumber, LotSource};
use fluence::ledger::rules::operation::{Effect, Grant, Operation, Settle};

type Instant = DateTime<Utc>;
type ClaimKey = (AccountId, EnvironmentId, [u8; 32]);

/// How long a running call keeps its idempotency key.
pub(super) const LEASE_S: i64 = 60;
const DAY_S: i64 = 24 * 60 * 60;

pub(super) fn credits(amount: i64) -> Credits {
    amount.try_into().unwrap()
}

#[derive(Clone, Debug)]
pub(super) struct Lot {
    pub(super) source: LotSource,
    pub(super) left: i64,
    /// Taken and not come back, which a move to another plan counts against its credits.
    used: i64,
    pub(super) ends: Instant,
}

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) anchor: Instant,
    /// Credits and requests of its plan.
    pub(super) plan: (i64, u64),
    /// Months since the anchor; none before the first touch.
    pub(super) month: Option<u32>,
    plan_lot: usize,
    plan_credits: i64,
    pub(super) requests_limit: u64,
    pub(super) requests_used: u64,
    /// Lot 1 is the first.
    pub(super) lots: Vec<Lot>,
    pub(super) entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub(super) enum ClaimState {
    Running,
    Captured(StoredAnswer),
    Released,
}

#[derive(Clone, Debug)]
pub(super) struct Claim {
    fingerprint: [u8; 32],
    call_id: CallId,
    state: ClaimState,
    pub(super) lease_until: Instant,
    pub(super) expires_at: Instant,
}

/// All accounts at one moment.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) now: Instant,
    pub(super) accounts: HashMap<AccountId, Account>,
    pub(super) claims: HashMap<ClaimKey, Claim>,
    grants: HashMap<(AccountId, String), LotNumber>,
    /// Credits by key and by day ("2027-01-31") or month ("2027-01").
    spent: HashMap<(KeyId, String), i64>,
}

/// The anchor `months` later: the same day and time, or the last day of a shorter month.
pub(super) fn renewal(anchor: Instant, months: u32) -> Instant {
    let month = anchor.year() * 12 + anchor.month0() as i32 + months as i32;
    let (year, month) = (month / 12, (month % 12) as u32 + 1);
    let last = (1..=anchor.day()).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day));
    last.unwrap().and_time(anchor.time()).and_utc()
}

fn day_of(at: Instant) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn month_of(at: Instant) -> String {
    at.format("%Y-%m").to_string()
}

impl Account {
    fn credits_left(&self) -> i64 {
        self.lots.iter().map(|lot| lot.left).sum()
    }

    pub(super) fn balance(&self) -> AccountBalance {
        let plan_left = self.lots[self.plan_lot].left;
        AccountBalance {
            remaining: credits(self.credits_left()),
            plan_credits_used: credits((self.plan_credits - plan_left).max(0)),
            plan_credits: credits(self.plan_credits),
            requests_limit: self.requests_limit,
            requests_used: self.requests_used,
            renews_at: renewal(self.anchor, self.month.unwrap() + 1),
        }
    }

    /// Lots with credits, in burn order: soonest end, then plan before pack before grant, then
    /// oldest.
    fn burn_order(&self) -> Vec<usize> {
        let rank = |source| match source {
            LotSource::Plan => 0,
            LotSource::Pack => 1,
            LotSource::Grant => 2,
        };
        let mut order: Vec<usize> = (0..self.lots.len()).filter(|at| self.lots[*at].left > 0).collect();
        order.sort_by_key(|at| (self.lots[*at].ends, rank(self.lots[*at].source), *at));
        order
    }

    fn write(
        &mut self,
        kind: EntryKind,
        lot: usize,
        amount: i64,
        call_id: CallId,
        of: Option<(CallRef, Option<Outcome>)>,
    ) {
        self.lots[lot].left += amount;
        self.entries.push(Entry {
            number: self.entries.len() as i64 + 1,
            kind,
            amount,
            balance_after: self.credits_left(),
            lot: LotNumber(lot as i32 + 1),
            call_id,
            call: of.map(|(call, _)| call),
            outcome: of.and_then(|(_, outcome)| outcome),
        });
    }

    fn new_lot(&mut self, kind: EntryKind, source: LotSource, amount: i64, ends: Instant, id: CallId) {
        self.lots.push(Lot { source, left: 0, used: 0, ends });
        self.write(kind, self.lots.len() - 1, amount, id, None);
    }

    /// The first touch after an instant: what has ended is gone, and a month that has begun brings
    /// its credits, once, however many months went by.
    pub(super) fn touch(&mut self, now: Instant, id: CallId) {
        for lot in self.burn_order() {
            if self.lots[lot].ends <= now {
                self.write(EntryKind::Expiry, lot, -self.lots[lot].left, id, None);
            }
        }
        let month = (0..).take_while(|months| renewal(self.anchor, *months) <= now).last().unwrap_or(0);
        if self.month.is_none_or(|present| month > present) {
            self.month = Some(month);
            (self.plan_credits, self.requests_limit) = self.plan;
            (self.plan_lot, self.requests_used) = (self.lots.len(), 0);
            let ends = renewal(self.anchor, month + 1);
            self.new_lot(EntryKind::Renewal, LotSource::Plan, self.plan_credits, ends, id);
        }
    }

    /// Credits of packs and grants, which pay for calls when the plan's requests are used up.
    fn beside_the_plan(&self) -> i64 {
        self.lots.iter().filter(|lot| lot.source != LotSource::Plan).map(|lot| lot.left).sum()
    }

    fn burn(
        &mut self,
        kind: EntryKind,
        amount: i64,
        id: CallId,
        call: Option<CallRef>,
        plan_pays: bool,
    ) -> Vec<Take> {
        let mut due = amount;
        let mut takes = Vec::new();
        let mut order = self.burn_order();
        if kind == EntryKind::Correction {
            order.reverse();
        }
        for lot in order {
            if self.lots[lot].source == LotSource::Plan && !plan_pays {
                continue;
            }
            let part = due.min(self.lots[lot].left);
            if part > 0 {
                self.lots[lot].used += part;
                self.write(kind, lot, -part, id, call.map(|call| (call, None)));
                let payer = match self.lots[lot].source {
                    LotSource::Plan if lot == self.plan_lot => Payer::Plan,
                    LotSource::Plan => Payer::EarlierPlan,
                    LotSource::Pack | LotSource::Grant => Payer::PackOrGrant,
                };
                takes.push(Take { lot: LotNumber(lot as i32 + 1), amount: credits(part), payer });
                due -= part;
            }
        }
        takes
    }

    fn move_plan(&mut self, plan: (i64, u64), id: CallId) {
        self.plan = plan;
        self.plan_credits = plan.0;
        self.requests_limit = plan.1;
        self.fit_plan_lot(id);
    }

    /// What the plan gives a month, less what was used of it, is left; never less than nothing.
    fn fit_plan_lot(&mut self, id: CallId) {
        let lot = &self.lots[self.plan_lot];
        let difference = (self.plan_credits - lot.used).max(0) - lot.left;
        if difference != 0 {
            self.write(EntryKind::PlanMove, self.plan_lot, difference, id, None);
        }
    }
}

impl Reference {
    pub(super) fn new(now: Instant) -> Self {
        let (accounts, claims) = (HashMap::new(), HashMap::new());
        Self { now, accounts, claims, grants: HashMap::new(), spent: HashMap::new() }
    }

    pub(super) fn create(&mut self, id: AccountId, anchor: Instant, plan: (i64, u64)) {
        let account = Account {
            anchor,
            plan,
            month: None,
            plan_lot: 0,
            plan_credits: 0,
            requests_limit: plan.1,
            requests_used: 0,
            lots: Vec::new(),
            entries: Vec::new(),
        };
        self.accounts.insert(id, account);
    }

    /// One operation and its effect. A move brings the plan it moves to.
    pub(super) fn apply(&mut self, operation: &Operation, moved_to: Option<(i64, u64)>) -> Effect {
        let id = operation.id();
        let now = self.now;
        let Some(account) = self.accounts.get_mut(&operation.account_id()) else {
            return Effect::UnknownAccount;
        };
        account.plan = moved_to.unwrap_or(account.plan);
        account.touch(now, id);
        match operation {
            Operation::Hold(request) => return self.hold(request),
            Operation::Settle(settle) => return self.settle(settle),
            Operation::Grant(grant) => return self.grant(grant),
            Operation::Correct(correction) => {
                let (amount, available) = (correction.amount.as_i64(), account.credits_left());
                if amount > available {
                    return Effect::Refused(RuleError::Insufficient { available: credits(available) });
                }
                account.burn(EntryKind::Correction, amount, id, None, true);
            }
            Operation::MovePlan { .. } => account.move_plan(account.plan, id),
            Operation::Advance { .. } => {}
        }
        Effect::Done(self.accounts[&operation.account_id()].balance())
    }

    fn hold(&mut self, request: &HoldRequest) -> Effect {
        let now = self.now;
        let balance = self.accounts[&request.account_id].balance();
        let known = self.answered_before(request).or_else(|| self.cap_in_the_way(request));
        if let Some(reason) = known {
            return Effect::Declined(Declined { reason, balance });
        }
        let Some(account) = self.accounts.get_mut(&request.account_id) else { unreachable!() };
        let amount = request.amount.as_i64();
        if amount == 0 {
            return Effect::Refused(RuleError::ZeroHold);
        }
        let requests_left = account.requests_used < account.requests_limit;
        let available = if requests_left { account.credits_left() } else { account.beside_the_plan() };
        if available < amount {
            let (next_credits, next_requests) = account.plan;
            let waiting_helps = !requests_left && next_credits >= amount && next_requests > 0;
            let reason = if waiting_helps {
                DeclineReason::QuotaExhausted { limit: account.requests_limit }
            } else {
                DeclineReason::InsufficientCredits { available: credits(available) }
            };
            return Effect::Declined(Declined { reason, balance });
        }
        let (account_id, call_id, call) = (request.account_id, request.call_id, request.call);
        let takes = account.burn(EntryKind::Hold, amount, call_id, Some(call), requests_left);
        let took_request =
            takes.iter().any(|take| account.lots[take.lot.0 as usize - 1].source == LotSource::Plan);
        account.requests_used += u64::from(took_request);
        let (period, balance) = (account.month.unwrap(), account.balance());
        let is_capped = request.caps != KeyCaps::default();
        if is_capped {
            for window in [day_of(now), month_of(now)] {
                *self.spent.entry((call.key_id, window)).or_default() += amount;
            }
        }
        if let Some(claim) = &request.idempotency {
            let record = Claim {
                fingerprint: claim.fingerprint,
                call_id,
                state: ClaimState::Running,
                lease_until: now + TimeDelta::seconds(LEASE_S),
                expires_at: now + TimeDelta::seconds(DAY_S),
            };
            self.claims.insert((account_id, claim.environment_id, claim.key_hash), record);
        }
        let hold = Hold {
            call_id,
            account_id,
            call,
            takes,
            period: Some(period),
            took_request,
            is_capped,
            held_at: now,
        };
        Effect::Held(Held { hold, balance })
    }

    fn answered_before(&self, request: &HoldRequest) -> Option<DeclineReason> {
        let claim = request.idempotency.as_ref()?;
        let known = self.claims.get(&(request.account_id, claim.environment_id, claim.key_hash))?;
        if self.now >= known.expires_at {
            return None;
        }
        if known.fingerprint != claim.fingerprint {
            return Some(DeclineReason::KeyReused);
        }
        match &known.state {
            ClaimState::Captured(answer) => Some(DeclineReason::Replay(Box::new(answer.clone()))),
            ClaimState::Running if self.now < known.lease_until => {
                Some(DeclineReason::InProgress { lease_until: known.lease_until })
            }
            ClaimState::Running | ClaimState::Released => None,
        }
    }

    /// The cap that the call would pass, the monthly one first, and when it starts resets_on.
    fn cap_in_the_way(&self, request: &HoldRequest) -> Option<DeclineReason> {
        let today = self.now.date_naive();
        let tomorrow = today.succ_opt().unwrap();
        let first = |year, month| NaiveDate::from_ymd_opt(year, month, 1).unwrap();
        let next_month = match today.month() {
            12 => first(today.year() + 1, 1),
            month => first(today.year(), month + 1),
        };
        let caps = [
            (KeyCap::Monthly, request.caps.monthly, month_of(self.now), next_month),
            (KeyCap::Daily, request.caps.daily, day_of(self.now), tomorrow),
        ];
        caps.into_iter().find_map(|(cap, limit, window, resets_on)| {
            let spent = self.spent.get(&(request.call.key_id, window)).copied().unwrap_or(0);
            let limit = limit.filter(|limit| spent + request.amount.as_i64() > limit.as_i64())?;
            let resets_at = resets_on.and_hms_opt(0, 0, 0).unwrap().and_utc();
            Some(DeclineReason::CapReached(CapReached { cap, limit, resets_at }))
        })
    }

    /// What was captured stays taken. An answer whose key is another call's by now is not charged.
    fn settle(&mut self, settle: &Settle) -> Effect {
        let hold = &settle.hold;
        let held: i64 = hold.takes.iter().map(|take| take.amount.as_i64()).sum();
        let state = settle.response.clone().map_or(ClaimState::Released, ClaimState::Captured);
        let claim = settle.claim.as_ref();
        let record = claim.and_then(|claim| self.running(hold, claim));
        let ours = record.map(|record| record.state = state).is_some();
        if settle.response.is_some() && !ours {
            self.refund(hold, held, Outcome::Abandoned);
            return Effect::Superseded(self.accounts[&hold.account_id].balance());
        }
        self.refund(hold, held - settle.captured.as_i64(), settle.outcome);
        Effect::Done(self.accounts[&hold.account_id].balance())
    }

    /// To the lots it came from, last taken first. A lot that has ended lives a day more. A call
    /// that plan credits paid for keeps its request as long as one of them stays taken.
    fn refund(&mut self, hold: &Hold, amount: i64, outcome: Outcome) {
        let now = self.now;
        let Some(account) = self.accounts.get_mut(&hold.account_id) else { unreachable!() };
        let mut due = amount;
        for take in hold.takes.iter().rev() {
            let part = due.min(take.amount.as_i64());
            if part > 0 {
                due -= part;
                let at = take.lot.0 as usize - 1;
                account.write(EntryKind::Release, at, part, hold.call_id, Some((hold.call, Some(outcome))));
                account.lots[at].used -= part;
                account.fit_plan_lot(hold.call_id);
                if account.lots[at].ends <= now {
                    account.lots[at].ends = now + TimeDelta::seconds(DAY_S);
                }
            }
        }
        let plan_credits = |kind: EntryKind| -> i64 {
            let of_call = |entry: &&Entry| entry.call_id == hold.call_id && entry.kind == kind;
            let of_plan = |entry: &&Entry| account.lots[entry.lot.0 as usize - 1].source == LotSource::Plan;
            account.entries.iter().filter(of_call).filter(of_plan).map(|entry| entry.amount.abs()).sum()
        };
        let (taken, returned) = (plan_credits(EntryKind::Hold), plan_credits(EntryKind::Release));
        if taken > 0 && taken == returned && account.month == hold.period {
            account.requests_used -= 1;
        }
        if hold.is_capped {
            for window in [day_of(hold.held_at), month_of(hold.held_at)] {
                *self.spent.entry((hold.call.key_id, window)).or_default() -= amount;
            }
        }
    }

    /// The record of a call, as long as it is the one that runs under the key.
    fn running(&mut self, hold: &Hold, claim: &IdempotencyClaim) -> Option<&mut Claim> {
        let record = self.claims.get_mut(&(hold.account_id, claim.environment_id, claim.key_hash))?;
        (record.call_id == hold.call_id && matches!(record.state, ClaimState::Running)).then_some(record)
    }

    fn grant(&mut self, grant: &Grant) -> Effect {
        let reference = (grant.account_id, grant.reference.clone());
        let Some(account) = self.accounts.get_mut(&grant.account_id) else { unreachable!() };
        let known = self.grants.get(&reference).copied();
        if known.is_none() {
            account.new_lot(
                grant.kind.entry(),
                grant.kind.source(),
                grant.amount.as_i64(),
                grant.expires_at,
                grant.id,
            );
        }
        let lot = known.unwrap_or(LotNumber(account.lots.len() as i32));
        self.grants.insert(reference, lot);
        Effect::Granted { lot, repeated: known.is_some(), balance: account.balance() }
    }

    /// What a gateway that died left open comes back, quota and idempotency key included.
    pub(super) fn abandon(&mut self, hold: &Hold, claim: Option<IdempotencyClaim>) {
        let release = Settle::release(hold.clone(), Outcome::Abandoned, claim);
        self.apply(&Operation::Settle(release), None);
    }
}
