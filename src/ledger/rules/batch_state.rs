//! The state of a batch: the accounts, keys and idempotency records that it needs. The rules apply its operations to them
//! in order.
//!
//! A store loads the state, applies the operations in order of arrival, and saves what changed. The rules see no store and
//! no clock, so the same code decides over Postgres, in the property tests and in the simulation.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::billing::AccountBalance;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use crate::domain::settlement::Outcome;
use crate::ledger::rules::account::{LedgerAccount, RuleError};
use crate::ledger::rules::caps::KeySpend;
use crate::ledger::rules::hold::{Decision, Hold, HoldRequest, IdempotencyClaim, StoredAnswer};
use crate::ledger::rules::lot::LotNumber;
use crate::ledger::rules::operation::{CaptureWithResponse, Effect, Grant, Operation, Release};

/// How long an idempotency record is kept.
pub const IDEMPOTENCY_RETENTION: TimeDelta = TimeDelta::hours(24);

/// Names an idempotency record.
pub type ClaimKey = (AccountId, EnvironmentId, [u8; 32]);

/// An idempotency record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRecord {
    /// What was asked.
    pub fingerprint: [u8; 32],
    /// The call that holds it now, or answered it.
    pub call_id: CallId,
    /// How far it is.
    pub state: ClaimState,
    /// Until when a running call keeps others out.
    pub lease_until: DateTime<Utc>,
    /// From when the key may be used afresh.
    pub expires_at: DateTime<Utc>,
}

/// How far the call under an idempotency key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimState {
    /// In flight.
    Running,
    /// Charged; the answer is kept.
    Captured(StoredAnswer),
    /// Given back; the key may be tried again.
    Released,
}

/// What one batch works on.
#[derive(Debug)]
pub struct BatchState {
    /// The store's time, the same for the whole batch.
    pub now: DateTime<Utc>,
    /// How long a call may run before others may take its idempotency key over.
    pub lease: TimeDelta,
    /// Accounts.
    pub accounts: HashMap<AccountId, LedgerAccount>,
    /// Keys with caps.
    pub spends: HashMap<KeyId, KeySpend>,
    /// Idempotency records.
    pub claims: HashMap<ClaimKey, ClaimRecord>,
    /// Lots by the caller's reference.
    pub references: HashMap<(AccountId, String), LotNumber>,
    /// Records changed since the state was loaded.
    pub changed_claims: HashSet<ClaimKey>,
}

impl BatchState {
    /// The state before anything is loaded.
    pub fn new(now: DateTime<Utc>, lease: TimeDelta) -> Self {
        Self {
            now,
            lease,
            accounts: HashMap::new(),
            spends: HashMap::new(),
            claims: HashMap::new(),
            references: HashMap::new(),
            changed_claims: HashSet::new(),
        }
    }

    /// Applies one operation.
    pub fn apply(&mut self, operation: &Operation) -> Effect {
        let id = match operation {
            Operation::Hold(request) => request.call_id,
            Operation::Release(release) => release.hold.call_id,
            Operation::CaptureWithResponse(capture) => capture.hold.call_id,
            Operation::Grant(grant) => grant.id,
            Operation::Correct(correction) => correction.id,
            Operation::MovePlan { id, .. } | Operation::Advance { id, .. } => *id,
        };
        let Some(account) = self.accounts.get_mut(&operation.account_id()) else {
            return match operation {
                Operation::Hold(_) => Effect::Decided(Decision::UnknownAccount),
                _ => Effect::UnknownAccount,
            };
        };
        if let Err(error) = account.advance(self.now, id) {
            return Effect::Refused(error);
        }
        match operation {
            Operation::Hold(request) => self.hold(request),
            Operation::Release(release) => self.release(release),
            Operation::CaptureWithResponse(capture) => self.capture_with_response(capture),
            Operation::Grant(grant) => self.grant(grant),
            Operation::Correct(correction) => {
                done(account, |account| account.correct(correction.amount, id).map(drop))
            }
            Operation::MovePlan { .. } => done(account, |account| account.move_plan(account.plan, id)),
            Operation::Advance { .. } => Effect::Done(account.balance()),
        }
    }

    fn hold(&mut self, request: &HoldRequest) -> Effect {
        let Some(account) = self.accounts.get_mut(&request.account_id) else {
            return Effect::Decided(Decision::UnknownAccount);
        };
        if let Some(claim) = &request.idempotency {
            let balance = account.balance();
            if let Some(known) = self.claims.get(&claim_key(request.account_id, claim))
                && let Some(decision) = decide_known_claim(known, claim, balance, self.now)
            {
                return Effect::Decided(decision);
            }
        }
        if request.caps.any() {
            let spend = self.spends.entry(request.call.key_id).or_insert_with(|| KeySpend::new(self.now));
            spend.advance(self.now);
            if let Some(reached) = spend.reached_by(request.amount, request.caps) {
                let (cap, limit, resets_at) = (reached.cap, reached.limit, reached.resets_at);
                return Effect::Decided(Decision::CapReached {
                    cap,
                    limit,
                    resets_at,
                    balance: account.balance(),
                });
            }
        }
        let takes = match account.hold(request.amount, request.call_id, request.call) {
            Ok(takes) => takes,
            Err(RuleError::QuotaSpent) => {
                let limit = account.requests_limit;
                return Effect::Decided(Decision::QuotaSpent { limit, balance: account.balance() });
            }
            Err(RuleError::Insufficient { available }) => {
                return Effect::Decided(Decision::Insufficient { available, balance: account.balance() });
            }
            Err(error) => return Effect::Refused(error),
        };
        let hold = Hold {
            call_id: request.call_id,
            account_id: request.account_id,
            call: request.call,
            request_taken: takes.iter().any(|take| take.payer.is_plan()),
            takes,
            period: account.period.index,
            capped: request.caps.any(),
            held_at: self.now,
        };
        let balance = account.balance();
        if hold.capped
            && let Some(spend) = self.spends.get_mut(&request.call.key_id)
        {
            spend.spend(request.amount);
        }
        if let Some(claim) = &request.idempotency {
            self.claim(claim_key(request.account_id, claim), claim.fingerprint, request.call_id);
        }
        Effect::Decided(Decision::Held { hold, balance })
    }

