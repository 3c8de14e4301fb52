//! The keys of an account.

pub(crate) mod act;
pub(crate) mod edit;
pub(crate) mod form;
pub(crate) mod list;
pub(crate) mod make;
pub(crate) mod parts;
pub(crate) mod revoke;
pub(crate) mod rotate;
pub(crate) mod show;
pub(crate) mod which;
