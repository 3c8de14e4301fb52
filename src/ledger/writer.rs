//! The group-commit writer: one task a node. It takes whatever has queued, makes it durable with one commit, wakes every
//! waiter with its own decision, and starts again. The commit that runs is the wait in which the next batch gathers, so
//! there is no timer while there is work.

mod batch_plan;
pub mod commit;
mod handle;
pub mod liveness;
mod locked_accounts;
mod message;
mod open_hold;
mod open_holds;
pub mod operator;
mod reply;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::batch_plan::{BatchPlan, Captured, Job, Path, Waiter, instead, still_wanted};
use self::commit::{CommitError, Committer};
use self::handle::HoldCommand;
use self::liveness::Heartbeat;
use self::locked_accounts::LockedAccounts;
use self::message::{BatchRef, SettleCommand};
use self::open_holds::OpenHolds;
use self::reply::Replies;
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::hold::Decision;
use crate::ledger::rules::operation::Effect;
use crate::ledger::settings::LedgerSettings;
use crate::ledger::store::{Effects, LedgerStore, StoreError};

pub use self::handle::Ledger;
pub use self::message::{Kept, LedgerUnavailable};
pub use self::open_hold::OpenHold;
pub use self::reply::Granted;

/// Starts the writer as a task. Once `stop` is cancelled it takes no more holds, commits what has ended, closes its
/// epoch and ends.
pub async fn start<S: LedgerStore>(
    store: S,
    settings: LedgerSettings,
    stop: CancellationToken,
) -> Result<(Ledger, JoinHandle<()>), StoreError> {
    let (holds_in, holds) = mpsc::channel(settings.queue.get());
    let (settlements_in, settlements) = mpsc::unbounded_channel();
    let committer = Committer::open(store).await?;
    let heartbeat = Heartbeat::new();
    let ledger = Ledger::new(holds_in, settings.longest_wait, heartbeat.liveness());
    let writer = Writer {
        committer,
        holds,
        settlements,
        settlements_in,
        open: OpenHolds::default(),
        left_over: BatchPlan::default(),
        locked_accounts: LockedAccounts::default(),
        retry_after: settings.flush_after,
        heartbeat_at: Instant::now() + settings.heartbeat_every,
        heartbeat,
        settings,
    };
    Ok((ledger, tokio::spawn(writer.run(stop))))
}

struct Writer<S> {
    committer: Committer<S>,
    holds: mpsc::Receiver<HoldCommand>,
    settlements: mpsc::UnboundedReceiver<SettleCommand>,
    /// Given to each open hold, so that it can end.
    settlements_in: mpsc::UnboundedSender<SettleCommand>,
    open: OpenHolds,
    /// What the last plan could not commit.
    left_over: BatchPlan,
    /// What waits for accounts that somebody else has locked.
    locked_accounts: LockedAccounts,
    /// How long an idle writer waits before it tries again.
    retry_after: Duration,
    /// When to say that the writer is alive, should no commit do so before.
    heartbeat_at: Instant,
    heartbeat: Heartbeat,
    settings: LedgerSettings,
}

/// The shortest and the longest wait before what is left over is tried again after a failure.
const SHORTEST_RETRY: Duration = Duration::from_millis(10);
const LONGEST_RETRY: Duration = Duration::from_secs(1);
/// The longest wait before a heartbeat that failed is tried again: nobody may call until one has told that the store is
/// back.
const HEARTBEAT_RETRY: Duration = Duration::from_secs(1);

impl<S: LedgerStore> Writer<S> {
    async fn run(mut self, stop: CancellationToken) {
        while let Some(plan) = self.gather(&stop).await {
            self.commit_plan(plan).await;
            self.beat_if_due().await;
        }
        self.finish().await;
    }

    /// Says that the writer is alive, where no commit has said so for long: also one that only refuses is.
    async fn beat_if_due(&mut self) {
        if Instant::now() < self.heartbeat_at {
            return;
        }
        match self.committer.heartbeat().await {
            Ok(()) => self.has_beaten(),
            Err(CommitError::NewEpoch) => {
                self.open.clear();
                self.has_beaten();
            }
            Err(_) => self.heartbeat_at = Instant::now() + HEARTBEAT_RETRY.min(self.settings.heartbeat_every),
        }
    }

    fn has_beaten(&mut self) {
        self.heartbeat_at = Instant::now() + self.settings.heartbeat_every;
        self.heartbeat.beat();
    }

