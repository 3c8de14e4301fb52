//! What a request's log line says besides its outcome.

use crate::domain::ids::{AccountId, KeyId};

/// Response extension, set by the layers that know.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogFacts {
    /// The route's template, never the path itself.
    pub route: Option<&'static str>,
    /// The account, once known.
    pub account: Option<AccountId>,
    /// The key, once known.
    pub key: Option<KeyId>,
}
