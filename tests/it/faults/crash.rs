//! The real program dies at every named place on the way of money, under load, and comes back: every answer that anybody
//! heard was paid once, what nobody heard was not paid or given back, and the books are right.
//!
//! `make crash ROUNDS=20` dies at each place so often, at moments that are drawn.

use std::io::Cursor;
use std::process::Command;
use std::time::Duration;

use fluence::app::SAMPLE_PEOPLE;
use fluence::clock::now;
use fluence::command::directory::{ImportOptions, import};
use fluence::kill_point::KillPoint;

use super::audit::audit;
use super::load::{Habit, Intent, Load, client};
use super::serving::{Serving, assert_aborted, dying_at};
use crate::command::program::{Program, text};
use crate::support::gateway::eventually;

/// Credits of an account: more than the calls can spend.
const CREDITS: i64 = 500_000;
/// Final answers before a kill that comes from outside.
const ANSWERED_FIRST: usize = 60;
/// Which pass of a place is deadly in the first round; later ones are drawn up to here.
const NTH: u32 = 12;

/// A database with two accounts, and what their clients remember.
struct Stage {
    program: Program,
    clients: Vec<(Habit, String)>,
    memories: Vec<Vec<Intent>>,
}

impl Stage {
    async fn new() -> Self {
        let program = Program::new().await;
        let options =
            ImportOptions { default_source: "sample".into(), retention: Duration::from_secs(86_400) };
        import(program.database.pool(), Cursor::new(SAMPLE_PEOPLE), &options, now()).await.unwrap();
        let key = || {
            let account = program.account("2025-06", "enterprise");
            text(&program.json(&["key", "create", "--account", &account, "--name", "load"]), "key")
        };
        // The first has plain calls alone, which take the fast path.
        let (plain, mixed) = (key(), key());
        let clients = vec![
            (Habit::Charged, plain.clone()),
            (Habit::Charged, plain.clone()),
            (Habit::Charged, plain),
            (Habit::Keyed, mixed.clone()),
            (Habit::Keyed, mixed.clone()),
            (Habit::Charged, mixed.clone()),
            (Habit::Free, mixed.clone()),
            (Habit::FreeKeyed, mixed),
        ];
        Self { program, clients, memories: Vec::new() }
    }

    fn serve(&self) -> Command {
        self.program.command(&["serve", "--listen", "127.0.0.1:0"])
    }

    /// Dies at the point under load.
    async fn die_under_load(&mut self, point: KillPoint, nth: u32) {
        let serving = Serving::start(dying_at(self.serve(), point, nth));
        let load = Load::start(&serving.address, &self.clients, false);
        if matches!(point, KillPoint::OutcomeUnknown | KillPoint::OutcomeLearnt) {
            self.cut_connections_until_gone(&serving.address).await;
        }
        self.memories.extend(load.gone().await);
        serving.dies();
    }

