//! Changes of accounts and what belongs to them.

mod members;
mod plan_moves;
