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
pub enum MissingRight {
    /// It is another account's, and so it is not there for them.
    #[error("there is no such thing in this account")]
    Account,
    /// A scope, or one that they would give away.
    #[error("a key cannot hand out the scope `{}`, which it has not", .0.as_str())]
    Scope(Scope),
    /// A limit of their own that they would escape: the field of a key that says it.
    #[error("a key cannot bring about one that `{0}` limits less than itself")]
    Limit(&'static str),
    /// A key without caps.
    #[error("a key with a cap on credits cannot make or widen other keys, nor change environments")]
    Uncapped,
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

impl ActingKey {
    /// Whether it may spend so many credits only.
    const fn is_capped(&self) -> bool {
        self.reach.daily_cap.is_some() || self.reach.monthly_cap.is_some()
    }
}

impl Rights {
    /// Whether they may manage this account at all.
    ///
    /// # Errors
    /// What they lack.
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

    /// Whether they may touch what is of this mode.
    ///
    /// # Errors
    /// What they lack.
    pub fn touch(&self, mode: Mode) -> Result<(), MissingRight> {
        match self {
            Self::OfKey(own) if (own.mode, mode) == (Mode::Test, Mode::Live) => Err(MissingRight::LiveKey),
            _ => Ok(()),
        }
    }

    /// Whether they may change how many keys there can be.
    ///
    /// # Errors
    /// What they lack.
    pub fn change_environments(&self) -> Result<(), MissingRight> {
        match self {
            Self::OfKey(own) if own.is_capped() => Err(MissingRight::Uncapped),
            _ => Ok(()),
        }
    }

    /// Whether they may bring about a key that reaches as far as `wanted`, or a secret of it; `target` is the key, where it
    /// exists already. Nobody gets more by making, changing, enabling or rotating a key than they had; what the key reached
    /// already as others made it, `had`, it may keep where it is only changed.
    ///
    /// Caps are each key's own, so the keys that a capped one makes would together spend what no cap bounds: a capped key
    /// only narrows other keys.
    ///
    /// # Errors
    /// What they lack.
    pub fn grant(
        &self,
        target: Option<KeyId>,
        wanted: &Reach,
        had: Option<&Reach>,
        mode: Mode,
    ) -> Result<(), MissingRight> {
        let Self::OfKey(own) = self else { return Ok(()) };
        self.touch(mode)?;
        if own.is_capped() && target != Some(own.key_id) {
            let is_narrowed = had.is_some_and(|had| wanted.beyond(&[had]).is_none());
            return if is_narrowed { Ok(()) } else { Err(MissingRight::Uncapped) };
        }
        let bounds: Vec<&Reach> = [Some(&own.reach), had].into_iter().flatten().collect();
        match wanted.beyond(&bounds) {
            Some(Beyond::Scope(scope)) => Err(MissingRight::Scope(scope)),
            Some(Beyond::Limit(field)) => Err(MissingRight::Limit(field)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credits::Credits;
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
    fn nobody_but_the_operator_reaches_another_account() {
        let member = Rights::OfMember { account_id: account(1), role: Role::Admin };
        for rights in [key(&Scope::ALL, Mode::Live), member] {
            assert_eq!(rights.manage(account(1)), Ok(()));
            assert_eq!(rights.manage(account(2)), Err(MissingRight::Account));
        }
        assert_eq!(Rights::All.manage(account(2)), Ok(()));
    }

    #[test]
    fn a_key_without_manage_and_a_member_who_is_no_admin_change_nothing() {
        let missing = key(&Scope::DEFAULT, Mode::Live).manage(account(1));
        assert_eq!(missing, Err(MissingRight::Scope(Scope::Manage)));
        let member = Rights::OfMember { account_id: account(1), role: Role::Member };
        assert_eq!(member.manage(account(1)), Err(MissingRight::Admin));
    }

    #[test]
    fn no_key_hands_out_what_it_has_not() {
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
        for wanted in [None, Some(5), Some(1)] {
            assert_eq!(own.grant(None, &capped(wanted), None, Mode::Live), uncapped, "made");
            assert_eq!(own.grant(Some(other_key()), &capped(wanted), None, Mode::Live), uncapped, "rotated");
        }
        let change =
            |had, wanted| own.grant(Some(other_key()), &capped(wanted), Some(&capped(had)), Mode::Live);
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
