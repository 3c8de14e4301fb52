//! Authentication: from the credential of a request to a [`caller::Caller`], or a refusal.

pub mod caller;
pub mod credential;
pub(super) mod dev_mode;
pub mod failed_auth;
pub mod keyring;
pub mod last_used;
