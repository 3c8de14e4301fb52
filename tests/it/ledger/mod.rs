//! The ledger on a real Postgres.

mod lost_connection;
mod recovery;
mod schema;
mod smoke;
mod world;
