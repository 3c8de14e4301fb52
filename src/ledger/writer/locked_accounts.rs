//! Accounts that another session has locked. Their commands wait, and other accounts are not
//! affected. A short lock, such as that of another gateway whose commit the disk delays, only
//! delays calls. A lock that stays, such as an operator's open transaction, closes the account: its
//! calls are refused at once, and its settlements go on waiting.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::batch_plan::BatchPlan;
use super::charges::Charges;
use super::commands::{Command, Commands};
use super::handle::HoldCommand;
use super::message::{LedgerUnavailable, SettleCommand};
use crate::domain::ids::AccountId;
use crate::ledger::lock_set::LockSet;

/// Interval between two checks of whether locked accounts are free.
pub(crate) const CHECK_EVERY: Duration = Duration::from_millis(100);

/// How long calls wait for a locked account, from the check that found it locked. Well below
/// `ledger.max_wait_ms`.
pub(crate) const MAX_LOCK_WAIT: Duration = Duration::from_secs(2);
/// The most calls that wait for locked accounts. Further ones are refused.
const MAX_HOLDS: usize = 4_096;

/// The locked accounts and the commands that wait for them.
#[derive(Default)]
pub(crate) struct LockedAccounts {
    /// The rows found locked by the last check.
    locked: LockSet,
    /// When each account was found locked, without a check in between that found it free.
    since: HashMap<AccountId, Instant>,
    /// Never more than open holds.
    settlements: Vec<SettleCommand>,
    holds: Vec<HoldCommand>,
    check_at: Option<Instant>,
}

impl LockedAccounts {
    /// Whether no command waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.settlements.is_empty() && self.holds.is_empty()
    }

    /// Removes the commands of accounts that were found locked from a batch.
    pub(crate) fn close(&mut self, locked: LockSet, commands: &mut Commands) {
        let (accounts, first) = (locked.accounts.len(), locked.accounts.iter().next());
        tracing::warn!(
            accounts,
            first = first.map(tracing::field::display),
            "another session holds accounts locked: their calls wait"
        );
        self.locked.extend(locked);
        self.found_locked();
        let commands = commands.take_commands_of(&self.locked.accounts);
        self.set_aside(commands);
    }

    /// Schedules the next check, and keeps the instant at which each locked account was found.
    fn found_locked(&mut self) {
        let now = Instant::now();
        self.check_at = Some(now + CHECK_EVERY);
        self.since.retain(|account, _| self.locked.accounts.contains(account));
        for account in &self.locked.accounts {
            self.since.entry(*account).or_insert(now);
        }
    }

    /// What is charged by the settlements that wait.
    pub(super) fn charges(&self) -> Charges {
        self.settlements.iter().map(Charges::of_settlement).sum()
    }

    /// Removes the commands of locked accounts from a plan.
    pub(crate) fn take_commands_of(&mut self, plan: &mut BatchPlan) {
        if !self.locked.is_empty() {
            let commands = plan.take_commands_of(&self.locked.accounts);
            self.set_aside(commands);
        }
    }

    fn set_aside(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Hold(hold) if self.is_worth_waiting(&hold) => self.holds.push(hold),
                Command::Hold(hold) => hold.reply.send(Err(LedgerUnavailable::Locked.into())),
                Command::Settle(command) => self.settlements.push(command.after_failed_commit()),
            }
        }
    }

    fn is_worth_waiting(&self, hold: &HoldCommand) -> bool {
        let since = self.since.get(&hold.request.account_id);
        self.holds.len() < MAX_HOLDS && since.is_some_and(|since| since.elapsed() < MAX_LOCK_WAIT)
    }

    /// Refuses the calls that wait: the writer is about to stop.
    pub(crate) fn refuse_holds(&mut self) {
        self.holds.drain(..).for_each(|hold| hold.reply.send(Err(LedgerUnavailable::Stopped.into())));
    }

    /// The rows found locked, if it is time to check them again.
    pub(crate) fn due_for_check(&self) -> Option<LockSet> {
        let due = self.check_at.is_none_or(|at| at <= Instant::now());
        (due && !self.locked.is_empty()).then(|| self.locked.clone())
    }

    /// Reopens accounts without locked rows, if the check succeeded, and puts what waits in front
    /// of a plan: settlements first, then the calls that still wait for an answer.
    pub(crate) fn reopen(&mut self, locked: Option<LockSet>, plan: &mut BatchPlan) {
        if let Some(locked) = locked {
            self.locked = locked;
        }
        self.found_locked();
        let holds = self.holds.drain(..).filter(|hold| !hold.reply.is_closed()).map(Command::Hold);
        plan.ordered.splice(..0, self.settlements.drain(..).map(Command::Settle).chain(holds));
    }

    /// Makes the next plan check at once.
    pub(crate) fn check_now(&mut self) {
        self.check_at = None;
    }
}
