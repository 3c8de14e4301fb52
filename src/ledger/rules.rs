//! The rules of the ledger, without a store, clock or runtime.
//!
//! Read in this order: [`lot`] and [`period`] define credits, [`account`] the operations on one
//! account, [`batch_state`] decides the operations of a batch, [`plain`] says which of them need no
//! more than the account's row.

pub mod account;
pub mod batch_state;
pub mod caps;
pub mod claim_record;
pub mod entry;
pub mod hold;
pub mod lot;
pub mod operation;
pub mod period;
pub mod plain;
pub mod receipt;
