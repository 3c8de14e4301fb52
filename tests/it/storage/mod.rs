//! The store.

mod changes;
mod pool;
