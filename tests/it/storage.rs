//! The store.

mod audit;
mod changes;
mod keys;
mod pool;
mod rust_tokens;
mod statements;
