//! Postgres: the only place with SQL.

pub mod directory;
