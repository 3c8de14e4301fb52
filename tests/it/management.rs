//! Changes of accounts and what belongs to them.

mod at_once;
mod members;
mod plan_moves;
