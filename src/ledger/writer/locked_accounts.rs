//! Accounts that another session of the store holds locked, such as an operator's transaction that was left open: their
//! calls are refused, their settlements wait, and everybody else goes on.

use std::time::Duration;

use tokio::time::Instant;

use super::batch_plan::{BatchPlan, Command, Commands};
use super::message::{LedgerUnavailable, SettleCommand};
use crate::ledger::lock_set::LockSet;

/// How long accounts that were found locked are left alone before they are looked at again.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The locked accounts and the settlements that wait for them, never more than open holds.
#[derive(Default)]
pub(crate) struct LockedAccounts {
    /// What was found locked: to be looked at again.
    locked: LockSet,
    settlements: Vec<SettleCommand>,
    look_at: Option<Instant>,
}

impl LockedAccounts {
    /// Whether no settlement waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.settlements.is_empty()
    }

    /// Closes accounts that were found locked: takes their commands out of a batch.
    pub(crate) fn close(&mut self, locked: LockSet, commands: &mut Commands) {
        let accounts = locked.accounts.len();
        tracing::warn!(accounts, "another session holds accounts locked: closed for now");
        self.locked.extend(locked);
        self.look_at = Some(Instant::now() + LOOK_EVERY);
        let commands = commands.take_of(&self.locked.accounts);
        self.set_aside(commands);
    }

    /// Takes the commands of closed accounts out of a plan.
    pub(crate) fn take_of(&mut self, plan: &mut BatchPlan) {
        if !self.locked.is_empty() {
            let commands = plan.take_of(&self.locked.accounts);
            self.set_aside(commands);
        }
    }

    fn set_aside(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Hold(hold) => hold.reply.send(Err(LedgerUnavailable::Locked.into())),
                Command::Settle(command) => self.settlements.push(command.at_rest()),
            }
        }
    }

    /// What was found locked, if it is time to look whether it still is.
    pub(crate) fn to_look_at(&self) -> Option<LockSet> {
        let due = self.look_at.is_none_or(|at| at <= Instant::now());
        (due && !self.locked.is_empty()).then(|| self.locked.clone())
    }

    /// Opens the accounts of which nothing is `locked` any more, where that could be seen, and adds what waited for them
    /// to a plan, before what came later.
    pub(crate) fn reopen(&mut self, locked: Option<LockSet>, plan: &mut BatchPlan) {
        if let Some(locked) = locked {
            self.locked = locked;
        }
        self.look_at = Some(Instant::now() + LOOK_EVERY);
        plan.ordered.splice(..0, self.settlements.drain(..).map(Command::Settle));
    }

    /// Makes the next plan look, however recently the last one did.
    pub(crate) fn look_now(&mut self) {
        self.look_at = None;
    }
}
