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
mod tests {
    use super::*;
    use crate::credits::Credits;
    use chrono::DateTime;
    use uuid::Uuid;

    fn own_key() -> KeyId {
        KeyId::from_uuid(Uuid::from_u128(7))
    }

    fn other_key() -> KeyId {
        KeyId::from_uuid(Uuid::from_u128(8))
    }

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn member_id() -> MemberId {
        MemberId::from_uuid(Uuid::from_u128(9))
    }

    fn reach(scopes: &[Scope]) -> Reach {
        Reach { scopes: scopes.to_vec(), ..Reach::default() }
    }

    fn key(scopes: &[Scope], mode: Mode) -> Rights {
        Rights::OfKey(ActingKey {
            key_id: own_key(),
            secret_version: 1,
            account_id: account(1),
            mode,
            reach: reach(scopes),
        })
    }

    #[test]
    fn only_the_operator_reaches_another_account() {
        let member = Rights::OfMember { account_id: account(1), member_id: member_id(), role: Role::Admin };
        for rights in [key(&Scope::ALL, Mode::Live), member] {
            assert_eq!(rights.manage(account(1)), Ok(()));
            assert_eq!(rights.manage(account(2)), Err(MissingRight::Account));
        }
        assert_eq!(Rights::All.manage(account(2)), Ok(()));
    }

    #[test]
    fn no_key_and_no_admin_has_the_rights_of_an_operator() {
        let member = Rights::OfMember { account_id: account(1), member_id: member_id(), role: Role::Admin };
        for rights in [key(&Scope::ALL, Mode::Live), member] {
            assert_eq!(rights.operate(), Err(MissingRight::Admin));
        }
        assert_eq!(Rights::All.operate(), Ok(()));
    }

    #[test]
    fn a_key_without_manage_and_a_member_who_is_no_admin_change_nothing() {
        let missing = key(&Scope::DEFAULT, Mode::Live).manage(account(1));
        assert_eq!(missing, Err(MissingRight::Scope(Scope::Manage)));
        let member = Rights::OfMember { account_id: account(1), member_id: member_id(), role: Role::Member };
        assert_eq!(member.manage(account(1)), Err(MissingRight::Admin));
    }

    #[test]
    fn no_key_grants_what_it_does_not_have() {
        let rights = key(&[Scope::Read, Scope::Manage], Mode::Live);
        let (few, all) = (reach(&[Scope::Read]), reach(&Scope::ALL));
        assert_eq!(rights.grant(None, &few, None, Mode::Live), Ok(()));
        assert_eq!(rights.grant(None, &all, None, Mode::Live), Err(MissingRight::Scope(Scope::Invoke)));
        assert_eq!(rights.grant(None, &all, Some(&reach(&[Scope::Invoke])), Mode::Live), Ok(()));
        assert_eq!(Rights::All.grant(None, &all, None, Mode::Live), Ok(()));
    }

    #[test]
    fn no_key_escapes_its_own_limits() {
        let mut own = key(&Scope::ALL, Mode::Live);
        if let Rights::OfKey(acting) = &mut own {
            acting.reach.expires_at = DateTime::from_timestamp(5, 0);
        }
        let until = |at| Reach { expires_at: DateTime::from_timestamp(at, 0), ..reach(&[Scope::Read]) };
        assert_eq!(own.grant(None, &until(5), None, Mode::Live), Ok(()));
        assert_eq!(own.grant(None, &until(6), None, Mode::Live), Err(MissingRight::Limit("expires_at")));
        // A key that others made so stays so when something else of it is changed.
        assert_eq!(own.grant(Some(other_key()), &until(6), Some(&until(6)), Mode::Live), Ok(()));
    }

    #[test]
    fn a_capped_key_narrows_other_keys_and_nothing_else() {
        let mut own = key(&Scope::ALL, Mode::Live);
        assert_eq!(own.change_environments(), Ok(()));
        if let Rights::OfKey(acting) = &mut own {
            acting.reach.daily_cap = Some(Credits::from_u32(5));
        }
        let capped =
            |cap: Option<u32>| Reach { daily_cap: cap.map(Credits::from_u32), ..reach(&[Scope::Read]) };
        let uncapped = Err(MissingRight::Uncapped);
        for requested in [None, Some(5), Some(1)] {
            assert_eq!(own.grant(None, &capped(requested), None, Mode::Live), uncapped, "made");
            assert_eq!(
                own.grant(Some(other_key()), &capped(requested), None, Mode::Live),
                uncapped,
                "rotated"
            );
        }
        let change =
            |had, requested| own.grant(Some(other_key()), &capped(requested), Some(&capped(had)), Mode::Live);
        assert_eq!(
            (change(Some(4), Some(3)), change(None, Some(9)), change(Some(4), Some(4))),
            (Ok(()), Ok(()), Ok(()))
        );
        assert_eq!((change(Some(4), Some(5)), change(Some(4), None)), (uncapped, uncapped));
        assert_eq!(own.change_environments(), uncapped);
        // Its own secret spends against the same cap.
        assert_eq!(own.grant(Some(own_key()), &capped(Some(5)), None, Mode::Live), Ok(()));
        assert_eq!(
            own.grant(Some(own_key()), &capped(Some(6)), None, Mode::Live),
            Err(MissingRight::Limit("daily_cap"))
        );
    }

    #[test]
    fn a_test_key_brings_about_no_live_one() {
        let (rights, few) = (key(&Scope::ALL, Mode::Test), reach(&[Scope::Read]));
        assert_eq!(rights.grant(None, &few, None, Mode::Live), Err(MissingRight::LiveKey));
        assert_eq!(rights.touch(Mode::Live), Err(MissingRight::LiveKey));
        assert_eq!(rights.grant(None, &few, None, Mode::Test), Ok(()));
        assert_eq!(key(&Scope::ALL, Mode::Live).grant(None, &few, None, Mode::Test), Ok(()));
    }
}
