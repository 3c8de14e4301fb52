//! Forwarded calls: the upstream refuses, is silent, answers, breaks off or leaves its figure out,
//! and the client may leave.

use std::sync::LazyLock;
use std::time::Duration;

use fluence::domain::credits::Credits;
use fluence::domain::figure::FigureSource;
use fluence::domain::forwarding::{Due, StreamEnd, WhenBrokeOff, WhenLeft};
use fluence::domain::ids::CallId;
use fluence::domain::json_pointer::JsonPointer;
use fluence::domain::price::{Count, CountedPrice, WhenMissing};
use fluence::domain::settlement::{Outcome, SETTLEMENT_TOML, SettlementTable};
use fluence::ledger::writer::OpenHold;
use fluence::upstream::figure::EventFigures;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use tokio::time::{Instant, sleep};

use super::client::{Client, Expected};
use super::database::LEASE;

static TABLE: LazyLock<SettlementTable> = LazyLock::new(|| SettlementTable::parse(SETTLEMENT_TOML).unwrap());

/// The rules of a route: a credit for each ten tokens, at least one.
struct Rules {
    price: CountedPrice,
    broke_off: WhenBrokeOff,
    left: WhenLeft,
}

/// What an upstream says, in pieces that cut it anywhere, and where the call ends before it does.
struct Script {
    pieces: Vec<Vec<u8>>,
    breaks_at: Option<usize>,
    leaves_at: Option<usize>,
}

fn pointer() -> JsonPointer {
    "/usage/tokens".parse().unwrap()
}

impl Rules {
    fn draw(rng: &mut StdRng) -> Self {
        let missing = *[WhenMissing::Min, WhenMissing::Hold, WhenMissing::Release].choose(rng).unwrap();
        let credit = Credits::from_u32(1);
        let count = Count { of: FigureSource::Json(pointer()), each: 10, costs: credit };
        let hold = Credits::from_u32(6);
        let price = CountedPrice {
            base: Credits::ZERO,
            counts: vec![count],
            min: credit,
            hold,
            hold_by: None,
            missing,
        };
        Self {
            price,
            broke_off: *WhenBrokeOff::ALL.choose(rng).unwrap(),
            left: *WhenLeft::ALL.choose(rng).unwrap(),
        }
    }

    /// What a client works out for itself from what the upstream said: tokens in each whole event
    /// that has some.
    fn expected(&self, said: &[u8], end: StreamEnd, held: i64) -> i64 {
        let costs_nothing = match end {
            StreamEnd::Whole => false,
            StreamEnd::BrokeOff { was_sent } => !was_sent || self.broke_off == WhenBrokeOff::Release,
            StreamEnd::Left { was_sent } => !was_sent,
            StreamEnd::CutOff => true,
        };
        let text = std::str::from_utf8(said).unwrap();
        let whole = text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
        let tokens = whole
            .rsplit("\n\n")
            .find_map(|event| event.split_once("\"tokens\":")?.1.trim_end_matches('}').parse::<i64>().ok());
        match (tokens, self.price.missing) {
            _ if costs_nothing => 0,
            (Some(tokens), _) => (tokens + 9).div_euclid(10).clamp(1, held),
            (None, WhenMissing::Min) => 1,
            (None, WhenMissing::Hold) => held,
            (None, WhenMissing::Release) => 0,
        }
    }
}

impl Script {
    fn draw(rng: &mut StdRng) -> Self {
        let mut text = String::new();
        for number in 0..rng.random_range(1..5) {
            text += &match rng.random_range(0..5) {
                0 => "data: {\"usage\":{\"tokens\":null}}\n\n".to_owned(),
                1 => "data: {\"usage\":{\"tokens\":0}}\n\n".to_owned(),
                2 => format!("data: {{\"usage\":{{\"tokens\":{}}}}}\n\n", rng.random_range(0..90)),
                _ => format!("data: {{\"n\":{number}}}\n\n"),
            };
        }
        let mut pieces = Vec::new();
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(rng.random_range(1..=rest.len()));
            pieces.push(piece.to_vec());
            rest = later;
        }
        let mut at = |likely| rng.random_bool(likely).then(|| rng.random_range(0..=pieces.len()));
        let (breaks_at, leaves_at) = (at(0.3), at(0.3));
        Self { pieces, breaks_at, leaves_at }
    }
}

