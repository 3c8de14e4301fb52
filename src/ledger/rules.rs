//! The rules of the money: no store, no clock, no runtime.
//!
//! Read in this order: [`lot`] and [`period`] say what credits are, [`account`] what may happen to an account,
//! [`batch_state`] how the operations of a batch are decided.

pub mod account;
pub mod batch_state;
pub mod caps;
pub mod entry;
pub mod hold;
pub mod lot;
pub mod operation;
pub mod period;
pub mod receipt;
