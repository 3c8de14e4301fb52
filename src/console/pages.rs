//! The pages by which an owner checks the numbers: usage, statement, receipts, credits, audit log,
//! settings.

pub(super) mod audit;
pub(super) mod close;
pub(super) mod credits;
mod days;
mod printed;
pub(super) mod receipt;
pub(super) mod settings;
pub(super) mod statement;
pub(super) mod usage;
mod usage_check;
