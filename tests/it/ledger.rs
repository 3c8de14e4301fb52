//! The ledger on a real Postgres.

mod definer_functions;
mod fixture;
mod left_callers;
mod liveness;
mod lost_connection;
mod lots;
mod model;
mod plain;
mod plan;
mod quota;
mod races;
mod receipts;
mod recovery;
mod retries;
mod runtime_role;
mod schema;
mod silent_server;
mod smoke;
mod stopping;
mod stray_locks;
mod sweep;
mod usage;
mod usage_check;
mod verify;
