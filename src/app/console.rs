//! What the pages of the console need, and what sends their e-mails.

use std::path::Path;
use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::sync::Semaphore;

use super::foundation::Foundation;
use super::{Start, StartError};
use crate::background::sign_up_grants::SignUpGrants;
use crate::console::base::Base;
use crate::console::settings::ConsoleSettings;
use crate::console::{Alerts, Console, has_only_forms};
use crate::domain::setting;
use crate::http::keyless_bodies::KeylessBodies;
use crate::mail::sender::Sender;
use crate::mail::transport::{FOLDER, Transport, mailbox_of};
use crate::site::Site;
use crate::storage::ledger::desk::LedgerDesk;

impl Foundation {
    /// Where this gateway serves the console. It does where its pages are safe; the settings'
    /// warnings say why not.
    pub(super) fn console_base(&self) -> Option<Base> {
        self.start.settings.console_base(self.address).ok().flatten()
    }

    /// Builds the console of a gateway that has one.
    pub(super) fn build_console(&self) -> Option<Arc<Console>> {
        let settings = &self.start.settings;
        let base = self.console_base()?;
        let mailbox = settings.shows_mailbox().then(|| Path::new(&settings.data_dir).join(FOLDER));
        let console = self.pages(base.clone(), settings.console.clone().at(&base));
        Some(Arc::new(Console { mailbox, bodies: self.bodies.clone(), ..console }))
    }

    /// What the pages of both consoles need.
    pub(super) fn pages(&self, base: Base, settings: ConsoleSettings) -> Console {
        let start = &self.start;
        Console {
            pool: self.pool.clone(),
            peppers: start.peppers.clone(),
            product: start.settings.product_name.clone(),
            prefix: start.settings.keys.prefix.clone(),
            has_only_forms: has_only_forms(base.realm()),
            base,
            owners: self.console_base(),
            grants: self.sign_up_grants(),
            links: self.facts.links.clone(),
            site: Arc::new(Site::new(self.facts.clone())),
            mailbox: None,
            hasher: self.hasher.clone(),
            bodies: KeylessBodies::default(),
            permits: Arc::new(Semaphore::new(settings.max_concurrent_pages.get())),
            desk: None,
            settings,
        }
    }

    /// Builds what grants the credits of sign-ups.
    pub(super) fn sign_up_grants(&self) -> SignUpGrants {
        SignUpGrants { desk: self.ledger_desk("sign-up") }
    }

    /// Builds what carries operations out for a part of the gateway, whose name stands in the
    /// ledger.
    pub(super) fn ledger_desk(&self, part: &str) -> LedgerDesk {
        LedgerDesk {
            pool: self.pool.clone(),
            options: self.start.database.clone(),
            node: format!("{part}@{}", self.node),
            hold_life: setting::time_delta(self.start.settings.ledger.hold_life),
        }
    }

    /// Builds what sends alerts, on a gateway with a console.
    pub(super) fn build_alerts(&self) -> Option<Alerts> {
        let Start { settings, peppers, .. } = &self.start;
        let base = self.console_base()?;
        Some(Alerts {
            pool: self.pool.clone(),
            peppers: peppers.clone(),
            product: settings.product_name.clone(),
            base,
        })
    }

    /// Builds what sends e-mails.
    pub(super) fn build_sender(&self) -> Result<Sender, StartError> {
        let Start { settings, peppers, .. } = &self.start;
        let data_dir = Path::new(&settings.data_dir);
        let transport =
            Transport::of(settings.mail.smtp_url.expose_secret(), data_dir).map_err(StartError::Mail)?;
        let from = mailbox_of(&settings.mail.from, &settings.product_name).ok_or(StartError::Sender)?;
        Ok(Sender { pool: self.pool.clone(), peppers: peppers.clone(), transport, from })
    }
}
