//! The ledger's tables in memory. Loading a batch, the fast path and recovery are modelled on the
//! real store; the rules are the program's own.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use fluence::domain::credits::Credits;
use fluence::domain::ids::{AccountId, CallId, KeyId};
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::account::{LedgerAccount, PlanTerms};
use fluence::ledger::rules::batch_state::{BatchState, captures_made};
use fluence::ledger::rules::caps::KeySpend;
use fluence::ledger::rules::claim_record::{ClaimKey, ClaimRecord, ClaimState};
use fluence::ledger::rules::entry::{Entry, EntryKind};
use fluence::ledger::rules::hold::{Held, Hold, HoldRequest, IdempotencyClaim, Payer, Take};
use fluence::ledger::rules::lot::{EXPIRED_LOT_GRACE, LotNumber};
use fluence::ledger::rules::operation::{Effect, Operation, Settle};
use fluence::ledger::rules::plain::{PlainSettlement, PlainWork};
use fluence::ledger::store::{Batch, Effects, Epoch, Resolution, StoreError, Work};

/// An account's row, and all its lots.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) ledger_account: LedgerAccount,
    /// The open lot of the row.
    open_lot: Option<LotNumber>,
}

/// What a fast batch asks of one account's open lot.
#[derive(Default)]
struct PlainTotal {
    lots: BTreeSet<LotNumber>,
    held: i64,
    returned: i64,
    calls: u64,
    returned_requests: u64,
}

impl PlainTotal {
    fn settle(&mut self, plain: &PlainSettlement) {
        self.lots.insert(plain.lot());
        self.returned += plain.refund().credits.as_i64();
        self.returned_requests += u64::from(plain.refund().has_request);
    }

    fn hold(&mut self, request: &HoldRequest) {
        self.held += request.amount.as_i64();
        self.calls += 1;
    }

    fn fits(&self, account: &Account, now: DateTime<Utc>) -> bool {
        let Account { ledger_account, open_lot } = account;
        let Some(lot) = ledger_account.lots.iter().find(|lot| Some(lot.number) == *open_lot) else {
            return false;
        };
        let left = lot.left.as_i64() + self.returned;
        let requests = ledger_account.requests_used + self.calls;
        self.lots.iter().all(|named| *named == lot.number)
            && left >= self.held
            && lot.expires_at > now
            && ledger_account.period.ends_at > now
            && if Some(lot.number) == ledger_account.plan_lot {
                ledger_account.requests_used >= self.returned_requests
                    && requests <= ledger_account.requests_limit + self.returned_requests
                    && (self.lots.is_empty() || left <= ledger_account.plan_credits.as_i64())
            } else {
                // It may be the plan's of an earlier period.
                lot.expires_at > now + EXPIRED_LOT_GRACE
            }
    }
}

/// A stored entry.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) account_id: AccountId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) epoch: i32,
    pub(crate) batch: i32,
    pub(crate) entry: Entry,
}

/// A stored batch.
#[derive(Clone, Debug)]
pub(crate) struct BatchRow {
    pub(crate) open_from: i32,
    pub(crate) captured: Vec<(CallId, Outcome)>,
    /// The effects that a resolution returns.
    effects: Effects,
}

/// A writer's epoch.
#[derive(Clone, Debug)]
pub(crate) struct EpochRow {
    pub(crate) heartbeat_at: DateTime<Utc>,
    pub(crate) batches: Vec<BatchRow>,
    session: i32,
    pub(crate) closed: bool,
}

/// All tables.
#[derive(Debug, Default)]
pub(crate) struct Database {
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    pub(crate) entries: Vec<Row>,
    pub(crate) epochs: Vec<EpochRow>,
    pub(crate) claims: BTreeMap<ClaimKey, ClaimRecord>,
    spends: BTreeMap<KeyId, KeySpend>,
    references: BTreeMap<(AccountId, String), LotNumber>,
}

/// How long a running call claims its idempotency key.
pub(crate) const LEASE: TimeDelta = TimeDelta::seconds(60);

impl Database {
    pub(crate) fn create_account(&mut self, id: AccountId, plan: PlanTerms, now: DateTime<Utc>) {
        self.accounts.insert(id, Account { ledger_account: LedgerAccount::open(now, plan), open_lot: None });
    }

