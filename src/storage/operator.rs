//! What the operators' console reads across accounts. Every read is bounded.

pub mod audit;
pub mod busiest;
pub mod health;
pub mod plans;
pub mod search;
