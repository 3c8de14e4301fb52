//! The ledger on a real Postgres.

mod lost_connection;
mod model;
mod plan;
mod races;
mod recovery;
mod runtime_role;
mod schema;
mod smoke;
mod sweep;
mod usage;
mod verify;
mod world;
