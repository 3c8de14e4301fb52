//! The ledger on a real Postgres.

mod lost_connection;
mod recovery;
mod schema;
mod smoke;
mod sweep;
mod usage;
mod verify;
mod world;
