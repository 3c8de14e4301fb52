//! Servers that are called in turn, round by round, so that all have the same seconds.

use anyhow::Context;

use crate::report::Spread;
use crate::servers::ServerProcess;

/// A server, and the path at which it is called.
pub(crate) struct Endpoint<'a> {
    pub(crate) name: &'static str,
    pub(crate) server: &'a ServerProcess,
    pub(crate) path: &'static str,
}

/// Gives each endpoint its turn in each round, and returns what was measured, by endpoint.
pub(crate) async fn in_turn<M>(
    what: &str,
    rounds: usize,
    endpoints: &[Endpoint<'_>],
    turn: impl AsyncFn(&Endpoint<'_>) -> anyhow::Result<M>,
) -> anyhow::Result<Vec<Vec<M>>> {
    let mut all: Vec<Vec<M>> = endpoints.iter().map(|_| Vec::new()).collect();
    for round in 1..=rounds {
        eprintln!("{what}: round {round} of {rounds}");
        for (endpoint, measured) in endpoints.iter().zip(&mut all) {
            measured.push(turn(endpoint).await.with_context(|| endpoint.name)?);
        }
    }
    Ok(all)
}

/// The median of a figure over the rounds.
pub(crate) fn median<M>(rounds: &[M], figure: impl Fn(&M) -> f64) -> f64 {
    Spread::of(rounds.iter().map(figure)).median
}
