//! What is for sale: plans and packs, and the paid routes with their prices. Compiled in from `config/*.toml`.

pub mod plans;
pub mod routes;
