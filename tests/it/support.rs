//! What the tests share.

pub(crate) mod answer;
pub(crate) mod books;
pub(crate) mod browser;
pub(crate) mod customer;
pub(crate) mod database;
pub(crate) mod database_proxy;
pub(crate) mod delay_proxy;
pub(crate) mod demonstration;
pub(crate) mod documented;
pub(crate) mod gateway;
pub(crate) mod https_upstream;
pub(crate) mod lines;
pub(crate) mod nginx;
pub(crate) mod played;
pub(crate) mod processes;
pub(crate) mod proxy;
pub(crate) mod public_links;
pub(crate) mod qr;
pub(crate) mod raw;
pub(crate) mod redis;
pub(crate) mod scratch;
pub(crate) mod second_gateway;
pub(crate) mod stubbed_gate;
pub(crate) mod tls;
pub(crate) mod upstream;
pub(crate) mod visitor;
