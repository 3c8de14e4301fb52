//! The money: rules that decide (pure), and the writer that makes them durable in groups.
//!
//! Read in this order: [`rules`] decide, [`store`] says what a writer needs of a database, [`writer`] lets many calls
//! share one commit.

pub mod lock_set;
pub mod rules;
pub mod settings;
pub mod store;
pub mod writer;
