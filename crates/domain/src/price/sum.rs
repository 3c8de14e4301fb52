//! Exact sums of figures times credits.

use crate::credits::Credits;
use crate::figure::{Figure, MICROS};

/// The largest common multiple of what the figures of a price are divided by.
pub const MAX_COMMON_MULTIPLE: u64 = 1_000_000_000;

/// An exact sum: a fraction whose denominator is a common multiple of millionths.
pub(super) struct Sum {
    numerator: u128,
    denominator: u128,
}

impl Sum {
    pub(super) fn rounded_up(&self) -> Credits {
        let whole = self.numerator.div_ceil(self.denominator);
        i64::try_from(whole).ok().and_then(|whole| Credits::try_from(whole).ok()).unwrap_or(MAX_CREDITS)
    }
}

/// More than any price.
const MAX_CREDITS: Credits = Credits::from_u32(u32::MAX);

/// `base + Σ figure × costs / each`. `None` if a figure is missing.
///
/// Within the bounds of the files nothing overflows: 4 × 2⁵³ × 10⁶ millionths × 10⁶ credits × 10⁹
/// is less than 2¹²⁸. What is beyond them saturates.
pub(super) fn sum(
    base: Credits,
    parts: impl IntoIterator<Item = (Option<Figure>, u32, Credits)>,
) -> Option<Sum> {
    let parts: Vec<_> = parts.into_iter().collect();
    let multiple = common_multiple(parts.iter().map(|(_, each, _)| *each)).unwrap_or(MAX_COMMON_MULTIPLE);
    let denominator = u128::from(multiple) * MICROS;
    let number = |credits: Credits| u128::try_from(credits.as_i64()).unwrap_or_default();
    let mut numerator = number(base).saturating_mul(denominator);
    for (figure, each, costs) in parts {
        let times = u128::from(multiple / u64::from(each.max(1)));
        let part = figure?.micros().saturating_mul(number(costs)).saturating_mul(times);
        numerator = numerator.saturating_add(part);
    }
    Some(Sum { numerator, denominator })
}

pub(super) fn common_multiple(numbers: impl IntoIterator<Item = u32>) -> Option<u64> {
    numbers.into_iter().try_fold(1_u64, |multiple, number| {
        let number = u64::from(number.max(1));
        let next = multiple / gcd(multiple, number) * number;
        (next <= MAX_COMMON_MULTIPLE).then_some(next)
    })
}

const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
