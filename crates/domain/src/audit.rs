//! The vocabulary of the audit log: who changed what.

mod action;

use std::fmt;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

pub use self::action::Action;
use super::ids::{AccountId, CallId, EnvironmentId, IdentityId, KeyId, MemberId, PlanMoveId};
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
