//! The state of a batch: the accounts, keys and idempotency records that it needs. The rules apply
//! its operations to them in order.
//!
//! A store loads the state, applies the operations in order of arrival, and saves what changed. The
//! rules see no store and no clock, so the same code decides over Postgres, in the property tests
//! and in the simulation.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::ids::{AccountId, CallId, KeyId};
use crate::domain::settlement::Outcome;
use crate::ledger::rules::account::{LedgerAccount, NotHeld, RuleError};
use crate::ledger::rules::caps::KeySpend;
use crate::ledger::rules::claim_record::{
    ClaimKey, ClaimRecord, ClaimState, IDEMPOTENCY_RETENTION, claim_key, decide_existing_claim,
};
use crate::ledger::rules::hold::{DeclineReason, Declined, Held, Hold, HoldRequest};
use crate::ledger::rules::lot::LotNumber;
use crate::ledger::rules::operation::{Effect, Grant, Operation, Settle};

/// What one batch reads and changes.
#[derive(Debug)]
pub struct BatchState {
    pub accounts: HashMap<AccountId, LedgerAccount>,
    pub records: Records,
}

/// What the operations of a batch share besides accounts.
#[derive(Debug)]
pub struct Records {
    /// The store's time, the same for the whole batch.
    pub now: DateTime<Utc>,
    /// How long a call may run before others may take its idempotency key over.
    pub lease: TimeDelta,
    /// Keys with caps.
    pub spends: HashMap<KeyId, KeySpend>,
    /// Idempotency records.
    pub claims: HashMap<ClaimKey, ClaimRecord>,
    /// Idempotency records changed since the state was loaded.
    pub changed_claims: HashSet<ClaimKey>,
    /// Lots by the caller's reference.
    pub references: HashMap<(AccountId, String), LotNumber>,
}

impl BatchState {
    /// An empty state.
    pub fn new(now: DateTime<Utc>, lease: TimeDelta) -> Self {
        let records = Records {
            now,
            lease,
            spends: HashMap::new(),
            claims: HashMap::new(),
            changed_claims: HashSet::new(),
            references: HashMap::new(),
        };
        Self { accounts: HashMap::new(), records }
    }

    /// Applies one operation.
    pub fn apply(&mut self, operation: &Operation) -> Effect {
        let Some(account) = self.accounts.get_mut(&operation.account_id()) else {
            return Effect::UnknownAccount;
        };
        let target = Target { account, records: &mut self.records };
        target.apply(operation).unwrap_or_else(Effect::Refused)
    }
}

/// The account of an operation, and the records of its batch.
struct Target<'a> {
    account: &'a mut LedgerAccount,
    records: &'a mut Records,
}

