//! The catalogue: editions with their plans, and packs. `config/catalogue.toml` is the shipped one,
//! in the format of the seller's own.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::document::{
    self, Fields, FileFaults, Strictness, boolean, integer, list, name, parsed, text, word_of,
};
use crate::domain::credits::Credits;
use crate::domain::plan::{Access, Pack, Plan, Support};
use crate::domain::refusal::{AccessDenied, UpgradeTo};

/// The shipped catalogue.
pub const SHIPPED: &str = include_str!("../../config/catalogue.toml");

const MAX_EDITIONS: usize = 64;
const MAX_PLANS: usize = 64;
const MAX_PACKS: usize = 64;
/// Most words in the `access` of a plan.
const MAX_ACCESS: usize = 64;
const MAX_CREDITS: i64 = 1_000_000_000;
const MAX_RATE: i64 = 1_000_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Edition {
    /// Its name, such as `2025-01`.
    pub edition: String,
    /// Its plans, in the order of the catalogue.
    pub plans: Vec<Plan>,
}

/// The editions and packs for sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// Editions, oldest first.
    pub editions: Vec<Edition>,
    /// Packs, smallest first.
    pub packs: Vec<Pack>,
}

impl Catalogue {
    pub fn shipped() -> Result<Self, FileFaults> {
        Self::parse(SHIPPED)
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// Every fault, with its line.
    pub fn parse(text: &str) -> Result<Self, FileFaults> {
        document::parse(text, Strictness::Applied, |file| {
            let mut names = BTreeSet::new();
            let editions = file.tables("edition", MAX_EDITIONS, |fields| {
                fields.unique("edition", &mut names);
                edition(fields)
            });
            if !file.has("edition") {
                file.fault("edition", "is missing: a catalogue has at least one edition");
            }
            let mut names = BTreeSet::new();
            let packs = file.tables("pack", MAX_PACKS, |fields| {
                fields.unique("pack", &mut names);
                pack(fields)
            });
            Some(Self { editions, packs })
        })
    }

    /// Returns the plan of an edition.
    pub fn plan(&self, edition: &str, plan: &str) -> Option<&Plan> {
        let edition = self.editions.iter().find(|known| known.edition == edition)?;
        edition.plans.iter().find(|known| known.plan == plan)
    }

    /// The cheapest plan of an edition that includes `access`; where prices are equal, the first.
    pub fn cheapest_with(&self, edition: &str, access: &Access) -> Option<&Plan> {
        let plans = &self.editions.iter().find(|known| known.edition == edition)?.plans;
        let candidates = plans.iter().filter(|plan| plan.api_access && plan.may_call(access));
        candidates.min_by_key(|plan| plan.comparable_price_usd())
    }

    /// The cheapest plan of an edition with API access; where prices are equal, the first.
    pub fn cheapest_with_api(&self, edition: &str) -> Option<&Plan> {
        let plans = &self.editions.iter().find(|known| known.edition == edition)?.plans;
        let candidates = plans.iter().filter(|plan| plan.api_access);
        candidates.min_by_key(|plan| plan.comparable_price_usd())
    }

    /// Why a plan of an edition may not make a call, and the cheapest plan that may.
    pub fn access_denied(&self, edition: &str, plan: &Plan, call: &str, access: &Access) -> AccessDenied {
        let required = self.cheapest_with(edition, access);
        AccessDenied {
            plan: plan.plan.clone(),
            call: call.into(),
            upgrade_to: match required {
                Some(plan) if plan.is_crm() => UpgradeTo::CrmTier,
                Some(other) if other.comparable_price_usd() < plan.comparable_price_usd() => {
                    UpgradeTo::CheaperPlan(other.plan.as_str().into())
                }
                Some(other) => UpgradeTo::Plan(other.plan.as_str().into()),
                None => UpgradeTo::Nothing,
            },
            current_tier: plan.tier.clone(),
            required_tier: required.map_or_else(String::new, |plan| plan.tier.clone()),
        }
    }

    /// The edition that new accounts get when none is named.
    pub fn newest_edition(&self) -> Option<&str> {
        self.editions.last().map(|edition| edition.edition.as_str())
    }

    /// The access words of all plans.
    pub fn access(&self) -> impl Iterator<Item = &Access> {
        self.editions.iter().flat_map(|edition| &edition.plans).flat_map(|plan| &plan.access)
    }
}

fn edition(fields: &mut Fields<'_>) -> Option<Edition> {
    let edition = fields.required("edition", edition_name);
    let mut names = BTreeSet::new();
    let plans = fields.tables("plan", MAX_PLANS, |fields| {
        fields.unique("plan", &mut names);
        plan(fields)
    });
    if !fields.has("plan") {
        fields.fault("plan", "is missing: an edition has at least one [[edition.plan]]");
    }
    Some(Edition { edition: edition?, plans })
}

/// A name that may begin with a digit, such as `2025-01`.
fn edition_name(value: &toml::de::DeValue<'_>) -> Result<String, String> {
    let edition = text(40)(value)?;
    let is_name =
        edition.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_.".contains(&c));
    is_name
        .then_some(edition)
        .ok_or_else(|| "must have lowercase letters, digits, `-`, `_` and `.` only".into())
}

const SUPPORT: [(&str, Support); 4] = [
    ("community", Support::Community),
    ("email", Support::Email),
    ("priority", Support::Priority),
    ("dedicated", Support::Dedicated),
];

fn plan(fields: &mut Fields<'_>) -> Option<Plan> {
    let plan = fields.required("plan", name);
    let tier = fields.required("tier", name);
    let label = fields.required("label", name);
    let price_usd = fields.optional("price_usd", integer(0..=10_000_000));
    let credits = fields.required("credits", integer::<i64>(0..=MAX_CREDITS));
    let rate_per_s = fields.required("rate_per_s", integer(1..=MAX_RATE));
    let burst = fields.required("burst", integer(1..=MAX_RATE));
    let concurrency = fields.required("concurrency", integer(1..=MAX_RATE));
    let requests = fields.required("requests", integer(0..=2_000_000_000));
    let access = fields.required("access", list(MAX_ACCESS, parsed::<Access>));
    let api_access = fields.required("api_access", boolean);
    let keys_per_environment = fields.required("keys_per_environment", integer(1..=10_000));
    let support = fields.required("support", word_of(&SUPPORT));
    let assumption = fields.optional("assumption", text(500));
    Some(Plan {
        plan: plan?,
        tier: tier?,
        label: label?,
        price_usd,
        credits: Credits::try_from(credits?).ok()?,
        rate_per_s: rate_per_s?,
        burst: burst?,
        concurrency: concurrency?,
        requests: requests?,
        access: access?,
        api_access: api_access?,
        keys_per_environment: keys_per_environment?,
        support: support?,
        assumption,
    })
}

fn pack(fields: &mut Fields<'_>) -> Option<Pack> {
    let pack = fields.required("pack", name);
    let shown = fields.required("name", text(80));
    let credits = fields.required("credits", integer::<i64>(1..=MAX_CREDITS));
    let price_usd = fields.required("price_usd", integer(0..=10_000_000));
    Some(Pack {
        pack: pack?,
        name: shown?,
        credits: Credits::try_from(credits?).ok()?,
        price_usd: price_usd?,
    })
}

#[cfg(test)]
mod tests;
