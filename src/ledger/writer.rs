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

use self::batch_plan::{Captured, Job, Path, Round, Waiter, instead, still_wanted};
use self::commit::{Committer, GaveUp};
use self::handle::Ask;
use self::liveness::Living;
use self::locked_accounts::Aside;
use self::message::{Ending, Place};
use self::open_holds::OpenHolds;
use self::reply::Replies;
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::hold::Decision;
use crate::ledger::rules::operation::Effect;
use crate::ledger::store::{Effects, LedgerStore, StoreError};

pub use self::handle::Ledger;
pub use self::message::{Kept, LedgerUnavailable};
pub use self::open_hold::OpenHold;
pub use self::reply::Granted;

/// What the writer may use.
#[derive(Clone, Debug)]
pub struct WriterLimits {
    /// Most holds in one batch; bounds latency and memory, not the rate.
    pub batch: usize,
    /// Most holds waiting for a batch; past it a call is refused at once.
    pub queue: usize,
    /// Longest a call waits for its decision, and for its answer to be kept.
    pub longest_wait: Duration,
    /// How long a lone ending waits for holds to share its commit with.
    pub flush_after: Duration,
    /// How often a writer that commits nothing says that it is alive.
    pub heartbeat_every: Duration,
}

/// Starts the writer as a task. Once `stop` is cancelled it takes no more holds, commits what has ended, closes its
/// epoch and ends.
pub async fn start<S: LedgerStore>(
    store: S,
    limits: WriterLimits,
    stop: CancellationToken,
) -> Result<(Ledger, JoinHandle<()>), StoreError> {
    let (asks_in, asks) = mpsc::channel(limits.queue);
    let (endings_in, endings) = mpsc::unbounded_channel();
    let committer = Committer::open(store).await?;
    let living = Living::new();
    let ledger = Ledger::new(asks_in, limits.longest_wait, living.life());
    let writer = Writer {
        committer,
        asks,
        endings,
        endings_in,
        open: OpenHolds::default(),
        left_over: Round::default(),
        aside: Aside::default(),
        retry_after: limits.flush_after,
        heartbeat_at: Instant::now() + limits.heartbeat_every,
        living,
        limits,
    };
    Ok((ledger, tokio::spawn(writer.run(stop))))
}

struct Writer<S> {
    committer: Committer<S>,
    asks: mpsc::Receiver<Ask>,
    endings: mpsc::UnboundedReceiver<Ending>,
    /// Given to each open hold, so that it can end.
    endings_in: mpsc::UnboundedSender<Ending>,
    open: OpenHolds,
    /// What the last round could not commit.
    left_over: Round,
    /// What waits for accounts that somebody else has locked.
    aside: Aside,
    /// How long an idle writer waits before it tries again.
    retry_after: Duration,
    /// When to say that the writer is alive, should no commit do so before.
    heartbeat_at: Instant,
    living: Living,
    limits: WriterLimits,
}

/// The shortest and the longest wait before what is left over is tried again after a failure.
const SHORTEST_RETRY: Duration = Duration::from_millis(10);
const LONGEST_RETRY: Duration = Duration::from_secs(1);
/// The longest wait before a heartbeat that failed is tried again: nobody may call until one has told that the store is
/// back.
const HEARTBEAT_RETRY: Duration = Duration::from_secs(1);

impl<S: LedgerStore> Writer<S> {
    async fn run(mut self, stop: CancellationToken) {
        while let Some(round) = self.gather(&stop).await {
            self.commit_round(round).await;
            self.show_life().await;
        }
        self.finish().await;
    }

    /// Says that the writer is alive, where no commit has said so for long: also one that only refuses is.
    async fn show_life(&mut self) {
        if Instant::now() < self.heartbeat_at {
            return;
        }
        match self.committer.heartbeat().await {
            Ok(()) => self.shown_alive(),
            Err(GaveUp::NewEpoch) => {
                self.open.clear();
                self.shown_alive();
            }
            Err(_) => self.heartbeat_at = Instant::now() + HEARTBEAT_RETRY.min(self.limits.heartbeat_every),
        }
    }

