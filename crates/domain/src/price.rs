//! What a call of a route of the seller costs: the same each time, or by figures.

mod sum;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::sum::MAX_COMMON_MULTIPLE;
use self::sum::{common_multiple, sum};
use super::credits::Credits;
use super::figure::{Figure, FigureSource};
use super::json_pointer::JsonPointer;
use super::named_enum::named_enum;
use super::settlement::Outcome;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RoutePrice {
    /// The same for every call. 0: the route is free and never meets the ledger.
    Flat(Credits),
    Counted(CountedPrice),
}

/// `max(min, ceil(base + Σ figure × costs / each))`, at most `hold`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountedPrice {
    pub base: Credits,
    pub counts: Vec<Count>,
    /// The least that a charged call costs.
    pub min: Credits,
    /// The most that a call costs.
    pub hold: Credits,
    /// By how much less is held where the request says how much it may need.
    pub hold_by: Option<HoldBy>,
    /// What a call costs whose upstream reports no figure.
    pub missing: WhenMissing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    pub of: FigureSource,
    /// From 1. The figure is divided by it.
    pub each: u32,
    pub costs: Credits,
}

/// A bound of the price that stands in the request's JSON: `figure × costs / each + plus`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldBy {
    pub of: JsonPointer,
    pub each: u32,
    pub costs: Credits,
    pub plus: Credits,
}

named_enum! {
    /// What a call costs whose upstream reports no figure.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum WhenMissing {
        /// The least.
        Min = "min",
        /// All that is held.
        Hold = "hold",
        /// Nothing.
        Release = "release",
    }
}

/// The price of a call, with what it was computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriceDetail {
    pub base: Credits,
    pub counts: Vec<Counted>,
    pub min: Credits,
    /// What was held for the call, which is the most that it can cost.
    pub held: Credits,
    /// What the figures come to. `null` if one that decides is missing.
    pub computed: Option<Credits>,
    /// The price.
    pub charged: Credits,
    /// The rule of the route for missing figures, if it decided.
    pub missing: Option<WhenMissing>,
}

/// One figure of a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PriceFigure")]
pub struct Counted {
    /// Where it comes from, such as `json:/usage/total_tokens`.
    pub of: String,
    /// The figure, with at most six decimals. `null` if it is missing.
    pub figure: Option<String>,
    pub each: u32,
    pub costs: Credits,
}

impl RoutePrice {
    /// The most that a call costs.
    pub fn most(&self) -> Credits {
        match self {
            Self::Flat(credits) => *credits,
            Self::Counted(price) => price.hold,
        }
    }

    /// The least that a charged call costs.
    pub fn least(&self) -> Credits {
        match self {
            Self::Flat(credits) => *credits,
            Self::Counted(price) => price.min.max(price.base).min(price.hold),
        }
    }

    pub fn counted(&self) -> Option<&CountedPrice> {
        match self {
            Self::Flat(_) => None,
            Self::Counted(price) => Some(price),
        }
    }
}

impl CountedPrice {
    /// What is held for a request with this figure: never more than `hold`, never less than a call
    /// may cost at least.
    pub fn held(&self, figure: Option<Figure>) -> Credits {
        let (Some(by), Some(figure)) = (&self.hold_by, figure) else { return self.hold };
        let parts = [(Some(figure), by.each, by.costs)];
        let needed = sum(by.plus, parts).map_or(self.hold, |sum| sum.rounded_up());
        needed.max(self.min).max(self.base).max(Credits::from_u32(1)).min(self.hold)
    }

    /// The price by figures in the order of the counts, of a call for which `held` is held.
    pub fn charge(&self, figures: &[Option<Figure>], held: Credits) -> PriceDetail {
        let figure = |at: usize| figures.get(at).copied().flatten();
        let parts = self.counts.iter().enumerate().map(|(at, count)| (figure(at), count.each, count.costs));
        let computed = sum(self.base, parts);
        let (price, missing) = match (&computed, self.missing) {
            (Some(sum), _) => (sum.rounded_up().max(self.min), None),
            (None, WhenMissing::Min) => (self.min.max(self.base), Some(WhenMissing::Min)),
            (None, WhenMissing::Hold) => (held, Some(WhenMissing::Hold)),
            (None, WhenMissing::Release) => (Credits::ZERO, Some(WhenMissing::Release)),
        };
        let counted = |(at, count): (usize, &Count)| Counted {
            of: count.of.to_string(),
            figure: figure(at).map(|figure| figure.to_string()),
            each: count.each,
            costs: count.costs,
        };
        PriceDetail {
            base: self.base,
            counts: self.counts.iter().enumerate().map(counted).collect(),
            min: self.min,
            held,
            computed: computed.map(|sum| sum.rounded_up()),
            charged: price.min(held),
            missing,
        }
    }

    /// The price of an answer that was not read to its end: by `missing`, and where that is the
    /// least, not less than what the known figures come to.
    pub fn charge_so_far(&self, figures: &[Option<Figure>], held: Credits) -> PriceDetail {
        let mut detail = self.charge(figures, held);
        if detail.missing == Some(WhenMissing::Min) {
            let known: Vec<_> = figures.iter().map(|figure| figure.or(Some(Figure::whole(0)))).collect();
            detail.charged = detail.charged.max(self.charge(&known, held).charged);
        }
        detail
    }

    /// Whether figures of the upstream can be missing.
    pub fn has_reported(&self) -> bool {
        self.counts.iter().any(|count| count.of.is_reported())
    }

    /// Whether a figure stands in the body of the answer.
    pub fn reads_answer(&self) -> bool {
        self.pointers().next().is_some()
    }

    /// Where figures stand in the body of the answer.
    pub fn pointers(&self) -> impl Iterator<Item = &JsonPointer> {
        self.counts.iter().filter_map(|count| match &count.of {
            FigureSource::Json(pointer) => Some(pointer),
            _ => None,
        })
    }

    /// The common multiple of what figures are divided by. `None` past [`MAX_COMMON_MULTIPLE`].
    pub fn common_multiple(&self) -> Option<u64> {
        common_multiple(self.counts.iter().map(|count| count.each))
    }
}

impl PriceDetail {
    /// Whether the figures come to more than was held: the hold of the route is too low.
    pub fn is_over_hold(&self) -> bool {
        self.computed.is_some_and(|computed| computed > self.held)
    }

    /// The outcome of a call with this price. In an answer that is whole, a missing figure is the
    /// upstream's doing; in any other, it says only how far the answer came.
    pub fn outcome(&self, of_answer: Outcome) -> Outcome {
        match self.missing {
            _ if of_answer.is_charged_part() => of_answer,
            None => of_answer,
            Some(WhenMissing::Min | WhenMissing::Hold) => Outcome::FigureMissing,
            Some(WhenMissing::Release) => Outcome::Uncounted,
        }
    }
}

#[cfg(test)]
mod tests;
