//! Changes of what is sold: a catalogue or a set of routes is applied whole, or not at all.

mod plans_in_use;

use sqlx::{Acquire, PgConnection};

pub use self::plans_in_use::PlansInUse;

use crate::catalogue::FileFaults;
use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes::RouteSet;
use crate::domain::audit::{Action, Change, Subject};
use crate::domain::offer_set::SetKind;
use crate::domain::rights::Principal;
use crate::storage::error::StorageError;
use crate::storage::{audit, catalogue, offer_sets};

/// Why a set was not applied. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error(transparent)]
    Faults(#[from] FileFaults),
    #[error(transparent)]
    PlansInUse(#[from] PlansInUse),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<sqlx::Error> for ApplyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// What applying a set came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The number of the new set.
    New(i32),
    /// The newest set, or what the program ships, already has this text.
    Already(i32),
}

/// Applies a set on a connection of the database's owner: gateways may not change prices.
///
/// # Errors
/// Every fault of the text, or the plans that must stay.
pub async fn apply(
    connection: &mut PgConnection,
    by: &Principal,
    kind: SetKind,
    text: &str,
) -> Result<Applied, ApplyError> {
    let catalogue = match kind {
        SetKind::Catalogue => Some(Catalogue::parse(text)?),
        SetKind::Routes => {
            RouteSet::parse(text)?;
            None
        }
    };
    let mut transaction = connection.begin().await?;
    match save(&mut transaction, by, kind, text, catalogue).await {
        Ok(applied) => {
            transaction.commit().await?;
            Ok(applied)
        }
        Err(error) => {
            transaction.rollback().await?;
            Err(error)
        }
    }
}

/// Checks that a catalogue has every plan that an account is on.
///
/// # Errors
/// With the plans that must stay.
pub async fn require_plans_in_use(
    connection: &mut PgConnection,
    catalogue: &Catalogue,
) -> Result<(), ApplyError> {
    let in_use = offer_sets::plans_in_use(connection).await?;
    PlansInUse::missing_in(catalogue, in_use).map_or(Ok(()), |missing| Err(missing.into()))
}

async fn save(
    connection: &mut PgConnection,
    by: &Principal,
    kind: SetKind,
    text: &str,
    new_catalogue: Option<Catalogue>,
) -> Result<Applied, ApplyError> {
    offer_sets::lock(connection).await?;
    let newest = offer_sets::newest(connection, kind).await?;
    if let Some(newest) = &newest
        && newest.text == text
    {
        return Ok(Applied::Already(newest.number));
    }
    if let Some(new_catalogue) = new_catalogue {
        require_plans_in_use(connection, &new_catalogue).await?;
        catalogue::replace(connection, &new_catalogue).await?;
    }
    let number = offer_sets::append(connection, kind, text, &by.actor.who.to_string()).await?;
    let action = match kind {
        SetKind::Catalogue => Action::CatalogueApplied,
        SetKind::Routes => Action::RoutesApplied,
    };
    let (before, after) = (newest.map_or(0, |set| set.number), number);
    let change = Change {
        account_id: None,
        action,
        subject: Subject::OfferSet(kind, number),
        before: Some(serde_json::json!({ "number": before })),
        after: Some(serde_json::json!({ "number": after })),
    };
    audit::append(connection, &by.actor, &change).await?;
    Ok(Applied::New(number))
}
