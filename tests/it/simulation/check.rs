//! Invariants, checked after every step on the new entries.

use std::collections::{BTreeMap, HashMap, HashSet};

use fluence::domain::ids::{AccountId, CallId};
use fluence::ledger::rules::entry::{CallRef, EntryKind};
use fluence::ledger::rules::lot::{LotNumber, LotSource};

use super::database::{Database, Row};

/// Plan credits that an entry of a call takes; negative for a release.
fn of_plan(database: &Database, row: &Row) -> i64 {
    let lots = &database.accounts[&row.account_id].ledger_account.lots;
    let source = lots.iter().find(|lot| lot.number == row.entry.lot).map(|lot| lot.source);
    if source == Some(LotSource::Plan) { -row.entry.amount } else { 0 }
}

/// A call with a hold.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    account_id: AccountId,
    call: Option<CallRef>,
    epoch: i32,
    /// The batch that held it.
    batch: i32,
    held: BTreeMap<LotNumber, i64>,
    released: BTreeMap<LotNumber, i64>,
    pub(super) captured: bool,
    /// The period it was held in.
    period: u32,
    /// Plan credits still taken.
    charged_to_plan: i64,
}

impl Call {
    fn is_open(&self) -> bool {
        !self.captured && self.released.is_empty()
    }

    /// Credits still taken.
    pub(crate) fn charge(&self) -> i64 {
        self.held.values().sum::<i64>() - self.released.values().sum::<i64>()
    }
}

#[derive(Debug, Default)]
struct Account {
    balance: i64,
    last_entry: i64,
    lots: HashMap<LotNumber, i64>,
    periods: HashSet<u32>,
    /// Calls of each period whose charge contains plan credits.
    paid_by_plan: HashMap<u32, u64>,
    /// Requests used at the last look.
    requests_used: u64,
}

impl Account {
    fn charge_to_plan(&mut self, call: &mut Call, credits: i64) {
        let calls = self.paid_by_plan.entry(call.period).or_default();
        *calls -= u64::from(call.charged_to_plan > 0);
        call.charged_to_plan += credits;
        *calls += u64::from(call.charged_to_plan > 0);
    }
}

/// Its position in the entries, and the state by then.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    entries: usize,
    batches: Vec<usize>,
    accounts: HashMap<AccountId, Account>,
    pub(crate) calls: HashMap<CallId, Call>,
    open: HashSet<CallId>,
    purchases: HashSet<CallId>,
}

impl Checker {
    /// Checks the new entries.
    pub(crate) fn step(&mut self, database: &Database) {
        let new = &database.entries[self.entries..];
        self.entries = database.entries.len();
        for row in new {
            self.entry(database, row);
        }
        self.captures(database);
        let touched: HashSet<AccountId> = new.iter().map(|row| row.account_id).collect();
        for id in touched {
            self.account(database, id);
        }
        let calls: HashSet<CallId> = new.iter().map(|row| row.entry.call_id).collect();
        for call in calls.iter().filter_map(|id| self.calls.get(id)) {
            assert!(
                call.captured || call.released.is_empty() || call.charge() == 0,
                "half released: {call:?}"
            );
        }
        self.open.retain(|id| self.calls[id].is_open());
        self.recovery_would_find_open_holds(database);
    }

