//! The keys of an account.

pub(super) mod act;
pub(super) mod edit;
pub(super) mod form;
pub(super) mod list;
pub(super) mod make;
pub(super) mod parts;
pub(super) mod revoke;
pub(super) mod rotate;
pub(super) mod show;
pub(super) mod which;
