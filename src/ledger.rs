//! The ledger: pure rules, and a writer that commits the operations of many calls together.
//!
//! Read in this order: [`rules`] decide, [`store`] is the interface to a database, [`writer`] lets
//! many calls share one commit.

pub mod lock_set;
pub mod rules;
pub mod settings;
pub mod store;
pub mod writer;
