//! Random tries to log in from several networks: no stranger locks the owner out, and guesses are
//! few.

use std::time::Instant;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::log_in::{PASSWORD, with_password};
use crate::support::gateway::Gateway;
use crate::support::visitor::{Page, Visitor};

const SEQUENCES: u32 = 8;
const EMAIL: &str = "ana@example.com";
/// Networks that strangers guess from. The owner's browser is in the first one too.
const NETWORKS: [[u8; 4]; 3] = [[127, 0, 0, 1], [127, 1, 0, 1], [127, 2, 0, 1]];
/// Wrong passwords in a row that cost no wait, and the longest wait in seconds.
const FREE: u64 = 5;
const MAX_WAIT_S: u64 = 900;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A browser that Ana never used, with a wrong password.
    Stranger { network: usize },
    /// Many of them.
    Strangers { network: usize, failures: i32 },
    /// Ana's browser.
    Home { is_right: bool },
    /// Ana in a browser that she never used.
    Elsewhere { network: usize },
    /// Seconds go by.
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let network = || 0..NETWORKS.len();
    let step = prop_oneof![
        8 => network().prop_map(|network| Step::Stranger { network }),
        1 => (network(), 1..60_i32).prop_map(|(network, failures)| Step::Strangers { network, failures }),
        3 => prop::bool::weighted(0.7).prop_map(|is_right| Step::Home { is_right }),
        1 => network().prop_map(|network| Step::Elsewhere { network }),
        2 => prop_oneof![1..30_i64, 900..2_000_i64].prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 10..26)
}

/// The most failures that are heard within these seconds: the free ones, and then one after each
/// wait.
pub(super) fn most_heard(seconds: u64) -> u64 {
    let (mut heard, mut left) = (FREE + 1, seconds);
    for beyond in 1.. {
        let wait_s = 1_u64.checked_shl(beyond.min(20)).unwrap().min(MAX_WAIT_S);
        let Some(rest) = left.checked_sub(wait_s) else { break };
        (heard, left) = (heard + 1, rest);
    }
    heard
}

/// What a try was answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answered {
    In,
    Wrong,
    Waits,
}

fn answered(page: &Page) -> Answered {
    match page.status {
        303 => Answered::In,
        422 if page.has("The address or the password is wrong") => Answered::Wrong,
        422 if page.has("Too many") => Answered::Waits,
        _ => panic!("{}: {}", page.status, page.body),
    }
}

async fn log_in(visitor: &mut Visitor, password: &str) -> Answered {
    answered(&visitor.fill("/console/log-in", &[("email", EMAIL), ("password", password)]).await)
}

struct Place<'g> {
    gateway: &'g Gateway,
    home: Visitor,
    /// Wrong passwords of Ana's browser in a row.
    own_failures: u64,
    /// Passwords of strangers that were heard since the failures were last forgotten, and the
    /// seconds that were waited since.
    heard: u64,
    waited_s: u64,
    since: Instant,
    /// Tries of strangers that had to wait.
    waits: u64,
}

impl Place<'_> {
    async fn take(&mut self, step: Step) {
        match step {
            Step::Stranger { network } => self.guess(network).await,
            Step::Strangers { network, failures } => self.many(network, failures).await,
            Step::Home { is_right } => self.at_home(is_right).await,
            Step::Elsewhere { network } => {
                if log_in(&mut Visitor::of_network(self.gateway, NETWORKS[network]), PASSWORD).await
                    == Answered::In
                {
                    // Whoever knows the password is no stranger: what was guessed before is
                    // forgotten.
                    (self.heard, self.waited_s, self.since) = (0, 0, Instant::now());
                }
            }
            Step::Wait(seconds) => {
                let pass = "update guess set last_at = last_at - $1 * interval '1 second'";
                let pool = self.gateway.database.pool();
                sqlx::query(pass).bind(seconds as f64).execute(pool).await.unwrap();
                self.waited_s += seconds.unsigned_abs();
            }
        }
    }

    async fn guess(&mut self, network: usize) {
        let mut stranger = Visitor::of_network(self.gateway, NETWORKS[network]);
        let answer = log_in(&mut stranger, "a guess of a stranger").await;
        assert_ne!(answer, Answered::In);
        self.heard += u64::from(answer == Answered::Wrong);
        self.waits += u64::from(answer == Answered::Waits);
        let most = most_heard(self.waited_s + self.since.elapsed().as_secs() + 1);
        assert!(self.heard <= most, "{} guesses were heard, {most} may be", self.heard);
    }

    /// The failures of a crowd, without the hashes: they count as if each had been heard, so that
    /// others wait longer.
    async fn many(&mut self, network: usize, failures: i32) {
        self.guess(network).await;
        let crowd = "update guess set failures = failures + $1 where kind in ('address', 'network')";
        sqlx::query(crowd).bind(failures).execute(self.gateway.database.pool()).await.unwrap();
    }

    async fn at_home(&mut self, is_right: bool) {
        let answer = log_in(&mut self.home, if is_right { PASSWORD } else { "a slip of the owner" }).await;
        match (is_right, self.own_failures) {
            // Whatever strangers did, only her own slips can make her wait.
            (true, ..=FREE) => assert_eq!(answer, Answered::In, "the owner is locked out"),
            (false, ..=FREE) => assert_eq!(answer, Answered::Wrong),
            _ => {}
        }
        match answer {
            Answered::In => self.own_failures = 0,
            Answered::Wrong => self.own_failures += 1,
            Answered::Waits => {}
        }
    }
}

#[tokio::test]
async fn j15_no_stranger_locks_the_owner_out_and_guesses_are_few() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    assert_eq!(log_in(&mut ana, PASSWORD).await, Answered::In, "the browser is known from now on");
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let mut waits = 0;
    for _ in 0..SEQUENCES {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        println!("{steps:?}");
        sqlx::query("delete from guess").execute(gateway.database.pool()).await.unwrap();
        let (gateway, home) = (&gateway, ana.copy());
        let mut place =
            Place { gateway, home, own_failures: 0, heard: 0, waited_s: 0, since: Instant::now(), waits };
        for step in steps {
            place.take(step).await;
        }
        (ana, waits) = (place.home, place.waits);
    }
    assert!(waits > 0, "no sequence made anybody wait");
}
