//! Customers: they call, hang up, wait, and remember what they were told.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use fluence::domain::credits::Credits;
use fluence::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::batch_state::{ClaimKey, claim_key};
use fluence::ledger::rules::caps::KeyCaps;
use fluence::ledger::rules::entry::{CallRef, RouteNumber};
use fluence::ledger::rules::hold::{AnswerContent, DeclineReason, Declined, HoldRequest, IdempotencyClaim};
use fluence::ledger::writer::{Granted, HoldError, Kept, Ledger, LedgerUnavailable, OpenHold};
use rand::RngExt;
use rand::rngs::StdRng;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::store::Server;

/// What a call may have cost when all is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// The customer was refused, or never heard anything: nothing.
    Nothing,
    /// The customer got an answer: so much; or nothing, if the gateway died before that was durable.
    AtMost(i64),
    /// The customer was told that it is durable.
    Exactly(i64),
    /// The customer was told that it is not known, or hung up: so much, or nothing.
    Either(i64),
}

/// What customers remember.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) calls: BTreeMap<CallId, Expected>,
    /// Calls under each idempotency key, and when they were asked for.
    pub(crate) claims: BTreeMap<ClaimKey, Vec<(CallId, DateTime<Utc>)>>,
    /// Calls whose stored answer was sent again.
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
    /// Calls until told to stop.
    pub(crate) async fn run(mut self, calls: u32) {
        for _ in 0..calls {
            sleep(self.millis(120)).await;
            self.call().await;
        }
    }

    fn millis(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.rng.random_range(0..=most))
    }

    fn remember(&self, call: CallId, expected: Expected) {
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
        // A customer whose patience ends drops the call wherever it is.
        let Ok(answer) = timeout(patience, self.ledger.hold(request)).await else { return };
        let told = match &answer {
            // A hold names the channel it ends through, which is another in each run.
            Ok(Granted { hold, balance }) => format!("held {} {balance:?}", hold.amount()),
            other => format!("{other:?}"),
        };
        self.server.lock().note(&format!("{call_id} {told}"));
        match answer {
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
                let keep = hold.capture_with_response(
                    credits,
                    Outcome::Answered,
                    AnswerContent::json(200, "answer"),
                );
                let patience =
                    if self.rng.random_bool(0.1) { self.millis(30) } else { Duration::from_secs(600) };
                let kept = timeout(patience, keep).await;
                self.server.lock().note(&format!("{call_id} {kept:?}"));
                match kept {
                    Ok(Ok(Kept::Stored(_))) => self.remember(call_id, Expected::Exactly(used)),
                    // Told that it is free.
                    Ok(Err(LedgerUnavailable::TooSlow)) => self.remember(call_id, Expected::Nothing),
                    // Told that it is not known, or nothing.
                    Ok(Err(LedgerUnavailable::Unknown)) | Err(_) => {
                        self.remember(call_id, Expected::Either(used));
                    }
                    // Another call had taken the key over, so this one is released.
                    Ok(Ok(Kept::Superseded)) => self.remember(call_id, Expected::Nothing),
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
