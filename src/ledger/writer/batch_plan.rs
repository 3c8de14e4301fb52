//! What the writer commits next: hold and settle commands, sorted by how they must be committed.

use std::collections::HashSet;

use super::handle::HoldCommand;
use super::message::{BatchRef, CaptureResult, SettleCommand};
use crate::domain::ids::{AccountId, CallId};
use crate::domain::settlement::Outcome;
use crate::ledger::rules::operation::{Operation, Settle};
use crate::ledger::rules::plain::{PlainSettlement, PlainWork, is_plain_hold};
use crate::ledger::store::{Epoch, Work};

/// A command that waits to be decided.
#[derive(Debug)]
pub(crate) enum Command {
    Hold(HoldCommand),
    Settle(SettleCommand),
}

impl Command {
    fn account_id(&self) -> AccountId {
        match self {
            Self::Hold(hold) => hold.request.account_id,
            Self::Settle(command) => command.settle.hold.account_id,
        }
    }

    fn operation(&self) -> Operation {
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
    Settle::release(settle.hold, Outcome::Failed, settle.claim)
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
    fn extract(&mut self, accounts: &HashSet<AccountId>) -> impl Iterator<Item = Command> {
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

fn extract_commands(
    commands: &mut Vec<Command>,
    accounts: &HashSet<AccountId>,
) -> impl Iterator<Item = Command> {
    commands.extract_if(.., |command| accounts.contains(&command.account_id()))
}

/// A call captured in full.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Captured {
    pub(crate) batch_ref: BatchRef,
    pub(crate) call_id: CallId,
    pub(crate) outcome: Outcome,
}

/// What is to be committed, in at most two batches.
#[derive(Debug, Default)]
pub(crate) struct BatchPlan {
    /// Committed with the first batch.
    pub(crate) captured: Vec<Captured>,
    /// Plain commands. They are committed first, even for an account whose earlier ones waited for
    /// a lock.
    pub(crate) fast: PlainCommands,
    /// Everything that must be decided in order under locks.
    pub(crate) ordered: Vec<Command>,
}

impl BatchPlan {
    /// Sorts the commands. Settlements go first: the credits that they return may pay for new
    /// holds.
    pub(crate) fn new(mut holds: Vec<HoldCommand>, settlements: Vec<SettleCommand>) -> Self {
        let mut plan = Self::default();
        settlements.into_iter().for_each(|command| plan.add_settlement(command));
        holds.retain(|hold| !hold.reply.is_closed());
        plan.fast.holds = holds;
        let mut in_order: HashSet<AccountId> = plan.ordered.iter().map(Command::account_id).collect();
        let ordered_holds = plan.fast.holds.iter().filter(|hold| !is_plain_hold(&hold.request));
        in_order.extend(ordered_holds.map(|hold| hold.request.account_id));
        plan.ordered.extend(plan.fast.extract(&in_order));
        plan
    }

    /// Puts this plan behind an earlier one. Plain commands of other accounts may overtake it.
    pub(crate) fn behind(mut self, mut first: Self) -> Self {
        self.captured.append(&mut first.captured);
        if first.ordered.is_empty() {
            return self;
        }
        let mut ordered = first.ordered;
        let accounts: HashSet<AccountId> = ordered.iter().map(Command::account_id).collect();
        ordered.extend(self.fast.extract(&accounts));
        ordered.append(&mut self.ordered);
        Self { ordered, ..self }
    }

    fn add_settlement(&mut self, SettleCommand { batch_ref, settle, reply }: SettleCommand) {
        if settle.leaves_account_unchanged() {
            let (call_id, outcome) = (settle.hold.call_id, settle.outcome);
            self.captured.push(Captured { batch_ref, call_id, outcome });
        } else if reply.is_some() {
            self.ordered.push(Command::Settle(SettleCommand { batch_ref, settle, reply }));
        } else {
            match PlainSettlement::new(settle) {
                Ok(settlement) => self.fast.settlements.push(PlainSettleCommand { batch_ref, settlement }),
                Err(settle) => {
                    self.ordered.push(Command::Settle(SettleCommand { batch_ref, settle: *settle, reply }))
                }
            }
        }
    }

    /// Removes the commands of these accounts and returns them in order.
    pub(crate) fn take_commands_of(&mut self, accounts: &HashSet<AccountId>) -> Vec<Command> {
        let ordered = extract_commands(&mut self.ordered, accounts);
        ordered.chain(self.fast.extract(accounts)).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.captured.is_empty() && self.fast.is_empty() && self.ordered.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::super::reply::Reply;
    use super::*;
    use crate::domain::credits::Credits;
    use crate::domain::ids::KeyId;
    use crate::ledger::rules::caps::KeyCaps;
    use crate::ledger::rules::entry::{CallRef, RouteNumber};
    use crate::ledger::rules::hold::HoldRequest;

    fn request(account: u128, id: u128) -> HoldRequest {
        HoldRequest {
            call_id: CallId::from_uuid(Uuid::from_u128(id)),
            account_id: AccountId::from_uuid(Uuid::from_u128(account)),
            call: CallRef { key_id: KeyId::from_uuid(Uuid::nil()), route: RouteNumber(1) },
            amount: Credits::from_u32(1),
            caps: KeyCaps::default(),
            idempotency: None,
        }
    }

    fn hold(account: u128, id: u128) -> HoldCommand {
        HoldCommand { request: request(account, id), reply: Reply::to_here().0 }
    }

    fn release(account: u128, id: u128) -> Command {
        let hold = request(account, id).hold(Vec::new(), 0, DateTime::UNIX_EPOCH);
        let settle = Settle::release(hold, Outcome::Failed, None);
        Command::Settle(SettleCommand {
            batch_ref: BatchRef { epoch: Epoch(1), batch: 1 },
            settle,
            reply: None,
        })
    }

    fn ids(operations: impl IntoIterator<Item = Operation>) -> Vec<u128> {
        operations.into_iter().map(|operation| operation.id().as_uuid().as_u128()).collect()
    }

    #[tokio::test]
    async fn only_commands_of_an_uncommitted_account_wait_behind_it() {
        let first = BatchPlan { ordered: vec![release(1, 10), release(2, 20)], ..BatchPlan::default() };
        let later = BatchPlan {
            fast: PlainCommands {
                holds: vec![hold(3, 30), hold(1, 11), hold(4, 40), hold(1, 12)],
                ..PlainCommands::default()
            },
            ordered: vec![release(2, 21), release(5, 50)],
            ..BatchPlan::default()
        };
        let plan = later.behind(first);
        assert_eq!(ids(plan.fast.holds.into_iter().map(|hold| Operation::Hold(hold.request))), [30, 40]);
        assert_eq!(ids(plan.ordered.iter().map(Command::operation)), [10, 20, 11, 12, 21, 50]);
    }
}
