//! The group-commit writer, one task for each gateway. It takes all queued commands, commits them
//! together, answers each call, and starts again. The next batch gathers while a commit runs, so no
//! timer is needed under load.

mod batch_plan;
mod batch_result;
mod charges;
mod commands;
pub mod commit;
mod handle;
pub mod in_parts;
pub mod liveness;
mod locked_accounts;
mod message;
mod metrics;
mod open_hold;
mod open_holds;
pub mod operator;
mod reply;
mod stopping;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::batch_plan::{BatchPlan, Captured};
use self::charges::Charges;
use self::commands::{Command, Commands};
use self::commit::{CommitError, Committer};
use self::handle::HoldCommand;
use self::liveness::LivenessRecorder;
use self::locked_accounts::LockedAccounts;
use self::message::{BatchRef, SettleCommand};
use self::metrics::WriterMetrics;
use self::open_holds::OpenHolds;
use crate::kill_point::{self, KillPoint};
use crate::ledger::settings::LedgerSettings;
use crate::ledger::store::{LedgerStore, StoreError};

pub use self::handle::Ledger;
pub use self::message::{CaptureResult, HoldError, LedgerUnavailable};
pub use self::open_hold::OpenHold;
pub use self::reply::Granted;
pub use self::stopping::WriterStop;

/// Starts the writer task, which ends as `stop` says.
pub async fn start<S: LedgerStore>(
    store: S,
    settings: LedgerSettings,
    stop: impl Into<WriterStop>,
) -> Result<(Ledger, JoinHandle<()>), StoreError> {
    let (holds_in, holds) = mpsc::channel(settings.max_queued_holds.get());
    let (settlements_in, settlements) = mpsc::unbounded_channel();
    let committer = Committer::open(store).await?;
    let liveness = LivenessRecorder::new();
    let ledger = Ledger::new(holds_in, settings.max_wait, liveness.liveness());
    let writer = Writer {
        committer,
        holds,
        settlements,
        settlements_in,
        open: OpenHolds::default(),
        committing: Charges::default(),
        uncommitted: BatchPlan::default(),
        locked_accounts: LockedAccounts::default(),
        retry_after: settings.flush_after,
        heartbeat_at: Instant::now() + settings.heartbeat_every,
        liveness,
        metrics: WriterMetrics::new(),
        settings,
    };
    Ok((ledger, tokio::spawn(writer.run(stop.into()))))
}

struct Writer<S> {
    committer: Committer<S>,
    holds: mpsc::Receiver<HoldCommand>,
    settlements: mpsc::UnboundedReceiver<SettleCommand>,
    /// Cloned into each open hold.
    settlements_in: mpsc::UnboundedSender<SettleCommand>,
    open: OpenHolds,
    /// What is charged by the plan that is being committed.
    committing: Charges,
    /// The part of the last plan that was not committed.
    uncommitted: BatchPlan,
    /// Commands of accounts that another session has locked.
    locked_accounts: LockedAccounts,
    /// How long an idle writer waits before it tries again.
    retry_after: Duration,
    /// The next heartbeat. Each commit postpones it.
    heartbeat_at: Instant,
    liveness: LivenessRecorder,
    metrics: WriterMetrics,
    settings: LedgerSettings,
}

/// Longest wait before a failed heartbeat is tried again. An idle writer learns from it that the
/// store is back.
const HEARTBEAT_RETRY: Duration = Duration::from_secs(1);

impl<S: LedgerStore> Writer<S> {
    /// Sends a heartbeat if no commit has postponed it.
    async fn heartbeat_if_due(&mut self) {
        if Instant::now() < self.heartbeat_at {
            return;
        }
        match self.committer.heartbeat().await {
            Ok(()) => {}
            Err(CommitError::NewEpoch) => self.open.clear(),
            Err(_) => {
                self.liveness.refused();
                self.heartbeat_at = Instant::now() + HEARTBEAT_RETRY.min(self.settings.heartbeat_every);
                return;
            }
        }
        self.liveness.record();
        self.heartbeat_at = Instant::now() + self.settings.heartbeat_every;
    }

