//! Activates sets as soon as they are applied. A set that cannot be activated changes nothing: the
//! one before it stays in force.

use std::sync::Arc;
use std::time::Duration;

use metrics::gauge;
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::offer::{Offer, OfferError};
use super::parts::Shared;
use crate::catalogue::in_force::{OfferInForce, OfferState};
use crate::domain::offer_set::{SetKind, SetNumbers};
use crate::kill_point::{self, KillPoint};
use crate::server::routing::Routing;
use crate::storage::error::StorageError;
use crate::storage::{nodes, offer_sets};

/// Interval of looks at the sets without a notification, which also retries what could not be
/// activated.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Activates the newest sets of a gateway that serves.
pub(super) struct Follower {
    pub(super) pool: PgPool,
    pub(super) node_id: Uuid,
    pub(super) shared: Arc<Shared>,
    pub(super) routing: Routing,
    pub(super) in_force: OfferInForce,
    /// Notified by the change feed.
    pub(super) wake: Arc<Notify>,
}

impl Follower {
    /// Follows the sets until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        loop {
            self.look().await;
            tokio::select! {
                _ = timeout(LOOK_EVERY, self.wake.notified()) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Activates the newest sets unless they are in force, and reports.
    async fn look(&self) {
        let before = self.in_force.get();
        let activated = match self.is_newest(before.numbers).await {
            Ok(true) if !self.shared.upstreams().have_new_files() => Ok(before.numbers),
            Ok(_) => self.activate().await,
            Err(error) => {
                tracing::debug!(%error, "reading the newest sets failed");
                return;
            }
        };
        let after = match activated {
            Ok(numbers) => OfferState { numbers, fault: None },
            // The database is unavailable. The next look retries.
            Err(OfferError::Storage(StorageError::Unavailable(_))) => return,
            Err(error) => OfferState { numbers: before.numbers, fault: Some(error.to_string()) },
        };
        if after != before {
            match &after.fault {
                Some(fault) => {
                    tracing::error!(%fault, "newest sets not activated; the gateway keeps the current ones")
                }
                None => {
                    let SetNumbers { catalogue, routes } = after.numbers;
                    tracing::info!(catalogue, routes, "sets activated");
                }
            }
        }
        self.in_force.set(after.clone());
        gauge!("gateway_offer_current").set(f64::from(after.fault.is_none()));
        for kind in SetKind::ALL {
            let number = f64::from(after.numbers.of(kind));
            gauge!("gateway_offer_set", "kind" => kind.as_str()).set(number);
        }
        let reported = async {
            let mut connection = self.pool.acquire().await?;
            let (numbers, fault) = (after.numbers, after.fault.as_deref());
            nodes::report_offer(&mut connection, self.node_id, numbers, fault).await
        };
        if let Err(error) = reported.await {
            tracing::debug!(%error, "sets in force could not be reported");
        }
    }

    async fn is_newest(&self, numbers: SetNumbers) -> Result<bool, StorageError> {
        Ok(offer_sets::newest_numbers(&mut *self.pool.acquire().await?).await? == numbers)
    }

    async fn activate(&self) -> Result<SetNumbers, OfferError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        let offer = Offer::newest(&mut connection).await?;
        drop(connection);
        let numbers = offer.numbers;
        let routed = self.shared.routed(offer, &self.in_force).await?;
        kill_point::pass(KillPoint::SetRead);
        self.routing.swap(routed);
        Ok(numbers)
    }
}
