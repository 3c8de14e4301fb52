//! What was done, by its word in the audit log.

use crate::named_enum::named_enum;

named_enum! {
    /// What was done. Names are only ever added.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Action {
        AccountCreated = "account.created",
        /// An account's calls are refused from now on.
        AccountSuspended = "account.suspended",
        AccountResumed = "account.resumed",
        /// An account's plan changed.
        AccountMoved = "account.moved",
        /// An account has another name or e-mail address.
        AccountChanged = "account.changed",
        /// The alerts of an account changed.
        AlertsChanged = "account.alerts_changed",
        /// An account is suspended for good, and all its keys are revoked.
        AccountClosed = "account.closed",
        EnvironmentCreated = "environment.created",
        /// An environment may have more keys, or fewer.
        EnvironmentChanged = "environment.changed",
        KeyCreated = "key.created",
        /// A key of another system was taken over.
        KeyImported = "key.imported",
        /// A key has another name, other rights or other limits.
        KeyChanged = "key.changed",
        /// A key is refused until it is enabled.
        KeyDisabled = "key.disabled",
        /// A disabled key may be used again.
        KeyEnabled = "key.enabled",
        KeyRevoked = "key.revoked",
        /// A key was reported as leaked. The change says what the report did.
        KeyExposed = "key.exposed",
        KeyOnLeakChanged = "key.on_leak_changed",
        /// A key has a new secret.
        KeyRotated = "key.rotated",
        /// A new secret was taken back, and the one before it lives on.
        KeyRotationCancelled = "key.rotation_cancelled",
        /// A secret that was being replaced ended early.
        KeyOverlapEnded = "key.overlap_ended",
        MemberAdded = "member.added",
        /// A member has another role or state.
        MemberChanged = "member.changed",
        /// A person accepted the invitation, and may log in to the account.
        MemberAccepted = "member.accepted",
        /// An invitation was sent again; the earlier one is worth nothing.
        MemberInvitedAgain = "member.invited_again",
        /// An admin vouched for a member who has lost the second factor.
        MemberVouched = "member.vouched",
        /// An operator began the wait after which a second factor ends.
        MemberFactorReset = "member.factor_reset",
        CreditsGranted = "credits.granted",
        CreditsTaken = "credits.taken",
        /// The people of one source were removed from the directory.
        DirectorySourceRemoved = "directory.source_removed",
        /// A catalogue of plans and packs is in force.
        CatalogueApplied = "catalogue.applied",
        /// A set of routes is in force.
        RoutesApplied = "routes.applied",
        /// A new pepper is in use.
        PepperAdded = "pepper.added",
        /// A pepper is not in use any more.
        PepperRetired = "pepper.retired",
        /// A person may log in to the operators' console.
        OperatorAdded = "operator.added",
        OperatorRemoved = "operator.removed",
        /// An operator has another role.
        OperatorChanged = "operator.changed",
        /// An operator has no second factor until they set one up.
        OperatorReset = "operator.reset",
        OperatorLinked = "operator.linked",
        OperatorLoggedIn = "operator.logged_in",
        /// A failed e-mail is tried again.
        EmailRetried = "email.retried",
        /// All accounts of a plan are moved to another, each with an entry of its own.
        PlanMoveBegun = "plan_move.begun",
        /// The accounts that still waited stay on their plan.
        PlanMoveStopped = "plan_move.stopped",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_action_has_a_word_of_its_own_that_the_store_takes() {
        let words: HashSet<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
        assert_eq!(words.len(), Action::ALL.len());
        let is_word =
            |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
        for word in words {
            let (subject, verb) = word.split_once('.').unwrap();
            assert!(is_word(subject) && is_word(verb), "{word}");
        }
    }
}
