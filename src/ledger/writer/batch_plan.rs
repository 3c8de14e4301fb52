//! What the writer commits next: hold and settle commands, sorted by how they must be committed.

use std::collections::HashSet;

use super::commands::{Command, PlainCommands, PlainSettleCommand, extract_commands};
use super::handle::HoldCommand;
use super::message::{BatchRef, SettleCommand};
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::settlement::Outcome;
use crate::ledger::rules::plain::{PlainSettlement, is_plain_hold};

/// A call captured in full.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Captured {
    pub(crate) batch_ref: BatchRef,
    pub(crate) call_id: CallId,
    pub(crate) outcome: Outcome,
    pub(crate) amount: Credits,
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
            let (call_id, outcome, amount) = (settle.hold.call_id, settle.outcome, settle.captured);
            self.captured.push(Captured { batch_ref, call_id, outcome, amount });
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
    use crate::domain::ids::KeyId;
    use crate::ledger::rules::caps::KeyCaps;
    use crate::ledger::rules::entry::{CallRef, RouteNumber};
    use crate::ledger::rules::hold::HoldRequest;
    use crate::ledger::rules::operation::{Operation, Settle};
    use crate::ledger::store::Epoch;

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