    /// What an operator does before a [`Operation::MovePlan`].
    pub(crate) fn set_plan(&mut self, id: AccountId, plan: PlanTerms) {
        self.accounts.get_mut(&id).unwrap().ledger_account.plan = plan;
    }

    pub(crate) fn open_epoch(&mut self, now: DateTime<Utc>) -> Epoch {
        self.epochs.push(EpochRow { heartbeat_at: now, batches: Vec::new(), session: 0, closed: false });
        Epoch(self.epochs.len() as i32)
    }

    pub(crate) fn epoch(&self, epoch: Epoch) -> &EpochRow {
        &self.epochs[epoch.0 as usize - 1]
    }

    fn epoch_mut(&mut self, epoch: Epoch) -> &mut EpochRow {
        &mut self.epochs[epoch.0 as usize - 1]
    }

    pub(crate) fn heartbeat(&mut self, epoch: Epoch, now: DateTime<Utc>) -> Result<(), StoreError> {
        let row = self.epoch_mut(epoch);
        if row.closed {
            return Err(StoreError::Fenced);
        }
        row.heartbeat_at = now;
        Ok(())
    }

    pub(crate) fn commit(
        &mut self,
        batch: &Batch,
        session: i32,
        now: DateTime<Utc>,
    ) -> Result<Effects, StoreError> {
        let row = self.epoch(batch.epoch);
        if row.closed || row.session != session || row.batches.len() as i32 != batch.number - 1 {
            return Err(StoreError::Fenced);
        }
        let effects = match &batch.work {
            Work::Fast(work) => self.decide_plain(batch, work, now),
            Work::Ordered(operations) => self.decide(batch, operations, now),
        };
        self.epoch_mut(batch.epoch).heartbeat_at = now;
        Ok(effects)
    }

    pub(crate) fn resolve(&mut self, batch: &Batch, session: i32) -> Result<Resolution, StoreError> {
        let row = self.epoch_mut(batch.epoch);
        if row.closed || row.session >= session {
            return Err(StoreError::Fenced);
        }
        row.session = session;
        let found = row.batches.get(batch.number as usize - 1);
        let resolution = found
            .map_or(Resolution::NotCommitted, |committed| Resolution::Committed(committed.effects.clone()));
        Ok(resolution)
    }

    fn decide_plain(&mut self, batch: &Batch, work: &PlainWork, now: DateTime<Utc>) -> Effects {
        let mut totals: BTreeMap<AccountId, PlainTotal> = BTreeMap::new();
        for plain in &work.settlements {
            totals.entry(plain.settle().hold.account_id).or_default().settle(plain);
        }
        for hold in &work.holds {
            totals.entry(hold.account_id).or_default().hold(hold);
        }
        let fits: HashSet<AccountId> = totals
            .iter()
            .filter(|(id, total)| self.accounts.get(id).is_some_and(|account| total.fits(account, now)))
            .map(|(id, _)| *id)
            .collect();
        let mut captured = batch.captured.clone();
        let mut effects = Effects::new();
        for plain in &work.settlements {
            let settle = plain.settle();
            let fits = fits.contains(&settle.hold.account_id);
            captured.extend((fits && settle.is_capture()).then_some((settle.hold.call_id, settle.outcome)));
            effects.push(fits.then(|| self.settle_one(batch, settle, now)));
        }
        for request in &work.holds {
            effects.push(fits.contains(&request.account_id).then(|| self.hold_one(batch, request, now)));
        }
        self.save_batch(batch, captured, effects.clone());
        effects
    }

    fn settle_one(&mut self, batch: &Batch, settle: &Settle, now: DateTime<Utc>) -> Effect {
        let (account_id, epoch) = (settle.hold.account_id, batch.epoch.0);
        let ledger_account = &mut self.accounts.get_mut(&account_id).unwrap().ledger_account;
        ledger_account.release(&settle.hold, settle.released(), settle.outcome, now).unwrap();
        for entry in ledger_account.entries.drain(..) {
            self.entries.push(Row { account_id, at: now, epoch, batch: batch.number, entry });
        }
        Effect::Done(ledger_account.balance())
    }

