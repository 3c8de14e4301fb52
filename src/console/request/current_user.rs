//! Who looks at a page: cookie, session, person, and their place in the account.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::error::PageError;
use crate::domain::language::Language;
use crate::domain::rights::Rights;
use crate::identity::Identity;
use crate::identity::session::{Session, SessionTimes};
use crate::secret::token::Token;
use crate::storage::identity::memberships::Membership;
use crate::storage::identity::sessions;
use crate::storage::pool;

/// A person who is logged in.
#[derive(Clone, Debug)]
pub(crate) struct CurrentUser {
    pub(crate) identity: Identity,
    pub(crate) session: Session,
    /// The database's time when the session was read.
    pub(crate) now: DateTime<Utc>,
    pub(crate) is_confirmed: bool,
}

impl CurrentUser {
    /// Returns the person of a session cookie, and notes that the session is in use. `None` if it
    /// has ended.
    pub(crate) async fn of(
        database: &PgPool,
        cookie: &Token,
        times: &SessionTimes,
    ) -> Result<Option<Self>, PageError> {
        let mut connection = pool::acquire(database).await?;
        let digest = cookie.digest();
        let found = sessions::find(&mut connection, &digest).await?;
        let Some((session, identity, now)) = found.filter(|(session, _, now)| session.is_live(times, *now))
        else {
            return Ok(None);
        };
        if session.is_use_due(now) {
            sessions::seen(&mut connection, &digest).await?;
        }
        let is_confirmed = session.is_confirmed(times, now);
        Ok(Some(Self { identity, session, now, is_confirmed }))
    }

    /// Notes the language in which the person reads the console, for their e-mails.
    pub(crate) async fn note_language(
        &mut self,
        database: &PgPool,
        language: Language,
    ) -> Result<(), PageError> {
        if self.identity.last_language != Some(language) {
            let mut connection = pool::acquire(database).await?;
            sessions::note_language(&mut connection, self.identity.id, language).await?;
            self.identity.last_language = Some(language);
        }
        Ok(())
    }
}

/// What a member may change.
pub(crate) const fn rights(membership: &Membership) -> Rights {
    let Membership { account_id, member_id, role, .. } = *membership;
    Rights::OfMember { account_id, member_id, role }
}
