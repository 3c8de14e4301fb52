//! The commands of a batch: holds and settlements, by the path that decides them.

use std::collections::HashSet;

use super::handle::HoldCommand;
use super::message::{BatchRef, CaptureResult, SettleCommand};
use crate::domain::call_status::CallStatus;
use crate::domain::ids::AccountId;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::operation::{Operation, Settle};
use crate::ledger::rules::plain::{PlainSettlement, PlainWork};
use crate::ledger::store::{Epoch, Work};

/// A command that waits to be decided.
#[derive(Debug)]
pub(crate) enum Command {
    Hold(HoldCommand),
    Settle(SettleCommand),
}

impl Command {
    pub(super) fn account_id(&self) -> AccountId {
        match self {
            Self::Hold(hold) => hold.request.account_id,
            Self::Settle(command) => command.settle.hold.account_id,
        }
    }

    pub(super) fn is_of_closed_epoch(&self, current: Epoch) -> bool {
        matches!(self, Self::Settle(command) if command.batch_ref.epoch != current)
    }

    pub(super) fn operation(&self) -> Operation {
        match self {
            Self::Hold(hold) => Operation::Hold(hold.request.clone()),
            Self::Settle(command) => Operation::Settle(command.settle.clone()),
        }
    }
}

impl SettleCommand {
    /// The command to try again after a commit that failed.
    pub(crate) fn after_failed_commit(self) -> Self {
        let Self { batch_ref, settle, reply } = self;
        match reply.map(|reply| reply.commit_failed()) {
            None => Self { batch_ref, settle, reply: None },
            Some(Some(reply)) => Self { batch_ref, settle, reply: Some(reply) },
            Some(None) => Self { batch_ref, settle: into_release(settle), reply: None },
        }
    }

    /// The release in place of a capture whose answer cannot be stored: such a call is not charged.
    pub(crate) fn into_release(self) -> Self {
        Self { settle: into_release(self.settle), reply: None, ..self }
    }

    /// The command to commit in this epoch. A command of a closed epoch is dropped: closing the
    /// epoch released its hold. A call that has left before its answer was stored is released, as
    /// its client was answered.
    fn for_epoch(self, epoch: Epoch) -> Option<Self> {
        if self.batch_ref.epoch != epoch {
            if let Some(reply) = self.reply {
                reply.send(Ok(CaptureResult::Superseded));
            }
            return None;
        }
        let has_left = self.reply.as_ref().is_some_and(|reply| !reply.begin_commit());
        Some(if has_left { self.into_release() } else { self })
    }
}

fn into_release(settle: Settle) -> Settle {
    Settle {
        status: Some(CallStatus::UNAVAILABLE),
        ..Settle::release(settle.hold, Outcome::Failed, settle.claim)
    }
}

/// The commands of one batch, by the path that decides them.
#[derive(Debug)]
pub(crate) enum Commands {
    Fast(PlainCommands),
    Ordered(Vec<Command>),
}

/// The commands of the fast path. Settlements go first.
#[derive(Debug, Default)]
pub(crate) struct PlainCommands {
    pub(crate) settlements: Vec<PlainSettleCommand>,
    pub(crate) holds: Vec<HoldCommand>,
}

/// A plain settlement. No call waits for it.
#[derive(Debug)]
pub(crate) struct PlainSettleCommand {
    pub(crate) batch_ref: BatchRef,
    pub(crate) settlement: PlainSettlement,
}

impl PlainCommands {
    pub(crate) fn is_empty(&self) -> bool {
        self.settlements.is_empty() && self.holds.is_empty()
    }

    fn work(&self) -> PlainWork {
        PlainWork {
            settlements: self.settlements.iter().map(|command| command.settlement.clone()).collect(),
            holds: self.holds.iter().map(|command| command.request.clone()).collect(),
        }
    }

    /// Removes the commands of these accounts and returns them in order.
    pub(super) fn extract(&mut self, accounts: &HashSet<AccountId>) -> impl Iterator<Item = Command> {
        let of_accounts = |command: &mut PlainSettleCommand| accounts.contains(&command.account_id());
        let settlements = self.settlements.extract_if(.., of_accounts).map(Command::from);
        settlements.chain(extract_holds(&mut self.holds, accounts))
    }

    fn into_commands(self) -> impl Iterator<Item = Command> {
        let holds = self.holds.into_iter().map(Command::Hold);
        self.settlements.into_iter().map(Command::from).chain(holds)
    }
}

impl PlainSettleCommand {
    fn account_id(&self) -> AccountId {
        self.settlement.settle().hold.account_id
    }
}

impl From<PlainSettleCommand> for Command {
    fn from(PlainSettleCommand { batch_ref, settlement }: PlainSettleCommand) -> Self {
        Self::Settle(SettleCommand { batch_ref, settle: settlement.into(), reply: None })
    }
}

impl Commands {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Fast(plain) => plain.settlements.len() + plain.holds.len(),
            Self::Ordered(commands) => commands.len(),
        }
    }

    pub(crate) fn work(&self) -> Work {
        match self {
            Self::Fast(plain) => Work::Fast(plain.work()),
            Self::Ordered(commands) => Work::Ordered(commands.iter().map(Command::operation).collect()),
        }
    }

    /// Drops or replaces settlements that must not be committed as they are.
    pub(crate) fn for_epoch(self, epoch: Epoch) -> Self {
        match self {
            Self::Fast(mut plain) => {
                // Closing an epoch released its holds.
                plain.settlements.retain(|command| command.batch_ref.epoch == epoch);
                Self::Fast(plain)
            }
            Self::Ordered(mut commands) => {
                let for_epoch = |command| match command {
                    Command::Hold(hold) => Some(Command::Hold(hold)),
                    Command::Settle(command) => command.for_epoch(epoch).map(Command::Settle),
                };
                commands = commands.into_iter().filter_map(for_epoch).collect();
                Self::Ordered(commands)
            }
        }
    }

    /// Removes the commands of these accounts and returns them in order.
    pub(crate) fn take_commands_of(&mut self, accounts: &HashSet<AccountId>) -> Vec<Command> {
        match self {
            Self::Fast(plain) => plain.extract(accounts).collect(),
            Self::Ordered(commands) => extract_commands(commands, accounts).collect(),
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Command> {
        match self {
            Self::Fast(plain) => plain.into_commands().collect(),
            Self::Ordered(commands) => commands,
        }
    }
}

fn extract_holds(
    holds: &mut Vec<HoldCommand>,
    accounts: &HashSet<AccountId>,
) -> impl Iterator<Item = Command> {
    holds.extract_if(.., |hold| accounts.contains(&hold.request.account_id)).map(Command::Hold)
}

pub(super) fn extract_commands(
    commands: &mut Vec<Command>,
    accounts: &HashSet<AccountId>,
) -> impl Iterator<Item = Command> {
    commands.extract_if(.., |command| accounts.contains(&command.account_id()))
}
