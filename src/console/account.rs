//! The pages of an account.

pub(crate) mod alerts;
pub(crate) mod audit;
pub(crate) mod close;
pub(crate) mod credits;
mod days;
pub(crate) mod environments;
pub(crate) mod history;
pub(crate) mod keys;
pub(crate) mod members;
pub(crate) mod outcome;
pub(crate) mod overview;
pub(crate) mod playground;
mod printed;
pub(crate) mod receipt;
pub(crate) mod settings;
pub(crate) mod statement;
pub(crate) mod usage;
mod usage_check;
