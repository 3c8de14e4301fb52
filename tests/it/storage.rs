//! The store.

mod audit;
mod change_feed;
mod guesses;
mod keys;
mod lives;
mod migration_locks;
mod pool;
pub(crate) mod rust_tokens;
mod schema;
mod statements;
