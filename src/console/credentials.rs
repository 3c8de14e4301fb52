//! What people prove themselves with, and how often they may try.

pub(crate) mod choose_password;
pub(crate) mod factor;
pub(crate) mod guesses;
pub(crate) mod known_browser;
pub(crate) mod notice;
pub(crate) mod password;
pub(crate) mod recovery_codes;
