//! One round of the writer: what was asked and what has ended, sorted by how it must be committed.

use std::collections::HashSet;

use tokio::sync::oneshot;

use crate::domain::ids::{AccountId, CallId};
use crate::domain::settlement::Outcome;
use crate::ledger::handle::{Answer, Ask, End, Ending, Kept, LedgerUnavailable, Place};
use crate::ledger::operation::Operation;

/// An operation and who waits for it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) operation: Operation,
    pub(crate) waiter: Waiter,
}

/// Who waits for an operation.
#[derive(Debug)]
pub(crate) enum Waiter {
    /// A call that wants to start.
    Caller(oneshot::Sender<Answer>),
    /// A call whose answer is to be kept.
    Keeper(Place, oneshot::Sender<Result<Kept, LedgerUnavailable>>),
    /// Nobody: the call was answered already.
    Ended(Place),
}

/// A call captured in full.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Captured {
    pub(crate) place: Place,
    pub(crate) call_id: CallId,
    pub(crate) outcome: Outcome,
}

/// What is to be committed, in at most two batches.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// Ride with whichever batch comes first.
    pub(crate) captured: Vec<Captured>,
    /// Plain holds of accounts that nothing else in this round touches.
    pub(crate) fast: Vec<Job>,
    /// Everything that must be decided in order under locks.
    pub(crate) ordered: Vec<Job>,
}

impl Round {
    /// Sorts asks and endings. Endings go first: what comes back may pay for what is asked.
    pub(crate) fn plan(asks: Vec<Ask>, endings: Vec<Ending>) -> Self {
        let mut round = Self::default();
        endings.into_iter().for_each(|ending| round.add_ending(ending));
        let waiting = asks.into_iter().filter(|ask| !ask.reply.is_closed());
        let jobs: Vec<_> = waiting
            .map(|ask| Job { operation: Operation::Hold(ask.request), waiter: Waiter::Caller(ask.reply) })
            .collect();
        let mut in_order: HashSet<AccountId> =
            round.ordered.iter().map(|job| job.operation.account_id()).collect();
        in_order
            .extend(jobs.iter().filter(|job| needs_order(&job.operation)).map(|j| j.operation.account_id()));
        for job in jobs {
            let in_order = in_order.contains(&job.operation.account_id());
            let list = if in_order { &mut round.ordered } else { &mut round.fast };
            list.push(job);
        }
        round
    }

    fn add_ending(&mut self, ending: Ending) {
        let place = ending.place;
        let (operation, waiter) = match ending.end {
            End::Captured(call_id, outcome) => {
                self.captured.push(Captured { place, call_id, outcome });
                return;
            }
            End::Released(release) => (Operation::Release(release), Waiter::Ended(place)),
            End::Kept(keep, reply) => (Operation::Keep(*keep), Waiter::Keeper(place, reply)),
        };
        self.ordered.push(Job { operation, waiter });
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
