//! Accounts that another session has locked, such as an operator's open transaction: their calls are refused and their
//! settlements wait. Other accounts are not affected.

use std::time::Duration;

use tokio::time::Instant;

use super::batch_plan::{BatchPlan, Command, Commands};
use super::message::{LedgerUnavailable, SettleCommand};
use crate::ledger::lock_set::LockSet;

/// Interval between two checks of whether locked accounts are free.
pub(crate) const CHECK_EVERY: Duration = Duration::from_millis(100);

/// The locked accounts and the settlements that wait for them, never more than open holds.
#[derive(Default)]
pub(crate) struct LockedAccounts {
    /// The rows found locked by the last check.
    locked: LockSet,
    settlements: Vec<SettleCommand>,
    check_at: Option<Instant>,
}

impl LockedAccounts {
    /// Whether no settlement waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.settlements.is_empty()
    }

    /// Closes accounts that were found locked: removes their commands from a batch.
    pub(crate) fn close(&mut self, locked: LockSet, commands: &mut Commands) {
        let accounts = locked.accounts.len();
        tracing::warn!(accounts, "another session holds accounts locked: closed for now");
        self.locked.extend(locked);
        self.check_at = Some(Instant::now() + CHECK_EVERY);
        let commands = commands.take_commands_of(&self.locked.accounts);
        self.set_aside(commands);
    }

    /// Removes the commands of closed accounts from a plan.
    pub(crate) fn take_commands_of(&mut self, plan: &mut BatchPlan) {
        if !self.locked.is_empty() {
            let commands = plan.take_commands_of(&self.locked.accounts);
            self.set_aside(commands);
        }
    }

    fn set_aside(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Hold(hold) => hold.reply.send(Err(LedgerUnavailable::Locked.into())),
                Command::Settle(command) => self.settlements.push(command.after_failed_commit()),
            }
        }
    }

    /// The rows found locked, if it is time to check them again.
    pub(crate) fn due_for_check(&self) -> Option<LockSet> {
        let due = self.check_at.is_none_or(|at| at <= Instant::now());
        (due && !self.locked.is_empty()).then(|| self.locked.clone())
    }

    /// Reopens accounts without locked rows, if the check succeeded, and puts their settlements in front of a plan.
    pub(crate) fn reopen(&mut self, locked: Option<LockSet>, plan: &mut BatchPlan) {
        if let Some(locked) = locked {
            self.locked = locked;
        }
        self.check_at = Some(Instant::now() + CHECK_EVERY);
        plan.ordered.splice(..0, self.settlements.drain(..).map(Command::Settle));
    }

    /// Makes the next plan check at once.
    pub(crate) fn check_now(&mut self) {
        self.check_at = None;
    }
}