    fn hold_one(&mut self, batch: &Batch, request: &HoldRequest, now: DateTime<Utc>) -> Effect {
        let account = self.accounts.get_mut(&request.account_id).unwrap();
        let (open_lot, ledger_account) = (account.open_lot, &mut account.ledger_account);
        let lot = ledger_account.lots.iter_mut().find(|lot| Some(lot.number) == open_lot).unwrap();
        let open_lot = lot.number;
        lot.left = lot.left.checked_sub(request.amount).unwrap();
        let payer = Payer::of(open_lot, lot.source, ledger_account.plan_lot);
        ledger_account.requests_used += u64::from(payer.is_plan());
        ledger_account.last_entry += 1;
        let entry = Entry {
            number: ledger_account.last_entry,
            kind: EntryKind::Hold,
            amount: -request.amount.as_i64(),
            balance_after: ledger_account.credits_left().as_i64(),
            lot: open_lot,
            call_id: request.call_id,
            call: Some(request.call),
            outcome: None,
        };
        let take = Take { lot: open_lot, amount: request.amount, payer };
        let hold = request.hold(vec![take], ledger_account.period.index, now);
        let balance = ledger_account.balance();
        let (account_id, epoch) = (request.account_id, batch.epoch.0);
        self.entries.push(Row { account_id, at: now, epoch, batch: batch.number, entry });
        Effect::Held(Held { hold, balance })
    }

    fn decide(&mut self, batch: &Batch, operations: &[Operation], now: DateTime<Utc>) -> Effects {
        let mut state = self.load(operations, now);
        let effects: Vec<Effect> = operations.iter().map(|operation| state.apply(operation)).collect();
        let captured: Vec<_> =
            batch.captured.iter().copied().chain(captures_made(operations, &effects)).collect();
        self.save(batch, state, now);
        // A resolution finds holds by their entries; other decisions are to be asked for again.
        let found = |effect: &Effect| match effect {
            Effect::Declined(_) | Effect::UnknownAccount => None,
            _ => Some(effect.clone()),
        };
        self.save_batch(batch, captured, effects.iter().map(found).collect());
        effects.into_iter().map(Some).collect()
    }

    /// Returns the accounts of the operations with their lots: those with credits, the open lot,
    /// the plan lot, and those of the holds to release.
    fn load(&self, operations: &[Operation], now: DateTime<Utc>) -> BatchState {
        let mut state = BatchState::new(now, LEASE);
        state.records.claims.extend(self.claims.iter().map(|(key, record)| (*key, record.clone())));
        state.records.references.extend(self.references.iter().map(|(key, lot)| (key.clone(), *lot)));
        for operation in operations {
            let id = operation.account_id();
            let Some(account) = self.accounts.get(&id) else { continue };
            let hold = operation.settled_hold();
            let ledger_account = state.accounts.entry(id).or_insert_with(|| {
                let mut ledger_account = account.ledger_account.clone();
                let (open_lot, plan_lot) = (account.open_lot, ledger_account.plan_lot);
                ledger_account.lots.retain(|lot| {
                    let number = Some(lot.number);
                    lot.left > Credits::ZERO || number == open_lot || number == plan_lot
                });
                ledger_account
            });
            for take in hold.iter().flat_map(|hold| &hold.takes) {
                if !ledger_account.lots.iter().any(|lot| lot.number == take.lot) {
                    ledger_account.lots.extend(
                        account.ledger_account.lots.iter().find(|lot| lot.number == take.lot).cloned(),
                    );
                }
            }
            if let Some((key, spend)) = operation.capped_key().and_then(|key| self.spends.get_key_value(&key))
            {
                state.records.spends.insert(*key, *spend);
            }
        }
        state
    }

    fn save(&mut self, batch: &Batch, state: BatchState, now: DateTime<Utc>) {
        let ledger_accounts: BTreeMap<_, _> = state.accounts.into_iter().collect();
        for (account_id, mut ledger_account) in ledger_accounts {
            let account = self.accounts.get_mut(&account_id).unwrap();
            for entry in ledger_account.entries.drain(..) {
                let (epoch, batch) = (batch.epoch.0, batch.number);
                self.entries.push(Row { account_id, at: now, epoch, batch, entry });
            }
            account.open_lot = ledger_account.open_lot().map(|lot| lot.number);
            for lot in &account.ledger_account.lots {
                if !ledger_account.lots.iter().any(|kept| kept.number == lot.number) {
                    ledger_account.lots.push(lot.clone());
                }
            }
            ledger_account.lots.sort_by_key(|lot| lot.number);
            account.ledger_account = ledger_account;
        }
        self.spends.extend(state.records.spends);
        self.claims.extend(state.records.claims);
        self.references.extend(state.records.references);
    }

