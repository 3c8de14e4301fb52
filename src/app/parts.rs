//! The fourth step of a start: the gate, the endpoints, and what they share.

use std::path::Path;
use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::sync::Semaphore;

use super::foundation::Foundation;
use super::from_settings::{analysis_api, limits_in_force};
use super::{Start, StartError};
use crate::api::contacts::ContactsApi;
use crate::api::health::Health;
use crate::api::management_auth::Management;
use crate::api::status::Status;
use crate::console::Console;
use crate::domain::setting;
use crate::gate::Gate;
use crate::gate::auth::keyring::Keyring;
use crate::gate::metering::test_answers::TestAnswers;
use crate::gate::metering::{Metering, PaidRoute};
use crate::ledger::writer::Ledger;
use crate::mail::sender::Sender;
use crate::mail::transport::{FOLDER, Transport};
use crate::secret::password::PasswordHasher;
use crate::server::router::Parts;
use crate::site::Site;
use crate::storage::error::StorageError;
use crate::storage::routes as route_numbers;

impl Foundation {
    /// Builds what the router serves: the gate, the endpoints, and what they share.
    pub(super) async fn build_parts(&self, ledger: &Ledger, keyring: &Keyring) -> Result<Parts, StartError> {
        let Start { settings, pepper, clock, .. } = &self.start;
        let pool = &self.pool;
        let limits = limits_in_force(settings, &self.stop_background).await?;
        let routes = &self.facts.routes;
        let paths: Vec<&'static str> = routes.iter().map(|route| route.path).collect();
        let mut connection = pool.acquire().await.map_err(StorageError::from)?;
        let numbers = route_numbers::numbers(&mut connection, &paths).await?;
        drop(connection);
        let analysis = analysis_api(settings, pool.clone())?;
        let people = analysis.people.clone();
        let metering = Arc::new(self.build_metering(ledger));
        let paid_routes = routes.iter().zip(numbers).map(|(route, number)| PaidRoute {
            route: route.clone(),
            number,
            handler: analysis.handler(route),
            metering: metering.clone(),
        });
        let max_body_bytes = settings.server.max_body_bytes.get();
        Ok(Parts {
            contacts: ContactsApi {
                pool: pool.clone(),
                people: people.clone(),
                settings: settings.contacts.clone(),
            },
            paid_routes: paid_routes.collect(),
            health: Health {
                readiness: self.readiness.clone(),
                pool: pool.clone(),
                routes: routes.clone(),
                service: settings.service_name.as_str().into(),
                clock: clock.clone(),
            },
            status: Status {
                readiness: self.readiness.clone(),
                limits: limits.clone(),
                people,
                pool: pool.clone(),
                node: self.node.clone(),
                region: settings.region.clone(),
                clock: clock.clone(),
            },
            gate: Arc::new(Gate {
                keyring: keyring.clone(),
                limits,
                dev_key: self.dev_key.clone(),
                region: settings.region.as_str().into(),
                catalogue: self.facts.catalogue.clone(),
                max_body_bytes,
                links: self.facts.links.clone(),
                refused: self.refused.clone(),
            }),
            catalogue: self.facts.catalogue.clone(),
            management: Management::new(pool.clone(), pepper.clone(), max_body_bytes),
            pool: pool.clone(),
            site: Arc::new(Site::new(self.facts.clone())),
            console: self.build_console(),
        })
    }

    /// The console, where its pages are safe. The settings' warnings say why there is none.
    fn build_console(&self) -> Option<Arc<Console>> {
        let Start { settings, pepper, .. } = &self.start;
        let base = settings.console_base(self.address).ok().flatten()?;
        Some(Arc::new(Console {
            pool: self.pool.clone(),
            peppers: pepper.clone(),
            settings: settings.console.clone(),
            base,
            links: self.facts.links.clone(),
            mailbox: settings.shows_mailbox().then(|| Path::new(&settings.data_dir).join(FOLDER)),
            hasher: PasswordHasher::default(),
            places: Arc::new(Semaphore::new(settings.console.max_at_once.get())),
        }))
    }

    /// What sends e-mails.
    pub(super) fn build_sender(&self) -> Result<Sender, StartError> {
        let Start { settings, pepper, .. } = &self.start;
        let data_dir = Path::new(&settings.data_dir);
        let transport =
            Transport::of(settings.mail.smtp_url.expose_secret(), data_dir).map_err(StartError::Mail)?;
        Ok(Sender {
            pool: self.pool.clone(),
            peppers: pepper.clone(),
            transport,
            from: settings.mail.from.clone(),
        })
    }

    fn build_metering(&self, ledger: &Ledger) -> Metering {
        let settings = &self.start.settings;
        let lease = setting::time_delta(settings.ledger.hold_life);
        Metering {
            ledger: ledger.clone(),
            pool: self.pool.clone(),
            table: self.facts.settlement.clone(),
            deadline: settings.calls.deadline,
            calls: self.stop.tasks().clone(),
            test_answers: TestAnswers::new(self.pool.clone(), lease),
            links: self.facts.links.clone(),
        }
    }
}
