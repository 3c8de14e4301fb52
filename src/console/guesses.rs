//! Failed attempts to log in: what they are counted by, and how long the next one waits.

use super::call::Call;
use super::error::PageError;
use super::known_browser;
use crate::domain::text::EmailAddress;
use crate::identity::email::EmailKey;
use crate::identity::throttle::{GuessKind, Wait, wait};
use crate::storage::identity::guesses;

pub(super) fn wait_text(call: &Call, wait: Wait) -> String {
    match wait {
        Wait::Seconds(seconds) => call.words().log_in_wait(seconds),
        Wait::UntilReset => call.words().wait_for_reset().to_owned(),
    }
}

/// What failures of this attempt are counted by.
pub(super) struct Subjects(Vec<(GuessKind, [u8; 32])>);

impl Subjects {
    pub(super) fn of(call: &Call, email: &str) -> Self {
        let pepper = call.console.peppers.newest();
        let address = key_of(email).unwrap_or_else(|| email.to_lowercase());
        let known = call
            .known
            .as_deref()
            .filter(|known| known_browser::check(&call.console.peppers, &address, known));
        let whose = match known {
            Some(browser) => (GuessKind::Browser, pepper.blind("guess", browser)),
            None => (GuessKind::Address, pepper.blind("guess", &address)),
        };
        // Strangers may guess from the network of a known browser, which does not wait for them.
        let network = call.network().filter(|_| known.is_none());
        let network = network.map(|network| (GuessKind::Network, pepper.blind("guess", &network)));
        Self([Some(whose), network].into_iter().flatten().collect())
    }

    pub(super) async fn wait(&self, call: &mut Call) -> Result<Option<Wait>, PageError> {
        let now = call.now();
        for (kind, subject) in &self.0 {
            let failures = guesses::find(call.db().await?, *kind, subject).await?;
            if let Some(wait) = wait(*kind, failures, now) {
                return Ok(Some(wait));
            }
        }
        Ok(None)
    }

    pub(super) async fn count(&self, call: &mut Call) -> Result<(), PageError> {
        for (kind, subject) in &self.0 {
            guesses::add(call.db().await?, *kind, subject).await?;
        }
        Ok(())
    }

    pub(super) async fn clear(&self, call: &mut Call) -> Result<(), PageError> {
        // The network stays counted: its other users may still be guessing.
        for (kind, subject) in self.0.iter().filter(|(kind, _)| *kind != GuessKind::Network) {
            guesses::clear(call.db().await?, *kind, subject).await?;
        }
        Ok(())
    }
}

/// The address in the form by which it is unique.
pub(super) fn key_of(email: &str) -> Option<String> {
    email.parse::<EmailAddress>().ok().map(|address| EmailKey::of(&address).as_str().to_owned())
}
