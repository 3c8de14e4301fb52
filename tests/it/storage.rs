//! The store.

mod audit;
mod changes;
mod keys;
mod pool;
pub(crate) mod rust_tokens;
mod statements;
