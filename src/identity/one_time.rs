//! One-time tokens: what each is good for, and for how long.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::ids::{IdentityId, MemberId};
use crate::domain::named_enum::named_enum;

named_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Purpose {
        /// Made by the operator's command: logs in.
        LogIn = "log_in",
        /// Proves a new address.
        SignUp = "sign_up",
        /// Sets a new password.
        Reset = "reset",
        /// Accepts a membership.
        Invitation = "invitation",
        /// Proves the address that an identity changes to.
        NewEmail = "new_email",
        /// Restores the address before a change.
        UndoEmail = "undo_email",
        /// Made by the operator's command: opens the operators' console, up to the second factor.
        Operator = "operator",
        /// Keeps a second factor that is about to be taken away.
        KeepFactor = "keep_factor",
    }
}

impl Purpose {
    /// Those with which a mailbox takes back what a thief did. No other proof ends them.
    pub const SAFEGUARDS: [Self; 2] = [Self::UndoEmail, Self::KeepFactor];

    /// How long a token is valid.
    pub const fn life(self) -> TimeDelta {
        match self {
            Self::LogIn => TimeDelta::minutes(10),
            Self::Reset => TimeDelta::minutes(30),
            Self::NewEmail | Self::Operator => TimeDelta::hours(1),
            Self::SignUp | Self::KeepFactor => TimeDelta::hours(24),
            Self::Invitation | Self::UndoEmail => TimeDelta::days(7),
        }
    }
}

/// How long a code may be typed in place of the link of a sign-up.
pub const CODE_LIFE: TimeDelta = TimeDelta::minutes(30);
/// Wrong codes after which a new one must be asked for.
pub const MAX_CODE_TRIES: i32 = 5;

/// How long before a change of address a second factor may have been switched on by the same thief.
/// An older one is the person's own: they had a notice of it, and time to act.
pub const NEW_FACTOR: TimeDelta = TimeDelta::hours(24);

/// A token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTime {
    pub purpose: Purpose,
    /// The address that it is bound to.
    pub email: String,
    pub identity_id: Option<IdentityId>,
    pub member_id: Option<MemberId>,
    pub ends_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    /// No such token, or one for another purpose.
    #[error("the link is unknown")]
    Unknown,
    #[error("the link has already been used")]
    Used,
    #[error("the link has expired")]
    Expired,
}

/// Whether a token may be used for a purpose.
///
/// # Errors
/// Why it may not.
pub fn accept(token: Option<OneTime>, purpose: Purpose, now: DateTime<Utc>) -> Result<OneTime, NotAccepted> {
    let token = token.filter(|token| token.purpose == purpose).ok_or(NotAccepted::Unknown)?;
    if token.used_at.is_some() {
        Err(NotAccepted::Used)
    } else if token.ends_at <= now {
        Err(NotAccepted::Expired)
    } else {
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(used: bool) -> OneTime {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        OneTime {
            purpose: Purpose::Reset,
            email: "a@b.example".into(),
            identity_id: None,
            member_id: None,
            ends_at: at(10),
            used_at: used.then(|| at(1)),
        }
    }

    #[test]
    fn a_token_is_good_once_in_time_and_for_its_purpose() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert!(accept(Some(token(false)), Purpose::Reset, at(9)).is_ok());
        assert_eq!(accept(Some(token(false)), Purpose::Reset, at(10)), Err(NotAccepted::Expired));
        assert_eq!(accept(Some(token(true)), Purpose::Reset, at(9)), Err(NotAccepted::Used));
        assert_eq!(accept(Some(token(false)), Purpose::LogIn, at(9)), Err(NotAccepted::Unknown));
        assert_eq!(accept(None, Purpose::Reset, at(9)), Err(NotAccepted::Unknown));
    }
}