    fn save_batch(&mut self, batch: &Batch, captured: Vec<(CallId, Outcome)>, effects: Effects) {
        let row = BatchRow { open_from: batch.open_from, captured, effects };
        self.epoch_mut(batch.epoch).batches.push(row);
    }

    /// Closes the epochs that were silent for `silence`. Returns the number of released holds.
    pub(crate) fn close_stale(&mut self, silence: TimeDelta, now: DateTime<Utc>) -> usize {
        let stale = |row: &EpochRow| !row.closed && row.heartbeat_at < now - silence;
        let stale: Vec<i32> =
            (1..).zip(&self.epochs).filter(|(_, row)| stale(row)).map(|(number, _)| number).collect();
        stale.into_iter().map(|epoch| self.close(Epoch(epoch), now)).sum()
    }

    /// Closes an open epoch and releases its holds. Searches only from the batch that `open_from`
    /// names.
    pub(crate) fn close(&mut self, epoch: Epoch, now: DateTime<Utc>) -> usize {
        let row = self.epoch(epoch);
        if row.closed {
            return 0;
        }
        let open_from = row.batches.last().map_or(0, |batch| batch.open_from);
        let releases = self.open_holds(epoch, open_from);
        if !releases.is_empty() {
            let number = self.epoch(epoch).batches.len() as i32 + 1;
            let operations: Vec<Operation> = releases.iter().cloned().map(Operation::Settle).collect();
            let work = Work::Ordered(Vec::new());
            let batch = Batch { epoch, number, open_from: number, captured: Vec::new(), work };
            self.decide(&batch, &operations, now);
        }
        self.epoch_mut(epoch).closed = true;
        releases.len()
    }

    fn open_holds(&self, epoch: Epoch, open_from: i32) -> Vec<Settle> {
        let batches = &self.epoch(epoch).batches;
        let captured = (1..).zip(batches).filter(|(number, _)| *number >= open_from);
        let mut ended: HashSet<CallId> =
            captured.flat_map(|(_, batch)| batch.captured.iter().map(|(call, _)| *call)).collect();
        let rows: Vec<&Row> =
            self.entries.iter().filter(|row| row.epoch == epoch.0 && row.batch >= open_from).collect();
        ended.extend(
            rows.iter().filter(|row| row.entry.kind == EntryKind::Release).map(|row| row.entry.call_id),
        );
        let mut open: BTreeMap<CallId, Settle> = BTreeMap::new();
        for row in rows {
            if row.entry.kind != EntryKind::Hold || ended.contains(&row.entry.call_id) {
                continue;
            }
            let amount = Credits::try_from(-row.entry.amount).unwrap();
            let lots = &self.accounts[&row.account_id].ledger_account.lots;
            let source = lots.iter().find(|lot| lot.number == row.entry.lot).unwrap().source;
            let payer = Payer::of(row.entry.lot, source, Some(row.entry.lot));
            let take = Take { lot: row.entry.lot, amount, payer };
            let release = open.entry(row.entry.call_id).or_insert_with(|| self.release_of(row));
            release.hold.took_request |= payer.is_plan();
            release.hold.takes.push(take);
        }
        open.into_values().collect()
    }

    fn release_of(&self, row: &Row) -> Settle {
        let period = &self.accounts[&row.account_id].ledger_account.period;
        let running = |(key, record): (&ClaimKey, &ClaimRecord)| {
            let claim =
                IdempotencyClaim { environment_id: key.1, key_hash: key.2, fingerprint: record.fingerprint };
            (record.call_id == row.entry.call_id && record.state == ClaimState::Running).then_some(claim)
        };
        let call = row.entry.call.unwrap();
        let hold = Hold {
            call_id: row.entry.call_id,
            account_id: row.account_id,
            call,
            takes: Vec::new(),
            took_request: false,
            // What was before the first period belongs to it.
            period: (row.at >= period.starts_at || period.index == 0).then_some(period.index),
            is_capped: self.spends.contains_key(&call.key_id),
            held_at: row.at,
        };
        let claim = self.claims.iter().find_map(running);
        Settle::release(hold, Outcome::Abandoned, claim)
    }
}
