//! What pages of the console read beyond what the API does.

pub mod daily;
pub mod header;
pub mod history;
pub mod key_facts;
pub mod people;