    /// Waits for commands and takes all. Returns `None` when the writer is to end.
    async fn gather(&mut self, stop: &CancellationToken) -> Option<BatchPlan> {
        let (mut holds, mut settlements) = (Vec::new(), Vec::new());
        let most = self.settings.max_batch_holds.get();
        let pause = match (self.uncommitted.is_empty(), self.locked_accounts.is_empty()) {
            (true, true) => self.heartbeat_at.saturating_duration_since(Instant::now()),
            (true, false) => locked_accounts::CHECK_EVERY,
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
        self.metrics.waiting(self.holds.len());
        Some(self.plan(holds, settlements))
    }

    fn plan(&mut self, holds: Vec<HoldCommand>, mut settlements: Vec<SettleCommand>) -> BatchPlan {
        while let Ok(command) = self.settlements.try_recv() {
            settlements.push(command);
        }
        if !holds.is_empty() {
            kill_point::pass(KillPoint::HoldsDequeued);
        }
        if !settlements.is_empty() {
            kill_point::pass(KillPoint::SettlementsDequeued);
        }
        BatchPlan::new(holds, settlements).behind(std::mem::take(&mut self.uncommitted))
    }

    async fn commit_plan(&mut self, mut plan: BatchPlan) {
        self.committing = Charges::of_plan(&plan);
        if let Some(locked) = self.locked_accounts.due_for_check() {
            self.locked_accounts.reopen(self.committer.locked(locked).await.ok(), &mut plan);
        }
        self.locked_accounts.take_commands_of(&mut plan);
        if !plan.fast.is_empty() || (plan.ordered.is_empty() && !plan.captured.is_empty()) {
            let captured = std::mem::take(&mut plan.captured);
            let deferred = self.commit(captured, Commands::Fast(plan.fast)).await;
            plan.ordered.extend(deferred);
        }
        if !plan.ordered.is_empty() {
            let undecided = self.commit(plan.captured, Commands::Ordered(plan.ordered)).await;
            self.uncommitted.ordered.extend(undecided);
        }
        self.committing = Charges::default();
        self.liveness.oldest_hold(self.open.oldest_at());
    }

    /// Commits one batch and answers its calls. Returns the commands that are still to be decided.
    async fn commit(&mut self, mut captured: Vec<Captured>, commands: Commands) -> Vec<Command> {
        let epoch = self.committer.epoch();
        report_given_back(Charges::of_closed_epochs(epoch, &captured, &commands));
        captured.retain(|end| end.batch_ref.epoch == epoch);
        let mut commands = commands.for_epoch(epoch);
        let batch_ref = BatchRef { epoch, batch: self.committer.next_batch() };
        let calls = captured.iter().map(|end| (end.call_id, end.outcome)).collect();
        let (is_fast, size) = (matches!(commands, Commands::Fast(_)), captured.len() + commands.len());
        let began = Instant::now();
        match self.committer.commit(self.open.oldest_or(batch_ref.batch), calls, commands.work()).await {
            Ok(effects) => {
                self.metrics.committed(is_fast, size, began.elapsed());
                self.retry_after = self.settings.flush_after;
                self.liveness.batch_committed();
                self.heartbeat_at = Instant::now() + self.settings.heartbeat_every;
                captured.iter().for_each(|end| self.open.ended(end.batch_ref.batch));
                kill_point::pass(KillPoint::BeforeReplies);
                self.answer(batch_ref, commands.into_vec(), effects)
            }
            // Calls of other accounts must not wait for the locked ones.
            Err(CommitError::Locked(locked)) => {
                self.locked_accounts.close(locked, &mut commands);
                if captured.is_empty() && commands.len() == 0 {
                    return Vec::new();
                }
                Box::pin(self.commit(captured, commands)).await
            }
            // One command is at fault, or not fit for the fast path. Each is tried alone, in order.
            Err(CommitError::Refused) if commands.len() > usize::from(!is_fast) => {
                self.uncommitted.captured.extend(captured);
                let mut undecided = Vec::new();
                for command in commands.into_vec() {
                    let alone = Commands::Ordered(vec![command]);
                    undecided.extend(Box::pin(self.commit(Vec::new(), alone)).await);
                }
                undecided
            }
            Err(error) => {
                self.metrics.failed();
                self.liveness.batch_failed();
                self.requeue(error, captured, commands.into_vec())
            }
        }
    }
}

fn report_given_back(Charges { calls, credits }: Charges) {
    if calls > 0 {
        tracing::error!(
            calls,
            credits = credits.as_i64(),
            "another gateway closed the epoch of answered calls: their credits were given back"
        );
    }
}