    fn entry(&mut self, database: &Database, row: &Row) {
        let entry = &row.entry;
        let account = self.accounts.entry(row.account_id).or_default();
        assert_eq!(entry.number, account.last_entry + 1, "numbers have no gaps");
        assert_eq!(entry.balance_after, account.balance + entry.amount, "balance_after is the sum: {row:?}");
        assert!(entry.balance_after >= 0, "no overdraft: {row:?}");
        (account.last_entry, account.balance) = (entry.number, entry.balance_after);
        *account.lots.entry(entry.lot).or_default() += entry.amount;
        match entry.kind {
            EntryKind::Renewal => {
                let period = database.accounts[&row.account_id].ledger_account.period.index;
                assert!(account.periods.insert(period), "renewed twice: {row:?}");
            }
            EntryKind::Hold => {
                let call = self.calls.entry(entry.call_id).or_insert_with(|| Call {
                    account_id: row.account_id,
                    call: entry.call,
                    epoch: row.epoch,
                    batch: row.batch,
                    held: BTreeMap::new(),
                    released: BTreeMap::new(),
                    captured: false,
                    period: database.accounts[&row.account_id].ledger_account.period.index,
                    charged_to_plan: 0,
                });
                assert_eq!((call.epoch, call.batch), (row.epoch, row.batch), "held twice: {row:?}");
                assert!(call.held.insert(entry.lot, -entry.amount).is_none(), "held twice: {row:?}");
                self.open.insert(entry.call_id);
                account.charge_to_plan(call, of_plan(database, row));
            }
            EntryKind::Release => {
                let call = self.calls.get_mut(&entry.call_id).expect("a release has a hold");
                assert_eq!((call.account_id, call.call, call.epoch), (row.account_id, entry.call, row.epoch));
                assert!(!call.captured, "released after it was captured: {row:?}");
                let twice = call.released.insert(entry.lot, entry.amount).is_some();
                assert!(!twice, "released twice: {row:?}");
                assert!(entry.amount <= call.held[&entry.lot], "more came back than was taken: {row:?}");
                account.charge_to_plan(call, of_plan(database, row));
            }
            EntryKind::Grant | EntryKind::Pack => {
                assert!(self.purchases.insert(entry.call_id), "bought once, counted twice: {row:?}");
            }
            _ => {}
        }
    }

    fn captures(&mut self, database: &Database) {
        self.batches.resize(database.epochs.len(), 0);
        for ((epoch, row), seen) in (1..).zip(&database.epochs).zip(&mut self.batches) {
            for (call_id, _) in row.batches[*seen..].iter().flat_map(|batch| &batch.captured) {
                let call = self.calls.get_mut(call_id).expect("a capture has a hold");
                assert_eq!(call.epoch, epoch, "captured in another epoch");
                assert!(!call.captured, "captured twice: {call:?}");
                call.captured = true;
            }
            *seen = row.batches.len();
        }
    }

    fn account(&mut self, database: &Database, id: AccountId) {
        let ledger_account = &database.accounts[&id].ledger_account;
        let Some(account) = self.accounts.get_mut(&id) else { unreachable!() };
        assert_eq!(
            ledger_account.credits_left().as_i64(),
            account.balance,
            "the balance is the sum of the entries"
        );
        assert_eq!(ledger_account.last_entry, account.last_entry);
        let bound = account.requests_used.max(ledger_account.requests_limit);
        assert!(ledger_account.requests_used <= bound, "no call takes a request beyond the plan's");
        account.requests_used = ledger_account.requests_used;
        let paid_by_plan = account.paid_by_plan.get(&ledger_account.period.index).copied().unwrap_or(0);
        assert_eq!(
            ledger_account.requests_used, paid_by_plan,
            "a request for each call that the plan pays for"
        );
        for lot in &ledger_account.lots {
            assert_eq!(lot.left.as_i64(), account.lots.get(&lot.number).copied().unwrap_or(0), "{lot:?}");
            assert!(lot.left <= lot.granted, "{lot:?}");
        }
    }

    fn recovery_would_find_open_holds(&self, database: &Database) {
        for id in &self.open {
            let call = &self.calls[id];
            let epoch = &database.epochs[call.epoch as usize - 1];
            assert!(!epoch.closed, "open though its epoch is closed: {call:?}");
            let open_from = epoch.batches.last().map_or(0, |batch| batch.open_from);
            assert!(call.batch >= open_from, "a recovery would not look for it: {call:?}, {open_from}");
        }
    }

    /// Holds that have not ended.
    pub(crate) fn open_holds(&self) -> usize {
        self.open.len()
    }

    /// What must hold once everything has come to rest.
    pub(crate) fn rest(&self, database: &Database) {
        assert!(self.open.is_empty(), "holds are still open");
        assert!(database.epochs.iter().all(|epoch| epoch.closed), "epochs are still open");
        let there: i64 =
            database.accounts.values().map(|account| account.ledger_account.credits_left().as_i64()).sum();
        let moved: i64 = database.entries.iter().map(|row| row.entry.amount).sum();
        assert_eq!(there, moved, "what came in less what went out is there");
    }
}
