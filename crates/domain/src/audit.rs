//! The vocabulary of the audit log: who changed what.

use std::fmt;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::ids::{AccountId, CallId, EnvironmentId, IdentityId, KeyId, MemberId, PlanMoveId};
use super::named_enum::named_enum;
use super::offer_set::SetKind;
use super::text::Reason;

/// The author of a change, and where the request came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub who: Who,
    pub address: Option<IpAddr>,
    pub request_id: Option<CallId>,
    /// Why, in the words of an operator. The account's owners read it.
    pub reason: Option<Reason>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A user of the command line or of the operators' console, by name.
    Operator(String),
    Member(MemberId),
    Key(KeyId),
    /// The program itself. The word names the part.
    System(&'static str),
}

impl Actor {
    pub const fn system(part: &'static str) -> Self {
        Self::of(Who::System(part))
    }

    pub const fn operator(name: String) -> Self {
        Self::of(Who::Operator(name))
    }

    /// An author of whom nothing else is known.
    pub const fn of(who: Who) -> Self {
        Self { who, address: None, request_id: None, reason: None }
    }
}

impl Who {
    /// The kind of actor for the log.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Operator(_) => "operator",
            Self::Member(_) => "member",
            Self::Key(_) => "key",
            Self::System(_) => "system",
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(name) => f.write_str(name),
            Self::Member(id) => id.fmt(f),
            Self::Key(id) => id.fmt(f),
            Self::System(part) => f.write_str(part),
        }
    }
}

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

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Account(AccountId),
    Environment(EnvironmentId),
    Key(KeyId),
    Member(MemberId),
    /// An act on the ledger, by its id.
    Credits(CallId),
    Pepper(i32),
    /// A source of people of the shared directory.
    Source(String),
    /// A numbered set of what is sold.
    OfferSet(SetKind, i32),
    Operator(IdentityId),
    /// A message of the outbox.
    Email(Uuid),
    PlanMove(PlanMoveId),
}

impl Subject {
    /// What kind of thing it is, by one word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Environment(_) => "environment",
            Self::Key(_) => "key",
            Self::Member(_) => "member",
            Self::Credits(_) => "credits",
            Self::Pepper(_) => "pepper",
            Self::Source(_) => "source",
            Self::OfferSet(kind, _) => kind.as_str(),
            Self::Operator(_) => "operator",
            Self::Email(_) => "email",
            Self::PlanMove(_) => "plan_move",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => id.fmt(f),
            Self::Environment(id) => id.fmt(f),
            Self::Key(id) => id.fmt(f),
            Self::Member(id) => id.fmt(f),
            Self::Credits(id) => id.fmt(f),
            Self::Pepper(version) => version.fmt(f),
            Self::Source(name) => f.write_str(name),
            Self::OfferSet(_, number) => number.fmt(f),
            Self::Operator(id) => id.fmt(f),
            Self::Email(id) => id.fmt(f),
            Self::PlanMove(id) => id.fmt(f),
        }
    }
}

/// One change, to be written down with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// `None` for changes of the whole service.
    pub account_id: Option<AccountId>,
    pub action: Action,
    pub subject: Subject,
    /// What was changed, as it stood before: a small object without secrets.
    pub before: Option<Value>,
    /// The same fields after the change.
    pub after: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AuditEntry {
    /// Its number, dense from 1 within the account.
    pub number: i64,
    /// `None` for changes of the whole service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    pub at: DateTime<Utc>,
    /// `operator`, `member`, `key` or `system`.
    pub actor: String,
    pub actor_id: String,
    /// What was done, such as `key.rotated`.
    pub action: String,
    /// What kind of thing it was done to.
    pub subject: String,
    pub subject_id: String,
    /// What was changed, as it stood before.
    pub before: Option<Value>,
    /// The same as it stood after.
    pub after: Option<Value>,
    pub address: Option<String>,
    pub request_id: Option<CallId>,
    /// Why an operator did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
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
