//! Credits that people get once for signing up. An account's row promises them; the ledger grants
//! them, under the person's id as the reference, so that a repetition grants nothing more.

use std::time::Duration;

use tokio::time::timeout;

use crate::clock::new_id;
use crate::domain::audit::Actor;
use crate::domain::ids::CallId;
use crate::ledger::rules::entry::GrantKind;
use crate::ledger::rules::operation::{Effect, Grant, Operation};
use crate::ledger::writer::operator::OperatorError;
use crate::storage::error::StorageError;
use crate::storage::identity::sign_up_grants::{self as promised, DueGrant};
use crate::storage::ledger::desk::LedgerDesk;

/// Grants of one commit.
const AT_ONCE: i64 = 100;
const NOTE: &str = "sign-up";
/// How the references of these grants begin.
pub const REFERENCE: &str = "sign-up:";
/// How long a page waits for the credits that it shows.
const PAGE_WAIT: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub struct SignUpGrants {
    pub desk: LedgerDesk,
}

#[derive(Debug, thiserror::Error)]
enum GrantError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Act(#[from] OperatorError),
}

impl SignUpGrants {
    /// Grants what is promised. What fails stays promised.
    pub async fn give_due(&self) {
        if let Err(error) = self.give().await {
            tracing::warn!(%error, "granting the credits of sign-ups failed");
        }
    }

    /// The same for a page, which waits a moment and no longer: the grants go on without it.
    pub async fn give_due_for_page(&self) {
        let grants = self.clone();
        let giving = tokio::spawn(async move { grants.give_due().await });
        let _ = timeout(PAGE_WAIT, giving).await;
    }

    async fn give(&self) -> Result<(), GrantError> {
        let mut connection = self.desk.pool.acquire().await.map_err(StorageError::from)?;
        let due = promised::due(&mut connection, AT_ONCE).await?;
        drop(connection);
        if due.is_empty() {
            return Ok(());
        }
        let operations = due.iter().map(operation).collect();
        let effects = self.desk.apply_all(&Actor::system("sign-up"), operations).await?;
        let (mut granted, mut refused) = (Vec::with_capacity(due.len()), Vec::new());
        for (grant, effect) in due.iter().zip(effects) {
            match effect {
                Effect::Granted { .. } => granted.push(grant.identity_id),
                effect => {
                    let account_id = grant.account_id;
                    tracing::error!(%account_id, ?effect, "ledger rules refused the credits of a sign-up");
                    refused.push(grant.identity_id);
                }
            }
        }
        let mut connection = self.desk.pool.acquire().await.map_err(StorageError::from)?;
        promised::granted(&mut connection, &granted).await?;
        Ok(promised::refused(&mut connection, &refused).await?)
    }
}

fn operation(due: &DueGrant) -> Operation {
    Operation::Grant(Grant {
        account_id: due.account_id,
        id: CallId::from_uuid(new_id()),
        reference: format!("{REFERENCE}{}", due.identity_id),
        kind: GrantKind::Grant,
        amount: due.credits,
        expires_at: due.expires_at,
        note: NOTE.to_owned(),
    })
}
