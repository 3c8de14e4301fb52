//! Plain operations: what the fast path of a store decides without reading an account's lots.

use crate::domain::billing::Refund;
use crate::ledger::rules::hold::{HoldRequest, Payer};
use crate::ledger::rules::lot::LotNumber;
use crate::ledger::rules::operation::Settle;

/// The largest amount of a plain operation. It keeps the sum over a batch of at most 2^31 of them
/// within 64 bits.
const MAX_PLAIN_AMOUNT: i64 = i32::MAX as i64;

/// Whether a hold writes nothing but its account and its entry.
pub fn is_plain_hold(request: &HoldRequest) -> bool {
    request.idempotency.is_none()
        && !request.caps.any()
        && (1..=MAX_PLAIN_AMOUNT).contains(&request.amount.as_i64())
}

/// A settlement that returns credits to the one lot that paid, and writes nothing else but how the
/// charge was computed.
#[derive(Clone, Debug)]
pub struct PlainSettlement {
    settle: Settle,
    lot: LotNumber,
    refund: Refund,
}

impl PlainSettlement {
    /// Returns the settlement itself if it is not plain.
    pub fn new(settle: Settle) -> Result<Self, Box<Settle>> {
        let hold = &settle.hold;
        let [take] = hold.takes.as_slice() else { return Err(Box::new(settle)) };
        let (lot, refund) = (take.lot, hold.refund(settle.released()));
        let is_plain = settle.claim.is_none()
            && settle.response.is_none()
            && !hold.is_capped
            && hold.amount().as_i64() <= MAX_PLAIN_AMOUNT
            && match take.payer {
                Payer::Plan => true,
                Payer::PackOrGrant => !refund.has_request,
                Payer::EarlierPlan => false,
            };
        if is_plain { Ok(Self { settle, lot, refund }) } else { Err(Box::new(settle)) }
    }

    pub fn settle(&self) -> &Settle {
        &self.settle
    }

    /// The lot that paid, to which the credits return.
    pub fn lot(&self) -> LotNumber {
        self.lot
    }

    /// What returns to the account. Its request unit is one of the period of the lot.
    pub fn refund(&self) -> Refund {
        self.refund
    }
}

impl From<PlainSettlement> for Settle {
    fn from(plain: PlainSettlement) -> Self {
        plain.settle
    }
}

/// Plain operations of one batch. Settlements come first: the credits that they return may pay for
/// the holds.
#[derive(Clone, Debug, Default)]
pub struct PlainWork {
    pub settlements: Vec<PlainSettlement>,
    pub holds: Vec<HoldRequest>,
}

impl PlainWork {
    pub fn len(&self) -> usize {
        self.settlements.len() + self.holds.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
