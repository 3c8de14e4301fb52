//! Peppers: recognised when they are used, and retired when no secret needs them.

use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::ChangeError;
use crate::domain::audit::{Action, Actor, Change, Subject};
use crate::secret::Pepper;
use crate::secret::peppers::Peppers;
use crate::secret::seal;
use crate::storage::audit;
use crate::storage::identity::identities;
use crate::storage::nodes;
use crate::storage::peppers::{self, PepperMatch};

/// Makes sure that these are the peppers that keys were hashed under. A new version becomes known
/// by it; one that was retired does no harm.
///
/// # Errors
/// When another pepper has the version of one of them, the newest is retired, or live secrets need
/// one that is missing: keys would be refused.
pub async fn recognise(
    connection: &mut PgConnection,
    actor: &Actor,
    live: &Peppers,
) -> Result<(), ChangeError> {
    let mut transaction = connection.begin().await?;
    register(&mut transaction, actor, live).await?;
    require_needed(&mut transaction, live).await?;
    Ok(transaction.commit().await?)
}

/// The same after a pepper was lost: live secrets may need it.
///
/// # Errors
/// As [`recognise`], but for the missing one.
pub async fn recognise_after_loss(
    connection: &mut PgConnection,
    actor: &Actor,
    live: &Peppers,
) -> Result<(), ChangeError> {
    let mut transaction = connection.begin().await?;
    register(&mut transaction, actor, live).await?;
    Ok(transaction.commit().await?)
}

async fn register(connection: &mut PgConnection, actor: &Actor, live: &Peppers) -> Result<(), ChangeError> {
    for pepper in live.all() {
        let version = pepper.version();
        let found = peppers::register(connection, pepper).await?;
        check(found, version, live)?;
        if found == PepperMatch::New {
            record_change(connection, actor, Action::PepperAdded, version, 0).await?;
        }
    }
    Ok(())
}

/// Refuses peppers under which some live secrets cannot be checked.
async fn require_needed(connection: &mut PgConnection, live: &Peppers) -> Result<(), ChangeError> {
    let versions: Vec<i32> = live.all().map(Pepper::version).collect();
    match peppers::missing(connection, &versions).await? {
        Some((version, needed_by)) => Err(ChangeError::MissingPepper { version, needed_by }),
        None => Ok(()),
    }
}

/// Makes sure of the same without storing anything.
///
/// # Errors
/// As [`recognise`].
pub async fn compare(connection: &mut PgConnection, live: &Peppers) -> Result<(), ChangeError> {
    for pepper in live.all() {
        check(peppers::compare(connection, pepper).await?, pepper.version(), live)?;
    }
    require_needed(connection, live).await
}

/// Refuses another pepper, and a retired one that new secrets would be hashed under.
fn check(found: PepperMatch, version: i32, live: &Peppers) -> Result<(), ChangeError> {
    match found {
        PepperMatch::Other => Err(ChangeError::WrongPepper(version)),
        PepperMatch::Retired if version == live.newest().version() => {
            Err(ChangeError::RetiredPepper(version))
        }
        PepperMatch::Same | PepperMatch::New | PepperMatch::Retired => Ok(()),
    }
}

