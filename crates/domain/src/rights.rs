//! What the author of a change may change.

use super::audit::Actor;
use super::ids::{AccountId, KeyId, MemberId};
use super::key::reach::{Beyond, Reach};
use super::key::{Mode, Scope};
use super::member::Role;

/// The author of a change, with their rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub actor: Actor,
    pub rights: Rights,
}

/// What a principal may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Everything: the operator, and the service itself.
    All,
    /// A key with the scope `manage`: its own account, up to the key's own reach.
    OfKey(ActingKey),
    /// A person who logged in.
    OfMember { account_id: AccountId, member_id: MemberId, role: Role },
}

/// The key of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActingKey {
    pub key_id: KeyId,
    /// The version of the secret that was used.
    pub secret_version: i32,
    pub account_id: AccountId,
    pub mode: Mode,
    pub reach: Reach,
}

/// The right that a principal lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MissingRight {
    /// The account is another one, so the answer is that it does not exist.
    #[error("there is no such thing in this account")]
    Account,
    /// A scope of their own, or one that they would grant.
    #[error("a key cannot hand out the scope `{}`, which it has not", .0.as_str())]
    Scope(Scope),
    /// A looser limit than their own. The word is the key's field.
    #[error("a key cannot bring about one that `{0}` limits less than itself")]
    Limit(&'static str),
    #[error("a key with a cap on credits cannot make or widen other keys, nor change environments")]
    Uncapped,
    /// A key of a live environment.
    #[error("a key of a test environment cannot make, change or rotate what spends credits")]
    LiveKey,
    #[error("only admins of the account may do this")]
    Admin,
}

impl Principal {
    /// A principal without restrictions.
    pub const fn almighty(actor: Actor) -> Self {
        Self { actor, rights: Rights::All }
    }
}

impl ActingKey {
    const fn is_capped(&self) -> bool {
        self.reach.daily_cap.is_some() || self.reach.monthly_cap.is_some()
    }
}

impl Rights {
    /// Checks the rights of an operator, or of the service itself.
    ///
    /// # Errors
    /// The missing right.
    pub fn operate(&self) -> Result<(), MissingRight> {
        if *self == Self::All { Ok(()) } else { Err(MissingRight::Admin) }
    }

    /// Checks the right to manage an account.
    ///
    /// # Errors
    /// The missing right.
    pub fn manage(&self, account: AccountId) -> Result<(), MissingRight> {
        match self {
            Self::All => Ok(()),
            Self::OfKey(ActingKey { account_id, .. }) | Self::OfMember { account_id, .. }
                if *account_id != account =>
            {
                Err(MissingRight::Account)
            }
            Self::OfKey(key) if !key.reach.scopes.contains(&Scope::Manage) => {
                Err(MissingRight::Scope(Scope::Manage))
            }
            Self::OfMember { role, .. } if !role.may_manage() => Err(MissingRight::Admin),
            Self::OfKey(_) | Self::OfMember { .. } => Ok(()),
        }
    }

    /// Checks the right to change things of this mode.
    ///
    /// # Errors
    /// The missing right.
    pub fn touch(&self, mode: Mode) -> Result<(), MissingRight> {
        match self {
            Self::OfKey(own) if (own.mode, mode) == (Mode::Test, Mode::Live) => Err(MissingRight::LiveKey),
            _ => Ok(()),
        }
    }

    /// Checks the right to change environments and their limits of keys.
    ///
    /// # Errors
    /// The missing right.
    pub fn change_environments(&self) -> Result<(), MissingRight> {
        match self {
            Self::OfKey(own) if own.is_capped() => Err(MissingRight::Uncapped),
            _ => Ok(()),
        }
    }

    /// Checks the right to create, change, enable or rotate a key with the reach `requested`.
    /// `target` is the existing key, and `had` is its reach before a change. The result may not
    /// exceed the author's own reach, except by what the key already had.
    ///
    /// A cap bounds one key. If a capped key created others, their sum would be unbounded, so a
    /// capped key only narrows other keys.
    ///
    /// # Errors
    /// The missing right.
    pub fn grant(
        &self,
        target: Option<KeyId>,
        requested: &Reach,
        had: Option<&Reach>,
        mode: Mode,
    ) -> Result<(), MissingRight> {
        let Self::OfKey(own) = self else { return Ok(()) };
        self.touch(mode)?;
        if own.is_capped() && target != Some(own.key_id) {
            let is_narrowed = had.is_some_and(|had| requested.beyond(&[had]).is_none());
            return if is_narrowed { Ok(()) } else { Err(MissingRight::Uncapped) };
        }
        let bounds: Vec<&Reach> = [Some(&own.reach), had].into_iter().flatten().collect();
        match requested.beyond(&bounds) {
            Some(Beyond::Scope(scope)) => Err(MissingRight::Scope(scope)),
            Some(Beyond::Limit(field)) => Err(MissingRight::Limit(field)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
