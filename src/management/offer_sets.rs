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
    /// The newest set already has this text.
    Already(i32),
}

/// Applies a set on a connection of the database's owner: gateways may not change prices. A text
/// that was applied before only has to obey the rules of then.
///
/// # Errors
/// Every fault of the text, or the plans that must stay.
pub async fn apply(
    connection: &mut PgConnection,
    by: &Principal,
    kind: SetKind,
    text: &str,
) -> Result<Applied, ApplyError> {
    let mut transaction = connection.begin().await?;
    match save(&mut transaction, by, kind, text).await {
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
) -> Result<Applied, ApplyError> {
    offer_sets::lock(connection).await?;
    let newest = offer_sets::newest(connection, kind).await?;
    if let Some(newest) = &newest
        && newest.text == text
    {
        return Ok(Applied::Already(newest.number));
    }
    match kind {
        SetKind::Catalogue => {
            let new_catalogue = Catalogue::parse(text)?;
            require_plans_in_use(connection, &new_catalogue).await?;
            catalogue::replace(connection, &new_catalogue).await?;
        }
        SetKind::Routes if offer_sets::was_applied(connection, kind, text).await? => {
            RouteSet::parse(text)?;
        }
        SetKind::Routes => {
            RouteSet::parse_new(text)?;
        }
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