/// Forgets the newest version if nothing was hashed or sealed under it and no gateway runs with it,
/// so that another pepper may have its number. Returns whether it did. A version that is live here
/// stays.
///
/// # Errors
/// When the database is unavailable.
pub async fn forget_unused(
    connection: &mut PgConnection,
    actor: &Actor,
    version: i32,
    live: &Peppers,
) -> Result<bool, ChangeError> {
    let mut transaction = connection.begin().await?;
    peppers::lock(&mut transaction).await?;
    let newest = peppers::status(&mut transaction).await?.into_iter().next();
    let is_unused = newest.is_some_and(|newest| {
        newest.version == version && newest.secrets == 0 && newest.retired_at.is_none()
    });
    if !is_unused
        || is_live(&mut transaction, version, live).await?
        || !identities::sealed_under(&mut transaction, version, 1).await?.is_empty()
        || nodes::run_with_pepper(&mut transaction, version).await?
    {
        return Ok(false);
    }
    peppers::forget(&mut transaction, version).await?;
    record_change(&mut transaction, actor, Action::PepperRetired, version, 0).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Whether the stored pepper of a version is one of these.
async fn is_live(connection: &mut PgConnection, version: i32, live: &Peppers) -> Result<bool, ChangeError> {
    match live.all().find(|pepper| pepper.version() == version) {
        Some(pepper) => Ok(peppers::compare(connection, pepper).await? == PepperMatch::Same),
        None => Ok(false),
    }
}

/// What becomes of the secrets that only a retired pepper can check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// There may be none. Passwords and second factors are sealed under the newest version.
    Replaced,
    /// The pepper is lost, and they with it.
    Lost,
}

/// Deletes all digests under a version. Returns their number.
///
/// # Errors
/// When it is the newest version, is not known, or live secrets or a gateway need it.
pub async fn retire(
    connection: &mut PgConnection,
    actor: &Actor,
    version: i32,
    live: &Peppers,
    retirement: Retirement,
) -> Result<i64, ChangeError> {
    let mut transaction = connection.begin().await?;
    peppers::lock(&mut transaction).await?;
    let all = peppers::status(&mut transaction).await?;
    let status = all.iter().find(|known| known.version == version).ok_or(ChangeError::NoPepper(version))?;
    if all.first().is_some_and(|newest| newest.version == version) {
        return Err(ChangeError::NewestPepper(version));
    }
    if retirement == Retirement::Replaced && status.needed_by > 0 {
        return Err(ChangeError::PepperNeeded { version, needed_by: status.needed_by });
    }
    if let Some(gateway) = nodes::needs_pepper(&mut transaction, version).await? {
        return Err(ChangeError::PepperInUse { version, gateway });
    }
    if retirement == Retirement::Replaced {
        seal_again(&mut transaction, version, live).await?;
    }
    if status.retired_at.is_none() {
        peppers::retire(&mut transaction, version).await?;
        record_change(&mut transaction, actor, Action::PepperRetired, version, status.secrets).await?;
    }
    transaction.commit().await?;
    Ok(status.secrets)
}

/// Identities whose secrets are resealed in one batch.
const PEOPLE_AT_ONCE: i64 = 500;

/// Seals what is sealed under a version under the newest one. People do not notice: unlike a hash,
/// it can be read again.
async fn seal_again(connection: &mut PgConnection, version: i32, live: &Peppers) -> Result<(), ChangeError> {
    loop {
        let people = identities::sealed_under(connection, version, PEOPLE_AT_ONCE).await?;
        if people.is_empty() {
            return Ok(());
        }
        for mut person in people {
            let owner = *person.id.as_bytes();
            let parts = [(seal::PASSWORD, &mut person.password), (seal::SECOND_FACTOR, &mut person.totp)];
            for (purpose, part) in parts {
                if let Some(sealed) = part {
                    let opened = seal::open(live, purpose, &owner, sealed);
                    let (secret, _) = opened.map_err(|_| ChangeError::Sealed(version))?;
                    let again = seal::seal(live, purpose, &owner, &secret);
                    *sealed = again.map_err(|_| ChangeError::Sealed(version))?;
                }
            }
            identities::save_sealed(connection, &person).await?;
        }
    }
}

async fn record_change(
    connection: &mut PgConnection,
    actor: &Actor,
    action: Action,
    version: i32,
    digests_forgotten: i64,
) -> Result<(), ChangeError> {
    let after = (action == Action::PepperRetired).then(|| json!({ "digests_forgotten": digests_forgotten }));
    let change = Change { account_id: None, action, subject: Subject::Pepper(version), before: None, after };
    Ok(audit::append(connection, actor, &change).await?)
}
