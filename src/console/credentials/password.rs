//! A person's password: checked, and stored as a sealed hash.

use super::guesses::{Subjects, wait_text};
use crate::console::html::field::Faults;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::domain::ids::IdentityId;
use crate::identity::password::Password;
use crate::secret::password::PasswordHash;
use crate::secret::seal::{self, PASSWORD};
use crate::storage::identity::identities;

/// Whether this is the person's password. A hash with old parameters or under an old pepper is
/// replaced.
pub(crate) async fn is_password(
    call: &mut Call,
    identity: Option<IdentityId>,
    given: &str,
) -> Result<bool, PageError> {
    let sealed = match identity {
        Some(id) => identities::password(call.db().await?, id).await?.map(|sealed| (id, sealed)),
        None => None,
    };
    let (mut hash, mut is_old) = (None, false);
    if let Some((id, sealed)) = &sealed {
        let opened = seal::open(&call.console.peppers, PASSWORD, id.as_uuid().as_bytes(), sealed);
        let (text, old) = opened.map_err(|error| {
            tracing::error!(%error, "opening a password failed");
            PageError::Internal
        })?;
        (hash, is_old) = (PasswordHash::from_text(&text), old);
    }
    // No connection is held while the hash is computed.
    call.commit().await?;
    let Ok(password) = Password::given(given) else { return Ok(false) };
    let hasher = call.console.hasher.clone();
    let verified = hasher.verify(password.expose(), hash).await?;
    if let (true, true, Some((id, _))) = (verified.is_right, verified.is_outdated || is_old, sealed) {
        store_password(call, id, &password, false).await?;
    }
    Ok(verified.is_right)
}

/// Whether the form has the password of this person, who proves again who they are. Wrong ones are
/// counted, and too many have to wait.
pub(crate) async fn proves(
    call: &mut Call,
    person: IdentityId,
    faults: &mut Faults,
) -> Result<bool, PageError> {
    let field = ("password", call.words().password());
    let attempt = match Subjects::of_proof(call, person).begin(call).await? {
        Ok(attempt) => attempt,
        Err(wait) => {
            faults.add(field, wait_text(call, wait));
            return Ok(false);
        }
    };
    let given = call.form.raw("password").to_owned();
    let judged = is_password(call, Some(person), &given).await;
    let judged = judged.map(|is_right| is_right.then_some(()));
    let is_right = attempt.settle(call, judged).await?.is_some();
    if !is_right {
        faults.add(field, call.words().password_wrong());
    }
    Ok(is_right)
}

/// Stores the hash of a password.
pub(crate) async fn store_password(
    call: &mut Call,
    id: IdentityId,
    password: &Password,
    is_new: bool,
) -> Result<(), PageError> {
    let hash = call.console.hasher.clone().hash(password.expose()).await?;
    let owner = id.as_uuid();
    let sealed = seal::seal(&call.console.peppers, PASSWORD, owner.as_bytes(), hash.expose().as_bytes());
    let sealed = sealed.map_err(|error| {
        tracing::error!(%error, "sealing a password failed");
        PageError::Internal
    })?;
    Ok(identities::set_password(call.db().await?, id, &sealed, is_new).await?)
}
