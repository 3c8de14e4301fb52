//! Who may open which page.

use super::call::Call;
use super::error::PageError;

/// Who may open a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Anyone,
    /// A person who still has to pass the second factor.
    AwaitingFactor,
    /// A person who is logged in.
    Person,
    /// The same, with a recent proof of identity.
    PersonConfirmed,
    /// A member of the account in the path.
    Member,
    Admin,
    /// The same, with a recent proof of identity.
    AdminConfirmed,
}

impl Access {
    const fn needs_account(self) -> bool {
        matches!(self, Self::Member | Self::Admin | Self::AdminConfirmed)
    }

    const fn needs_admin(self) -> bool {
        matches!(self, Self::Admin | Self::AdminConfirmed)
    }

    const fn needs_proof(self) -> bool {
        matches!(self, Self::PersonConfirmed | Self::AdminConfirmed)
    }
}

/// Who may open a page, as a table of pages names it.
pub(crate) trait Admission: Copy + Send + Sync + 'static {
    /// Reads who asks, and refuses all who may not open the page. The token of a form is checked
    /// once the person is known.
    fn admit(self, call: &mut Call) -> impl Future<Output = Result<(), PageError>> + Send;
}

impl Admission for Access {
    async fn admit(self, call: &mut Call) -> Result<(), PageError> {
        if self != Self::Anyone {
            call.identify().await?;
            match self {
                Self::AwaitingFactor => call.half()?,
                _ => call.user()?,
            };
        }
        if call.is_sent() {
            call.check_form()?;
        }
        if self.needs_account() {
            call.enter_account().await?;
        }
        if self.needs_admin() && !call.membership()?.role.may_manage() {
            return Err(PageError::AdminsOnly);
        }
        // A form that nothing could come of is not shown.
        if self.needs_admin() && !call.is_sent() && call.membership()?.closed_at.is_some() {
            return Err(PageError::Closed);
        }
        if self.needs_proof() && !call.user()?.is_confirmed {
            return Err(PageError::Unconfirmed);
        }
        call.require_current_form()
    }
}
