//! The catalogue of plans and packs, from `config/plans-*.toml` and `config/packs.toml`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::plan::{Access, Pack, Plan};

/// The files, compiled in.
const EDITIONS_TOML: [&str; 2] =
    [include_str!("../../config/plans-2025-01.toml"), include_str!("../../config/plans-2025-06.toml")];
const PACKS_TOML: &str = include_str!("../../config/packs.toml");

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// Its name, such as `2025-01`.
    pub edition: String,
    /// Its plans, in the order of the catalogue.
    #[serde(rename(deserialize = "plan"))]
    pub plans: Vec<Plan>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PacksFile {
    pack: Vec<Pack>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// Editions, oldest first.
    pub editions: Vec<Edition>,
    /// Packs, smallest first.
    pub packs: Vec<Pack>,
}

impl Catalogue {
    pub fn shipped() -> Result<Self, toml::de::Error> {
        let editions = EDITIONS_TOML.iter().map(|text| toml::from_str(text)).collect::<Result<_, _>>()?;
        let packs: PacksFile = toml::from_str(PACKS_TOML)?;
        Ok(Self { editions, packs: packs.pack })
    }

    /// The cheapest plan of an edition that includes `access`; where prices are equal, the first.
    pub fn cheapest_with(&self, edition: &str, access: Access) -> Option<&Plan> {
        let plans = &self.editions.iter().find(|known| known.edition == edition)?.plans;
        let candidates = plans.iter().filter(|plan| plan.api_access && plan.may_call(access));
        candidates.min_by_key(|plan| plan.price_usd.unwrap_or(u32::MAX))
    }

    /// The cheapest plan of an edition with API access; where prices are equal, the first.
    pub fn cheapest_with_api(&self, edition: &str) -> Option<&Plan> {
        let plans = &self.editions.iter().find(|known| known.edition == edition)?.plans;
        let candidates = plans.iter().filter(|plan| plan.api_access);
        candidates.min_by_key(|plan| plan.price_usd.unwrap_or(u32::MAX))
    }

    /// The edition that new accounts get when none is named.
    pub fn newest_edition(&self) -> Option<&str> {
        self.editions.last().map(|edition| edition.edition.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_catalogue_has_both_editions_and_four_packs() {
        let catalogue = Catalogue::shipped().unwrap();
        let plans: Vec<_> = catalogue.editions.iter().map(|e| (e.edition.as_str(), e.plans.len())).collect();
        assert_eq!(plans, [("2025-01", 3), ("2025-06", 6)]);
        assert_eq!(
            catalogue.packs.iter().map(|p| p.credits.as_i64()).collect::<Vec<_>>(),
            [100, 200, 500, 1000]
        );
    }

    #[test]
    fn a_professional_of_2025_06_needs_business_for_the_crm() {
        let catalogue = Catalogue::shipped().unwrap();
        assert_eq!(catalogue.cheapest_with("2025-06", Access::CrmBasico).unwrap().tier, "crm_business");
        assert_eq!(catalogue.cheapest_with("2025-01", Access::Crm).unwrap().tier, "platform_professional");
    }
}
