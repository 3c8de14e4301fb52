//! What pages of the console read beyond what the API does.

pub mod check;
pub mod credits;
pub mod daily;
pub mod header;
pub mod history;
pub mod key_facts;
pub mod people;
pub mod range;
pub mod seal;
pub mod statement;
pub mod statement_file;
pub mod usage;
