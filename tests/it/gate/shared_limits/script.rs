//! The script `admit.lua` by itself.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use redis::{Commands, Connection};

use crate::gate::reference::{Reference, assert_never_too_many};
use crate::support::redis::Redis;

const ADMIT: &str = include_str!("../../../../src/gate/limits/shared_limits/admit.lua");
const LEASE_LIFE_MS: u64 = 1000;
const US_PER_S: u64 = 1_000_000;
/// Long ago, so that a script that read the store's own clock would be noticed.
const EPOCH_US: u64 = 1_000_000_000_000_000;

/// The script with a simulated clock, and keys that do not expire by the store's.
fn with_clock() -> redis::Script {
    let mut text = ADMIT.to_owned();
    for (own, of_test) in [
        ("redis.call('TIME')", "{ ARGV[6], ARGV[7] }"),
        ("'PX', math.ceil((arrival - now) / 1000) + 1)", "'PX', 600000)"),
        ("'PX', math.ceil(whole / 1000) + 1)", "'PX', 600000)"),
        ("redis.call('PEXPIRE', KEYS[2], life_ms)", "redis.call('PEXPIRE', KEYS[2], 600000)"),
    ] {
        assert!(text.contains(own), "{own} is not in the script");
        text = text.replace(own, of_test);
    }
    redis::Script::new(&text)
}

#[derive(Clone, Copy, Debug)]
struct Sizes {
    rate_per_s: u64,
    burst: u64,
    concurrency: u64,
}

#[derive(Debug, PartialEq)]
struct Reply {
    verdict: u64,
    remaining: u64,
    reset_us: u64,
    wait_us: u64,
    running: u64,
    rebuilt: u64,
    now_us: u64,
}

const ADMITTED: u64 = 0;
const TOO_FAST: u64 = 1;
const TOO_MANY: u64 = 2;

/// An account in the store.
struct Account<'c> {
    connection: &'c mut Connection,
    name: u64,
}

impl<'c> Account<'c> {
    fn new(connection: &'c mut Connection) -> Self {
        Self { connection, name: rand::random() }
    }

    fn rate_key(&self) -> String {
        format!("{{{}}}:rate", self.name)
    }

    fn running_key(&self) -> String {
        format!("{{{}}}:running", self.name)
    }

    fn ask(&mut self, script: &redis::Script, sizes: Sizes, lease: u64, now_us: u64) -> Reply {
        let (rate_key, running_key) = (self.rate_key(), self.running_key());
        let mut call = script.key(rate_key);
        call.key(running_key).arg(sizes.rate_per_s).arg(sizes.burst).arg(sizes.concurrency);
        call.arg(lease).arg(LEASE_LIFE_MS).arg(now_us / 1_000_000).arg(now_us % 1_000_000);
        let (verdict, remaining, reset_us, wait_us, running, rebuilt, now_us) =
            call.invoke(self.connection).unwrap();
        Reply { verdict, remaining, reset_us, wait_us, running, rebuilt, now_us }
    }
}

/// A step of an account.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A request this long after the last.
    Request { after_us: u64 },
    /// A request when the last answer said that the rate would admit one.
    RequestWhenTold,
    /// The oldest running call ends.
    End,
}

fn sizes() -> impl Strategy<Value = Sizes> {
    (prop_oneof![1..=5_u64, 1..=2000_u64, Just(333), Just(1_000_000)], 1..=30_u64, 1..=12_u64)
        .prop_map(|(rate_per_s, burst, concurrency)| Sizes { rate_per_s, burst, concurrency })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => prop_oneof![Just(0), 0..2_000_u64, 0..3_000_000_u64].prop_map(|after_us| Step::Request { after_us }),
        2 => Just(Step::RequestWhenTold),
        3 => Just(Step::End),
    ];
    prop::collection::vec(step, 1..60)
}

