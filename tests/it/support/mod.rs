//! What the tests share.

pub(crate) mod database;
pub(crate) mod gateway;
pub(crate) mod processes;
pub(crate) mod proxy;
pub(crate) mod scratch;
