//! The fourth step of a start: what the routers of all sets share, and the parts of one.

mod forwarded;

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::spawn_blocking;

use super::foundation::Foundation;
use super::from_settings::{analysis_api, limits_in_force};
use super::offer::{Offer, OfferError, check_stages};
use super::upstreams::Upstreams;
use super::{Start, StartError};
use crate::api::account_pool::AccountPool;
use crate::api::analysis::AnalysisApi;
use crate::api::contacts::ContactsApi;
use crate::api::health::Health;
use crate::api::leaks::settings::LeakSettings;
use crate::api::leaks::{KeysFrom, Leaks};
use crate::api::management_auth::Management;
use crate::api::status::Status;
use crate::background::readiness::Readiness;
use crate::catalogue::in_force::OfferInForce;
use crate::catalogue::routes::RouteSet;
use crate::clock::DatabaseClock;
use crate::config::Settings;
use crate::console::Console;
use crate::console::settings::SignUp;
use crate::domain::call_lease::CallLease;
use crate::domain::key::KeySecret;
use crate::gate::Gate;
use crate::gate::auth::keyring::Keyring;
use crate::gate::limits::Limits;
use crate::gate::metering::test_answers::TestAnswers;
use crate::gate::metering::{Metering, PaidRoute};
use crate::gate::refusal_counts::RefusedCalls;
use crate::ledger::writer::Ledger;
use crate::management::leaks::LeakPolicy;
use crate::secret::signing::TokenSigner;
use crate::server::router::{self, Parts};
use crate::server::routing::Routed;
use crate::site::Site;
use crate::upstream::identity_headers::IdentityHeaders;

/// What the routers of all sets share.
pub(super) struct Shared {
    settings: Settings,
    /// For free calls.
    pool: AccountPool,
    node: String,
    clock: DatabaseClock,
    readiness: Readiness,
    refused: RefusedCalls,
    dev_key: Option<Arc<KeySecret>>,
    keyring: Keyring,
    limits: Limits,
    analysis: AnalysisApi,
    management: Management,
    leaks: Leaks,
    /// Without the links, which depend on the set.
    metering: Metering,
    upstreams: Arc<Upstreams>,
    /// The headers that tell upstreams who calls.
    names: Arc<IdentityHeaders>,
    signer: Arc<TokenSigner>,
    lease: CallLease,
    console: Option<Arc<Console>>,
}

impl Foundation {
    /// Builds what the routers of all sets share. `wake` is notified of new files.
    pub(super) async fn build_shared(
        &self,
        ledger: &Ledger,
        keyring: &Keyring,
        wake: Arc<Notify>,
    ) -> Result<Shared, StartError> {
        let Start { settings, peppers, clock, .. } = &self.start;
        let pool = &self.pool;
        let max_body_bytes = settings.server.max_body_bytes.get();
        Ok(Shared {
            limits: limits_in_force(settings, &self.stop_background).await?,
            analysis: analysis_api(settings, pool.clone())?,
            management: Management::new(
                pool.clone(),
                peppers.clone(),
                settings.keys.prefix.clone(),
                max_body_bytes,
            ),
            leaks: self.build_leaks(keyring)?,
            metering: self.build_metering(ledger),
            upstreams: Arc::new(Upstreams::new(wake)),
            names: Arc::new(settings.identity_header_prefix.clone()),
            signer: Arc::new(TokenSigner::new(peppers)?),
            console: self.build_console(),
            lease: self.lease.clone(),
            settings: settings.clone(),
            pool: AccountPool::for_free_calls(pool.clone()),
            node: self.node.clone(),
            clock: clock.clone(),
            readiness: self.readiness.clone(),
            refused: self.refused.clone(),
            dev_key: self.dev_key.clone(),
            keyring: keyring.clone(),
        })
    }

    /// Builds what takes reports of leaked keys.
    fn build_leaks(&self, keyring: &Keyring) -> Result<Leaks, StartError> {
        let Start { settings, peppers, .. } = &self.start;
        let console = self.console_base().map(|base| base.link(""));
        let policy = LeakPolicy { on_leak: settings.leaks.on_leak, console };
        let leaks = Leaks::new(self.pool.clone(), peppers.clone(), policy, keyring.clone())
            .with_bodies(self.bodies.clone())
            .with_reports(settings.leaks.reports);
        let LeakSettings { github, github_keys_file, github_token_type, .. } = &settings.leaks;
        if !github {
            return Ok(leaks);
        }
        let keys = match github_keys_file.as_str() {
            "" => {
                let (url, reach) = settings.leaks.keys_url().map_err(StartError::LeakKeys)?;
                KeysFrom::Url(url, reach)
            }
            file => KeysFrom::File(file.into()),
        };
        Ok(leaks.with_github(keys, github_token_type))
    }

