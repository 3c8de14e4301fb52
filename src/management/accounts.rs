//! Changes of accounts.

use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::{ChangeError, ChangeRecord, difference, lock, may_manage, record_change};
use crate::clock::new_id;
use crate::domain::account::{Account, AccountState};
use crate::domain::audit::{Action, Subject};
use crate::domain::ids::{AccountId, MemberId};
use crate::domain::member::Role;
use crate::domain::plan::PlanRef;
use crate::domain::rights::Principal;
use crate::storage::accounts::{self, NewAccount};
use crate::storage::error::StorageError;
use crate::storage::operator_acts::{self as acts, Act, ActKind};
use crate::storage::{audit, keys, members};

/// Creates an account with its `default` environment and its first admin, the account's e-mail
/// address.
///
/// # Errors
/// If the author lacks the right, or there is no such plan.
pub async fn create(
    connection: &mut PgConnection,
    by: &Principal,
    new: &NewAccount,
) -> Result<(), ChangeError> {
    by.rights.operate()?;
    let mut transaction = connection.begin().await?;
    accounts::create(&mut transaction, new).await?;
    members::add(&mut transaction, MemberId::from_uuid(new_id()), new.id, &new.email, Role::Admin).await?;
    let record = ChangeRecord {
        account_id: new.id,
        action: Action::AccountCreated,
        subject: Subject::Account(new.id),
        before: None,
        after: Some(json!({ "name": new.name, "edition": new.plan.edition, "plan": new.plan.plan })),
    };
    record_change(&mut transaction, by, record).await?;
    Ok(transaction.commit().await?)
}

/// How to recognise an account that already exists.
#[derive(Clone, Debug, Default)]
pub struct Once {
    /// The caller's id of the account. A repetition returns the first account.
    pub reference: Option<String>,
    /// Whether the caller named no edition: a repetition then matches whichever edition was newest
    /// at the first call.
    pub of_any_edition: bool,
    /// Whether another account may have the same e-mail address.
    pub allow_duplicate_email: bool,
}

/// Creates an account unless it exists. Returns its id, and whether it existed.
///
/// # Errors
/// As [`create`]. Also if the caller's id was used for another name, address or plan, or if another
/// account has the e-mail address.
pub async fn create_once(
    connection: &mut PgConnection,
    by: &Principal,
    new: &NewAccount,
    once: &Once,
) -> Result<(AccountId, bool), ChangeError> {
    let mut transaction = connection.begin().await?;
    if let Some(reference) = &once.reference {
        acts::lock(&mut transaction, ActKind::Account, reference).await?;
        if let Some(act) = acts::find(&mut transaction, ActKind::Account, reference).await? {
            let known =
                accounts::find(&mut transaction, act.account_id).await?.ok_or(ChangeError::NoAccount)?;
            let first = first_plan(&mut transaction, known.id).await?.unwrap_or_else(|| known.plan.clone());
            let is_edition = once.of_any_edition || first.edition == new.plan.edition;
            let is_plan = is_edition && first.plan == new.plan.plan;
            if is_plan && (&known.name, &known.email) == (&new.name, &new.email) {
                return Ok((known.id, true));
            }
            return Err(ChangeError::ReferenceUsed { reference: reference.clone(), account_id: known.id });
        }
    }
    if let Some(other) = accounts::with_email(&mut transaction, &new.email).await?
        && !once.allow_duplicate_email
    {
        return Err(ChangeError::EmailTaken(other));
    }
    create(&mut transaction, by, new).await?;
    if let Some(reference) = &once.reference {
        let act = Act { account_id: new.id, call_id: None };
        acts::save(&mut transaction, ActKind::Account, reference, act).await?;
    }
    transaction.commit().await?;
    Ok((new.id, false))
}

/// The plan with which an account was created. It may have moved since.
async fn first_plan(connection: &mut PgConnection, id: AccountId) -> Result<Option<PlanRef>, StorageError> {
    let created = audit::page(connection, id, 0, 1).await?.pop();
    let after =
        created.filter(|entry| entry.action == Action::AccountCreated.as_str()).and_then(|entry| entry.after);
    let word = |name: &str| Some(after.as_ref()?.get(name)?.as_str()?.to_owned());
    Ok(word("edition").zip(word("plan")).map(|(edition, plan)| PlanRef { edition, plan }))
}

