//! The ways in: log-in, sign-up, invitations, one-time links, a new password, a lost factor.

pub(crate) mod asked_address;
pub(crate) mod choose;
pub(crate) mod invitation;
pub(crate) mod link;
pub(crate) mod log_in;
pub(crate) mod lost_factor;
pub(crate) mod reset;
pub(crate) mod sign_up;
pub(crate) mod sign_up_code;
