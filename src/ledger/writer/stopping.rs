//! The end of a writer. What was answered is committed first; what cannot be is counted.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Writer;
use super::charges::Charges;
use super::locked_accounts;
use crate::ledger::store::LedgerStore;

/// Ends a writer, in two steps.
#[derive(Clone, Debug, Default)]
pub struct WriterStop {
    /// The writer accepts no more holds, commits the settlements, closes its epoch and ends.
    pub finish: CancellationToken,
    /// It stops trying to commit settlements. Closing its epoch gives their credits back.
    pub give_up: CancellationToken,
}

impl From<CancellationToken> for WriterStop {
    /// Never gives up.
    fn from(finish: CancellationToken) -> Self {
        Self { finish, give_up: CancellationToken::new() }
    }
}

/// How long a writer tries to close its epoch. Otherwise the sweep closes it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(4);

impl<S: LedgerStore> Writer<S> {
    /// Works until it is stopped, and closes the epoch.
    pub(super) async fn run(mut self, WriterStop { finish, give_up }: WriterStop) {
        if give_up.run_until_cancelled(self.work(finish)).await.is_none() {
            self.report_uncommitted();
        }
        if tokio::time::timeout(CLOSE_TIMEOUT, self.committer.close()).await.is_err() {
            tracing::warn!(
                error = "the database does not answer",
                "the ledger epoch was left open; it will be closed by the sweep"
            );
        }
    }

    async fn work(&mut self, finish: CancellationToken) {
        while let Some(plan) = self.gather(&finish).await {
            self.commit_plan(plan).await;
            self.heartbeat_if_due().await;
        }
        self.commit_settlements().await;
    }

    /// Refuses waiting calls with [`super::LedgerUnavailable::Stopped`], and commits the remaining
    /// settlements.
    async fn commit_settlements(&mut self) {
        self.holds.close();
        while self.holds.try_recv().is_ok() {}
        self.locked_accounts.refuse_holds();
        loop {
            self.locked_accounts.check_now();
            let plan = self.plan(Vec::new(), Vec::new());
            if plan.is_empty() && self.locked_accounts.is_empty() {
                return;
            }
            self.commit_plan(plan).await;
            self.heartbeat_if_due().await;
            if !(self.uncommitted.is_empty() && self.locked_accounts.is_empty()) {
                tokio::time::sleep(self.retry_after.max(locked_accounts::CHECK_EVERY)).await;
            }
        }
    }

    /// Logs what was answered and is not committed.
    fn report_uncommitted(&mut self) {
        let mut queued = Vec::new();
        while let Ok(command) = self.settlements.try_recv() {
            queued.push(Charges::of_settlement(&command));
        }
        let waiting = [self.committing, Charges::of_plan(&self.uncommitted), self.locked_accounts.charges()];
        let Charges { calls, credits } = queued.into_iter().chain(waiting).sum();
        if calls > 0 {
            tracing::error!(
                calls,
                credits = credits.as_i64(),
                "stopping before the charges of answered calls are confirmed; their credits may be given back"
            );
        }
    }
}
