//! What the pages of the console need, and what sends their e-mails.

use std::path::Path;
use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::sync::Semaphore;

use super::foundation::Foundation;
use super::{Start, StartError};
use crate::console::Console;
use crate::mail::sender::Sender;
use crate::mail::transport::{FOLDER, Transport};
use crate::secret::password::PasswordHasher;

impl Foundation {
    /// Whether this gateway serves the console. It does where its pages are safe; the settings' warnings say why not.
    pub(super) fn has_console(&self) -> bool {
        matches!(self.start.settings.console_base(self.address), Ok(Some(_)))
    }

    /// Builds the console of a gateway that has one.
    pub(super) fn build_console(&self) -> Option<Arc<Console>> {
        let Start { settings, pepper, .. } = &self.start;
        let base = settings.console_base(self.address).ok().flatten()?;
        Some(Arc::new(Console {
            pool: self.pool.clone(),
            peppers: pepper.clone(),
            prefix: settings.keys.prefix.clone(),
            settings: settings.console.clone(),
            base,
            links: self.facts.links.clone(),
            mailbox: settings.shows_mailbox().then(|| Path::new(&settings.data_dir).join(FOLDER)),
            hasher: PasswordHasher::default(),
            places: Arc::new(Semaphore::new(settings.console.max_at_once.get())),
            desk: None,
        }))
    }

    /// Builds what sends e-mails.
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
}
