//! One request for a page: who asks, what was sent, what they may do, and the reply.

pub(crate) mod access;
pub mod base;
pub(crate) mod call;
pub(crate) mod cookie;
pub(crate) mod current_user;
pub(crate) mod error;
pub(crate) mod filters;
pub(crate) mod form;
pub(crate) mod form_token;
pub(crate) mod page;
pub(crate) mod pasted_key;
pub(crate) mod resubmission;
pub mod settings;
pub(crate) mod table;