    /// Waits for work and takes all there is. `None` ends the writer.
    async fn gather(&mut self, stop: &CancellationToken) -> Option<BatchPlan> {
        let (mut holds, mut settlements) = (Vec::new(), Vec::new());
        let most = self.settings.batch.get();
        let pause = match (self.left_over.is_empty(), self.locked_accounts.is_empty()) {
            (true, true) => self.heartbeat_at.saturating_duration_since(Instant::now()),
            (true, false) => locked_accounts::LOOK_EVERY,
            (false, _) => self.retry_after,
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            count = self.holds.recv_many(&mut holds, most) => if count == 0 { return None },
            _ = self.settlements.recv_many(&mut settlements, most) => {
                let _ = tokio::time::timeout(self.settings.flush_after, self.holds.recv_many(&mut holds, most)).await;
            }
            () = tokio::time::sleep(pause) => {}
        }
        Some(self.plan(holds, settlements))
    }

    fn plan(&mut self, holds: Vec<HoldCommand>, mut settlements: Vec<SettleCommand>) -> BatchPlan {
        while let Ok(command) = self.settlements.try_recv() {
            settlements.push(command);
        }
        if !holds.is_empty() {
            kill_point::pass(KillPoint::HoldsGathered);
        }
        if !settlements.is_empty() {
            kill_point::pass(KillPoint::EndingsGathered);
        }
        BatchPlan::new(holds, settlements).behind(std::mem::take(&mut self.left_over))
    }

    async fn commit_plan(&mut self, mut plan: BatchPlan) {
        if let Some(locked) = self.locked_accounts.to_look_at() {
            self.locked_accounts.reopen(self.committer.locked(locked).await.ok(), &mut plan);
        }
        self.locked_accounts.take_of(&mut plan);
        if !plan.fast.is_empty() || (plan.ordered.is_empty() && !plan.captured.is_empty()) {
            let captured = std::mem::take(&mut plan.captured);
            let deferred = self.commit(captured, plan.fast, Path::Fast).await;
            plan.ordered.extend(deferred);
        }
        if !plan.ordered.is_empty() {
            let undecided = self.commit(plan.captured, plan.ordered, Path::Ordered).await;
            self.left_over.ordered.extend(undecided);
        }
    }

    /// Commits one batch and tells its waiters. Returns the jobs that are still to be decided.
    async fn commit(&mut self, mut captured: Vec<Captured>, jobs: Vec<Job>, path: Path) -> Vec<Job> {
        let epoch = self.committer.epoch();
        captured.retain(|end| end.batch_ref.epoch == epoch);
        let jobs = still_wanted(jobs, epoch);
        let batch_ref = BatchRef { epoch, batch: self.committer.next_batch() };
        let calls = captured.iter().map(|end| (end.call_id, end.outcome)).collect();
        match self.committer.commit(self.open.oldest_or(batch_ref.batch), calls, path.work(&jobs)).await {
            Ok(effects) => {
                self.retry_after = self.settings.flush_after;
                self.has_beaten();
                captured.iter().for_each(|end| self.open.ended(end.batch_ref.batch));
                kill_point::pass(KillPoint::HeldUntold);
                self.answer(batch_ref, jobs, effects)
            }
            // Those whose accounts are free must not wait for the others.
            Err(CommitError::Locked(locked)) => {
                let mut plan = BatchPlan { captured, fast: Vec::new(), ordered: jobs };
                self.locked_accounts.close(locked, &mut plan);
                if plan.is_empty() {
                    return Vec::new();
                }
                Box::pin(self.commit(plan.captured, plan.ordered, path)).await
            }
            // One of them is at fault; the others must not suffer.
            Err(CommitError::Refused) if jobs.len() > 1 => {
                self.left_over.captured.extend(captured);
                let mut undecided = Vec::new();
                for job in jobs {
                    undecided.extend(Box::pin(self.commit(Vec::new(), vec![job], Path::Ordered)).await);
                }
                undecided
            }
            Err(error) => self.take_back(error, captured, jobs),
        }
    }

