//! The store.

mod pool;
