//! A slow, unreliable connection to the database in memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fluence::ledger::store::{Batch, Effects, Epoch, LedgerStore, Resolution, StoreError};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use super::check::Checker;
use super::database::Database;

/// Faults in each 1,000 requests to the database.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chaos {
    /// The database cannot write.
    unavailable: u32,
    /// The batch conflicts with another.
    conflict: u32,
    /// It refuses the batch.
    refused: u32,
    /// The connection is lost before the statement arrives.
    lost_before: u32,
    /// The connection is lost after the commit.
    lost_after: u32,
    /// The connection is lost, and the statement arrives later.
    late: u32,
    /// The answer takes longer than a gateway may be silent.
    stuck: u32,
    /// Longest time of an ordinary request, in milliseconds.
    latency_ms: u64,
}

impl Chaos {
    /// A different mix for every seed, so that rare combinations occur.
    pub(crate) fn draw(rng: &mut StdRng) -> Self {
        let mut rate = |most: [u32; 4]| most[rng.random_range(0..most.len())];
        Self {
            unavailable: rate([0, 0, 10, 50]),
            conflict: rate([0, 0, 20, 100]),
            refused: rate([0, 0, 0, 20]),
            lost_before: rate([0, 5, 20, 50]),
            lost_after: rate([0, 5, 20, 50]),
            late: rate([0, 5, 20, 50]),
            stuck: rate([0, 0, 1, 3]),
            latency_ms: u64::from(rate([1, 5, 20, 200])),
        }
    }
}

impl Chaos {
    /// Whether no settlement is refused.
    pub(crate) fn refuses_nothing(&self) -> bool {
        self.refused == 0
    }

    /// Whether no running gateway is taken for dead.
    pub(crate) fn loses_no_epoch(&self) -> bool {
        self.refused == 0 && self.stuck == 0
    }
}

/// The fate of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Fine,
    Unavailable,
    Conflict,
    Refused,
    LostBefore,
    LostAfter,
    Late,
}

/// The database and everything that happens to it.
pub(crate) struct Shared {
    pub(crate) database: Database,
    pub(crate) checker: Checker,
    pub(crate) chaos: Chaos,
    /// The first rule that was broken.
    pub(crate) failure: Option<String>,
    rng: StdRng,
    log: Sha256,
    started_at: DateTime<Utc>,
    started: Instant,
}

/// Shared by all nodes.
#[derive(Clone)]
pub(crate) struct Server(Arc<Mutex<Shared>>);

impl Server {
    pub(crate) fn new(seed: u64, started_at: DateTime<Utc>) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let chaos = Chaos::draw(&mut rng);
        Self(Arc::new(Mutex::new(Shared {
            database: Database::default(),
            checker: Checker::default(),
            chaos,
            failure: None,
            rng,
            log: Sha256::new(),
            started_at,
            started: Instant::now(),
        })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap()
    }

    /// A store for one writer.
    pub(crate) fn store(&self) -> SimStore {
        SimStore { server: self.clone(), session: 0 }
    }

    /// Runs `request` at the server, even if its client is gone.
    async fn request<T: Send + std::fmt::Debug + 'static>(
        &self,
        request: impl FnOnce(&mut Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (fate, there, back) = self.lock().draw();
        match fate {
            Fate::Unavailable => return Err(StoreError::Unavailable("simulated".into())),
            Fate::Conflict => return Err(StoreError::Conflict("simulated".into())),
            Fate::Refused => return Err(StoreError::Refused("simulated".into())),
            Fate::LostBefore => return Err(StoreError::Unknown("simulated".into())),
            Fate::Fine | Fate::LostAfter | Fate::Late => {}
        }
        let (reply, answer) = oneshot::channel();
        let server = self.clone();
        tokio::spawn(async move {
            sleep(there).await;
            let mut shared = server.lock();
            let answer = request(&mut shared);
            shared.note(&format!("{answer:?}"));
            shared.check();
            let _ = reply.send(answer);
        });
        if fate == Fate::Late {
            return Err(StoreError::Unknown("simulated".into()));
        }
        let answer = answer.await.unwrap();
        sleep(back).await;
        if fate == Fate::LostAfter { Err(StoreError::Unknown("simulated".into())) } else { answer }
    }
}

impl Shared {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.started_at + TimeDelta::from_std(self.started.elapsed()).unwrap()
    }

    /// Adds an event to the log.
    pub(crate) fn note(&mut self, event: &str) {
        self.log.update(format!("{} {event}\n", self.now()));
    }

    /// Checks every rule on the latest changes. The first failure is stored for the test, because a
    /// panic in a server task would not reach it.
    pub(crate) fn check(&mut self) {
        let (checker, database) = (&mut self.checker, &self.database);
        if self.failure.is_none()
            && let Err(panic) = catch_unwind(AssertUnwindSafe(|| checker.step(database)))
        {
            let words = panic.downcast_ref::<String>().cloned();
            self.failure = Some(words.unwrap_or_else(|| "a rule was broken".into()));
        }
    }

    /// The hash of all events so far.
    pub(crate) fn log_hash(&self) -> [u8; 32] {
        self.log.clone().finalize().into()
    }

    /// Draws the fate of the next request, and its latency both ways.
    fn draw(&mut self) -> (Fate, Duration, Duration) {
        let chaos = self.chaos;
        let mut dice = self.rng.random_range(0..1_000_u32);
        let mut hit = |rate: u32| {
            let hit = dice < rate;
            dice = dice.wrapping_sub(rate);
            hit
        };
        let fates = [
            (chaos.unavailable, Fate::Unavailable),
            (chaos.conflict, Fate::Conflict),
            (chaos.refused, Fate::Refused),
            (chaos.lost_before, Fate::LostBefore),
            (chaos.lost_after, Fate::LostAfter),
            (chaos.late, Fate::Late),
        ];
        let fate = fates.into_iter().find(|(rate, _)| hit(*rate)).map_or(Fate::Fine, |(_, fate)| fate);
        let mut latency = || {
            let stuck = self.rng.random_range(0..1_000) < chaos.stuck;
            let most = if stuck { 100_000 } else { chaos.latency_ms };
            Duration::from_millis(self.rng.random_range(0..=most))
        };
        let (there, back) = (latency(), latency());
        (fate, there, back)
    }
}

/// The store of one writer.
pub(crate) struct SimStore {
    server: Server,
    session: i32,
}

impl LedgerStore for SimStore {
    async fn open_epoch(&mut self) -> Result<Epoch, StoreError> {
        let opened = self.server.request(|shared| Ok(shared.database.open_epoch(shared.now()))).await?;
        self.session = 0;
        Ok(opened)
    }

    async fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError> {
        let (batch, session) = (batch.clone(), self.session);
        self.server.request(move |shared| shared.database.commit(&batch, session, shared.now())).await
    }

    async fn resolve(&mut self, batch: &Batch) -> Result<Resolution, StoreError> {
        let batch = batch.clone();
        self.session += 1;
        let session = self.session;
        self.server.request(move |shared| shared.database.resolve(&batch, session)).await
    }

    async fn heartbeat(&mut self, epoch: Epoch) -> Result<(), StoreError> {
        self.server.request(move |shared| shared.database.heartbeat(epoch, shared.now())).await
    }

    async fn close_epoch(&mut self, epoch: Epoch) -> Result<(), StoreError> {
        self.server
            .request(move |shared| {
                shared.database.close(epoch, shared.now());
                Ok(())
            })
            .await
    }
}
