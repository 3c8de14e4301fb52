//! Accounts that another session of the store holds locked, such as an operator's transaction that was left open: their
//! calls are refused, their endings wait, and everybody else goes on.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::ids::AccountId;
use crate::ledger::handle::LedgerUnavailable;
use crate::ledger::round::{Job, Round, Waiter};

/// How long accounts that were found locked are left alone before they are looked at again.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What is set aside. There are never more endings than open holds.
#[derive(Default)]
pub(crate) struct Aside {
    accounts: HashSet<AccountId>,
    endings: Vec<Job>,
    look_at: Option<Instant>,
}

impl Aside {
    /// Whether no ending waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.endings.is_empty()
    }

    /// Closes accounts that were found locked: takes what touches them out of a round.
    pub(crate) fn close(&mut self, accounts: HashSet<AccountId>, round: &mut Round) {
        tracing::warn!(accounts = accounts.len(), "another session holds accounts locked: closed for now");
        self.accounts.extend(accounts);
        self.look_at = Some(Instant::now() + LOOK_EVERY);
        self.take_of(round);
    }

    /// Takes what touches a closed account out of a round.
    pub(crate) fn take_of(&mut self, round: &mut Round) {
        if self.accounts.is_empty() {
            return;
        }
        for job in round.take_of(&self.accounts) {
            match job.waiter {
                Waiter::Caller(reply) => reply.send(Err(LedgerUnavailable::Locked)),
                waiter => self.endings.extend(Job { waiter, ..job }.at_rest()),
            }
        }
    }

    /// The closed accounts, if it is time to look whether they are still locked.
    pub(crate) fn to_look_at(&self) -> Option<HashSet<AccountId>> {
        let due = self.look_at.is_none_or(|at| at <= Instant::now());
        (due && !self.accounts.is_empty()).then(|| self.accounts.clone())
    }

    /// Opens the accounts that are not `locked` any more, where that could be seen, and adds what waited for them to a
    /// round, before what came later.
    pub(crate) fn reopen(&mut self, locked: Option<HashSet<AccountId>>, round: &mut Round) {
        self.accounts = locked.unwrap_or_else(|| std::mem::take(&mut self.accounts));
        self.look_at = Some(Instant::now() + LOOK_EVERY);
        let mut ordered = std::mem::take(&mut self.endings);
        ordered.append(&mut round.ordered);
        round.ordered = ordered;
    }

    /// Makes the next round look, however short ago the last did.
    pub(crate) fn look_now(&mut self) {
        self.look_at = None;
    }
}
