//! What whoever asks for a change may change.

use super::audit::Actor;
use super::ids::{AccountId, KeyId};
use super::key::reach::{Beyond, Reach};
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
    OfKey(ActingKey),
    /// A person at the console.
    OfMember {
        /// Their account.
        account_id: AccountId,
        /// Their role in it.
        role: Role,
    },
}

/// A key that somebody acts by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActingKey {
    /// The key.
    pub key_id: KeyId,
    /// The version of its secret that was used.
    pub secret_version: i32,
    /// Its account.
    pub account_id: AccountId,
    /// The mode of its environment.
    pub mode: Mode,
    /// How far it reaches.
    pub reach: Reach,
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
    /// A limit of their own that they would escape: the field of a key that says it.
    #[error("a key cannot bring about one that `{0}` limits less than itself")]
    Limit(&'static str),
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
            Self::OfKey(ActingKey { account_id, .. }) | Self::OfMember { account_id, .. }
                if *account_id != account =>
            {
                Err(Lacks::Account)
            }
            Self::OfKey(key) if !key.reach.scopes.contains(&Scope::Manage) => {
                Err(Lacks::Scope(Scope::Manage))
            }
            Self::OfMember { role, .. } if !role.may_manage() => Err(Lacks::Admin),
            Self::OfKey(_) | Self::OfMember { .. } => Ok(()),
        }
    }

    /// Whether they may touch what is of this mode.
    ///
    /// # Errors
    /// What they lack.
    pub fn touch(&self, mode: Mode) -> Result<(), Lacks> {
        match self {
            Self::OfKey(own) if (own.mode, mode) == (Mode::Test, Mode::Live) => Err(Lacks::LiveKey),
            _ => Ok(()),
        }
    }

    /// Whether they may bring about a key that reaches as far as `wanted`, or a secret of it. Nobody gets more by making,
    /// changing, enabling or rotating a key than they had; what the key reached already as others made it, `had`, it may
    /// keep where it is only changed.
    ///
    /// # Errors
    /// What they lack.
    pub fn grant(&self, wanted: &Reach, had: Option<&Reach>, mode: Mode) -> Result<(), Lacks> {
        let Self::OfKey(own) = self else { return Ok(()) };
        self.touch(mode)?;
        let bounds: Vec<&Reach> = [Some(&own.reach), had].into_iter().flatten().collect();
        match wanted.beyond(&bounds) {
            Some(Beyond::Scope(scope)) => Err(Lacks::Scope(scope)),
            Some(Beyond::Limit(field)) => Err(Lacks::Limit(field)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn reach(scopes: &[Scope]) -> Reach {
        Reach { scopes: scopes.to_vec(), ..Reach::default() }
    }

    fn key(scopes: &[Scope], mode: Mode) -> Rights {
        Rights::OfKey(ActingKey {
            key_id: KeyId::from_uuid(Uuid::from_u128(7)),
            secret_version: 1,
            account_id: account(1),
            mode,
            reach: reach(scopes),
        })
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
        let (few, all) = (reach(&[Scope::Read]), reach(&Scope::ALL));
        assert_eq!(rights.grant(&few, None, Mode::Live), Ok(()));
        assert_eq!(rights.grant(&all, None, Mode::Live), Err(Lacks::Scope(Scope::Invoke)));
        assert_eq!(rights.grant(&all, Some(&reach(&[Scope::Invoke])), Mode::Live), Ok(()));
        assert_eq!(Rights::All.grant(&all, None, Mode::Live), Ok(()));
    }

    #[test]
    fn no_key_escapes_its_own_limits() {
        let mut own = key(&Scope::ALL, Mode::Live);
        if let Rights::OfKey(acting) = &mut own {
            acting.reach.daily_cap = Some(5);
        }
        let capped = |daily_cap| Reach { daily_cap, ..reach(&[Scope::Read]) };
        assert_eq!(own.grant(&capped(Some(5)), None, Mode::Live), Ok(()));
        assert_eq!(own.grant(&capped(None), None, Mode::Live), Err(Lacks::Limit("daily_cap")));
        // A key that others made so stays so when something else of it is changed.
        assert_eq!(own.grant(&capped(Some(6)), Some(&capped(Some(6))), Mode::Live), Ok(()));
    }

    #[test]
    fn a_test_key_brings_about_no_live_one() {
        let (rights, few) = (key(&Scope::ALL, Mode::Test), reach(&[Scope::Read]));
        assert_eq!(rights.grant(&few, None, Mode::Live), Err(Lacks::LiveKey));
        assert_eq!(rights.touch(Mode::Live), Err(Lacks::LiveKey));
        assert_eq!(rights.grant(&few, None, Mode::Test), Ok(()));
        assert_eq!(key(&Scope::ALL, Mode::Live).grant(&few, None, Mode::Test), Ok(()));
    }
}