    /// Writes the record of a call that starts now.
    fn claim(&mut self, key: ClaimKey, fingerprint: [u8; 32], call_id: CallId) {
        let record = ClaimRecord {
            fingerprint,
            call_id,
            state: ClaimState::Running,
            lease_until: self.now + self.lease,
            expires_at: self.now + IDEMPOTENCY_RETENTION,
        };
        self.claims.insert(key, record);
        self.changed_claims.insert(key);
    }

    fn release(&mut self, release: &Release) -> Effect {
        let hold = &release.hold;
        let Some(account) = self.accounts.get_mut(&hold.account_id) else {
            return Effect::UnknownAccount;
        };
        if let Err(error) = account.release(hold, release.amount, release.outcome, self.now) {
            return Effect::Refused(error);
        }
        let balance = account.balance();
        if hold.capped
            && let Some(spend) = self.spends.get_mut(&hold.call.key_id)
        {
            spend.give_back(release.amount, hold.held_at);
        }
        if let Some(claim) = &release.claim {
            let key = claim_key(hold.account_id, claim);
            if let Some(record) = self.claims.get_mut(&key).filter(|record| is_held_by(record, hold)) {
                record.state = ClaimState::Released;
                self.changed_claims.insert(key);
            }
        }
        Effect::Done(balance)
    }

    fn capture_with_response(&mut self, capture: &CaptureWithResponse) -> Effect {
        let key = claim_key(capture.hold.account_id, &capture.claim);
        let ours = self.claims.get(&key).is_some_and(|record| is_held_by(record, &capture.hold));
        let rest = if ours {
            capture.hold.amount().checked_sub(capture.captured)
        } else {
            Some(capture.hold.amount())
        };
        let outcome = if ours { capture.outcome } else { Outcome::Abandoned };
        let rest = rest.unwrap_or(Credits::ZERO);
        let release =
            Release { hold: capture.hold.clone(), amount: rest, outcome, whole: !ours, claim: None };
        let balance = match self.release(&release) {
            Effect::Done(balance) => balance,
            refused => return refused,
        };
        if !ours {
            return Effect::Superseded(balance);
        }
        if let Some(record) = self.claims.get_mut(&key) {
            record.state = ClaimState::Captured(capture.answer.clone());
            self.changed_claims.insert(key);
        }
        Effect::Done(balance)
    }

    fn grant(&mut self, grant: &Grant) -> Effect {
        let Some(account) = self.accounts.get_mut(&grant.account_id) else {
            return Effect::UnknownAccount;
        };
        let reference = (grant.account_id, grant.reference.clone());
        if let Some(lot) = self.references.get(&reference) {
            return Effect::Granted { lot: *lot, repeated: true, balance: account.balance() };
        }
        match account.grant(grant.source, grant.amount, grant.expires_at, grant.id) {
            Ok(lot) => {
                self.references.insert(reference, lot);
                Effect::Granted { lot, repeated: false, balance: account.balance() }
            }
            Err(error) => Effect::Refused(error),
        }
    }
}

/// The captures that operations made: an answer that was kept, or a release of a part.
pub fn captures_made<'a>(
    operations: &'a [Operation],
    effects: &'a [Effect],
) -> impl Iterator<Item = (CallId, Outcome)> + 'a {
    operations.iter().zip(effects).filter_map(|(operation, effect)| match (operation, effect) {
        (Operation::CaptureWithResponse(capture), Effect::Done(_)) => {
            Some((capture.hold.call_id, capture.outcome))
        }
        (Operation::Release(release), Effect::Done(_)) if !release.whole => {
            Some((release.hold.call_id, release.outcome))
        }
        _ => None,
    })
}

/// Where the record of a claim is found.
pub fn claim_key(account_id: AccountId, claim: &IdempotencyClaim) -> ClaimKey {
    (account_id, claim.environment_id, claim.key_hash)
}

fn is_held_by(record: &ClaimRecord, hold: &Hold) -> bool {
    record.call_id == hold.call_id && record.state == ClaimState::Running
}

fn done(
    account: &mut LedgerAccount,
    change: impl FnOnce(&mut LedgerAccount) -> Result<(), RuleError>,
) -> Effect {
    match change(account) {
        Ok(()) => Effect::Done(account.balance()),
        Err(error) => Effect::Refused(error),
    }
}

/// What a record that exists says to a call that claims it; `None` lets the call run.
pub fn decide_known_claim(
    known: &ClaimRecord,
    claim: &IdempotencyClaim,
    balance: AccountBalance,
    now: DateTime<Utc>,
) -> Option<Decision> {
    if known.expires_at <= now {
        return None;
    }
    if known.fingerprint != claim.fingerprint {
        return Some(Decision::KeyReused(balance));
    }
    match &known.state {
        ClaimState::Captured(answer) => Some(Decision::Replay { answer: answer.clone(), balance }),
        ClaimState::Running if known.lease_until > now => {
            Some(Decision::InProgress { lease_until: known.lease_until, balance })
        }
        // Released, or left behind by a gateway that died: the next caller takes it over.
        ClaimState::Running | ClaimState::Released => None,
    }
}
