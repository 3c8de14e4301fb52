//! Customers: they call, disconnect, wait, and record the answers.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use fluence::domain::credits::Credits;
use fluence::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::caps::KeyCaps;
use fluence::ledger::rules::claim_record::{ClaimKey, claim_key};
use fluence::ledger::rules::entry::{CallRef, RouteNumber};
use fluence::ledger::rules::hold::{AnswerContent, DeclineReason, Declined, HoldRequest, IdempotencyClaim};
use fluence::ledger::writer::{CaptureResult, Granted, HoldError, Ledger, LedgerUnavailable, OpenHold};
use rand::RngExt;
use rand::rngs::StdRng;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::store::Server;

/// What a call may cost at the end of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Nothing: the customer was refused, or got no answer.
    Nothing,
    /// At most this: the customer got an answer before the capture was durable.
    AtMost(i64),
    /// Exactly this: the capture is durable.
    Exactly(i64),
    /// This or nothing: the outcome is unknown, or the customer disconnected.
    Either(i64),
}

/// What customers have recorded.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) calls: BTreeMap<CallId, Expected>,
    /// Calls of each idempotency key, with their times.
    pub(crate) claims: BTreeMap<ClaimKey, Vec<(CallId, DateTime<Utc>)>>,
    /// Calls whose stored answer was replayed.
    pub(crate) replayed: Vec<CallId>,
}

/// One customer at one gateway.
pub(crate) struct Client {
    pub(crate) server: Server,
    pub(crate) memory: std::sync::Arc<std::sync::Mutex<Memory>>,
    pub(crate) ledger: Ledger,
    pub(crate) accounts: Vec<AccountId>,
    pub(crate) rng: StdRng,
}

impl Client {
    /// Makes this number of calls.
    pub(crate) async fn run(mut self, calls: u32) {
        for _ in 0..calls {
            sleep(self.millis(120)).await;
            self.call().await;
        }
    }

    pub(super) fn millis(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.rng.random_range(0..=most))
    }

    pub(super) fn remember(&self, call: CallId, expected: Expected) {
        self.memory.lock().unwrap().calls.insert(call, expected);
    }

    fn request(&mut self) -> HoldRequest {
        let account_id = self.accounts[self.rng.random_range(0..self.accounts.len())];
        let claimed = self.rng.random_bool(0.3);
        let idempotency = claimed.then(|| IdempotencyClaim {
            environment_id: EnvironmentId::from_uuid(Uuid::nil()),
            key_hash: [self.rng.random_range(0..6); 32],
            fingerprint: [u8::from(self.rng.random_bool(0.05)); 32],
        });
        let capped = self.rng.random_bool(0.1);
        let cap = capped.then(|| Credits::from_u32(300));
        HoldRequest {
            call_id: CallId::from_uuid(Uuid::from_u128(self.rng.random())),
            account_id,
            call: CallRef {
                key_id: KeyId::from_uuid(Uuid::from_u128(u128::from(capped))),
                route: RouteNumber(1),
            },
            amount: Credits::from_u32(self.rng.random_range(1..=6)),
            caps: KeyCaps { daily: cap, monthly: None },
            idempotency,
        }
    }

    async fn call(&mut self) {
        let request = self.request();
        let call_id = request.call_id;
        self.remember(call_id, Expected::Nothing);
        if let Some(claim) = &request.idempotency {
            let now = self.server.lock().now();
            let key = claim_key(request.account_id, claim);
            self.memory.lock().unwrap().claims.entry(key).or_default().push((call_id, now));
        }
        let patience = if self.rng.random_bool(0.2) { self.millis(30) } else { Duration::from_secs(600) };
        // A customer that stops waiting drops the call at any point.
        let Ok(answer) = timeout(patience, self.ledger.hold(request)).await else { return };
        let answered = match &answer {
            // The debug form of a hold differs in each run.
            Ok(Granted { hold, balance }) => format!("held {} {balance:?}", hold.amount()),
            other => format!("{other:?}"),
        };
        self.server.lock().note(&format!("{call_id} {answered}"));
        match answer {
            Ok(Granted { hold, .. }) if self.rng.random_bool(0.5) => self.forward(call_id, hold).await,
            Ok(Granted { hold, .. }) => self.work(call_id, hold).await,
            Err(HoldError::Declined(Declined { reason: DeclineReason::Replay(answer), .. })) => {
                self.memory.lock().unwrap().replayed.push(answer.call_id);
            }
            Err(_) => {}
        }
    }

    async fn work(&mut self, call_id: CallId, hold: OpenHold) {
        let slow = self.rng.random_bool(if hold.has_idempotency_key() { 0.05 } else { 0.005 });
        let work = self.millis(if slow { 150_000 } else { 40 });
        sleep(work).await;
        let held = hold.amount().as_i64();
        let used = if self.rng.random_bool(0.7) { held } else { self.rng.random_range(1..=held) };
        let credits = Credits::try_from(used).unwrap();
        match self.rng.random_range(0..10) {
            0 => drop(hold),
            1 | 2 => {
                hold.release(Outcome::Failed);
            }
            _ if hold.has_idempotency_key() => {
                self.remember(call_id, Expected::AtMost(used));
                let keep =
                    hold.capture_and_store(credits, Outcome::Answered, AnswerContent::json(200, "answer"));
                let patience =
                    if self.rng.random_bool(0.1) { self.millis(30) } else { Duration::from_secs(600) };
                let kept = timeout(patience, keep).await;
                self.server.lock().note(&format!("{call_id} {kept:?}"));
                match kept {
                    Ok(Ok(CaptureResult::Stored(_))) => self.remember(call_id, Expected::Exactly(used)),
                    // It is free.
                    Ok(Err(LedgerUnavailable::TooSlow)) => self.remember(call_id, Expected::Nothing),
                    // The outcome is unknown.
                    Ok(Err(LedgerUnavailable::Unknown)) | Err(_) => {
                        self.remember(call_id, Expected::Either(used));
                    }
                    // Another call has taken the key over.
                    Ok(Ok(CaptureResult::Superseded)) => self.remember(call_id, Expected::Nothing),
                    Ok(Err(_)) => {}
                }
            }
            _ => {
                self.remember(call_id, Expected::AtMost(used));
                hold.capture(credits, Outcome::Answered);
            }
        }
    }
}