impl Target<'_> {
    fn apply(mut self, operation: &Operation) -> Result<Effect, RuleError> {
        let id = operation.id();
        self.account.advance(self.records.now, id)?;
        match operation {
            Operation::Hold(request) => return self.hold(request),
            Operation::Settle(settle) => return self.settle(settle),
            Operation::Grant(grant) => return self.grant(grant),
            Operation::Correct(correction) => drop(self.account.correct(correction.amount, id)?),
            Operation::MovePlan { .. } => self.account.move_plan(self.account.plan, id)?,
            Operation::Advance { .. } => {}
        }
        Ok(Effect::Done(self.account.balance()))
    }

    fn hold(&mut self, request: &HoldRequest) -> Result<Effect, RuleError> {
        match self.try_hold(request) {
            Ok(hold) => Ok(Effect::Held(Held { hold, balance: self.account.balance() })),
            Err(NotHeld::Declined(reason)) => {
                Ok(Effect::Declined(Declined { reason, balance: self.account.balance() }))
            }
            Err(NotHeld::Refused(error)) => Err(error),
        }
    }

    /// Makes a hold unless the idempotency record, the key's caps or the account forbid it, checked
    /// in this order.
    fn try_hold(&mut self, request: &HoldRequest) -> Result<Hold, NotHeld> {
        let claim = request.idempotency.as_ref().map(|claim| (claim_key(request.account_id, claim), claim));
        if let Some((key, claim)) = &claim
            && let Some(record) = self.records.claims.get(key)
            && let Some(reason) = decide_existing_claim(record, claim, self.records.now)
        {
            return Err(NotHeld::Declined(reason));
        }
        let mut spend = if request.caps.any() {
            Some(
                self.records
                    .spends
                    .entry(request.call.key_id)
                    .or_insert_with(|| KeySpend::new(self.records.now)),
            )
        } else {
            None
        };
        if let Some(spend) = &mut spend {
            spend.advance(self.records.now);
            if let Some(reached) = spend.reached_by(request.amount, request.caps) {
                return Err(NotHeld::Declined(DeclineReason::CapReached(reached)));
            }
        }
        let takes = self.account.hold(request.amount, request.call_id, request.call)?;
        if let Some(spend) = spend {
            spend.spend(request.amount);
        }
        if let Some((key, claim)) = claim {
            self.start_claim(key, claim.fingerprint, request.call_id);
        }
        Ok(request.hold(takes, self.account.period.index, self.records.now))
    }

    /// Records a running call.
    fn start_claim(&mut self, key: ClaimKey, fingerprint: [u8; 32], call_id: CallId) {
        let record = ClaimRecord {
            fingerprint,
            call_id,
            state: ClaimState::Running,
            lease_until: self.records.now + self.records.lease,
            expires_at: self.records.now + IDEMPOTENCY_RETENTION,
        };
        self.records.claims.insert(key, record);
        self.records.changed_claims.insert(key);
    }

    fn settle(&mut self, settle: &Settle) -> Result<Effect, RuleError> {
        let hold = &settle.hold;
        let key = settle.claim.as_ref().map(|claim| claim_key(hold.account_id, claim));
        let record = key.and_then(|key| Some((key, self.records.claims.get_mut(&key)?)));
        let record = record.filter(|(_, record)| record.is_held_by(hold));
        // An answer that cannot be stored under its key must not be charged.
        let is_superseded = settle.response.is_some() && record.is_none();
        let (released, outcome) = if is_superseded {
            (hold.amount(), Outcome::Abandoned)
        } else {
            (settle.released(), settle.outcome)
        };
        self.account.release(hold, released, outcome, self.records.now)?;
        if hold.is_capped
            && let Some(spend) = self.records.spends.get_mut(&hold.call.key_id)
        {
            spend.refund(released, hold.held_at);
        }
        if let Some((key, record)) = record {
            record.state = settle.response.clone().map_or(ClaimState::Released, ClaimState::Captured);
            self.records.changed_claims.insert(key);
        }
        let balance = self.account.balance();
        Ok(if is_superseded { Effect::Superseded(balance) } else { Effect::Done(balance) })
    }

    fn grant(&mut self, grant: &Grant) -> Result<Effect, RuleError> {
        let reference = (grant.account_id, grant.reference.clone());
        let granted = self.records.references.get(&reference).copied();
        let lot = match granted {
            Some(lot) => lot,
            None => {
                let lot = self.account.grant(grant.kind, grant.amount, grant.expires_at, grant.id)?;
                self.records.references.insert(reference, lot);
                lot
            }
        };
        Ok(Effect::Granted { lot, repeated: granted.is_some(), balance: self.account.balance() })
    }
}

/// Returns the captures among operations: of a part, or with an answer to store.
pub fn captures_made<'a>(
    operations: &'a [Operation],
    effects: &'a [Effect],
) -> impl Iterator<Item = (CallId, Outcome)> + 'a {
    operations.iter().zip(effects).filter_map(|(operation, effect)| match (operation, effect) {
        (Operation::Settle(settle), Effect::Done(_)) if settle.is_capture() => {
            Some((settle.hold.call_id, settle.outcome))
        }
        _ => None,
    })
}
