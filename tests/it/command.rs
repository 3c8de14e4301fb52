//! The program's commands, run as users run them.

mod account;
mod audit;
mod backup;
mod canary;
mod config;
mod credit;
mod demo;
mod directory;
mod doctor;
mod key;
mod ledger;
mod logs;
mod migrate;
mod pepper;
mod person;
mod private;
pub(crate) mod program;
mod readme;
mod screenshots;
mod sell_an_api;
mod serve;
mod sets;
mod serving;
mod signals;
mod starting;
mod with_postgres;