    fn answer(&mut self, batch_ref: BatchRef, jobs: Vec<Job>, effects: Effects) -> Vec<Job> {
        let (mut undecided, mut replies) = (Vec::new(), Replies::default());
        for (job, effect) in jobs.into_iter().zip(effects) {
            match (job.waiter, effect) {
                (waiter, None) => undecided.push(Job { waiter, ..job }),
                (Waiter::Caller(reply), Some(effect)) => {
                    let claim = job.operation.claim().cloned();
                    let answer = match effect {
                        Effect::Decided(Decision::Held { hold, balance }) => {
                            self.open.opened(batch_ref.batch);
                            let settlements = self.settlements_in.clone();
                            let hold = OpenHold::new(
                                hold,
                                claim,
                                batch_ref,
                                settlements,
                                self.settings.longest_wait,
                            );
                            Ok(Granted::Held { hold, balance })
                        }
                        Effect::Decided(decision) => Ok(Granted::Not(decision)),
                        effect => {
                            tracing::error!(?effect, "the ledger's rules could not decide a hold");
                            Err(LedgerUnavailable::Store)
                        }
                    };
                    replies.add(reply, answer);
                }
                (Waiter::Keeper(held, reply), Some(effect)) => {
                    self.ended(held, &effect);
                    reply.send(match effect {
                        Effect::Done(balance) => Ok(Kept::Stored(balance)),
                        Effect::Superseded(_) => Ok(Kept::Superseded),
                        _ => Err(LedgerUnavailable::Store),
                    });
                }
                (Waiter::Ended(held), Some(effect)) => self.ended(held, &effect),
            }
        }
        replies.send();
        undecided
    }

    /// A hold that the rules did not let end stays open, so that closing the epoch finds it.
    fn ended(&mut self, held: BatchRef, effect: &Effect) {
        match effect {
            Effect::Done(_) | Effect::Superseded(_) => self.open.ended(held.batch),
            effect => tracing::error!(?effect, "the ledger's rules did not let a hold end"),
        }
    }

    /// Nothing was committed: callers get an error, settlements wait for the next plan.
    fn take_back(&mut self, error: CommitError, captured: Vec<Captured>, jobs: Vec<Job>) -> Vec<Job> {
        if error == CommitError::Unavailable {
            self.retry_after = (self.retry_after * 2).clamp(SHORTEST_RETRY, LONGEST_RETRY);
        }
        if matches!(error, CommitError::NewEpoch | CommitError::Unknown) {
            // Whoever closed the old epoch has released everything that was open in it.
            self.open.clear();
        }
        self.left_over.captured.extend(captured);
        let mut again = Vec::new();
        for job in jobs {
            match job.waiter {
                Waiter::Caller(reply) if error == CommitError::NewEpoch => {
                    again.push(Job { waiter: Waiter::Caller(reply), ..job });
                }
                // Asked for again, a hold that was committed and released would be there twice.
                Waiter::Caller(reply) => reply.send(Err(LedgerUnavailable::Store)),
                Waiter::Keeper(_, reply) if error == CommitError::Unknown => {
                    reply.send(Err(LedgerUnavailable::Unknown));
                }
                Waiter::Keeper(batch_ref, reply) if error == CommitError::Refused => {
                    reply.send(Err(LedgerUnavailable::Store));
                    self.left_over.ordered.extend(instead(batch_ref, job.operation));
                }
                Waiter::Ended(_) if error == CommitError::Refused => {
                    tracing::error!(operation = ?job.operation, "an ending was refused; closing the epoch will release it");
                }
                waiter => self.left_over.ordered.extend(Job { waiter, ..job }.at_rest()),
            }
        }
        again
    }

    /// Commits what has ended and closes the epoch. Calls that still wait are told that the writer has stopped.
    async fn finish(mut self) {
        self.holds.close();
        while self.holds.try_recv().is_ok() {}
        let until = Instant::now() + LAST_CHANCE;
        while Instant::now() < until {
            self.locked_accounts.look_now();
            let plan = self.plan(Vec::new(), Vec::new());
            if plan.is_empty() && self.locked_accounts.is_empty() {
                break;
            }
            self.commit_plan(plan).await;
            if !(self.left_over.is_empty() && self.locked_accounts.is_empty()) {
                tokio::time::sleep(locked_accounts::LOOK_EVERY).await;
            }
        }
        self.committer.close().await;
    }
}

/// How long a stopping writer goes on trying what it could not commit. What is not committed by then is released when
/// its epoch is closed, and costs nobody anything.
const LAST_CHANCE: Duration = Duration::from_secs(3);
