//! Why a page is not what was asked for.

use super::form::FormFault;
use crate::api::change_refusal;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::http::request_body_fault::RequestBodyFault;
use crate::ledger::store::StoreError;
use crate::management::ChangeError;
use crate::secret::password::HashError;
use crate::storage::error::StorageError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// Nothing is there, or it belongs to another account: the reader cannot tell which.
    #[error("there is no such page")]
    NotFound,
    /// A member who is no admin.
    #[error("only admins may do this")]
    AdminsOnly,
    /// A form of an account that is closed.
    #[error("the account is closed")]
    Closed,
    /// An operator whose role does not go so far.
    #[error("the operator's role does not allow this")]
    RoleTooLow,
    /// The visitor is not logged in.
    #[error("not logged in")]
    LoggedOut,
    /// The person has to prove again who they are.
    #[error("a proof of identity is needed")]
    Unconfirmed,
    /// A form from another origin, another browser or another day.
    #[error("the form was not sent from its own page")]
    NotFromHere,
    /// A form that the person opened before their session began, or too long ago.
    #[error("the form belongs to an earlier session")]
    OutdatedForm,
    /// A body that no page of ours sends.
    #[error("the body is not the form of this page: {0}")]
    NotAForm(#[from] FormFault),
    /// The form was sent before.
    #[error("the form has already been sent")]
    SentAlready { leads_to: String },
    /// A change that the rules or the state of things forbid.
    #[error("the change is refused: {}", .0.code().as_str())]
    Refused(Box<Refusal>),
    /// More lines than one file holds.
    #[error("the file would be too long")]
    TooMuch,
    #[error("pages are busy")]
    Busy,
    #[error("the request failed")]
    Internal,
}

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        match refusal.code() {
            ErrorCode::NotFound => Self::NotFound,
            ErrorCode::ServiceUnavailable => Self::Busy,
            ErrorCode::InternalError => Self::Internal,
            _ => Self::Refused(Box::new(refusal)),
        }
    }
}

impl From<RequestBodyFault> for PageError {
    fn from(fault: RequestBodyFault) -> Self {
        match fault {
            RequestBodyFault::TooSlow { .. } => FormFault::TooSlow.into(),
            fault => Refusal::from(fault).into(),
        }
    }
}

impl From<StorageError> for PageError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Unavailable(_) => {
                tracing::warn!(%error, "reading a page failed");
                Self::Busy
            }
            error => {
                tracing::error!(%error, "reading a page failed");
                Self::Internal
            }
        }
    }
}

impl From<ChangeError> for PageError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Closed => Self::Closed,
            // A person whose role changed after the page had admitted them.
            ChangeError::MissingRight(_) => Self::AdminsOnly,
            error => change_refusal::refusal(error).into(),
        }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "reading a page failed");
        Self::Busy
    }
}

impl From<HashError> for PageError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Busy,
            HashError::Failed(_) => {
                tracing::error!(%error, "hashing a password failed");
                Self::Internal
            }
        }
    }
}
