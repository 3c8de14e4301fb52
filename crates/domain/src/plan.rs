//! Plans and packs: what an account pays for, and what it may do.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::credits::Credits;

/// A group of routes that plans sell together, by a word such as `crm`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Access(String);

/// Why a text is not an [`Access`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a lowercase letter, then lowercase letters, digits and `_`, at most 40 characters")]
pub struct AccessError;

impl Access {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Access {
    type Err = AccessError;
    fn from_str(text: &str) -> Result<Self, AccessError> {
        let is_word = (1..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        is_word.then(|| Self(text.to_owned())).ok_or(AccessError)
    }
}

/// Which plan: its name within its edition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlanRef {
    /// Edition, such as `2025-01`. An account stays on its edition until it is moved.
    pub edition: String,
    /// Name within the edition, such as `professional`.
    pub plan: String,
}

/// As people read it: `professional (2025-01)`.
impl fmt::Display for PlanRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.plan, self.edition)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Plan {
    /// Name within the edition.
    pub plan: String,
    /// Tier id, such as `platform_professional`.
    pub tier: String,
    /// Billing label, such as `enterprise_crm`.
    pub label: String,
    /// Price in whole US dollars a month. `None` if it is agreed by contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_usd: Option<u32>,
    /// Plan credits per period.
    pub credits: Credits,
    pub rate_per_s: u32,
    /// Requests that may arrive at once before the rate applies.
    pub burst: u32,
    /// Requests in progress at once.
    pub concurrency: u32,
    pub requests: u32,
    pub access: Vec<Access>,
    /// Whether the plan sells API access at all.
    pub api_access: bool,
    /// Most keys in one environment.
    pub keys_per_environment: u32,
    pub support: Support,
    /// Set if a figure is the project's assumption and not the edition's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumption: Option<String>,
}

/// How soon support answers: the community and the documentation, e-mail, e-mail that is first in
/// line, or a person of one's own. Comments on the variants would split the enum in
/// `/openapi.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    Community,
    Email,
    Priority,
    Dedicated,
}

impl Plan {
    /// Whether the plan belongs to the CRM tier.
    pub fn is_crm(&self) -> bool {
        self.tier.starts_with("crm_")
    }

    /// The monthly price to compare plans by. A price on request is the highest.
    pub fn comparable_price_usd(&self) -> u32 {
        self.price_usd.unwrap_or(u32::MAX)
    }

    /// Whether the plan includes the endpoints of `access`.
    pub fn may_call(&self, access: &Access) -> bool {
        self.access.contains(access)
    }
}

/// A pack of credits for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pack {
    /// Name in commands and addresses, such as `boost`.
    pub pack: String,
    /// Display name.
    pub name: String,
    pub credits: Credits,
    /// Price in whole US dollars.
    pub price_usd: u32,
}

/// Months from the day of purchase after which a pack's credits expire.
pub const PACK_LIFE_MONTHS: u32 = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_word_is_short_and_plain() {
        for word in ["a", "crm_basico", "x9", &"a".repeat(40)] {
            assert_eq!(word.parse::<Access>().unwrap().as_str(), word);
        }
        for word in ["", "Crm", "9x", "_a", "a-b", "é", "a b", &"a".repeat(41)] {
            assert_eq!(word.parse::<Access>(), Err(AccessError), "{word}");
        }
    }
}
