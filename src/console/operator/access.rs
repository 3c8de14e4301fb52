//! Who may open a page of the operators' console.

use uuid::Uuid;

use crate::console::request::access::Admission;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::domain::ids::{AccountId, MemberId};
use crate::domain::member::Role;
use crate::identity::operator::OperatorRole;
use crate::storage::accounts;
use crate::storage::identity::memberships::Membership;
use crate::storage::identity::operators;

/// Each kind may do what the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    Anyone,
    /// An operator whose second factor is still to come.
    AwaitingFactor,
    /// Every operator who is logged in.
    Viewer,
    Support,
    /// The same, who gave a code of the second factor lately.
    SupportConfirmed,
    AdminConfirmed,
}

impl Access {
    const fn role(self) -> OperatorRole {
        match self {
            Self::Anyone | Self::AwaitingFactor | Self::Viewer => OperatorRole::Viewer,
            Self::Support | Self::SupportConfirmed => OperatorRole::Support,
            Self::AdminConfirmed => OperatorRole::Admin,
        }
    }

    const fn needs_proof(self) -> bool {
        matches!(self, Self::SupportConfirmed | Self::AdminConfirmed)
    }
}

impl Admission for Access {
    async fn admit(self, call: &mut Call) -> Result<(), PageError> {
        match self {
            Self::Anyone => {}
            Self::AwaitingFactor => {
                call.identify().await?;
                call.half()?;
            }
            _ => {
                call.identify().await?;
                // Without a second factor no session is whole, whatever its row says.
                if !call.user()?.identity.has_second_factor {
                    return Err(PageError::LoggedOut);
                }
            }
        }
        if call.is_sent() {
            call.check_form()?;
        }
        if self <= Self::AwaitingFactor {
            return call.require_current_form();
        }
        let id = call.user()?.identity.id;
        let role = operators::role(call.db().await?, id).await?.ok_or(PageError::LoggedOut)?;
        call.operator = Some(role);
        if role < self.role() {
            return Err(PageError::RoleTooLow);
        }
        if call.has_param("account") {
            enter_account(call).await?;
        }
        if self.needs_proof() && !call.user()?.is_confirmed {
            return Err(PageError::Unconfirmed);
        }
        call.require_current_form()
    }
}

/// Shows the account of the path as one of its members sees it who may change nothing.
async fn enter_account(call: &mut Call) -> Result<(), PageError> {
    let id: AccountId = call.param("account")?;
    let account = accounts::find(call.db().await?, id).await?.ok_or(PageError::NotFound)?;
    call.membership = Some(Membership {
        member_id: MemberId::from_uuid(Uuid::nil()),
        account_id: id,
        role: Role::Member,
        account_name: account.name,
        account_state: account.state,
        closed_at: account.closed_at,
    });
    Ok(())
}
