//! Attempts at a secret. Each is counted as a failure before it is judged, so that no more attempts
//! at once are judged than one after the other, and is taken back if the secret was right.

use super::known_browser;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::domain::ids::IdentityId;
use crate::domain::text::EmailAddress;
use crate::identity::email::EmailKey;
use crate::identity::throttle::{Failures, GuessKind, Wait, wait};
use crate::secret::token::Token;
use crate::storage::identity::guesses;

pub(crate) fn wait_text(call: &Call, wait: Wait) -> String {
    match wait {
        Wait::Seconds(seconds) => call.words().log_in_wait(seconds),
        Wait::UntilReset => call.words().wait_for_reset().to_owned(),
    }
}

/// What attempts are counted by.
pub(crate) struct Subjects(Vec<(GuessKind, [u8; 32])>);

impl Subjects {
    /// A password for an address.
    pub(crate) fn of(call: &Call, email: &str) -> Self {
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

    /// The password of a person who proves again who they are.
    pub(crate) fn of_proof(call: &Call, person: IdentityId) -> Self {
        Self::one(call, GuessKind::Browser, "confirm", &person.to_string())
    }

    /// The code of a second factor.
    pub(crate) fn of_code(call: &Call, person: IdentityId) -> Self {
        Self::one(call, GuessKind::Code, "second factor", &person.to_string())
    }

    /// The code of the sign-up that a browser began.
    pub(crate) fn of_sign_up(call: &Call, browser: &Token) -> Self {
        Self::one(call, GuessKind::SignUpCode, "sign-up browser", &browser.expose())
    }

    /// A search for the row of a key.
    pub(crate) fn of_search(call: &Call, person: IdentityId) -> Self {
        Self::one(call, GuessKind::Search, "which key", &person.to_string())
    }

    /// A key of the playground.
    pub(crate) fn of_playground(call: &Call, person: IdentityId) -> Self {
        Self::one(call, GuessKind::Playground, "playground", &person.to_string())
    }

    fn one(call: &Call, kind: GuessKind, label: &str, subject: &str) -> Self {
        Self(vec![(kind, call.console.peppers.newest().blind(label, subject))])
    }

    /// Counts an attempt, and commits the count, so that no lock is held while the attempt is
    /// judged. Nothing else may have been changed before. One that has to wait is not counted.
    pub(crate) async fn begin(self, call: &mut Call) -> Result<Result<Attempt, Wait>, PageError> {
        let counted = self.count(call).await?;
        match &counted {
            Ok(_) => call.save().await?,
            Err(_) => call.roll_back(),
        }
        Ok(counted)
    }

    /// Counts an attempt in the transaction of the page.
    pub(crate) async fn count(self, call: &mut Call) -> Result<Result<Attempt, Wait>, PageError> {
        let (now, mut earlier) = (call.now(), Vec::with_capacity(self.0.len()));
        for (kind, subject) in &self.0 {
            guesses::lock(call.db().await?, *kind, subject).await?;
            let failures = guesses::find(call.db().await?, *kind, subject).await?;
            if let Some(wait) = wait(*kind, failures, now) {
                return Ok(Err(wait));
            }
            earlier.push(failures);
        }
        let mut counted = Vec::with_capacity(self.0.len());
        for ((kind, subject), earlier) in self.0.into_iter().zip(earlier) {
            let failures = guesses::add(call.db().await?, kind, &subject).await?;
            counted.push(Counted { kind, subject, failures, earlier });
        }
        Ok(Ok(Attempt(counted)))
    }

    /// The failures so far, of the subject that has most.
    pub(crate) async fn failures(&self, call: &mut Call) -> Result<i32, PageError> {
        let mut most = 0;
        for (kind, subject) in &self.0 {
            let failures = guesses::find(call.db().await?, *kind, subject).await?;
            most = most.max(failures.map_or(0, |failures| failures.count));
        }
        Ok(most)
    }
}

/// An attempt that counts as a failure until it is settled. One that is never settled, as its
/// client has left, stays counted.
#[must_use]
pub(crate) struct Attempt(Vec<Counted>);

struct Counted {
    kind: GuessKind,
    subject: [u8; 32],
    failures: Failures,
    earlier: Option<Failures>,
}

impl Attempt {
    /// The failures with this one, of the subject that has most.
    pub(crate) fn failures(&self) -> i32 {
        self.0.iter().map(|counted| counted.failures.count).max().unwrap_or(0)
    }

    /// Settles the attempt by what was judged: `None` for a wrong secret, which stays counted. A
    /// right one is taken back, and so is one that could not be judged.
    pub(crate) async fn settle<T>(
        self,
        call: &mut Call,
        judged: Result<Option<T>, PageError>,
    ) -> Result<Option<T>, PageError> {
        match judged {
            Ok(None) => Ok(None),
            Ok(Some(right)) => {
                self.forgive(call).await?;
                Ok(Some(right))
            }
            Err(error) => {
                call.roll_back();
                if let Err(error) = self.take_back(call).await {
                    tracing::warn!(%error, "taking back an attempt failed");
                }
                Err(error)
            }
        }
    }

    async fn forgive(self, call: &mut Call) -> Result<(), PageError> {
        for counted in &self.0 {
            match counted.kind.is_cleared_by_success() {
                true => guesses::clear(call.db().await?, counted.kind, &counted.subject).await?,
                false => counted.take_back(call).await?,
            }
        }
        Ok(())
    }

    async fn take_back(self, call: &mut Call) -> Result<(), PageError> {
        for counted in &self.0 {
            counted.take_back(call).await?;
        }
        call.commit().await
    }
}

impl Counted {
    async fn take_back(&self, call: &mut Call) -> Result<(), PageError> {
        let (counted_at, earlier) = (self.failures.last_at, self.earlier);
        Ok(guesses::take_back(call.db().await?, self.kind, &self.subject, counted_at, earlier).await?)
    }
}

/// The address in the form by which it is unique.
pub(crate) fn key_of(email: &str) -> Option<String> {
    email.parse::<EmailAddress>().ok().map(|address| EmailKey::of(&address).as_str().to_owned())
}
