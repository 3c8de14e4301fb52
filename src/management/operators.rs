//! Changes of operators, who log in to a console of their own.

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::ChangeError;
use super::identities::new_token;
use crate::clock::new_id;
use crate::domain::audit::{Action, Actor, Change, Subject};
use crate::domain::ids::IdentityId;
use crate::domain::text::{EmailAddress, Name};
use crate::identity::Identity;
use crate::identity::one_time::Purpose;
use crate::identity::operator::OperatorRole;
use crate::secret::token::Token;
use crate::storage::audit;
use crate::storage::identity::{one_time, operators, second_factor, sessions};

/// Adds an operator. Returns the token of the link by which they log in for the first time.
///
/// # Errors
/// If there is an operator with this address.
pub async fn add(
    connection: &mut PgConnection,
    by: &Actor,
    email: &EmailAddress,
    name: &Name,
    role: OperatorRole,
) -> Result<(IdentityId, Token), ChangeError> {
    let mut transaction = connection.begin().await?;
    let id = IdentityId::from_uuid(new_id());
    let added = operators::add(&mut transaction, id, email, name.as_str(), role).await?;
    let id = added.ok_or_else(|| ChangeError::OperatorExists(email.as_str().to_owned()))?;
    let facts = json!({ "name": name.as_str(), "role": role });
    record(&mut transaction, by, Action::OperatorAdded, id, None, Some(facts)).await?;
    let token = new_token()?;
    one_time::add(&mut transaction, &token.digest(), Purpose::Operator, email, Some(id), None).await?;
    transaction.commit().await?;
    Ok((id, token))
}

/// Returns the token of a new link for an operator. Earlier links end.
///
/// # Errors
/// If there is no operator with this address.
pub async fn link(
    connection: &mut PgConnection,
    by: &Actor,
    email: &EmailAddress,
) -> Result<Token, ChangeError> {
    let mut transaction = connection.begin().await?;
    let known = known(&mut transaction, email).await?;
    record(&mut transaction, by, Action::OperatorLinked, known.id, None, None).await?;
    let token = new_token()?;
    one_time::add(&mut transaction, &token.digest(), Purpose::Operator, email, Some(known.id), None).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Gives an operator another role. Idempotent.
///
/// # Errors
/// If there is no operator with this address.
pub async fn set_role(
    connection: &mut PgConnection,
    by: &Actor,
    email: &EmailAddress,
    role: OperatorRole,
) -> Result<(), ChangeError> {
    let mut transaction = connection.begin().await?;
    let id = known(&mut transaction, email).await?.id;
    let before = operators::role(&mut transaction, id).await?;
    if before == Some(role) {
        return Ok(());
    }
    operators::set_role(&mut transaction, id, role).await?;
    let (before, after) = (Some(json!({ "role": before })), Some(json!({ "role": role })));
    record(&mut transaction, by, Action::OperatorChanged, id, before, after).await?;
    Ok(transaction.commit().await?)
}

/// Removes an operator: role, password, second factor and sessions end at once.
///
/// # Errors
/// If there is no operator with this address.
pub async fn remove(
    connection: &mut PgConnection,
    by: &Actor,
    email: &EmailAddress,
) -> Result<(), ChangeError> {
    let mut transaction = connection.begin().await?;
    let known = known(&mut transaction, email).await?;
    operators::remove(&mut transaction, known.id).await?;
    second_factor::set(&mut transaction, known.id, None, 0, &[]).await?;
    sessions::end_others(&mut transaction, known.id, None).await?;
    one_time::end_all(&mut transaction, known.id).await?;
    let facts = json!({ "name": known.name });
    record(&mut transaction, by, Action::OperatorRemoved, known.id, Some(facts), None).await?;
    Ok(transaction.commit().await?)
}

/// Takes the second factor from an operator who has lost it, ends their sessions, and returns the
/// token of a new link, which asks for another factor to be set up.
///
/// # Errors
/// If there is no operator with this address.
pub async fn reset(
    connection: &mut PgConnection,
    by: &Actor,
    email: &EmailAddress,
) -> Result<Token, ChangeError> {
    let mut transaction = connection.begin().await?;
    let id = known(&mut transaction, email).await?.id;
    second_factor::set(&mut transaction, id, None, 0, &[]).await?;
    sessions::end_others(&mut transaction, id, None).await?;
    record(&mut transaction, by, Action::OperatorReset, id, None, None).await?;
    let token = new_token()?;
    one_time::add(&mut transaction, &token.digest(), Purpose::Operator, email, Some(id), None).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Records a change of an operator.
///
/// # Errors
/// When the database is unavailable.
pub async fn record(
    connection: &mut PgConnection,
    by: &Actor,
    action: Action,
    id: IdentityId,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<(), ChangeError> {
    let change = Change { account_id: None, action, subject: Subject::Operator(id), before, after };
    Ok(audit::append(connection, by, &change).await?)
}

async fn known(connection: &mut PgConnection, email: &EmailAddress) -> Result<Identity, ChangeError> {
    let known = operators::by_email(connection, email).await?;
    known.ok_or_else(|| ChangeError::NoOperator(email.as_str().to_owned()))
}
