//! What the program can be told to do, one file a noun.

pub mod directory;
pub mod healthcheck;
pub mod with_postgres;
