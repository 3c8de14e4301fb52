//! What the gateway sells: the newest sets, or what the program ships.

use std::sync::Arc;

use sqlx::PgConnection;
use tokio::task::JoinError;

use super::from_settings;
use crate::catalogue::FileFaults;
use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes::RouteSet;
use crate::catalogue::sets::shipped;
use crate::config::Settings;
use crate::domain::offer_set::{SHIPPED_SET, SetKind, SetNumbers};
use crate::domain::settlement::SettlementTable;
use crate::http::public_links::PublicLinks;
use crate::ledger::rules::entry::RouteNumber;
use crate::openapi::Facts;
use crate::storage::error::StorageError;
use crate::storage::{offer_sets, routes as route_numbers};

/// Why sets cannot be activated.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    #[error("{} {number}: {faults}", kind.as_str())]
    Faults { kind: SetKind, number: i32, faults: FileFaults },
    #[error(
        "the path {path} is under the stage prefix {stage}, which gateways ignore: choose another path, or change \
         `stage_prefixes`"
    )]
    UnderStage { path: &'static str, stage: String },
    #[error("upstream {upstream}: {reason}")]
    Upstream { upstream: String, reason: String },
    #[error("the routes could not be built: {0}")]
    NotBuilt(JoinError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Checks that no path of a route is under a stage prefix: requests are routed without it.
///
/// # Errors
/// With the first path that is.
pub fn check_stages(routes: &RouteSet, links: &PublicLinks) -> Result<(), OfferError> {
    let under_stage = |path| links.stage_of(path).map(|stage| (path, stage.to_owned()));
    match routes.paths().find_map(under_stage) {
        Some((path, stage)) => Err(OfferError::UnderStage { path, stage }),
        None => Ok(()),
    }
}

/// The sets in force, and the numbers of their routes in the ledger.
#[derive(Clone)]
pub(super) struct Offer {
    pub(super) numbers: SetNumbers,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) routes: Arc<RouteSet>,
    /// In the order of [`RouteSet::names`].
    pub(super) route_numbers: Vec<RouteNumber>,
}

impl Offer {
    /// What the documentation says of a gateway that sells by these sets.
    pub(super) fn facts(&self, settings: &Settings, settlement: Arc<SettlementTable>) -> Facts {
        from_settings::facts(settings, self.catalogue.clone(), self.routes.clone(), settlement)
    }

    /// Reads the newest sets.
    pub(super) async fn newest(connection: &mut PgConnection) -> Result<Self, OfferError> {
        let (catalogue, text) = newest_text(connection, SetKind::Catalogue).await?;
        let faulty = |kind, number| move |faults| OfferError::Faults { kind, number, faults };
        let plans = Catalogue::parse(&text).map_err(faulty(SetKind::Catalogue, catalogue))?;
        let (routes, text) = newest_text(connection, SetKind::Routes).await?;
        let set = RouteSet::parse(&text).map_err(faulty(SetKind::Routes, routes))?;
        let route_numbers = route_numbers::numbers(connection, &set.names()).await?;
        Ok(Self {
            numbers: SetNumbers { catalogue, routes },
            catalogue: Arc::new(plans),
            routes: Arc::new(set),
            route_numbers,
        })
    }
}

async fn newest_text(connection: &mut PgConnection, kind: SetKind) -> Result<(i32, String), StorageError> {
    let newest = offer_sets::newest(connection, kind).await?;
    Ok(newest.map_or_else(|| (SHIPPED_SET, shipped(kind).to_owned()), |set| (set.number, set.text)))
}
