//! Gateways, customers, an operator and a sweep on one thread, with a clock that jumps to the next
//! event.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fluence::domain::credits::Credits;
use fluence::domain::ids::{AccountId, CallId};
use fluence::ledger::rules::account::PlanTerms;
use fluence::ledger::rules::entry::GrantKind;
use fluence::ledger::rules::operation::{Correction, Grant, Operation};
use fluence::ledger::settings::LedgerSettings;
use fluence::ledger::writer;
use fluence::ledger::writer::operator::apply_operations;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::client::{Client, Expected, Memory};
use super::store::Server;

/// A gateway that has been silent for this long is taken for dead.
const HOLD_LIFE: TimeDelta = TimeDelta::seconds(60);

const LIMITS: LedgerSettings = LedgerSettings {
    max_batch_holds: NonZeroUsize::new(8).unwrap(),
    max_queued_holds: NonZeroUsize::new(16).unwrap(),
    max_wait: Duration::from_secs(5),
    flush_after: Duration::from_millis(5),
    heartbeat_every: Duration::from_secs(5),
    hold_life: Duration::from_secs(60),
    sweep_every: Duration::from_secs(5),
    keep_months: NonZeroU32::new(120).unwrap(),
};

/// The summary of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Hash of everything that happened, in order and with its time.
    pub(crate) log: [u8; 32],
    pub(crate) calls: usize,
    pub(crate) charged: usize,
    pub(crate) epochs: usize,
    pub(crate) entries: usize,
}

/// Runs a simulation from its seed until nothing moves.
pub(crate) fn run(seed: u64) -> Run {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async { Simulation::new(seed).run().await })
}

struct Simulation {
    server: Server,
    memory: Arc<Mutex<Memory>>,
    accounts: Vec<AccountId>,
    rng: StdRng,
}

/// A gateway and its customers.
struct Node {
    stop: CancellationToken,
    writer: JoinHandle<()>,
    clients: Vec<JoinHandle<()>>,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(!seed);
        let started_at: DateTime<Utc> = "2026-03-31T10:00:00Z".parse().unwrap();
        let server = Server::new(seed, started_at);
        let accounts: Vec<_> =
            (1..=rng.random_range(1..=4)).map(|id| AccountId::from_uuid(Uuid::from_u128(id))).collect();
        for account in &accounts {
            // The first or a later period ends during the run.
            let anchor = started_at - TimeDelta::days(31 * rng.random_range(0..3))
                + TimeDelta::seconds(rng.random_range(0..200));
            server.lock().database.create_account(*account, plan(&mut rng), anchor);
        }
        Self { server, memory: Arc::default(), accounts, rng }
    }

    async fn run(mut self) -> Run {
        let sweep = tokio::spawn(sweep(self.server.clone()));
        let operator = tokio::spawn(operate(self.server.clone(), self.accounts.clone(), self.child_rng()));
        let mut nodes = Vec::new();
        for _ in 0..self.rng.random_range(1..=3) {
            nodes.push(self.start_node().await);
        }
        let calm = self.rng.random_bool(0.4);
        let deaths = if calm { 0 } else { self.rng.random_range(1..6) };
        for _ in 0..deaths {
            sleep(Duration::from_millis(self.rng.random_range(0..20_000))).await;
            let node = nodes.swap_remove(self.rng.random_range(0..nodes.len()));
            if self.rng.random_bool(0.7) {
                node.die().await
            } else {
                node.stop().await
            }
            nodes.push(self.start_node().await);
        }
        for node in &mut nodes {
            node.stop_customers().await;
        }
        operator.await.unwrap();
        // From here on no fault occurs, so every hold must end.
        let chaos = std::mem::take(&mut self.server.lock().chaos);
        sleep(Duration::from_secs(300)).await;
        if chaos.refuses_nothing() {
            assert_eq!(self.server.lock().checker.open_holds(), 0, "every hold ends while its gateway runs");
        }
        for node in nodes {
            node.stop().await;
        }
        sleep(HOLD_LIFE.to_std().unwrap() + Duration::from_secs(60)).await;
        sweep.abort();
        self.audit(calm && chaos.loses_no_epoch())
    }

    fn child_rng(&mut self) -> StdRng {
        StdRng::seed_from_u64(self.rng.random())
    }

    async fn start_node(&mut self) -> Node {
        loop {
            let stop = CancellationToken::new();
            let Ok((ledger, writer)) = writer::start(self.server.store(), LIMITS, stop.clone()).await else {
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let clients = (0..self.rng.random_range(1..=8)).map(|_| {
                let client = Client {
                    server: self.server.clone(),
                    memory: self.memory.clone(),
                    ledger: ledger.clone(),
                    accounts: self.accounts.clone(),
                    rng: self.child_rng(),
                };
                tokio::spawn(client.run(60))
            });
            return Node { stop, writer, clients: clients.collect() };
        }
    }

    /// Compares the customers' records with the ledger. If no epoch of a running writer was closed,
    /// every answer was also charged.
    fn audit(self, nothing_given_away: bool) -> Run {
        let shared = self.server.lock();
        if let Some(failure) = &shared.failure {
            panic!("{failure}");
        }
        shared.checker.rest(&shared.database);
        let charge = |call: &CallId| shared.checker.calls.get(call).map_or(0, |call| call.charge());
        let memory = self.memory.lock().unwrap();
        for (call, expected) in &memory.calls {
            let charge = charge(call);
            let right = match *expected {
                Expected::Nothing => charge == 0,
                Expected::AtMost(used) => charge == used || (charge == 0 && !nothing_given_away),
                Expected::Exactly(used) => charge == used,
                Expected::Either(used) => charge == used || charge == 0,
            };
            assert!(right, "call {call} was charged {charge}, expected {expected:?}");
        }
        for call in &memory.replayed {
            // The price of an answer by its figures may be nothing.
            let is_free = matches!(memory.calls.get(call), Some(Expected::Nothing))
                && shared.checker.calls.get(call).is_some_and(|call| call.captured);
            assert!(charge(call) > 0 || is_free, "the answer of {call} was sent again, but never paid for");
        }
        for (claim, calls) in &memory.claims {
            let paid: Vec<_> = calls.iter().filter(|(call, _)| charge(call) > 0).collect();
            assert!(paid.len() <= 1, "paid twice under {claim:?}: {paid:?}");
        }
        Run {
            log: shared.log_hash(),
            calls: memory.calls.len(),
            charged: memory.calls.keys().filter(|call| charge(call) > 0).count(),
            epochs: shared.database.epochs.len(),
            entries: shared.database.entries.len(),
        }
    }
}