    /// Ends the ledger's connection again and again.
    async fn cut_connections_until_gone(&self, address: &str) {
        let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where datname = current_database() and application_name = 'fluence-ledger'";
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            let _: i64 = sqlx::query_scalar(cut).fetch_one(self.program.database.pool()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Dies by `kill -9` from outside, at no place in particular.
    async fn be_killed_under_load(&mut self, command: Command) {
        let serving = Serving::start(command);
        let load = Load::start(&serving.address, &self.clients, false);
        eventually("enough calls were answered", async || load.finals() >= ANSWERED_FIRST).await;
        serving.kill();
        self.memories.extend(load.gone().await);
    }

    /// As if the dead had been silent for longer than a hold lives.
    async fn time_passes(&self) {
        let age = "update ledger_epoch set heartbeat_at = now() - interval '1 hour' where closed_at is null";
        sqlx::query(age).execute(self.program.database.pool()).await.unwrap();
    }

    /// Comes back, gives every keyed call its answer, stops, and shows its books.
    async fn come_back_and_audit(self) {
        self.time_passes().await;
        let serving = Serving::start(self.serve());
        self.recover_and_audit(serving).await;
    }

    /// The same with a gateway that is back.
    async fn recover_and_audit(mut self, serving: Serving) {
        self.epochs_of_the_dead_are_closed().await;
        let client = client();
        for intent in self.memories.iter_mut().flatten().filter(|intent| intent.habit.is_keyed()) {
            if intent.outcome().is_none() {
                assert!(intent.call(&client, &serving.address).await);
            }
        }
        serving.stop();
        let verified = self.program.json(&["ledger", "verify"]);
        assert_eq!(verified["clean"], true, "{verified}");
        audit(self.program.database.pool(), &self.memories, 2 * CREDITS).await;
    }

    async fn epochs_of_the_dead_are_closed(&self) {
        eventually("the epochs of the dead are closed", async || {
            let open: i64 = sqlx::query_scalar("select count(*) from ledger_epoch where closed_at is null")
                .fetch_one(self.program.database.pool())
                .await
                .unwrap();
            open == 1
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_stays_silent_is_taken_for_dead_by_the_next() {
    let mut stage = Stage::new().await;
    let serve = |stage: &Stage| {
        let mut command = stage.serve();
        command
            .env("FLUENCE_LEDGER_HOLD_LIFE_S", "3")
            .env("FLUENCE_LEDGER_HEARTBEAT_S", "1")
            .env("FLUENCE_LEDGER_SWEEP_EVERY_S", "1")
            .env("FLUENCE_CALLS_DEADLINE_S", "2");
        command
    };
    for _ in 0..2 {
        stage.be_killed_under_load(serve(&stage)).await;
    }
    let serving = Serving::start(serve(&stage));
    stage.recover_and_audit(serving).await;
}

/// How often each place is died at.
fn rounds() -> u32 {
    std::env::var("ROUNDS").map_or(1, |rounds| rounds.parse().unwrap())
}

/// When a place is deadly, in this round.
fn nth(round: u32, usual: u32) -> u32 {
    let nth = if round == 0 { usual } else { rand::random_range(1..=usual) };
    println!("round {round}: pass {nth}");
    nth
}

/// A life under load that ends at the point.
async fn dies_under_load(point: KillPoint, usual: u32) {
    for round in 0..rounds() {
        let mut stage = Stage::new().await;
        stage.die_under_load(point, nth(round, usual)).await;
        stage.come_back_and_audit().await;
    }
}

/// A life that leaves something to recover, and a second one that ends at the point before it has recovered.
async fn dies_in_recovery(point: KillPoint) {
    for _ in 0..rounds() {
        let mut stage = Stage::new().await;
        stage.be_killed_under_load(stage.serve()).await;
        stage.time_passes().await;
        match Serving::try_start(dying_at(stage.serve(), point, 1)) {
            Ok(serving) => serving.dies(),
            Err(status) => assert_aborted(status),
        }
        stage.come_back_and_audit().await;
    }
}

macro_rules! deaths {
    ($($test:ident: $life:ident($point:ident $(, $nth:expr)?),)+) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            $life(KillPoint::$point $(, $nth)?).await;
        })+

        #[test]
        fn no_place_is_left_out() {
            let tested = [$(KillPoint::$point),+];
            assert!(KillPoint::ALL.iter().all(|point| tested.contains(point)), "{tested:?}");
        }
    };
}

deaths! {
    with_requests_received: dies_under_load(RequestReceived, 10 * NTH),
    with_holds_gathered: dies_under_load(HoldsGathered, 2 * NTH),
    with_a_batch_unsent: dies_under_load(FastUnsent, NTH),
    with_a_batch_committed: dies_under_load(FastCommitted, NTH),
    with_accounts_locked: dies_under_load(OrderedLocked, NTH),
    with_a_batch_written: dies_under_load(OrderedWritten, NTH),
    with_an_ordered_batch_committed: dies_under_load(OrderedCommitted, NTH),
    with_holds_that_nobody_knows_of: dies_under_load(HeldUntold, 2 * NTH),
    with_holds_that_one_caller_knows_of: dies_under_load(HeldHalfTold, 4 * NTH),
    with_holds_that_all_callers_know_of: dies_under_load(HeldTold, 2 * NTH),
    with_a_hold_received: dies_under_load(HoldReceived, 4 * NTH),
    with_an_outcome_that_the_writer_does_not_know: dies_under_load(CaptureUnqueued, NTH),
    with_a_capture_queued: dies_under_load(CaptureQueued, NTH),
    with_a_release_queued: dies_under_load(ReleaseQueued, NTH),
    with_an_answer_to_be_kept: dies_under_load(KeepQueued, NTH),
    with_an_answer_kept_and_not_sent: dies_under_load(AnswerKept, NTH),
    with_an_answer_unsent: dies_under_load(AnswerUnsent, 10 * NTH),
    with_endings_gathered: dies_under_load(EndingsGathered, 2 * NTH),
    with_an_unknown_outcome: dies_under_load(OutcomeUnknown, 3),
    with_an_outcome_that_was_learnt: dies_under_load(OutcomeLearnt, 3),
    with_an_epoch_opened: dies_in_recovery(EpochOpened),
    with_a_dead_epoch_locked: dies_in_recovery(EpochLocked),
    with_a_dead_epoch_released: dies_in_recovery(EpochReleased),
    with_a_dead_epoch_closed: dies_in_recovery(EpochClosed),
}
