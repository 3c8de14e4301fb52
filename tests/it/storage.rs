//! The store.

mod audit;
mod changes;
mod keys;
mod pool;