/// Changes an account's name or e-mail address. Idempotent.
///
/// # Errors
/// If the author lacks the right, there is no such account, or another has the e-mail address.
pub async fn change(
    connection: &mut PgConnection,
    by: &Principal,
    id: AccountId,
    name: Option<&str>,
    email: Option<&str>,
    allow_duplicate_email: bool,
) -> Result<(), ChangeError> {
    let mut transaction = connection.begin().await?;
    let before = locked(&mut transaction, by, id).await?;
    if let Some(email) = email
        && !email.eq_ignore_ascii_case(&before.email)
        && let Some(other) = accounts::with_email(&mut transaction, email).await?
        && !allow_duplicate_email
    {
        return Err(ChangeError::EmailTaken(other));
    }
    let contact = |name: &str, email: &str| json!({ "name": name, "email": email });
    let (new_name, new_email) = (name.unwrap_or(&before.name), email.unwrap_or(&before.email));
    let changed = difference(&contact(&before.name, &before.email), &contact(new_name, new_email));
    let Some((old, new)) = changed else { return Ok(()) };
    accounts::set_contact(&mut transaction, id, new_name, new_email).await?;
    let record = ChangeRecord {
        account_id: id,
        action: Action::AccountChanged,
        subject: Subject::Account(id),
        before: Some(old),
        after: Some(new),
    };
    record_change(&mut transaction, by, record).await?;
    Ok(transaction.commit().await?)
}

/// Closes an account for good: all keys are revoked, and nothing in it can be created, changed or
/// resumed. Its entries stay in the ledger. Idempotent.
///
/// # Errors
/// If the author lacks the right, or there is no such account.
pub async fn close(connection: &mut PgConnection, by: &Principal, id: AccountId) -> Result<(), ChangeError> {
    let mut transaction = connection.begin().await?;
    match locked(&mut transaction, by, id).await {
        Err(ChangeError::Closed) => return Ok(()),
        account => drop(account?),
    }
    let revoked = keys::revoke_all(&mut transaction, id).await?;
    accounts::close(&mut transaction, id).await?;
    let record = ChangeRecord {
        account_id: id,
        action: Action::AccountClosed,
        subject: Subject::Account(id),
        before: None,
        after: Some(json!({ "keys_revoked": revoked })),
    };
    record_change(&mut transaction, by, record).await?;
    Ok(transaction.commit().await?)
}

/// Suspends or resumes an account. Idempotent.
///
/// # Errors
/// If the author lacks the right, or there is no such account.
pub async fn set_state(
    connection: &mut PgConnection,
    by: &Principal,
    id: AccountId,
    state: AccountState,
) -> Result<(), ChangeError> {
    let mut transaction = connection.begin().await?;
    let before = locked(&mut transaction, by, id).await?;
    if before.state == state {
        return Ok(());
    }
    accounts::set_state(&mut transaction, id, state).await?;
    let record = ChangeRecord {
        account_id: id,
        action: match state {
            AccountState::Suspended => Action::AccountSuspended,
            AccountState::Active => Action::AccountResumed,
        },
        subject: Subject::Account(id),
        before: Some(json!({ "state": before.state })),
        after: Some(json!({ "state": state })),
    };
    record_change(&mut transaction, by, record).await?;
    Ok(transaction.commit().await?)
}

/// Moves an account to another plan. The caller informs the ledger afterwards. Idempotent.
///
/// # Errors
/// If the author lacks the right, or there is no such account or plan.
pub async fn set_plan(
    connection: &mut PgConnection,
    by: &Principal,
    id: AccountId,
    plan: &PlanRef,
) -> Result<(), ChangeError> {
    let mut transaction = connection.begin().await?;
    let before = locked(&mut transaction, by, id).await?;
    if before.plan == *plan {
        return Ok(());
    }
    accounts::set_plan(&mut transaction, id, plan).await?;
    let record = ChangeRecord {
        account_id: id,
        action: Action::AccountMoved,
        subject: Subject::Account(id),
        before: Some(json!(before.plan)),
        after: Some(json!(plan)),
    };
    record_change(&mut transaction, by, record).await?;
    Ok(transaction.commit().await?)
}

async fn locked(
    connection: &mut PgConnection,
    by: &Principal,
    id: AccountId,
) -> Result<Account, ChangeError> {
    may_manage(by, id, ChangeError::NoAccount)?;
    lock(connection, by, id).await?;
    accounts::find(connection, id).await?.ok_or(ChangeError::NoAccount)
}
