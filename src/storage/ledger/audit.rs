//! Records granted and taken credits in the audit log, in the commit that moves them.

use serde_json::json;
use sqlx::postgres::PgConnection;

use crate::domain::audit::{Action, Actor, Change, Subject};
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::{Effects, StoreError};
use crate::storage::audit::append;

/// Records the credits that operators moved. Calls, renewals and expiry are in the ledger only.
pub(super) async fn write_down(
    connection: &mut PgConnection,
    actor: &Actor,
    operations: &[Operation],
    effects: &Effects,
) -> Result<(), StoreError> {
    for (operation, effect) in operations.iter().zip(effects) {
        if let Some(change) = effect.as_ref().and_then(|effect| change_of(operation, effect)) {
            append(connection, actor, &change).await?;
        }
    }
    Ok(())
}

fn change_of(operation: &Operation, effect: &Effect) -> Option<Change> {
    let (action, id, after) = match (operation, effect) {
        (Operation::Grant(grant), Effect::Granted { repeated: false, balance, .. }) => (
            Action::CreditsGranted,
            grant.id,
            json!({
                "credits": grant.amount, "source": grant.kind.source().as_str(), "reference": grant.reference,
                "note": grant.note, "expires_at": grant.expires_at, "balance": balance.remaining,
            }),
        ),
        (Operation::Correct(correction), Effect::Done(balance)) => (
            Action::CreditsTaken,
            correction.id,
            json!({
                "credits": correction.amount, "reference": correction.reference, "note": correction.note,
                "balance": balance.remaining,
            }),
        ),
        _ => return None,
    };
    Some(Change {
        account_id: Some(operation.account_id()),
        action,
        subject: Subject::Credits(id),
        before: None,
        after: Some(after),
    })
}
