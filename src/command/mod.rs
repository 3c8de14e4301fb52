//! What the program can be told to do, one file a noun.

pub mod healthcheck;
pub mod with_postgres;
