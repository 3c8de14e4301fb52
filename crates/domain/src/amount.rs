//! How many credits an operator gives, takes or allows.

use std::fmt;
use std::str::FromStr;

use super::credits::Credits;

/// One credit or more, at most [`Amount::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(Credits);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 1 to {}", Amount::MAX)]
pub struct NotAnAmount;

impl Amount {
    /// The most credits that one act moves: ample, and far below what a balance can hold.
    pub const MAX: i64 = 1_000_000_000_000;

    pub const fn credits(self) -> Credits {
        self.0
    }
}

impl TryFrom<i64> for Amount {
    type Error = NotAnAmount;
    fn try_from(number: i64) -> Result<Self, NotAnAmount> {
        let credits = Credits::try_from(number).map_err(|_| NotAnAmount)?;
        if (1..=Self::MAX).contains(&number) { Ok(Self(credits)) } else { Err(NotAnAmount) }
    }
}

impl FromStr for Amount {
    type Err = NotAnAmount;
    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        text.parse::<i64>().map_err(|_| NotAnAmount)?.try_into()
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_less_than_one_credit_and_nothing_absurd_is_an_amount() {
        for text in ["0", "-1", "1.5", "", "many", "1000000000001", "99999999999999999999"] {
            assert_eq!(text.parse::<Amount>(), Err(NotAnAmount), "{text}");
        }
        assert_eq!("1".parse::<Amount>().unwrap().credits(), Credits::from_u32(1));
        assert_eq!("1000000000000".parse::<Amount>().unwrap().credits().as_i64(), Amount::MAX);
    }
}
