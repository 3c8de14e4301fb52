//! What is for sale: plans and packs, and the routes with their prices. `config/catalogue.toml` and
//! `config/routes.toml` are compiled in; sets that the seller applies, in the same format, take
//! their place.

pub mod differences;
mod document;
pub mod in_force;
mod interned;
pub mod plans;
mod reserved;
pub mod routes;
pub mod sets;

pub use document::{FileFault, FileFaults, MAX_FILE_BYTES};
pub use interned::interned;
pub use reserved::FIRST_SEGMENTS;