/// Runs the steps against the script and a model of both limits, which must agree on every figure.
fn play(connection: &mut Connection, script: &redis::Script, sizes: Sizes, steps: &[Step]) {
    let mut account = Account::new(connection);
    let mut rate = Reference::new(US_PER_S, sizes.rate_per_s, sizes.burst);
    let mut running: BTreeMap<u64, u64> = BTreeMap::new();
    let (mut now_us, mut told_wait_us, mut admitted_at) = (EPOCH_US, 0, Vec::new());
    for (lease, step) in steps.iter().enumerate() {
        let lease = lease as u64;
        match step {
            Step::End => {
                if let Some((ended, _)) = running.pop_first() {
                    let _: u64 = account.connection.zrem(account.running_key(), ended).unwrap();
                }
                continue;
            }
            Step::Request { after_us } => now_us += after_us,
            Step::RequestWhenTold => now_us += told_wait_us,
        }
        running.retain(|_, ends_at_us| *ends_at_us > now_us);
        let reply = account.ask(script, sizes, lease, now_us);
        let expected = if running.len() as u64 >= sizes.concurrency {
            TOO_MANY
        } else if rate.admits(now_us) {
            admitted_at.push(now_us);
            running.insert(lease, now_us + LEASE_LIFE_MS * 1000);
            ADMITTED
        } else {
            TOO_FAST
        };
        assert_eq!(reply.verdict, expected, "{step:?} {reply:?} {rate:?}");
        assert_eq!((reply.remaining, reply.running), (rate.remaining(now_us), running.len() as u64));
        assert_eq!((reply.rebuilt, reply.now_us), (0, now_us));
        if let Step::RequestWhenTold = step {
            assert_ne!(reply.verdict, TOO_FAST, "waiting for the stated time was not enough");
        }
        told_wait_us = if reply.verdict == ADMITTED { rate.wait(now_us) } else { reply.wait_us };
    }
    assert_never_too_many(&admitted_at, US_PER_S, sizes.rate_per_s, sizes.burst);
}

#[tokio::test]
async fn e01_e06_no_arrival_pattern_gets_more_than_its_limits_and_waiting_as_stated_is_enough() {
    let redis = Redis::start().await;
    let mut connection = redis::Client::open(redis.url()).unwrap().get_connection().unwrap();
    let script = with_clock();
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let played = runner.run(&(sizes(), steps()), |(sizes, steps)| {
        let playing =
            std::panic::AssertUnwindSafe(|| play(&mut connection_of(&redis), &script, sizes, &steps));
        std::panic::catch_unwind(playing).map_err(|_| TestCaseError::fail("see above"))
    });
    played.unwrap();
    let _: () = connection.flushall().unwrap();
}

fn connection_of(redis: &Redis) -> Connection {
    redis::Client::open(redis.url()).unwrap().get_connection().unwrap()
}

const ONE_A_SECOND: Sizes = Sizes { rate_per_s: 1, burst: 3, concurrency: 1000 };

#[tokio::test]
async fn e02_a_clock_that_is_set_back_delays_no_request_longer_than_a_spent_burst() {
    let redis = Redis::start().await;
    let (mut connection, script) = (connection_of(&redis), with_clock());
    let mut account = Account::new(&mut connection);
    for lease in 0..3 {
        assert_eq!(account.ask(&script, ONE_A_SECOND, lease, EPOCH_US).verdict, ADMITTED);
    }
    let hour_ago_us = EPOCH_US - 3_600_000_000;
    let refused = account.ask(&script, ONE_A_SECOND, 3, hour_ago_us);
    assert_eq!((refused.verdict, refused.wait_us), (TOO_FAST, 1_000_000));
    assert_eq!(account.ask(&script, ONE_A_SECOND, 4, hour_ago_us + 1_000_000).verdict, ADMITTED);
}

#[tokio::test]
async fn e02_leases_from_before_the_clock_was_set_back_do_not_block_an_account() {
    let redis = Redis::start().await;
    let (mut connection, script) = (connection_of(&redis), with_clock());
    let mut account = Account::new(&mut connection);
    let one_at_once = Sizes { concurrency: 1, ..ONE_A_SECOND };
    assert_eq!(account.ask(&script, one_at_once, 0, EPOCH_US).verdict, ADMITTED);
    assert_eq!(account.ask(&script, one_at_once, 1, EPOCH_US).verdict, TOO_MANY);
    let hour_ago_us = EPOCH_US - 3_600_000_000;
    // Its rate is now that of a spent burst, so that it must wait; its concurrency does not limit
    // it.
    assert_eq!(account.ask(&script, one_at_once, 2, hour_ago_us).verdict, TOO_FAST);
    assert_eq!(account.ask(&script, one_at_once, 3, hour_ago_us + 1_000_000).verdict, ADMITTED);
}

#[tokio::test]
async fn a_smaller_burst_applies_at_once() {
    let redis = Redis::start().await;
    let (mut connection, script) = (connection_of(&redis), with_clock());
    let mut account = Account::new(&mut connection);
    let large = Sizes { burst: 100, ..ONE_A_SECOND };
    for lease in 0..100 {
        assert_eq!(account.ask(&script, large, lease, EPOCH_US).verdict, ADMITTED);
    }
    let refused = account.ask(&script, ONE_A_SECOND, 100, EPOCH_US);
    assert_eq!((refused.verdict, refused.remaining, refused.wait_us), (TOO_FAST, 0, 1_000_000));
}

