//! What whoever asks for a change may change.

use super::audit::Actor;
use super::ids::AccountId;
use super::key::{Mode, Scope};
use super::member::Role;

/// Who asks for a change, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Who, for the audit log.
    pub actor: Actor,
    /// What they may do.
    pub rights: Rights,
}

/// How far somebody's rights reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Everything: the operator of the service, and the service itself.
    All,
    /// A key with the scope `manage`: its own account, and no more than the key itself may do.
    OfKey {
        /// Its account.
        account_id: AccountId,
        /// What it may be used for.
        scopes: Vec<Scope>,
        /// The mode of its environment.
        mode: Mode,
    },
    /// A person at the console.
    OfMember {
        /// Their account.
        account_id: AccountId,
        /// Their role in it.
        role: Role,
    },
}

/// What somebody lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lacks {
    /// It is another account's, and so it is not there for them.
    #[error("there is no such thing in this account")]
    Account,
    /// A scope, or one that they would give away.
    #[error("a key cannot hand out the scope `{}`, which it has not", .0.as_str())]
    Scope(Scope),
    /// A key of a live environment.
    #[error("a key of a test environment cannot make, change or rotate what spends credits")]
    LiveKey,
    /// The role of an admin.
    #[error("only admins of the account may do this")]
    Admin,
}

impl Principal {
    /// Whoever may do everything.
    pub const fn almighty(actor: Actor) -> Self {
        Self { actor, rights: Rights::All }
    }
}

impl Rights {
    /// Whether they may manage this account at all.
    ///
    /// # Errors
    /// What they lack.
    pub fn manage(&self, account: AccountId) -> Result<(), Lacks> {
        match self {
            Self::All => Ok(()),
            Self::OfKey { account_id, .. } | Self::OfMember { account_id, .. } if *account_id != account => {
                Err(Lacks::Account)
            }
            Self::OfKey { scopes, .. } if !scopes.contains(&Scope::Manage) => {
                Err(Lacks::Scope(Scope::Manage))
            }
            Self::OfMember { role, .. } if !role.may_manage() => Err(Lacks::Admin),
            Self::OfKey { .. } | Self::OfMember { .. } => Ok(()),
        }
    }

    /// Whether they may bring about a secret with these rights. Nobody gets more by making a key, or by rotating one,
    /// than they had.
    ///
    /// # Errors
    /// What they lack.
    pub fn grant(&self, scopes: &[Scope], mode: Mode) -> Result<(), Lacks> {
        let Self::OfKey { scopes: own, mode: own_mode, .. } = self else { return Ok(()) };
        if let Some(missing) = scopes.iter().find(|scope| !own.contains(scope)) {
            return Err(Lacks::Scope(*missing));
        }
        if (*own_mode, mode) == (Mode::Test, Mode::Live) { Err(Lacks::LiveKey) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn key(scopes: &[Scope], mode: Mode) -> Rights {
        Rights::OfKey { account_id: account(1), scopes: scopes.to_vec(), mode }
    }

    #[test]
    fn nobody_but_the_operator_reaches_another_account() {
        let member = Rights::OfMember { account_id: account(1), role: Role::Admin };
        for rights in [key(&Scope::ALL, Mode::Live), member] {
            assert_eq!(rights.manage(account(1)), Ok(()));
            assert_eq!(rights.manage(account(2)), Err(Lacks::Account));
        }
        assert_eq!(Rights::All.manage(account(2)), Ok(()));
    }

    #[test]
    fn a_key_without_manage_and_a_member_who_is_no_admin_change_nothing() {
        let lacks = key(&Scope::DEFAULT, Mode::Live).manage(account(1));
        assert_eq!(lacks, Err(Lacks::Scope(Scope::Manage)));
        let member = Rights::OfMember { account_id: account(1), role: Role::Member };
        assert_eq!(member.manage(account(1)), Err(Lacks::Admin));
    }

    #[test]
    fn no_key_hands_out_what_it_has_not() {
        let rights = key(&[Scope::Read, Scope::Manage], Mode::Live);
        assert_eq!(rights.grant(&[Scope::Read], Mode::Live), Ok(()));
        assert_eq!(rights.grant(&Scope::ALL, Mode::Live), Err(Lacks::Scope(Scope::Invoke)));
        assert_eq!(Rights::All.grant(&Scope::ALL, Mode::Live), Ok(()));
    }

    #[test]
    fn a_test_key_brings_about_no_live_one() {
        let rights = key(&Scope::ALL, Mode::Test);
        assert_eq!(rights.grant(&[Scope::Read], Mode::Live), Err(Lacks::LiveKey));
        assert_eq!(rights.grant(&[Scope::Read], Mode::Test), Ok(()));
        assert_eq!(key(&Scope::ALL, Mode::Live).grant(&[Scope::Read], Mode::Test), Ok(()));
    }
}
