//! The real program dies at every kill point under load and restarts. Then every answered call is
//! charged once, unanswered calls are free or refunded, and the ledger verifies.
//!
//! `make crash ROUNDS=20` runs 20 rounds with random passes.

use std::process::Command;
use std::time::Duration;

use fluence::domain::offer_set::SetKind;
use fluence::kill_point::KillPoint;

use super::load::Load;
use super::serving::{Serving, assert_aborted, with_kill_point};
use super::setup::Setup;
use crate::offers::{applied, crm_for};
use crate::support::database::TestDatabase;
use crate::support::gateway::eventually;

/// Final answers before a `kill -9`.
const ANSWERED_FIRST: usize = 60;
/// The pass of a kill point at which the first round dies. Later rounds draw up to this number.
const NTH: u32 = 12;

/// A series of crashes on one database.
struct Crashes {
    setup: Setup,
    database: TestDatabase,
}

impl Crashes {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let setup = Setup::new(&database.url(), database.pool().clone()).await;
        Self { setup, database }
    }

    /// Dies at a kill point under load.
    async fn die_under_load(&mut self, point: KillPoint, nth: u32) {
        let serving = Serving::start(with_kill_point(self.setup.serve(), point, nth));
        let load = Load::start(&serving.address, &self.setup.clients);
        if matches!(point, KillPoint::OutcomeUnknown | KillPoint::OutcomeResolved) {
            self.cut_connections_until_gone(&serving.address).await;
        }
        self.setup.intents_by_client.extend(load.join().await);
        serving.wait_for_abort();
    }

    /// Ends the ledger's connections until the gateway is gone.
    async fn cut_connections_until_gone(&self, address: &str) {
        let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where datname = current_database() and application_name = 'fluence-ledger'";
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            let _: i64 = sqlx::query_scalar(cut).fetch_one(&self.setup.pool).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Kills the gateway under load, at no particular point.
    async fn kill_under_load(&mut self, command: Command) {
        let serving = Serving::start(command);
        let load = Load::start(&serving.address, &self.setup.clients);
        eventually("enough calls were answered", async || load.finals() >= ANSWERED_FIRST).await;
        serving.kill();
        self.setup.intents_by_client.extend(load.join().await);
    }

    /// Makes the epochs of dead gateways old enough for the sweep. Waits first until the server has
    /// closed their connections, because a late statement could renew a heartbeat.
    async fn age_epochs(&self) {
        eventually("the server has noticed the death", async || {
            let connections = "select count(*) from pg_stat_activity
                                where datname = current_database() and application_name like 'fluence%'";
            sqlx::query_scalar::<_, i64>(connections).fetch_one(&self.setup.pool).await.unwrap() == 0
        })
        .await;
        let age = "update ledger_epoch set heartbeat_at = now() - interval '1 hour' where closed_at is null";
        sqlx::query(age).execute(&self.setup.pool).await.unwrap();
    }

    async fn restart_and_audit(self) {
        self.age_epochs().await;
        let serving = Serving::start(self.setup.serve());
        self.setup.recover_and_audit(serving).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_stays_silent_is_taken_for_dead_by_the_next() {
    let mut crashes = Crashes::new().await;
    let serve = |crashes: &Crashes| {
        let mut command = crashes.setup.serve();
        command
            .env("FLUENCE_LEDGER_HOLD_LIFE_S", "3")
            .env("FLUENCE_LEDGER_HEARTBEAT_S", "1")
            .env("FLUENCE_LEDGER_SWEEP_EVERY_S", "1")
            .env("FLUENCE_CALLS_DEADLINE_S", "2");
        command
    };
    for _ in 0..2 {
        crashes.kill_under_load(serve(&crashes)).await;
    }
    let serving = Serving::start(serve(&crashes));
    crashes.setup.recover_and_audit(serving).await;
}

/// Rounds for each kill point.
fn rounds() -> u32 {
    std::env::var("ROUNDS").map_or(1, |rounds| rounds.parse().unwrap())
}

/// The pass at which this round dies.
fn nth(round: u32, usual: u32) -> u32 {
    let nth = if round == 0 { usual } else { rand::random_range(1..=usual) };
    println!("round {round}: pass {nth}");
    nth
}

/// Runs under load until the kill point, restarts, and audits.
async fn dies_under_load(point: KillPoint, usual: u32) {
    for round in 0..rounds() {
        let mut crashes = Crashes::new().await;
        crashes.die_under_load(point, nth(round, usual)).await;
        crashes.restart_and_audit().await;
    }
}

/// Leaves open holds behind, dies at the kill point during their recovery, restarts, and audits.
async fn dies_in_recovery(point: KillPoint) {
    for _ in 0..rounds() {
        let mut crashes = Crashes::new().await;
        crashes.kill_under_load(crashes.setup.serve()).await;
        crashes.age_epochs().await;
        match Serving::try_start(with_kill_point(crashes.setup.serve(), point, 1)) {
            Ok(serving) => serving.wait_for_abort(),
            Err(status) => assert_aborted(status),
        }
        crashes.restart_and_audit().await;
    }
}

/// Dies between reading a new set of routes and putting it in force, restarts, and sells by the new
/// set.
async fn dies_taking_up_a_set(point: KillPoint) {
    for _ in 0..rounds() {
        let mut crashes = Crashes::new().await;
        let serving = Serving::start(with_kill_point(crashes.setup.serve(), point, 1));
        let load = Load::start(&serving.address, &crashes.setup.clients);
        let number = applied(&crashes.database, SetKind::Routes, &crm_for(7)).await;
        crashes.setup.intents_by_client.extend(load.join().await);
        serving.wait_for_abort();
        crashes.age_epochs().await;
        let serving = Serving::start(crashes.setup.serve());
        let sells = "select count(*) from node where routes_set = $1 and offer_fault is null";
        eventually("the new set is in force", async || {
            let selling: i64 =
                sqlx::query_scalar(sells).bind(number).fetch_one(&crashes.setup.pool).await.unwrap();
            selling == 1
        })
        .await;
        crashes.setup.recover_and_audit(serving).await;
    }
}

macro_rules! deaths {
    ($($test:ident: $life:ident($point:ident $(, $nth:expr)?),)+) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            $life(KillPoint::$point $(, $nth)?).await;
        })+

        #[test]
        fn every_kill_point_is_tested() {
            let tested = [$(KillPoint::$point),+];
            assert!(KillPoint::ALL.iter().all(|point| tested.contains(point)), "{tested:?}");
        }
    };
}

