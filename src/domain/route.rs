//! Paid routes: what an endpoint costs, who may call it and how it speaks.

use serde::Deserialize;

use super::credits::Credits;
use super::language::Language;
use super::plan::Access;
use super::tier::Tier;

/// A built-in paid endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// Who the person is, in Portuguese.
    CrmBasico,
    /// The whole analysis, in Portuguese.
    Crm,
    /// Traits, in English.
    Analyze,
    /// As deep as the request's `tier` says, in English.
    AnalyzeComprehensive,
}

/// What a call costs. It is held before the handler runs; the handler may use less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Price {
    /// The same for every call.
    Flat(Credits),
    /// By the tier that the request names.
    ByTier(TierPrices),
}

/// Prices by tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierPrices {
    /// Of the basic tier.
    pub basic: Credits,
    /// Of the standard tier, at most.
    pub standard: Credits,
    /// Of the standard tier where the person has no posts to read.
    pub standard_without_posts: Credits,
    /// Of the premium tier.
    pub premium: Credits,
}

impl Price {
    /// What is held for a call of this tier.
    pub fn held(&self, tier: Tier) -> Credits {
        match (self, tier) {
            (Self::Flat(credits), _) => *credits,
            (Self::ByTier(prices), Tier::Basic) => prices.basic,
            (Self::ByTier(prices), Tier::Standard) => prices.standard,
            (Self::ByTier(prices), Tier::Premium) => prices.premium,
        }
    }

    /// Whether every call costs something.
    pub fn is_paid(&self) -> bool {
        Tier::ALL.into_iter().all(|tier| self.held(tier) > Credits::ZERO)
    }
}

impl Endpoint {
    /// How deep the endpoint goes; `None` where the request says so.
    pub const fn tier(self) -> Option<Tier> {
        match self {
            Self::CrmBasico => Some(Tier::Basic),
            Self::Analyze => Some(Tier::Standard),
            Self::Crm => Some(Tier::Premium),
            Self::AnalyzeComprehensive => None,
        }
    }
}

/// The tier of a comprehensive analysis that names none.
pub const DEFAULT_TIER: Tier = Tier::Standard;

impl Route {
    /// How deep a call goes that names this tier, or none.
    pub fn tier(&self, wanted: Option<Tier>) -> Tier {
        self.endpoint.tier().or(wanted).unwrap_or(DEFAULT_TIER)
    }
}

/// A paid route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its path, without stage prefix.
    pub path: &'static str,
    /// What answers it.
    pub endpoint: Endpoint,
    /// What a call costs, at most.
    pub price: Price,
    /// Which plans include it.
    pub access: Access,
    /// Language of its texts.
    pub language: Language,
}
