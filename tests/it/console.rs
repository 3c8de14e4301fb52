//! The console, as a person with a browser without script uses it.

mod access;
mod account;
mod keys;
mod log_in;
mod mail;
mod money;
pub(crate) mod operator;
mod overview;
mod pages;
mod passwords;
mod second_factor;
mod sessions;
mod words;