    fn build_metering(&self, ledger: &Ledger) -> Metering {
        let settings = &self.start.settings;
        Metering {
            ledger: ledger.clone(),
            pool: self.pool.clone(),
            table: self.facts.settlement.clone(),
            deadline: settings.calls.deadline,
            calls: self.stop.tasks().clone(),
            cut: self.stop.cut().clone(),
            test_answers: TestAnswers::new(self.pool.clone(), self.lease.clone()),
            links: self.facts.links.clone(),
        }
    }
}

impl Shared {
    /// What the health pages and probes of a set of routes show.
    pub(super) fn health(&self, routes: Arc<RouteSet>) -> Health {
        Health {
            readiness: self.readiness.clone(),
            pool: self.pool.clone(),
            routes,
            service: self.settings.service_name.as_str().into(),
            clock: self.clock.clone(),
        }
    }

    /// The router of an offer. It is built off the threads that serve, because upstreams have
    /// files.
    pub(super) async fn routed(
        self: &Arc<Self>,
        offer: Offer,
        in_force: &OfferInForce,
    ) -> Result<Routed, OfferError> {
        let (shared, in_force) = (self.clone(), in_force.clone());
        let building = spawn_blocking(move || {
            let parts = shared.parts(&offer, &in_force)?;
            let links = (*parts.gate.links).clone();
            Ok(Routed::new(router::router(&parts), links))
        });
        building.await.unwrap_or_else(|error| Err(OfferError::NotBuilt(error)))
    }

    /// The parts of the router of an offer.
    fn parts(&self, offer: &Offer, in_force: &OfferInForce) -> Result<Parts, OfferError> {
        let (settings, pool, people) = (&self.settings, &self.pool, &self.analysis.people);
        let facts = offer.facts(settings, self.metering.table.clone());
        let links = facts.links.clone();
        check_stages(&offer.routes, &links)?;
        let metering = Arc::new(Metering { links: links.clone(), ..self.metering.clone() });
        let built_in = offer.routes.built_in.iter().zip(&offer.route_numbers);
        let paid_routes = built_in.map(|(route, number)| PaidRoute {
            route: route.clone(),
            number: *number,
            handler: self.analysis.handler(route),
            metering: metering.clone(),
        });
        let forwarded = self.forwarded(offer, &metering)?;
        let site = Arc::new(Site::new(facts));
        Ok(Parts {
            forwarded,
            contacts: ContactsApi {
                pool: pool.clone(),
                people: people.clone(),
                settings: settings.contacts.clone(),
            },
            paid_routes: paid_routes.collect(),
            health: self.health(offer.routes.clone()),
            status: Status {
                readiness: self.readiness.clone(),
                limits: self.limits.clone(),
                people: people.clone(),
                pool: pool.clone(),
                node: self.node.clone(),
                region: settings.region.clone(),
                clock: self.clock.clone(),
                offer: in_force.clone(),
            },
            gate: Arc::new(Gate {
                keyring: self.keyring.clone(),
                limits: self.limits.clone(),
                dev_key: self.dev_key.clone(),
                region: settings.region.as_str().into(),
                catalogue: offer.catalogue.clone(),
                max_body_bytes: settings.server.max_body_bytes.get(),
                links,
                refused: self.refused.clone(),
            }),
            catalogue: offer.catalogue.clone(),
            management: self.management.clone(),
            leaks: self.leaks.clone(),
            signer: self.signer.clone(),
            pool: pool.clone(),
            console: self.console(offer, &site),
            site,
        })
    }

    /// The console of a gateway that sells by this offer. Sign-up is closed while the catalogue
    /// lacks its plan.
    fn console(&self, offer: &Offer, site: &Arc<Site>) -> Option<Arc<Console>> {
        let pages = self.console.as_ref()?;
        let mut settings = pages.settings.clone();
        if let Some(warning) = self.settings.sign_up_warning(&offer.catalogue) {
            tracing::warn!(%warning, "catalogue needs attention");
            settings.sign_up = SignUp::Invited;
        }
        Some(Arc::new(Console { site: site.clone(), settings, ..(**pages).clone() }))
    }

    /// The servers of the seller, which have files on this machine.
    pub(super) fn upstreams(&self) -> &Arc<Upstreams> {
        &self.upstreams
    }
}
