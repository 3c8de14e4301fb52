//! The console, as a person with a browser without script uses it.

mod access;
mod account;
mod alerts;
mod audit;
mod forms;
mod frame;
mod guessing;
mod keys;
mod log_in;
pub(crate) mod mail;
mod money;
pub(crate) mod operator;
mod overview;
mod pages;
mod playground;
mod product_name;
mod passwords;
mod reads;
mod refilled_forms;
pub(crate) mod second_factor;
mod sessions;
mod sign_up;
pub(crate) mod table;
mod ties_out;
mod vouching;
mod weight;
mod words;
