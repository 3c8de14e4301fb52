//! Plans and packs: what an account pays for, and what it may do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::credits::Credits;
use super::named_enum::named_enum;

named_enum! {
    /// A group of endpoints that plans sell together.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Access {
        /// `/crm_basico`.
        CrmBasico = "crm_basico",
        /// `/crm`.
        Crm = "crm",
        /// `/analyze` and `/analyze-comprehensive`.
        Analyze = "analyze",
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Name within the edition.
    pub plan: String,
    /// Tier id, such as `platform_professional`.
    pub tier: String,
    /// Billing label, such as `enterprise_crm`.
    pub label: String,
    /// Price in whole US dollars a month. `None` if it is agreed by contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumption: Option<String>,
}

/// How soon support answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// By the community and the documentation.
    Community,
    Email,
    /// By e-mail, first in line.
    Priority,
    Dedicated,
}

impl Plan {
    /// Whether the plan belongs to the CRM tier.
    pub fn is_crm(&self) -> bool {
        self.tier.starts_with("crm_")
    }

    /// Whether the plan includes the endpoints of `access`.
    pub fn may_call(&self, access: Access) -> bool {
        self.access.contains(&access)
    }
}

/// A pack of credits for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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
