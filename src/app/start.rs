//! The steps of a start: the foundation, the ledger, the keyring, the parts of the router, the
//! jobs, the listener.

mod serve;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::follower::Follower;
use super::foundation::Foundation;
use super::jobs::Jobs;
use super::operators_page::OperatorsPage;
use super::parts::Shared;
use super::ports::{Listeners, Setting};
use super::reloads::Reloads;
use super::{App, Ports, Start, StartError};
use crate::api::health::Health;
use crate::background::listener::Listener;
use crate::background::readiness::{HEARTBEATS_UNTIL_NOT_READY, Needed};
use crate::background::silent_epochs::SilentEpochs;
use crate::background::sweep::{DELETING, Sweep};
use crate::catalogue::in_force::OfferInForce;
use crate::clock::new_id;
use crate::domain::change::{FeedEvent, Invalidation};
use crate::domain::reload::Reload;
use crate::domain::setting;
use crate::gate::auth::keyring::Keyring;
use crate::ledger::writer::{self, Ledger};
use crate::management::plan_moves::mover::PlanMover;
use crate::server::routing::Routing;
use crate::server::tls::Tls;
use crate::server::worker_threads::WorkerThreads;
use crate::storage::error::StorageError;
use crate::storage::ledger::PgLedgerStore;
use crate::storage::nodes::{self, Node};

/// Longest wait of a start for the change feed.
const FEED_WAIT: Duration = Duration::from_secs(2);
/// Longest wait of a failed start for its tasks to end.
const WITHDRAW_WITHIN: Duration = Duration::from_secs(5);

impl App {
    /// Builds everything and listens. Returns once requests are answered.
    pub async fn start(start: Start) -> Result<Self, StartError> {
        let ports = Ports::take(&start.settings, start.dev)?;
        Self::start_on(ports, start).await
    }

    /// The same on ports that were taken before.
    pub async fn start_on(ports: Ports, start: Start) -> Result<Self, StartError> {
        // Listening at once lets clients connect and wait for the start to end.
        let tls = ports.tls();
        let listeners = ports.listen()?;
        let address = listeners
            .service
            .local_addr()
            .map_err(|error| Setting::SERVICE.fault(start.settings.listen, error))?;
        let foundation = Foundation::lay(start, address).await?;
        let (ledger, writer) = foundation.start_ledger().await?;
        let pepper_version = foundation.start.peppers.newest().version();
        let node = Node { id: new_id(), name: foundation.node.clone(), pepper_version };
        let wake = Arc::new(Notify::new());
        let (keyring, change_feed) = foundation.start_keyring(node.clone(), wake.clone()).await?;
        let listening = (listeners.operator.as_ref(), tls.clone());
        let prepared = match foundation.prepare(&ledger, &keyring, node.id, wake, listening).await {
            Ok(prepared) => prepared,
            Err(error) => {
                foundation.withdraw(&node, writer, change_feed).await;
                return Err(error);
            }
        };
        let tasks = Tasks { keyring, writer, change_feed };
        Ok(foundation.serve(prepared, Entrance { listeners, tls }, tasks))
    }
}

/// What is built between the gateway's registration and its first answer.
struct Prepared {
    routing: Routing,
    health: Health,
    reloads: Reloads,
    operators: Option<OperatorsPage>,
    workers: WorkerThreads,
}

/// Where clients, scrapers and operators come in.
struct Entrance {
    listeners: Listeners,
    tls: Option<Arc<Tls>>,
}

/// The tasks that a stop waits for, and the keyring with what they leave to write.
struct Tasks {
    keyring: Keyring,
    writer: JoinHandle<()>,
    change_feed: JoinHandle<()>,
}

impl Foundation {
    /// Opens an epoch and starts the ledger's writer.
    async fn start_ledger(&self) -> Result<(Ledger, JoinHandle<()>), StartError> {
        let settings = &self.start.settings.ledger;
        let store = PgLedgerStore::new(self.start.database.clone(), self.node.clone(), self.lease.clone());
        Ok(writer::start(store, settings.clone(), self.stop_writer.clone()).await?)
    }

    /// Starts the keyring, registers this gateway, and follows the change feed. `wake` is notified
    /// of new sets.
    async fn start_keyring(
        &self,
        node: Node,
        wake: Arc<Notify>,
    ) -> Result<(Keyring, JoinHandle<()>), StartError> {
        let Start { settings, database, peppers, clock, .. } = &self.start;
        let (vital, rates) = (self.vital.clone(), self.rates.clone());
        let keyring = Keyring::start(vital, peppers.clone(), &settings.keys, rates, clock.clone());
        // Registered first, with no change seen: a revocation that waits for all gateways must wait
        // for this one too.
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        clock.read(nodes::report(&mut connection, &node, 0, None).await?);
        drop(connection);
        let connected = Arc::new(Notify::new());
        let on_event = {
            let (keyring, connected) = (keyring.clone(), connected.clone());
            move |event| {
                keyring.apply(event);
                match event {
                    FeedEvent::Current(_) => connected.notify_one(),
                    FeedEvent::Invalidated(Invalidation::OfferSets | Invalidation::Everything) => {
                        wake.notify_one()
                    }
                    FeedEvent::Invalidated(_) => {}
                }
            }
        };
        let listener = Listener { database: database.clone(), node, clock: clock.clone(), on_event };
        let change_feed = tokio::spawn(listener.run(self.stop_background.clone()));
        // A gateway without the feed serves too: it trusts no cached key for long.
        let _ = tokio::time::timeout(FEED_WAIT, connected.notified()).await;
        Ok((keyring, change_feed))
    }