    fn shown_alive(&mut self) {
        self.heartbeat_at = Instant::now() + self.limits.heartbeat_every;
        self.living.show();
    }

    /// Waits for work and takes all there is. `None` ends the writer.
    async fn gather(&mut self, stop: &CancellationToken) -> Option<Round> {
        let (mut asks, mut endings) = (Vec::new(), Vec::new());
        let most = self.limits.batch;
        let pause = match (self.left_over.is_empty(), self.aside.is_empty()) {
            (true, true) => self.heartbeat_at.saturating_duration_since(Instant::now()),
            (true, false) => locked_accounts::LOOK_EVERY,
            (false, _) => self.retry_after,
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            count = self.asks.recv_many(&mut asks, most) => if count == 0 { return None },
            _ = self.endings.recv_many(&mut endings, most) => {
                let _ = tokio::time::timeout(self.limits.flush_after, self.asks.recv_many(&mut asks, most)).await;
            }
            () = tokio::time::sleep(pause) => {}
        }
        Some(self.plan(asks, endings))
    }

    fn plan(&mut self, asks: Vec<Ask>, mut endings: Vec<Ending>) -> Round {
        while let Ok(ending) = self.endings.try_recv() {
            endings.push(ending);
        }
        if !asks.is_empty() {
            kill_point::pass(KillPoint::HoldsGathered);
        }
        if !endings.is_empty() {
            kill_point::pass(KillPoint::EndingsGathered);
        }
        Round::plan(asks, endings).behind(std::mem::take(&mut self.left_over))
    }

    async fn commit_round(&mut self, mut round: Round) {
        if let Some(locked) = self.aside.to_look_at() {
            self.aside.reopen(self.committer.locked(locked).await.ok(), &mut round);
        }
        self.aside.take_of(&mut round);
        if !round.fast.is_empty() || (round.ordered.is_empty() && !round.captured.is_empty()) {
            let captured = std::mem::take(&mut round.captured);
            let deferred = self.commit(captured, round.fast, Path::Fast).await;
            round.ordered.extend(deferred);
        }
        if !round.ordered.is_empty() {
            let undecided = self.commit(round.captured, round.ordered, Path::Ordered).await;
            self.left_over.ordered.extend(undecided);
        }
    }

    /// Commits one batch and tells its waiters. Returns the jobs that are still to be decided.
    async fn commit(&mut self, mut captured: Vec<Captured>, jobs: Vec<Job>, path: Path) -> Vec<Job> {
        let epoch = self.committer.epoch();
        captured.retain(|end| end.place.epoch == epoch);
        let jobs = still_wanted(jobs, epoch);
        let place = Place { epoch, batch: self.committer.next_batch() };
        let calls = captured.iter().map(|end| (end.call_id, end.outcome)).collect();
        match self.committer.commit(self.open.oldest_or(place.batch), calls, path.work(&jobs)).await {
            Ok(effects) => {
                self.retry_after = self.limits.flush_after;
                self.shown_alive();
                captured.iter().for_each(|end| self.open.ended(end.place.batch));
                kill_point::pass(KillPoint::HeldUntold);
                self.answer(place, jobs, effects)
            }
            // Those whose accounts are free must not wait for the others.
            Err(GaveUp::Locked(locked)) => {
                let mut round = Round { captured, fast: Vec::new(), ordered: jobs };
                self.aside.close(locked, &mut round);
                if round.is_empty() {
                    return Vec::new();
                }
                Box::pin(self.commit(round.captured, round.ordered, path)).await
            }
            // One of them is at fault; the others must not suffer.
            Err(GaveUp::Refused) if jobs.len() > 1 => {
                self.left_over.captured.extend(captured);
                let mut undecided = Vec::new();
                for job in jobs {
                    undecided.extend(Box::pin(self.commit(Vec::new(), vec![job], Path::Ordered)).await);
                }
                undecided
            }
            Err(gave_up) => self.take_back(gave_up, captured, jobs),
        }
    }

