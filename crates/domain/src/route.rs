//! Routes of the built-in endpoints: what an endpoint costs, which plans include it, and its
//! language.

use serde::Serialize;

use super::credits::Credits;
use super::depth::Depth;
use super::language::Language;
use super::named_enum::named_enum;
use super::plan::Access;

named_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Endpoint {
        /// Who the person is, in Portuguese.
        CrmBasico = "crm_basico",
        /// The whole analysis, in Portuguese.
        Crm = "crm",
        /// Traits, in English.
        Analyze = "analyze",
        /// The depth of the request's `tier`, in English.
        AnalyzeComprehensive = "analyze_comprehensive",
    }
}

/// What a call costs. It is held before the handler runs; the handler may use less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Price {
    /// The same for every call.
    Flat(Credits),
    /// By the `tier` of the request.
    ByDepth(DepthPrices),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DepthPrices {
    pub basic: Credits,
    /// The most that a standard analysis costs.
    pub standard: Credits,
    /// For a person without posts.
    pub standard_without_posts: Credits,
    pub premium: Credits,
}

impl Price {
    /// What is held for a call of this depth.
    pub fn held(&self, depth: Depth) -> Credits {
        match (self, depth) {
            (Self::Flat(credits), _) => *credits,
            (Self::ByDepth(prices), Depth::Basic) => prices.basic,
            (Self::ByDepth(prices), Depth::Standard) => prices.standard,
            (Self::ByDepth(prices), Depth::Premium) => prices.premium,
        }
    }

    /// The least that a charged call of this depth costs.
    pub fn least(&self, depth: Depth) -> Credits {
        match (self, depth) {
            (Self::ByDepth(prices), Depth::Standard) => prices.standard_without_posts,
            _ => self.held(depth),
        }
    }
}

impl Endpoint {
    /// The endpoint's depth. `None` if the request chooses it.
    pub const fn depth(self) -> Option<Depth> {
        match self {
            Self::CrmBasico => Some(Depth::Basic),
            Self::Analyze => Some(Depth::Standard),
            Self::Crm => Some(Depth::Premium),
            Self::AnalyzeComprehensive => None,
        }
    }
}

/// The depth of a comprehensive analysis whose request names no `tier`.
pub const DEFAULT_DEPTH: Depth = Depth::Standard;

impl Route {
    /// The depth of a call whose request names this one.
    pub fn depth(&self, requested: Option<Depth>) -> Depth {
        self.endpoint.depth().or(requested).unwrap_or(DEFAULT_DEPTH)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The path, without a stage prefix.
    pub path: &'static str,
    pub endpoint: Endpoint,
    /// The most that a call costs.
    #[serde(rename = "credits")]
    pub price: Price,
    pub access: Access,
    pub language: Language,
}
