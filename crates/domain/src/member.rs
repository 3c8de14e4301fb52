//! The people who manage an account.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::ids::{AccountId, MemberId};
use super::named_enum::named_enum;

named_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Role {
        /// Everything: keys, environments, members and the plan too.
        Admin = "admin",
        /// Look at everything, and change nothing of that.
        Member = "member",
    }
}

impl Role {
    /// Whether it may make, change, rotate or revoke keys, make environments, change members, and
    /// move the plan.
    pub const fn may_manage(self) -> bool {
        matches!(self, Self::Admin)
    }
}

named_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum MemberState {
        /// Named, and has not accepted yet.
        Invited = "invited",
        Active = "active",
        Disabled = "disabled",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    pub id: MemberId,
    pub account_id: AccountId,
    /// Unique in the account, without regard to letter case.
    pub email: String,
    pub role: Role,
    pub state: MemberState,
    pub created_at: DateTime<Utc>,
}

impl Member {
    /// Whether the member is an admin, or becomes one by accepting.
    fn is_admin(&self) -> bool {
        self.role == Role::Admin && self.state != MemberState::Disabled
    }

    /// Whether the member is an active admin.
    pub fn is_acting_admin(&self) -> bool {
        self.role == Role::Admin && self.state == MemberState::Active
    }
}

/// The account would lose its last admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account keeps at least one active admin; make another member an admin first")]
pub struct LastAdmin;

/// Whether a member may get this role and state. `members` are all members of the account.
///
/// # Errors
/// If the account would lose its last active admin or, without one, its last invited admin.
pub fn may_become(members: &[Member], id: MemberId, role: Role, state: MemberState) -> Result<(), LastAdmin> {
    let Some(present) = members.iter().find(|member| member.id == id) else { return Ok(()) };
    let others = || members.iter().filter(|member| member.id != id && member.is_admin());
    let stays = role == Role::Admin && state == present.state;
    let is_missed = match present.state {
        _ if stays || !present.is_admin() => false,
        MemberState::Active => !others().any(Member::is_acting_admin),
        MemberState::Invited | MemberState::Disabled => {
            !(role == Role::Admin && state == MemberState::Active) && others().next().is_none()
        }
    };
    if is_missed { Err(LastAdmin) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn member(number: usize, role: Role, state: MemberState) -> Member {
        Member {
            id: MemberId::from_uuid(Uuid::from_u128(number as u128)),
            account_id: AccountId::from_uuid(Uuid::nil()),
            email: format!("m{number}@example.com"),
            role,
            state,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn only_admins_manage() {
        assert!(Role::Admin.may_manage() && !Role::Member.may_manage());
    }

    #[test]
    fn the_last_acting_admin_stays() {
        let members = [
            member(0, Role::Admin, MemberState::Active),
            member(1, Role::Admin, MemberState::Invited),
            member(2, Role::Member, MemberState::Active),
        ];
        let id = members[0].id;
        assert_eq!(may_become(&members, id, Role::Member, MemberState::Active), Err(LastAdmin));
        assert_eq!(may_become(&members, id, Role::Admin, MemberState::Disabled), Err(LastAdmin));
        assert_eq!(may_become(&members, members[1].id, Role::Member, MemberState::Disabled), Ok(()));
    }

    #[test]
    fn the_only_admin_invited_is_not_taken_back() {
        let members =
            [member(0, Role::Admin, MemberState::Invited), member(1, Role::Member, MemberState::Active)];
        assert_eq!(may_become(&members, members[0].id, Role::Admin, MemberState::Disabled), Err(LastAdmin));
        assert_eq!(may_become(&members, members[0].id, Role::Admin, MemberState::Active), Ok(()));
    }

    #[test]
    fn one_of_two_acting_admins_may_go() {
        let admins = [0, 1].map(|number| member(number, Role::Admin, MemberState::Active));
        assert_eq!(may_become(&admins, admins[0].id, Role::Admin, MemberState::Disabled), Ok(()));
    }

    proptest! {
        #[test]
        fn every_change_leaves_an_admin(
            asked in proptest::collection::vec((0..4_usize, any::<bool>(), 0..3_usize), 1..40),
        ) {
            let states = [MemberState::Invited, MemberState::Active, MemberState::Disabled];
            let mut members: Vec<_> =
                (0..4).map(|number| member(number, Role::Admin, MemberState::Active)).collect();
            for (who, admin, state) in asked {
                let (role, state) = (if admin { Role::Admin } else { Role::Member }, states[state]);
                if may_become(&members, members[who].id, role, state).is_ok() {
                    (members[who].role, members[who].state) = (role, state);
                }
                prop_assert!(members.iter().any(Member::is_acting_admin));
            }
        }
    }
}
