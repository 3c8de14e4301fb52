//! The pages of a person: name, address, password, sessions, second factor.

pub(crate) mod confirm;
pub(crate) mod email_change;
pub(crate) mod profile;
pub(crate) mod second_factor;
pub(crate) mod security;
pub(crate) mod vouch;
