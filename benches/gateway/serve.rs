//! This program as a server: what the gateway is measured against.

pub(crate) mod bare;
pub(crate) mod one_transaction;

use std::env;
use std::net::SocketAddr;

use anyhow::Context;

/// Where to listen, as the gateway itself is told.
fn listen() -> anyhow::Result<SocketAddr> {
    Ok(env::var("FLUENCE_LISTEN").context("FLUENCE_LISTEN is not set")?.parse()?)
}