/// Foreign data under a key.
fn leave_garbage(connection: &mut Connection, key: &str, kind: usize) {
    let _: () = match kind {
        0 => connection.set(key, "not a number").unwrap(),
        1 => connection.set(key, "nan").unwrap(),
        2 => connection.rpush(key, "a list").unwrap(),
        3 => connection.hset(key, "a", "hash").unwrap(),
        _ => connection.sadd(key, "a set").unwrap(),
    };
}

#[tokio::test]
async fn foreign_data_under_a_key_is_replaced_and_reported() {
    let redis = Redis::start().await;
    let (mut connection, script) = (connection_of(&redis), redis::Script::new(ADMIT));
    for kind in 0..5 {
        let mut account = Account::new(&mut connection);
        let (rate_key, running_key) = (account.rate_key(), account.running_key());
        leave_garbage(account.connection, &rate_key, kind);
        leave_garbage(account.connection, &running_key, kind);
        let reply = account.ask(&script, ONE_A_SECOND, 0, 0);
        assert_eq!(
            (reply.verdict, reply.remaining, reply.running, reply.rebuilt),
            (ADMITTED, 2, 1, 2),
            "{kind}"
        );
        let reply = account.ask(&script, ONE_A_SECOND, 1, 0);
        assert_eq!(
            (reply.verdict, reply.remaining, reply.running, reply.rebuilt),
            (ADMITTED, 1, 2, 0),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn nonsensical_numbers_block_no_request_longer_than_a_spent_burst() {
    let redis = Redis::start().await;
    let (mut connection, script) = (connection_of(&redis), with_clock());
    for number in ["1e300", "inf", "99999999999999999999"] {
        let mut account = Account::new(&mut connection);
        let (rate_key, running_key) = (account.rate_key(), account.running_key());
        let _: () = account.connection.set(&rate_key, number).unwrap();
        let _: () = account.connection.zadd(&running_key, "somebody's", number).unwrap();
        let one_at_once = Sizes { concurrency: 1, ..ONE_A_SECOND };
        assert_eq!(account.ask(&script, one_at_once, 0, EPOCH_US).verdict, TOO_FAST, "{number}");
        assert_eq!(account.ask(&script, one_at_once, 1, EPOCH_US + 1_000_000).verdict, ADMITTED, "{number}");
    }
}

#[tokio::test]
async fn every_key_expires() {
    let redis = Redis::start().await;
    let (mut connection, script) = (connection_of(&redis), redis::Script::new(ADMIT));
    let mut account = Account::new(&mut connection);
    account.ask(&script, ONE_A_SECOND, 0, 0);
    for (key, most_ms) in [(account.rate_key(), 1001), (account.running_key(), LEASE_LIFE_MS as i64)] {
        let left_ms: i64 = account.connection.pttl(&key).unwrap();
        assert!((1..=most_ms).contains(&left_ms), "{key} expires in {left_ms} ms");
    }
}

#[tokio::test]
async fn e01_requests_of_many_connections_get_exactly_what_the_stores_clock_allows() {
    let redis = Redis::start().await;
    let sizes = Sizes { rate_per_s: 500, burst: 20, concurrency: 1_000_000 };
    let name = rand::random();
    let mut replies: Vec<(u64, u64)> = std::thread::scope(|scope| {
        let asking = |thread: u64| {
            let mut connection = connection_of(&redis);
            move || {
                let script = redis::Script::new(ADMIT);
                let mut account = Account { connection: &mut connection, name };
                let ask = |n| account.ask(&script, sizes, thread * 1_000 + n, 0);
                (0..400).map(ask).map(|reply| (reply.now_us, reply.verdict)).collect::<Vec<_>>()
            }
        };
        let threads: Vec<_> = (0..8).map(|thread| scope.spawn(asking(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    // The store's clock gives the order. Among requests of one instant it does not matter which are
    // admitted.
    replies.sort_unstable();
    let mut reference = Reference::new(US_PER_S, sizes.rate_per_s, sizes.burst);
    let expected = replies.iter().filter(|(now_us, _)| reference.admits(*now_us)).count();
    let admitted: Vec<u64> =
        replies.iter().filter(|(_, verdict)| *verdict == ADMITTED).map(|(now_us, _)| *now_us).collect();
    assert_eq!(admitted.len(), expected);
    assert_never_too_many(&admitted, US_PER_S, sizes.rate_per_s, sizes.burst);
}