deaths! {
    with_requests_received: dies_under_load(RequestReceived, 10 * NTH),
    with_holds_dequeued: dies_under_load(HoldsDequeued, 2 * NTH),
    before_a_fast_commit: dies_under_load(BeforeFastCommit, NTH),
    with_a_batch_committed: dies_under_load(FastCommitted, NTH),
    with_accounts_locked: dies_under_load(OrderedLocked, NTH),
    with_a_batch_written: dies_under_load(OrderedWritten, NTH),
    with_an_ordered_batch_committed: dies_under_load(OrderedCommitted, NTH),
    before_any_reply: dies_under_load(BeforeReplies, 2 * NTH),
    after_the_first_reply: dies_under_load(FirstReplySent, 4 * NTH),
    after_all_replies: dies_under_load(RepliesSent, 2 * NTH),
    with_a_hold_received: dies_under_load(HoldReceived, 4 * NTH),
    before_a_capture: dies_under_load(HandlerFinished, NTH),
    with_a_capture_queued: dies_under_load(CaptureQueued, NTH),
    with_a_release_queued: dies_under_load(ReleaseQueued, NTH),
    with_an_answer_queued_for_storage: dies_under_load(CaptureWithAnswerQueued, NTH),
    with_an_answer_stored_and_not_sent: dies_under_load(AnswerStored, NTH),
    before_an_answer: dies_under_load(BeforeAnswer, 10 * NTH),
    with_settlements_dequeued: dies_under_load(SettlementsDequeued, 2 * NTH),
    with_an_unknown_outcome: dies_under_load(OutcomeUnknown, 3),
    with_an_outcome_resolved: dies_under_load(OutcomeResolved, 3),
    with_a_new_set_read: dies_taking_up_a_set(SetRead),
    with_an_epoch_opened: dies_in_recovery(EpochOpened),
    with_a_dead_epoch_locked: dies_in_recovery(EpochLocked),
    with_a_dead_epoch_released: dies_in_recovery(EpochReleased),
    with_a_dead_epoch_closed: dies_in_recovery(EpochClosed),
}