    fn answer(&mut self, place: Place, jobs: Vec<Job>, effects: Effects) -> Vec<Job> {
        let (mut undecided, mut replies) = (Vec::new(), Replies::default());
        for (job, effect) in jobs.into_iter().zip(effects) {
            match (job.waiter, effect) {
                (waiter, None) => undecided.push(Job { waiter, ..job }),
                (Waiter::Caller(reply), Some(effect)) => {
                    let claim = job.operation.claim().cloned();
                    let answer = match effect {
                        Effect::Decided(Decision::Held { hold, standing }) => {
                            self.open.opened(place.batch);
                            let endings = self.endings_in.clone();
                            let hold = OpenHold::new(hold, claim, place, endings, self.limits.longest_wait);
                            Ok(Granted::Held { hold, standing })
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
                        Effect::Done(standing) => Ok(Kept::Stored(standing)),
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
    fn ended(&mut self, held: Place, effect: &Effect) {
        match effect {
            Effect::Done(_) | Effect::Superseded(_) => self.open.ended(held.batch),
            effect => tracing::error!(?effect, "the ledger's rules did not let a hold end"),
        }
    }

    /// Nothing was committed: callers are told, endings are kept for the next round.
    fn take_back(&mut self, gave_up: GaveUp, captured: Vec<Captured>, jobs: Vec<Job>) -> Vec<Job> {
        if gave_up == GaveUp::Unavailable {
            self.retry_after = (self.retry_after * 2).clamp(SHORTEST_RETRY, LONGEST_RETRY);
        }
        if matches!(gave_up, GaveUp::NewEpoch | GaveUp::Unknown) {
            // Whoever closed the old epoch has released everything that was open in it.
            self.open.clear();
        }
        self.left_over.captured.extend(captured);
        let mut again = Vec::new();
        for job in jobs {
            match job.waiter {
                Waiter::Caller(reply) if gave_up == GaveUp::NewEpoch => {
                    again.push(Job { waiter: Waiter::Caller(reply), ..job });
                }
                // Asked for again, a hold that was committed and released would be there twice.
                Waiter::Caller(reply) => reply.send(Err(LedgerUnavailable::Store)),
                Waiter::Keeper(_, reply) if gave_up == GaveUp::Unknown => {
                    reply.send(Err(LedgerUnavailable::Unknown));
                }
                Waiter::Keeper(place, reply) if gave_up == GaveUp::Refused => {
                    reply.send(Err(LedgerUnavailable::Store));
                    self.left_over.ordered.extend(instead(place, job.operation));
                }
                Waiter::Ended(_) if gave_up == GaveUp::Refused => {
                    tracing::error!(operation = ?job.operation, "an ending was refused; closing the epoch will release it");
                }
                waiter => self.left_over.ordered.extend(Job { waiter, ..job }.at_rest()),
            }
        }
        again
    }

    /// Commits what has ended and closes the epoch. Calls that still wait are told that the writer has stopped.
    async fn finish(mut self) {
        self.asks.close();
        while self.asks.try_recv().is_ok() {}
        let until = Instant::now() + LAST_CHANCE;
        while Instant::now() < until {
            self.aside.look_now();
            let round = self.plan(Vec::new(), Vec::new());
            if round.is_empty() && self.aside.is_empty() {
                break;
            }
            self.commit_round(round).await;
            if !(self.left_over.is_empty() && self.aside.is_empty()) {
                tokio::time::sleep(locked_accounts::LOOK_EVERY).await;
            }
        }
        self.committer.close().await;
    }
}

/// How long a stopping writer goes on trying what it could not commit. What is not committed by then is released when
/// its epoch is closed, and costs nobody anything.
const LAST_CHANCE: Duration = Duration::from_secs(3);
