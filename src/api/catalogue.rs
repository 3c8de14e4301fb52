//! `/tiers` and `/planos`: the public catalogue of plans and packs.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::plans::{Catalogue, Edition};
use crate::domain::plan::{PACK_LIFE_MONTHS, Pack};
use crate::gate::auth::caller::Caller;
use crate::http::answer::json_ok;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CatalogueAnswer")]
pub(crate) struct CatalogueShown<'a> {
    success: bool,
    editions: &'a [Edition],
    packs: &'a [Pack],
    pack_life_months: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<Current<'a>>,
}

/// The plan of the caller, where there is one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CurrentPlan")]
pub(crate) struct Current<'a> {
    edition: &'a str,
    plan: &'a str,
    tier: &'a str,
}

/// All that is for sale; with a key, also what the account has.
pub async fn catalogue(
    State(catalogue): State<Arc<Catalogue>>,
    caller: Option<Extension<Caller>>,
) -> Response {
    let current = caller.as_ref().map(|Extension(caller)| Current {
        edition: &caller.key.edition,
        plan: &caller.key.plan.plan,
        tier: &caller.key.plan.tier,
    });
    json_ok(CatalogueShown {
        success: true,
        editions: &catalogue.editions,
        packs: &catalogue.packs,
        pack_life_months: PACK_LIFE_MONTHS,
        current,
    })
}
