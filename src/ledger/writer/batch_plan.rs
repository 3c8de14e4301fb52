//! What the writer commits next: hold and settle commands, sorted by how they must be committed.

use std::collections::HashSet;

use super::handle::HoldCommand;
use super::message::{BatchRef, CaptureReply, HoldEnd, Kept, SettleCommand};
use super::reply::Reply;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::settlement::Outcome;
use crate::ledger::rules::operation::{Operation, Release};
use crate::ledger::store::{Epoch, Work};

/// An operation and who waits for it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) operation: Operation,
    pub(crate) waiter: Waiter,
}

impl Job {
    /// The job after a try that committed nothing of it: what is to be tried again.
    pub(crate) fn at_rest(self) -> Option<Self> {
        let Self { operation, waiter } = self;
        match waiter {
            Waiter::Keeper(batch_ref, reply) => match reply.rest() {
                Some(reply) => Some(Self { operation, waiter: Waiter::Keeper(batch_ref, reply) }),
                None => instead(batch_ref, operation),
            },
            waiter => Some(Self { operation, waiter }),
        }
    }
}

/// Who waits for an operation.
#[derive(Debug)]
pub(crate) enum Waiter {
    /// A call that wants to start.
    Caller(Reply),
    /// A call whose answer is to be kept.
    Keeper(BatchRef, CaptureReply),
    /// Nobody: the call was answered already.
    Ended(BatchRef),
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
    /// Ride with whichever batch comes first.
    pub(crate) captured: Vec<Captured>,
    /// Plain holds of accounts that nothing else in this plan writes.
    pub(crate) fast: Vec<Job>,
    /// Everything that must be decided in order under locks.
    pub(crate) ordered: Vec<Job>,
}

impl BatchPlan {
    /// Sorts the commands. Settlements go first: the credits that they return may pay for new holds.
    pub(crate) fn new(holds: Vec<HoldCommand>, settlements: Vec<SettleCommand>) -> Self {
        let mut plan = Self::default();
        settlements.into_iter().for_each(|command| plan.add_settlement(command));
        let waiting = holds.into_iter().filter(|hold| !hold.reply.is_closed());
        let jobs: Vec<_> = waiting
            .map(|hold| Job { operation: Operation::Hold(hold.request), waiter: Waiter::Caller(hold.reply) })
            .collect();
        let mut in_order: HashSet<AccountId> =
            plan.ordered.iter().map(|job| job.operation.account_id()).collect();
        in_order
            .extend(jobs.iter().filter(|job| needs_order(&job.operation)).map(|j| j.operation.account_id()));
        for job in jobs {
            let in_order = in_order.contains(&job.operation.account_id());
            let list = if in_order { &mut plan.ordered } else { &mut plan.fast };
            list.push(job);
        }
        plan
    }

    /// What came later than `first`, after it. Plain holds of other accounts are free to pass.
    pub(crate) fn behind(mut self, mut first: Self) -> Self {
        self.captured.append(&mut first.captured);
        if first.ordered.is_empty() {
            return self;
        }
        let mut ordered = first.ordered;
        let accounts: HashSet<AccountId> = ordered.iter().map(|job| job.operation.account_id()).collect();
        ordered.extend(self.fast.extract_if(.., |job| accounts.contains(&job.operation.account_id())));
        ordered.append(&mut self.ordered);
        Self { ordered, ..self }
    }

    fn add_settlement(&mut self, command: SettleCommand) {
        let batch_ref = command.batch_ref;
        let (operation, waiter) = match command.end {
            HoldEnd::Captured(call_id, outcome) => {
                self.captured.push(Captured { batch_ref, call_id, outcome });
                return;
            }
            HoldEnd::Released(release) => (Operation::Release(release), Waiter::Ended(batch_ref)),
            HoldEnd::Kept(capture, reply) => {
                (Operation::CaptureWithResponse(*capture), Waiter::Keeper(batch_ref, reply))
            }
        };
        self.ordered.push(Job { operation, waiter });
    }

