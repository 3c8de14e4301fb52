//! This program as a server that the gateway is compared with.

pub(crate) mod bare;
pub(crate) mod events;
pub(crate) mod one_transaction;

use std::env;
use std::net::SocketAddr;

use anyhow::Context;

/// Returns the address to listen on, from the same variable as the gateway's.
fn listen() -> anyhow::Result<SocketAddr> {
    Ok(env::var("FLUENCE_LISTEN").context("FLUENCE_LISTEN is not set")?.parse()?)
}
