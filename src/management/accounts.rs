//! Accounts: made, suspended, resumed, moved to another plan.

use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::{Done, NotDone, lock, write_down};
use crate::clock::new_id;
use crate::domain::account::{Account, AccountState};
use crate::domain::audit::{Action, Subject};
use crate::domain::ids::{AccountId, MemberId};
use crate::domain::member::Role;
use crate::domain::plan::PlanRef;
use crate::domain::rights::{Lacks, Principal, Rights};
use crate::storage::accounts::{self, NewAccount};
use crate::storage::members;

/// Makes an account with its `default` environment and its first admin, who is the one it is written to.
///
/// # Errors
/// When whoever asks may not, or there is no such plan.
pub async fn create(connection: &mut PgConnection, by: &Principal, new: &NewAccount) -> Result<(), NotDone> {
    if by.rights != Rights::All {
        return Err(Lacks::Admin.into());
    }
    let mut transaction = connection.begin().await?;
    accounts::create(&mut transaction, new).await?;
    members::add(&mut transaction, MemberId::from_uuid(new_id()), new.id, &new.email, Role::Admin).await?;
    let done = Done {
        account_id: new.id,
        action: Action::AccountCreated,
        subject: Subject::Account(new.id),
        before: None,
        after: Some(json!({ "name": new.name, "edition": new.plan.edition, "plan": new.plan.plan })),
    };
    write_down(&mut transaction, by, done).await?;
    Ok(transaction.commit().await?)
}

/// Suspends or resumes an account. Done a second time, nothing happens.
///
/// # Errors
/// When whoever asks may not, or there is no such account.
pub async fn set_state(
    connection: &mut PgConnection,
    by: &Principal,
    id: AccountId,
    state: AccountState,
) -> Result<(), NotDone> {
    let mut transaction = connection.begin().await?;
    let before = locked(&mut transaction, by, id).await?;
    if before.state == state {
        return Ok(());
    }
    accounts::set_state(&mut transaction, id, state).await?;
    let done = Done {
        account_id: id,
        action: match state {
            AccountState::Suspended => Action::AccountSuspended,
            AccountState::Active => Action::AccountResumed,
        },
        subject: Subject::Account(id),
        before: Some(json!({ "state": before.state })),
        after: Some(json!({ "state": state })),
    };
    write_down(&mut transaction, by, done).await?;
    Ok(transaction.commit().await?)
}

/// Moves an account to another plan; the ledger is to be told afterwards. Done a second time, nothing happens.
///
/// # Errors
/// When whoever asks may not, or there is no such account or plan.
pub async fn set_plan(
    connection: &mut PgConnection,
    by: &Principal,
    id: AccountId,
    plan: &PlanRef,
) -> Result<(), NotDone> {
    let mut transaction = connection.begin().await?;
    let before = locked(&mut transaction, by, id).await?;
    if before.plan == *plan {
        return Ok(());
    }
    accounts::set_plan(&mut transaction, id, plan).await?;
    let done = Done {
        account_id: id,
        action: Action::AccountMoved,
        subject: Subject::Account(id),
        before: Some(json!(before.plan)),
        after: Some(json!(plan)),
    };
    write_down(&mut transaction, by, done).await?;
    Ok(transaction.commit().await?)
}

async fn locked(connection: &mut PgConnection, by: &Principal, id: AccountId) -> Result<Account, NotDone> {
    by.rights.manage(id).map_err(|lacks| match lacks {
        Lacks::Account => NotDone::NoAccount,
        other => other.into(),
    })?;
    lock(connection, by, id).await?;
    accounts::find(connection, id).await?.ok_or(NotDone::NoAccount)
}