    /// Takes out the jobs of these accounts, in its order.
    pub(crate) fn take_of(&mut self, accounts: &HashSet<AccountId>) -> Vec<Job> {
        let mut taken = Vec::new();
        for list in [&mut self.ordered, &mut self.fast] {
            taken.extend(list.extract_if(.., |job| accounts.contains(&job.operation.account_id())));
        }
        taken
    }

    /// Whether there is nothing to commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.captured.is_empty() && self.fast.is_empty() && self.ordered.is_empty()
    }
}

/// The largest hold on the fast path. It keeps the sum over a batch of at most 2^31 holds within 64 bits.
const FAST_AMOUNT_MAX: i64 = i32::MAX as i64;

/// Whether a hold must be decided under its account's lock.
fn needs_order(operation: &Operation) -> bool {
    match operation {
        Operation::Hold(request) => {
            request.idempotency.is_some()
                || request.caps.any()
                || !(1..=FAST_AMOUNT_MAX).contains(&request.amount.as_i64())
        }
        _ => true,
    }
}

/// How a batch is decided.
#[derive(Clone, Copy)]
pub(crate) enum Path {
    Fast,
    Ordered,
}

impl Path {
    /// The operations of these jobs, to be decided so.
    pub(crate) fn work(self, jobs: &[Job]) -> Work {
        let operations = jobs.iter().map(|job| job.operation.clone());
        match self {
            Self::Ordered => Work::Ordered(operations.collect()),
            Self::Fast => Work::Fast(
                operations
                    .filter_map(|operation| match operation {
                        Operation::Hold(request) => Some(request),
                        _ => None,
                    })
                    .collect(),
            ),
        }
    }
}

/// Drops the settlements of an epoch that was closed, which released every hold it had, and releases the calls that left
/// before their answers could be kept: they told their clients that they could not.
pub(crate) fn still_wanted(jobs: Vec<Job>, epoch: Epoch) -> Vec<Job> {
    let wanted = |job: Job| match job.waiter {
        Waiter::Keeper(batch_ref, reply) if batch_ref.epoch != epoch => {
            reply.send(Ok(Kept::Superseded));
            None
        }
        Waiter::Ended(batch_ref) if batch_ref.epoch != epoch => None,
        Waiter::Keeper(batch_ref, reply) if !reply.begin() => instead(batch_ref, job.operation),
        waiter => Some(Job { waiter, ..job }),
    };
    jobs.into_iter().filter_map(wanted).collect()
}

/// An answer that cannot be kept is not charged: the release to try in place of a capture that the store refused.
pub(crate) fn instead(batch_ref: BatchRef, refused: Operation) -> Option<Job> {
    let Operation::CaptureWithResponse(capture) = refused else { return None };
    let (amount, claim) = (capture.hold.amount(), Some(capture.claim));
    let release = Release { hold: capture.hold, amount, outcome: Outcome::Failed, whole: true, claim };
    Some(Job { operation: Operation::Release(release), waiter: Waiter::Ended(batch_ref) })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn job(account: u128, id: u128) -> Job {
        let account_id = AccountId::from_uuid(Uuid::from_u128(account));
        let operation = Operation::Advance { account_id, id: CallId::from_uuid(Uuid::from_u128(id)) };
        Job { operation, waiter: Waiter::Ended(BatchRef { epoch: Epoch(1), batch: 1 }) }
    }

    fn ids(jobs: &[Job]) -> Vec<u128> {
        let id = |job: &Job| match job.operation {
            Operation::Advance { id, .. } => id.as_uuid().as_u128(),
            _ => 0,
        };
        jobs.iter().map(id).collect()
    }

    #[test]
    fn only_what_is_of_an_account_that_is_left_over_waits_behind_it() {
        let first = BatchPlan { ordered: vec![job(1, 10), job(2, 20)], ..BatchPlan::default() };
        let later = BatchPlan {
            fast: vec![job(3, 30), job(1, 11), job(4, 40), job(1, 12)],
            ordered: vec![job(2, 21), job(5, 50)],
            ..BatchPlan::default()
        };
        let plan = later.behind(first);
        assert_eq!(ids(&plan.fast), [30, 40]);
        assert_eq!(ids(&plan.ordered), [10, 20, 11, 12, 21, 50]);
    }
}