    /// Does all that can fail: builds the pages, and starts the jobs and threads. `node_id` and
    /// `wake` are for new sets.
    async fn prepare(
        &self,
        ledger: &Ledger,
        keyring: &Keyring,
        node_id: Uuid,
        wake: Arc<Notify>,
        (operators, tls): (Option<&TcpListener>, Option<Arc<Tls>>),
    ) -> Result<Prepared, StartError> {
        let operators = self.operators_page(operators)?;
        let shared = Arc::new(self.build_shared(ledger, keyring, wake.clone()).await?);
        // Probes do not depend on the set.
        let health = shared.health(self.facts.routes.clone());
        let reloads = self.watch_files(tls, &shared);
        let routing = self.follow_offer(shared, node_id, wake).await?;
        let threads = self.start.settings.server.thread_count();
        let workers = WorkerThreads::start(threads).map_err(StartError::Threads)?;
        self.start_jobs(ledger, keyring).await?;
        Ok(Prepared { routing, health, reloads, operators, workers })
    }

    /// Undoes the registration of a gateway that cannot start: operators who wait for all gateways
    /// do not wait for it, and its epoch is closed.
    async fn withdraw(&self, node: &Node, writer: JoinHandle<()>, change_feed: JoinHandle<()>) {
        self.stop_background.cancel();
        self.stop_writer.finish.cancel();
        let withdrawn = tokio::time::timeout(WITHDRAW_WITHIN, async {
            // First: the feed would register the gateway again.
            let _ = change_feed.await;
            let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
            nodes::leave(&mut connection, node).await?;
            let _ = writer.await;
            Ok::<_, StorageError>(())
        });
        if !matches!(withdrawn.await, Ok(Ok(()))) {
            tracing::warn!("a gateway that could not start is still registered; it counts as silent soon");
        }
    }

    /// Follows the files of certificates: its own, and those of upstreams.
    fn watch_files(&self, tls: Option<Arc<Tls>>, shared: &Shared) -> Reloads {
        let of_gateway = tls.map(|tls| -> Arc<dyn Reload> { tls });
        let of_upstreams: Arc<dyn Reload> = shared.upstreams().clone();
        let reloads = Reloads::new(of_gateway.into_iter().chain([of_upstreams]).collect());
        reloads.watch(self.stop_background.clone());
        reloads
    }

    /// Builds the router of the sets in force, and activates newer ones until the stop.
    async fn follow_offer(
        &self,
        shared: Arc<Shared>,
        node_id: Uuid,
        wake: Arc<Notify>,
    ) -> Result<Routing, StartError> {
        let in_force = OfferInForce::new(self.offer.numbers);
        let routing = Routing::new(shared.routed(self.offer.clone(), &in_force).await?);
        let follower =
            Follower { pool: self.pool.clone(), node_id, shared, routing: routing.clone(), in_force, wake };
        tokio::spawn(follower.run(self.stop_background.clone()));
        Ok(routing)
    }

    /// Starts the periodic jobs. Returns once readiness is known.
    async fn start_jobs(&self, ledger: &Ledger, keyring: &Keyring) -> Result<(), StartError> {
        let settings = &self.start.settings;
        let jobs = Jobs {
            pool: self.pool.clone(),
            sweep: Sweep {
                pool: self.pool.clone(),
                database: self.start.database.clone(),
                node: self.node.clone(),
                silence: setting::time_delta(settings.ledger.hold_life),
                observed: SilentEpochs::shared(&settings.ledger),
                deleting: DELETING,
            },
            readiness: self.readiness.clone(),
            needed: Needed {
                pool: self.vital.clone(),
                writer: ledger.liveness().clone(),
                writer_silence: settings.ledger.heartbeat_every * HEARTBEATS_UNTIL_NOT_READY,
            },
            limits: self.rates.clone(),
            last_used: keyring.last_used().clone(),
            refused: self.refused.clone(),
            mail: self.build_sender()?,
            grants: self.sign_up_grants(),
            plan_moves: PlanMover { desk: self.ledger_desk("plan moves") },
            alerts: self.build_alerts(),
            stop: self.stop_background.clone(),
        };
        jobs.start(settings).await;
        Ok(())
    }
}
