//! The built-in endpoints.

mod ledger;
