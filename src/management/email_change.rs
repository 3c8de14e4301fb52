//! Another address for a person. Each change ends what waits in the mailbox that it leaves, except
//! the links that take a theft back: the earliest of them wins over all later ones.

use sqlx::PgConnection;

use super::ChangeError;
use super::identities::{consume, look_at};
use crate::domain::ids::IdentityId;
use crate::domain::text::EmailAddress;
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::identity::one_time::{NEW_FACTOR, NotAccepted, Purpose};
use crate::secret::token::{Token, TokenDigest};
use crate::storage::error::StorageError;
use crate::storage::identity::{factor_resets, identities, one_time as tokens, second_factor, sessions};

/// A change that a link made.
pub struct Changed {
    pub purpose: Purpose,
    pub id: IdentityId,
    /// The address that the change leaves.
    pub left: EmailAddress,
    pub address: EmailAddress,
    /// Whether a second factor ended that the person who changed the address may have set up.
    pub ended_factor: bool,
}

/// Returns what a link to a new or an earlier address is for, and the address.
pub async fn find(
    connection: &mut PgConnection,
    digest: &TokenDigest,
) -> Result<Result<(Purpose, String), NotAccepted>, StorageError> {
    let mut refused = NotAccepted::Unknown;
    for purpose in [Purpose::NewEmail, Purpose::UndoEmail] {
        match look_at(connection, digest, purpose).await? {
            Ok(found) => return Ok(Ok((purpose, found.email))),
            Err(NotAccepted::Unknown) => {}
            Err(error) => refused = error,
        }
    }
    Ok(Err(refused))
}

/// Changes the address of a person to that of a link. An undo ends the access of the person who
/// changed the address: password and sessions end, as do a second factor that was switched on since
/// the day before the change and the links of every later address.
///
/// # Errors
/// When the person of the link has gone.
pub async fn change(
    connection: &mut PgConnection,
    token: &Token,
    purpose: Purpose,
) -> Result<Result<Changed, NotAccepted>, ChangeError> {
    let digest = token.digest();
    let found = match look_at(connection, &digest, purpose).await? {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let id = found.identity_id.ok_or(ChangeError::NoMember)?;
    // Changes of one person come one after another: what the first ends, the second sees ended.
    identities::lock(connection, id).await?;
    let address = address(&found.email)?;
    // Another person may have proved the address meanwhile.
    let holder = identities::by_email(connection, &EmailKey::of(&address)).await?;
    if holder.is_some_and(|holder| holder.id != id) {
        return Ok(Err(NotAccepted::Used));
    }
    if let Err(error) = consume(connection, &digest, purpose).await? {
        return Ok(Err(error));
    }
    let Identity { email: left, .. } =
        identities::find(connection, id).await?.ok_or(ChangeError::NoMember)?;
    identities::set_email(connection, id, &address).await?;
    tokens::end_but_safeguards(connection, id).await?;
    let mut ended_factor = false;
    if purpose == Purpose::UndoEmail {
        tokens::end_younger(connection, id, &digest).await?;
        sessions::end_others(connection, id, None).await?;
        identities::clear_password(connection, id).await?;
        ended_factor = second_factor::end_younger(connection, id, &digest, NEW_FACTOR).await?;
        if ended_factor {
            factor_resets::cancel(connection, id).await?;
        }
    }
    Ok(Ok(Changed { purpose, id, left: self::address(&left)?, address, ended_factor }))
}

fn address(stored: &str) -> Result<EmailAddress, StorageError> {
    stored.parse().map_err(|_| StorageError::Invalid("a person's address"))
}
