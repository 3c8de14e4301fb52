//! The pure rules over tables in memory, as the simulation has them.

use chrono::{DateTime, TimeDelta, Utc};
use fluence::domain::billing::AccountBalance;
use fluence::domain::ids::{AccountId, CallId};
use fluence::ledger::rules::account::PlanTerms;
use fluence::ledger::store::{Batch, Effects, Epoch, StoreError};

use super::machine::{Machine, View};
use super::program::{PLANS, account_id};
use super::reference::{LEASE_S, credits};
use crate::simulation::check::Checker;
use crate::simulation::database::Database;

pub(super) struct Memory {
    database: Database,
    checker: Checker,
    now: DateTime<Utc>,
}

fn terms(plan: usize) -> PlanTerms {
    PlanTerms { credits: credits(PLANS[plan].0), requests: PLANS[plan].1 }
}

impl Machine for Memory {
    fn new() -> Self {
        Self { database: Database::default(), checker: Checker::default(), now: DateTime::UNIX_EPOCH }
    }

    fn set_clock(&mut self, now: DateTime<Utc>) {
        self.now = now;
    }

    fn create_account(&mut self, account: usize) {
        self.database.create_account(account_id(account), terms(0), self.now);
    }

    fn set_plan(&mut self, account: AccountId, plan: usize) {
        self.database.set_plan(account, terms(plan));
    }

    fn open_epoch(&mut self) -> Epoch {
        self.database.open_epoch(self.now)
    }

    fn heartbeat(&mut self, epoch: Epoch) {
        self.database.heartbeat(epoch, self.now).unwrap();
    }

    fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError> {
        let committed = self.database.commit(batch, 0, self.now);
        self.checker.step(&self.database);
        committed
    }

    fn close_stale_epochs(&mut self) -> usize {
        let released = self.database.close_stale(TimeDelta::seconds(LEASE_S), self.now);
        self.checker.step(&self.database);
        released
    }

    fn view(&mut self, account: AccountId) -> View {
        let ledger_account = &self.database.accounts[&account].ledger_account;
        let mut lots: Vec<_> = ledger_account.lots.iter().filter(|lot| lot.left.as_i64() > 0).collect();
        lots.sort_by_key(|lot| lot.number);
        let entries = self.database.entries.iter().filter(|row| row.account_id == account);
        View {
            balance: ledger_account.credits_left().as_i64(),
            requests: (ledger_account.requests_used, ledger_account.requests_limit),
            lots: lots.iter().map(|lot| (lot.number.0, lot.left.as_i64(), lot.expires_at)).collect(),
            entries: entries.map(|row| row.entry.clone()).collect(),
        }
    }

    fn balance(&mut self, account: AccountId) -> AccountBalance {
        let mut ledger_account = self.database.accounts[&account].ledger_account.clone();
        ledger_account.advance(self.now, CallId::from_uuid(account.as_uuid())).unwrap();
        ledger_account.balance()
    }

    /// The simulation's own sweep asks no such question.
    fn is_due(&mut self, _: AccountId) -> bool {
        true
    }

    fn verify(&mut self) {
        // The gateways that started last have nothing open.
        assert_eq!(self.checker.open_holds(), 0);
    }
}
