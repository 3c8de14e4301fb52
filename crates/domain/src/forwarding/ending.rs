//! How a streamed answer ends, and what that means for its price.

use super::WhenBrokeOff;
use crate::settlement::Outcome;

/// How a stream ended. `was_sent`: whether a part of its body was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    Whole,
    BrokeOff {
        was_sent: bool,
    },
    /// The client left, and the upstream was stopped.
    Left {
        was_sent: bool,
    },
    /// The gateway closed the client's connection.
    CutOff,
}

/// What a stream costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Its price by the figures so far.
    Price(Outcome),
    Nothing(Outcome),
}

impl StreamEnd {
    /// `whole` is the outcome of an answer that ends well.
    pub fn due(self, whole: Outcome, broke_off: WhenBrokeOff) -> Due {
        if !whole.is_charged_answer() {
            return Due::Nothing(whole);
        }
        match (self, broke_off) {
            (Self::Whole, _) => Due::Price(whole),
            (Self::BrokeOff { was_sent: true }, WhenBrokeOff::Counted) => Due::Price(Outcome::PartlyAnswered),
            (Self::BrokeOff { .. }, _) => Due::Nothing(Outcome::BrokeOff),
            (Self::Left { was_sent: true }, _) => Due::Price(Outcome::Left),
            (Self::Left { was_sent: false }, _) => Due::Nothing(Outcome::LeftEarly),
            (Self::CutOff, _) => Due::Nothing(Outcome::Abandoned),
        }
    }
}