impl Client {
    /// Forwards a call and ends its hold by how it went.
    pub(super) async fn forward(&mut self, call_id: CallId, mut hold: OpenHold) {
        let rules = Rules::draw(&mut self.rng);
        let begun = Instant::now();
        if rules.left == WhenLeft::Stop {
            hold.set_outcome_if_dropped(Outcome::LeftEarly);
        }
        sleep(self.millis(40)).await;
        let refusals = [
            // Every target paused or no place, an answer that is none, no head in time, a status
            // that is not charged.
            (0, Outcome::Failed),
            (1, Outcome::TimedOut),
            (2, Outcome::UnchargedStatus),
        ];
        let fate = self.rng.random_range(0..10);
        if let Some((_, outcome)) = refusals.into_iter().find(|(number, _)| *number == fate) {
            let (used, _) = hold.settle_by(&TABLE, outcome, Credits::ZERO, None);
            self.expect(used == Credits::ZERO, || format!("{outcome:?} is charged"));
            return;
        }
        let script = Script::draw(&mut self.rng);
        let (end, said, figures) = self.pass_on(&script, rules.left).await;
        let held = hold.amount();
        let expected = rules.expected(&said, end, held.as_i64());
        if expected > 0 {
            // A call that took longer than it may claim its key can be superseded.
            let is_late = hold.has_idempotency_key() && begun.elapsed() >= LEASE.to_std().unwrap() / 2;
            self.remember(
                call_id,
                if is_late { Expected::Either(expected) } else { Expected::AtMost(expected) },
            );
        }
        let (outcome, price) = match end.due(Outcome::Answered, rules.broke_off) {
            Due::Nothing(outcome) => (outcome, None),
            Due::Price(outcome) => {
                let price = rules.price.charge(figures.found(), held);
                (price.outcome(outcome), Some(Box::new(price)))
            }
        };
        let credits = price.as_ref().map_or(Credits::ZERO, |price| price.charged);
        let (used, _) = hold.settle_by(&TABLE, outcome, credits, price);
        self.server.lock().note(&format!("{call_id} {end:?} {outcome:?} {used}"));
        self.expect(used.as_i64() == expected, || {
            format!("{used} and not {expected}: {end:?} {outcome:?} {}", String::from_utf8_lossy(&said))
        });
    }

    /// Keeps the first failure for the test: a panic of a customer whose gateway dies would be
    /// lost.
    fn expect(&self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.server.lock().failure.get_or_insert_with(otherwise);
        }
    }

    /// Passes an answer on as far as its route goes on with it. Returns how it ended and what was
    /// read of it.
    async fn pass_on(&mut self, script: &Script, left: WhenLeft) -> (StreamEnd, Vec<u8>, EventFigures) {
        let mut figures = EventFigures::new(vec![pointer()]);
        let mut said = Vec::new();
        for at in 0..=script.pieces.len() {
            let pause = if self.rng.random_bool(0.002) { 90_000 } else { 20 };
            sleep(Duration::from_millis(self.rng.random_range(0..=pause))).await;
            let was_sent = !said.is_empty();
            if script.breaks_at == Some(at) {
                return (StreamEnd::BrokeOff { was_sent }, said, figures);
            }
            if script.leaves_at == Some(at) && left == WhenLeft::Stop {
                return (StreamEnd::Left { was_sent }, said, figures);
            }
            if let Some(piece) = script.pieces.get(at) {
                figures.read(piece);
                said.extend_from_slice(piece);
            }
        }
        (StreamEnd::Whole, said, figures)
    }
}