impl Node {
    /// Ends at once. Requests already sent still arrive.
    async fn die(self) {
        self.writer.abort();
        self.clients.iter().for_each(JoinHandle::abort);
        let writer = self.writer.await;
        assert!(writer.is_ok() || writer.is_err_and(|error| error.is_cancelled()), "the writer panicked");
    }

    /// Stops as on SIGTERM, with calls still running.
    async fn stop(self) {
        self.stop.cancel();
        self.writer.await.expect("the writer panicked");
    }

    async fn stop_customers(&mut self) {
        for client in self.clients.drain(..) {
            client.await.expect("a customer panicked");
        }
    }
}

fn plan(rng: &mut StdRng) -> PlanTerms {
    let credits = [20, 200, 2_000, 100_000][rng.random_range(0..4)];
    let requests = [50, 1_000, 100_000][rng.random_range(0..3)];
    PlanTerms { credits: Credits::from_u32(credits), requests }
}

async fn sweep(server: Server) {
    loop {
        sleep(Duration::from_secs(5)).await;
        let mut shared = server.lock();
        let now = shared.now();
        let released = shared.database.close_stale(HOLD_LIFE, now);
        if released > 0 {
            shared.note(&format!("the sweep released {released}"));
        }
        shared.check();
    }
}

/// An operator who grants, corrects and moves accounts at random.
async fn operate(server: Server, accounts: Vec<AccountId>, mut rng: StdRng) {
    for _ in 0..20 {
        sleep(Duration::from_millis(rng.random_range(0..8_000))).await;
        let account_id = accounts[rng.random_range(0..accounts.len())];
        let id = CallId::from_uuid(Uuid::from_u128(rng.random()));
        let now = server.lock().now();
        let purchase: u64 = rng.random_range(0..12);
        let operation = match rng.random_range(0..6) {
            0 => Operation::Advance { account_id, id },
            1 => {
                let amount = Credits::from_u32(rng.random_range(1..50));
                Operation::Correct(Correction {
                    account_id,
                    id,
                    reference: id.to_string(),
                    amount,
                    note: "operator".into(),
                })
            }
            2 => {
                let plan = plan(&mut rng);
                server.lock().database.set_plan(account_id, plan);
                Operation::MovePlan { account_id, id }
            }
            // The id follows from the reference, so that the check sees a purchase that counted
            // twice.
            _ => Operation::Grant(Grant {
                account_id,
                id: purchase_id(account_id, purchase),
                reference: format!("purchase {purchase}"),
                kind: if rng.random_bool(0.5) { GrantKind::Pack } else { GrantKind::Grant },
                amount: Credits::from_u32(rng.random_range(1..60)),
                expires_at: now + TimeDelta::milliseconds(rng.random_range(1_000..120_000)),
                note: "operator".into(),
            }),
        };
        let effects = apply_operations(server.store(), vec![operation]).await;
        server.lock().note(&format!("{effects:?}"));
    }
}

fn purchase_id(account_id: AccountId, purchase: u64) -> CallId {
    CallId::from_uuid(Uuid::from_u64_pair(account_id.as_uuid().as_u64_pair().1, purchase))
}
