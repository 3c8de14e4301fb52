//! Replies to the calls that wait for a decision.

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::message::HoldError;
use super::open_hold::OpenHold;
use crate::domain::billing::AccountBalance;
use crate::kill_point::{self, KillPoint};

/// The writer's answer to a request for a hold.
pub(crate) type HoldDecision = Result<Granted, HoldError>;

/// A hold that was made, durably.
#[derive(Debug)]
pub struct Granted {
    /// Ends the hold. Dropping it releases the hold.
    pub hold: OpenHold,
    /// The balance after the hold.
    pub balance: AccountBalance,
}

/// Sends the answer to one call.
#[derive(Debug)]
pub(crate) struct Reply {
    to: ReplyTo,
    /// The runtime in which the call waits.
    runtime: Handle,
}

/// A call that waits since an instant.
#[derive(Debug)]
struct ReplyTo {
    call: oneshot::Sender<HoldDecision>,
    since: Instant,
}

impl ReplyTo {
    /// Answers the call. If it no longer waits, its hold is released.
    fn send(self, answer: HoldDecision) {
        if let Err(Ok(Granted { hold, .. })) = self.call.send(answer) {
            hold.release_unclaimed(self.since.elapsed());
        }
    }
}

impl Reply {
    /// A reply to the current task, and its receiver.
    pub(crate) fn to_here() -> (Self, oneshot::Receiver<HoldDecision>) {
        let (call, answer) = oneshot::channel();
        let to = ReplyTo { call, since: Instant::now() };
        (Self { to, runtime: Handle::current() }, answer)
    }

    /// Whether the call no longer waits.
    pub(crate) fn is_closed(&self) -> bool {
        self.to.call.is_closed()
    }

    /// Answers one call. If it no longer waits, its hold is released.
    pub(crate) fn send(self, answer: HoldDecision) {
        self.to.send(answer);
    }
}

/// The answers to a batch. Waking a call on another thread costs more than answering it, so each
/// runtime is woken once and wakes its own calls.
#[derive(Debug, Default)]
pub(crate) struct Replies(Vec<(Handle, Answers)>);

type Answers = Vec<(ReplyTo, HoldDecision)>;

impl Replies {
    pub(crate) fn add(&mut self, reply: Reply, answer: HoldDecision) {
        let Reply { to, runtime } = reply;
        match self.0.iter_mut().find(|(other, _)| other.id() == runtime.id()) {
            Some((_, answers)) => answers.push((to, answer)),
            None => self.0.push((runtime, vec![(to, answer)])),
        }
    }

    /// Sends the answers. Those for a runtime that has ended are dropped, which releases their
    /// holds.
    pub(crate) fn send(self) {
        for (runtime, answers) in self.0 {
            runtime.spawn(async move {
                for (to, answer) in answers {
                    to.send(answer);
                    kill_point::pass(KillPoint::FirstReplySent);
                }
                kill_point::pass(KillPoint::RepliesSent);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::LedgerUnavailable;
    use super::*;

    #[tokio::test]
    async fn every_call_gets_its_own_answer_on_every_runtime() {
        let elsewhere = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (here, here_too) = (Reply::to_here(), Reply::to_here());
        let there = elsewhere.spawn(async { Reply::to_here() }).await.unwrap();
        let mut replies = Replies::default();
        replies.add(here.0, Err(LedgerUnavailable::Locked.into()));
        replies.add(there.0, Err(HoldError::UnknownAccount));
        replies.add(here_too.0, Err(LedgerUnavailable::Stopped.into()));
        assert_eq!(replies.0.len(), 2, "each runtime is woken once");
        replies.send();
        assert!(matches!(here.1.await, Ok(Err(HoldError::Unavailable(LedgerUnavailable::Locked)))));
        assert!(matches!(there.1.await, Ok(Err(HoldError::UnknownAccount))));
        assert!(matches!(here_too.1.await, Ok(Err(HoldError::Unavailable(LedgerUnavailable::Stopped)))));
        elsewhere.shutdown_background();
    }

    #[tokio::test]
    async fn answers_for_a_runtime_that_has_ended_are_dropped() {
        let ended = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let entered = ended.enter();
        let (reply, answer) = Reply::to_here();
        drop(entered);
        ended.shutdown_background();
        let mut replies = Replies::default();
        replies.add(reply, Err(LedgerUnavailable::Locked.into()));
        replies.send();
        assert!(answer.await.is_err());
    }
}
