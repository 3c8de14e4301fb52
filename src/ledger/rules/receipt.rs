//! A receipt: what one call held, how it was settled, and which lots paid.

pub mod summary;

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::named_enum::named_enum;
use crate::ledger::rules::lot::{LotNumber, LotSource};

named_enum! {
    /// The state of a call's credits.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum CallState {
        /// The call is running.
        Held = "held",
        Captured = "captured",
        Released = "released",
    }
}

impl CallState {
    /// The word for customers.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Held => "pending",
            Self::Captured => "charged",
            Self::Released => "refunded",
        }
    }
}

/// A movement of a call's credits: into its hold (negative) or back to the lot.
#[derive(Clone, Copy, Debug)]
pub struct Movement {
    /// Credits in (positive) or out (negative).
    pub amount: i64,
    pub lot: LotNumber,
    pub source: LotSource,
}

/// What a receipt says of the credits and their lots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Payment {
    pub credits_held: i64,
    pub credits_captured: i64,
    pub credits_released: i64,
    /// The lots that paid, in the order in which they were taken from.
    pub lots: Vec<LotPaid>,
}

/// A lot's part of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LotPaid {
    #[schemars(with = "i32")]
    pub lot: LotNumber,
    #[schemars(with = "String")]
    pub source: LotSource,
    /// Credits taken from it.
    pub credits_held: i64,
    /// Of these, credits that came back.
    pub credits_released: i64,
}

impl Payment {
    /// Sums the movements of a call, which must be in order. A call that still runs has captured
    /// nothing.
    pub fn of(movements: impl IntoIterator<Item = Movement>, state: CallState) -> Self {
        let mut payment = Self::default();
        for Movement { amount, lot, source } in movements {
            let (held, released) = if amount < 0 { (amount.saturating_neg(), 0) } else { (0, amount) };
            payment.credits_held = payment.credits_held.saturating_add(held);
            payment.credits_released = payment.credits_released.saturating_add(released);
            match payment.lots.iter_mut().find(|paid| paid.lot == lot) {
                Some(paid) => {
                    paid.credits_held = paid.credits_held.saturating_add(held);
                    paid.credits_released = paid.credits_released.saturating_add(released);
                }
                None => {
                    payment.lots.push(LotPaid { lot, source, credits_held: held, credits_released: released })
                }
            }
        }
        if state != CallState::Held {
            payment.credits_captured = payment.credits_held.saturating_sub(payment.credits_released);
        }
        payment
    }

    /// Whether credits of the plan stay taken.
    pub fn charges_plan(&self) -> bool {
        self.lots
            .iter()
            .any(|paid| paid.source == LotSource::Plan && paid.credits_held > paid.credits_released)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn movements() -> Vec<Movement> {
        let of = |amount, lot, source| Movement { amount, lot: LotNumber(lot), source };
        let (plan, pack) = (LotSource::Plan, LotSource::Pack);
        vec![of(-3, 1, plan), of(-2, 2, pack), of(2, 2, pack), of(1, 1, plan)]
    }

    #[test]
    fn a_payment_names_each_lot_once_and_adds_up() {
        let payment = Payment::of(movements(), CallState::Captured);
        assert_eq!((payment.credits_held, payment.credits_captured, payment.credits_released), (5, 2, 3));
        let lots = payment.lots.iter().map(|paid| (paid.lot.0, paid.credits_held, paid.credits_released));
        assert_eq!(lots.collect::<Vec<_>>(), [(1, 3, 1), (2, 2, 2)]);
        assert!(payment.charges_plan());
        let given_back = Payment::of(movements().into_iter().skip(1).take(2), CallState::Released);
        assert!(!given_back.charges_plan());
    }

    #[test]
    fn a_call_that_runs_is_pending_and_has_captured_nothing() {
        let payment = Payment::of(movements().into_iter().take(2), CallState::Held);
        assert_eq!((payment.credits_held, payment.credits_captured), (5, 0));
    }
}
