//! The ledger on a real Postgres.

mod smoke;
mod world;
