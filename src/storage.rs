//! PostgreSQL: the only place with SQL of the schema.
//!
//! Any function may fail because the database is unavailable, or because a row is unreadable for
//! this program. `# Errors` sections list only further errors.

pub mod accounts;
pub mod alerts;
pub mod audit;
pub mod catalogue;
pub mod change_answers;
pub mod change_feed;
mod claim_record;
pub mod clock;
pub mod console;
pub mod contacts;
pub mod diagnosis;
pub mod directory;
pub mod email_outbox;
pub mod environments;
pub mod error;
pub mod explanation;
pub mod identity;
pub mod keys;
pub mod ledger;
pub mod members;
pub mod nodes;
pub mod notes;
pub mod offer_sets;
pub mod operator;
pub mod operator_acts;
pub mod pages;
pub mod peppers;
pub mod plan_moves;
pub mod pool;
pub mod refused_calls;
pub mod retention;
pub mod routes;
pub mod runtime_role;
pub mod schema;
pub mod search_keys;
pub mod settings;
pub mod short_locks;
pub mod test_answers;
