//! Charges of calls that were answered: what is lost if their settlements are never committed.

use super::batch_plan::{BatchPlan, Captured};
use super::commands::{Command, Commands, PlainSettleCommand};
use super::message::SettleCommand;
use crate::domain::credits::Credits;
use crate::ledger::store::Epoch;

/// How many calls, and the credits that their clients were told to have used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Charges {
    pub(crate) calls: usize,
    pub(crate) credits: Credits,
}

impl Charges {
    pub(crate) fn of_plan(plan: &BatchPlan) -> Self {
        let captured = plan.captured.iter().map(Self::of_captured);
        let fast = plan.fast.settlements.iter().map(Self::of_plain);
        captured.chain(fast).chain(plan.ordered.iter().map(Self::of_command)).sum()
    }

    /// The charges that a commit in this epoch leaves out: closing their epochs gave them back.
    pub(super) fn of_closed_epochs(current: Epoch, captured: &[Captured], commands: &Commands) -> Self {
        let captured = captured.iter().filter(|end| end.batch_ref.epoch != current).map(Self::of_captured);
        let commands: Self = match commands {
            Commands::Fast(plain) => {
                let closed = plain.settlements.iter().filter(|command| command.batch_ref.epoch != current);
                closed.map(Self::of_plain).sum()
            }
            Commands::Ordered(commands) => {
                let closed = commands.iter().filter(|command| command.is_of_closed_epoch(current));
                closed.map(Self::of_command).sum()
            }
        };
        captured.chain([commands]).sum()
    }

    fn of_captured(end: &Captured) -> Self {
        Self::of_amount(end.amount)
    }

    fn of_plain(command: &PlainSettleCommand) -> Self {
        Self::of_amount(command.settlement.settle().captured)
    }

    fn of_command(command: &Command) -> Self {
        match command {
            Command::Hold(_) => Self::default(),
            Command::Settle(command) => Self::of_settlement(command),
        }
    }

    /// A call that waits for its answer to be stored has not been answered.
    pub(super) fn of_settlement(command: &SettleCommand) -> Self {
        if command.reply.is_some() { Self::default() } else { Self::of_amount(command.settle.captured) }
    }

    fn of_amount(credits: Credits) -> Self {
        Self { calls: usize::from(credits > Credits::ZERO), credits }
    }
}

impl std::iter::Sum for Charges {
    fn sum<I: Iterator<Item = Self>>(charges: I) -> Self {
        charges.fold(Self::default(), |sum, charge| Self {
            calls: sum.calls + charge.calls,
            credits: sum.credits.saturating_add(charge.credits),
        })
    }
}
