//! The money: rules that decide (pure), and the writer that makes them durable in groups.
//!
//! Read in this order: [`lot`] and [`period`] say what credits are, [`book`] what may happen to an account, [`desk`] how
//! a batch of operations is decided, [`store`] what a writer needs of a database, [`writer`] how many calls share one
//! commit, [`act`] how an operator's own acts become durable.

pub mod act;
mod aside;
pub mod book;
pub mod caps;
pub mod commit;
pub mod desk;
pub mod entry;
pub mod handle;
pub mod hold;
pub mod life;
pub mod lot;
mod open_holds;
pub mod operation;
pub mod period;
pub mod receipt;
mod reply;
mod round;
pub mod store;
pub mod touched;
pub mod writer;
