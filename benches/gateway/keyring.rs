//! The cost of finding a cached key, without HTTP.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use fluence::clock::DatabaseClock;
use fluence::config::{self, Sources};
use fluence::domain::change::FeedEvent;
use fluence::domain::key::KeySecret;
use fluence::gate::auth::keyring::Keyring;
use fluence::gate::limits::limiter::RateLimits;
use fluence::secret::Pepper;
use fluence::storage::pool;

use crate::customers::Keys;
use crate::postgres::Postgres;
use crate::report::Report;

const ROUNDS: u32 = 200;

/// Looks every key up once, and then repeatedly from the cache.
pub(crate) async fn run(
    postgres: &Postgres,
    database: &str,
    keys: &Keys,
    report: &mut Report,
) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&keys.of_all)?;
    let secrets: Vec<KeySecret> = text
        .lines()
        .map(|line| KeySecret::parse(line.as_bytes()).context("no key"))
        .collect::<Result<_, _>>()?;
    let pool = pool::pool(postgres.options(database), 2, Duration::from_secs(5));
    let pepper = Pepper::parse(&keys.pepper, 1)?;
    let settings = config::load(&Sources::default())?;
    let (limits, clock) = (RateLimits::default(), DatabaseClock::default());
    let keyring = Keyring::start(pool.clone(), pepper, &settings.keys, limits, clock);
    for secret in &secrets {
        ensure!(keyring.identify(secret, None).await.is_ok(), "a key is unknown");
    }
    let started = Instant::now();
    for _ in 0..ROUNDS {
        // As the listener says once a second, so that no key is looked up twice.
        keyring.apply(FeedEvent::Current(Instant::now()));
        for secret in &secrets {
            ensure!(keyring.identify(secret, None).await.is_ok(), "a key has become unknown");
        }
    }
    let each = started.elapsed() / (ROUNDS * u32::try_from(secrets.len())?);
    pool.close().await;
    report.figure("us to authenticate a cached key, 1,000 keys, one thread", each.as_secs_f64() * 1e6, None);
    Ok(())
}
