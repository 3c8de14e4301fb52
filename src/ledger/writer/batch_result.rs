//! What follows a batch: answers to its calls if it was committed, or another try.

use std::time::Duration;

use super::Writer;
use super::batch_plan::Captured;
use super::commands::Command;
use super::commit::CommitError;
use super::handle::HoldCommand;
use super::message::{BatchRef, CaptureResult, HoldError, LedgerUnavailable, SettleCommand};
use super::open_hold::OpenHold;
use super::reply::{Granted, HoldDecision, Replies};
use crate::ledger::rules::hold::{Held, Hold, HoldRequest};
use crate::ledger::rules::operation::Effect;
use crate::ledger::store::{Effects, LedgerStore};

/// Shortest and longest wait before a failed plan is tried again.
const MIN_RETRY: Duration = Duration::from_millis(10);
const MAX_RETRY: Duration = Duration::from_secs(1);

impl<S: LedgerStore> Writer<S> {
    /// Answers the calls of a committed batch. Returns the commands that are still to be decided.
    pub(super) fn answer(
        &mut self,
        batch_ref: BatchRef,
        commands: Vec<Command>,
        effects: Effects,
    ) -> Vec<Command> {
        let (mut undecided, mut replies) = (Vec::new(), Replies::default());
        for (command, effect) in commands.into_iter().zip(effects) {
            match (command, effect) {
                (command, None) => undecided.push(command),
                (Command::Hold(HoldCommand { request, reply }), Some(effect)) => {
                    replies.add(reply, self.grant(batch_ref, request, effect));
                }
                (Command::Settle(command), Some(effect)) => self.settled(command, effect),
            }
        }
        replies.send();
        undecided
    }

    /// Returns the answer to a requested hold.
    fn grant(&mut self, batch_ref: BatchRef, request: HoldRequest, effect: Effect) -> HoldDecision {
        match effect {
            Effect::Held(Held { hold, balance }) => {
                self.open.opened(batch_ref.batch);
                let settlements = self.settlements_in.clone();
                let hold =
                    OpenHold::new(hold, request.idempotency, batch_ref, settlements, self.settings.max_wait);
                Ok(Granted { hold, balance })
            }
            Effect::Declined(declined) => Err(HoldError::Declined(declined)),
            Effect::UnknownAccount => Err(HoldError::UnknownAccount),
            effect => {
                let HoldRequest { call_id: call, account_id: account, .. } = request;
                tracing::error!(%call, %account, ?effect, "the ledger's rules could not decide a hold");
                Err(LedgerUnavailable::Store.into())
            }
        }
    }

    /// Completes a settlement. A hold that the rules refuse to end stays open, and closing the
    /// epoch releases it.
    fn settled(&mut self, command: SettleCommand, effect: Effect) {
        let result = match effect {
            Effect::Done(balance) => Ok(CaptureResult::Stored(balance)),
            Effect::Superseded(_) => Ok(CaptureResult::Superseded),
            effect => {
                let Hold { call_id: call, account_id: account, .. } = command.settle.hold;
                tracing::error!(%call, %account, ?effect, "ledger rules rejected a settlement");
                Err(LedgerUnavailable::Store)
            }
        };
        if result.is_ok() {
            self.open.ended(command.batch_ref.batch);
        }
        if let Some(reply) = command.reply {
            reply.send(result);
        }
    }

    /// Handles a batch that was not committed: holds get an error, settlements wait for the next
    /// plan.
    pub(super) fn requeue(
        &mut self,
        error: CommitError,
        captured: Vec<Captured>,
        commands: Vec<Command>,
    ) -> Vec<Command> {
        if matches!(error, CommitError::Unavailable | CommitError::Refused) {
            self.retry_after = (self.retry_after * 2).clamp(MIN_RETRY, MAX_RETRY);
        }
        if matches!(error, CommitError::NewEpoch | CommitError::Unknown) {
            // Closing the old epoch released its open holds.
            self.open.clear();
        }
        self.uncommitted.captured.extend(captured);
        let mut again = Vec::new();
        for command in commands {
            match command {
                Command::Hold(hold) if error == CommitError::NewEpoch => again.push(Command::Hold(hold)),
                // The hold may have been committed and released: a second try could hold twice.
                Command::Hold(hold) => hold.reply.send(Err(LedgerUnavailable::Store.into())),
                Command::Settle(command) => {
                    self.uncommitted.ordered.extend(retry_of(command, &error).map(Command::Settle));
                }
            }
        }
        again
    }
}

/// The command to try after a settlement was not committed.
fn retry_of(mut command: SettleCommand, error: &CommitError) -> Option<SettleCommand> {
    match (error, command.reply.take()) {
        (CommitError::Unknown, Some(reply)) => {
            reply.send(Err(LedgerUnavailable::Unknown));
            None
        }
        (CommitError::Refused, Some(reply)) => {
            reply.send(Err(LedgerUnavailable::Store));
            Some(command.into_release())
        }
        (CommitError::Refused, None) => {
            tracing::error!(settle = ?command.settle, "a settlement was refused; closing the epoch will release it");
            None
        }
        (_, reply) => Some(SettleCommand { reply, ..command }.after_failed_commit()),
    }
}
