//! Identifiers: UUIDv7 (RFC 9562), which sort by creation time, each kind in its own type so that
//! the compiler tells them apart.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// A buffer for the text of an id.
#[derive(Clone, Copy, Debug)]
pub struct IdText([u8; Hyphenated::LENGTH]);

impl Default for IdText {
    fn default() -> Self {
        Self([0; Hyphenated::LENGTH])
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $hint:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an existing id.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The id as text in the caller's buffer, without an allocation.
            pub fn text<'t>(&self, place: &'t mut IdText) -> &'t str {
                self.0.hyphenated().encode_lower(&mut place.0)
            }

            /// The bare UUID, for the store.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId($hint))
            }
        }
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id looks like 01900000-0000-7000-8000-000000000000{0}")]
pub struct NotAnId(&'static str);

id!(
    /// A customer.
    AccountId, "; `fluence account list` shows them"
);
id!(
    /// A key with all its secret versions.
    KeyId, "; `fluence key list --account ID` shows them"
);
id!(
    /// A named set of keys of one account, live or test.
    EnvironmentId, "; `fluence environment list --account ID` shows them"
);
id!(
    /// One request. The hold, its entries, the receipt and the `X-Request-Id` header all carry it.
    CallId, ""
);
id!(
    /// A person of the shared directory or of an account's contacts.
    PersonId, ""
);
id!(ContactId, "");
id!(
    /// A person who manages an account.
    MemberId, ""
);
id!(
    /// A person who can log in.
    IdentityId, ""
);
id!(
    /// A log-in that has not ended.
    SessionId, ""
);
id!(
    /// A run that moves all accounts of a plan to another.
    PlanMoveId, ""
);
