//! Event streams through a server: what an event costs it, and what a stream keeps in memory.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::ensure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::in_turn::{Endpoint, in_turn, median};
use crate::machine;
use crate::options::Options;
use crate::report::Report;
use crate::report::Target::AtMost;
use crate::serve::events::RATE;

pub(crate) const STREAMS: usize = 256;
/// Until all streams flow.
const SETTLED_AFTER: Duration = Duration::from_secs(1);

/// What was measured of one server in one round.
struct Measured {
    us_an_event: f64,
    kib_a_stream: f64,
}

/// Compares the first server with the last, which is nginx.
pub(crate) async fn run(
    options: &Options,
    keys: &[String],
    endpoints: &[Endpoint<'_>],
    report: &mut Report,
) -> anyhow::Result<()> {
    let what = format!("{STREAMS} event streams");
    let all =
        in_turn(&what, options.rounds, endpoints, async |endpoint| turn(endpoint, keys, options.turn).await);
    let all = all.await?;
    let us_an_event = |rounds: &[Measured]| median(rounds, |measured| measured.us_an_event);
    // A server keeps memory that it has taken: only its first turn shows what more streams need.
    let kib_a_stream = |rounds: &[Measured]| rounds.first().map_or(f64::NAN, |first| first.kib_a_stream);
    println!("\n{what} of {RATE} events a second: CPU us an event, KiB of memory a stream");
    for (endpoint, rounds) in endpoints.iter().zip(&all) {
        println!("  {:<44} {:>6.2} {:>8.1}", endpoint.name, us_an_event(rounds), kib_a_stream(rounds));
    }
    if let ([first, .., last], [gateway, .., nginx]) = (endpoints, &all[..]) {
        let ratio = us_an_event(gateway) / us_an_event(nginx);
        report.figure(format!("CPU an event: {} / {}", first.name, last.name), ratio, Some(AtMost(1.5)));
        report.figure(format!("KiB a stream: {}", first.name), kib_a_stream(gateway), Some(AtMost(24.0)));
    }
    Ok(())
}

async fn turn(endpoint: &Endpoint<'_>, keys: &[String], turn: Duration) -> anyhow::Result<Measured> {
    let resident = || machine::resident_kib_of_tree(endpoint.server.process);
    let events = Arc::<AtomicU64>::default();
    let mut streams = JoinSet::new();
    let open = |streams: &mut JoinSet<anyhow::Result<()>>, keys: &mut dyn Iterator<Item = &String>| {
        for key in keys.take(STREAMS) {
            streams.spawn(read(endpoint.server.address, endpoint.path, key.clone(), events.clone()));
        }
    };
    let mut keys = keys.iter().cycle();
    open(&mut streams, &mut keys);
    tokio::time::sleep(SETTLED_AFTER).await;
    let (cpu, before) = (machine::cpu_of_tree(endpoint.server.process), events.load(Relaxed));
    tokio::time::sleep(turn).await;
    let count = events.load(Relaxed) - before;
    let cpu = machine::cpu_of_tree(endpoint.server.process).saturating_sub(cpu);
    // A server that loses streams or events must not look cheap for it.
    let expected = STREAMS as f64 * f64::from(RATE) * turn.as_secs_f64();
    ensure!(streams.try_join_next().is_none(), "a stream has ended");
    ensure!(count as f64 > 0.8 * expected, "{count} events instead of {expected}");
    // The first streams also bring in what the process needs once: code, keys, caches.
    let warm = resident();
    open(&mut streams, &mut keys);
    tokio::time::sleep(SETTLED_AFTER).await;
    let streaming = resident();
    ensure!(streams.try_join_next().is_none(), "a stream has ended");
    Ok(Measured {
        us_an_event: cpu.as_secs_f64() * 1e6 / count as f64,
        kib_a_stream: streaming.saturating_sub(warm) as f64 / STREAMS as f64,
    })
}

/// Reads a stream and counts its events until it is dropped.
async fn read(address: SocketAddr, path: &str, key: String, events: Arc<AtomicU64>) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: bench\r\nx-api-key: {key}\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut part = vec![0; 16 * 1_024];
    loop {
        let count = stream.read(&mut part).await?;
        ensure!(count > 0, "the server closed the stream");
        let begun = part[..count].windows(6).filter(|bytes| bytes == b"data: ").count();
        events.fetch_add(begun as u64, Relaxed);
    }
}
