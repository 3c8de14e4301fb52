//! Event streams through a server: what an event costs it, and what a stream keeps in memory.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::machine;
use crate::options::Options;
use crate::report::Target::AtMost;
use crate::report::{Report, median};
use crate::serve::events::RATE;
use crate::servers::ServerProcess;

pub(crate) const STREAMS: usize = 256;
/// Until all streams flow.
const SETTLED_AFTER: Duration = Duration::from_secs(1);

/// A server with streams through it.
pub(crate) struct Entrant<'a> {
    pub(crate) name: &'static str,
    pub(crate) server: &'a ServerProcess,
    pub(crate) path: &'static str,
}

/// What was measured of one server, by round.
#[derive(Default)]
struct Measured {
    us_an_event: Vec<f64>,
    kib_a_stream: Vec<f64>,
}

/// Compares the first server with the last, which is nginx.
pub(crate) async fn run(
    options: &Options,
    keys: &[String],
    entrants: &[Entrant<'_>],
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut all: Vec<Measured> = entrants.iter().map(|_| Measured::default()).collect();
    for round in 1..=options.rounds {
        eprintln!("{STREAMS} event streams: round {round} of {}", options.rounds);
        for (entrant, measured) in entrants.iter().zip(&mut all) {
            turn(entrant, keys, options.turn, measured).await.with_context(|| entrant.name)?;
        }
    }
    println!("\n{STREAMS} event streams of {RATE} events a second: CPU us an event, KiB of memory a stream");
    for (entrant, measured) in entrants.iter().zip(&all) {
        println!(
            "  {:<44} {:>6.2} {:>8.1}",
            entrant.name,
            median(&measured.us_an_event),
            median(&measured.kib_a_stream)
        );
    }
    if let ([first, .., last], [gateway, .., nginx]) = (entrants, &all[..]) {
        let ratio = median(&gateway.us_an_event) / median(&nginx.us_an_event);
        report.figure(format!("CPU an event: {} / {}", first.name, last.name), ratio, Some(AtMost(1.5)));
        let memory = median(&gateway.kib_a_stream);
        report.figure(format!("KiB a stream: {}", first.name), memory, Some(AtMost(24.0)));
    }
    Ok(())
}

async fn turn(
    entrant: &Entrant<'_>,
    keys: &[String],
    turn: Duration,
    measured: &mut Measured,
) -> anyhow::Result<()> {
    let resident = || machine::resident_kib_of_tree(entrant.server.process);
    let idle = resident();
    let events = Arc::<AtomicU64>::default();
    let mut streams = JoinSet::new();
    for key in keys.iter().cycle().take(STREAMS) {
        streams.spawn(read(entrant.server.address, entrant.path, key.clone(), events.clone()));
    }
    tokio::time::sleep(SETTLED_AFTER).await;
    let (cpu, before) = (machine::cpu_of_tree(entrant.server.process), events.load(Relaxed));
    tokio::time::sleep(turn).await;
    let count = events.load(Relaxed) - before;
    let cpu = machine::cpu_of_tree(entrant.server.process).saturating_sub(cpu);
    let streaming = resident();
    // A server that loses streams or events must not look cheap for it.
    let expected = STREAMS as f64 * f64::from(RATE) * turn.as_secs_f64();
    ensure!(streams.try_join_next().is_none(), "a stream has ended");
    ensure!(count as f64 > 0.8 * expected, "{count} events instead of {expected}");
    measured.us_an_event.push(cpu.as_secs_f64() * 1e6 / count as f64);
    measured.kib_a_stream.push(streaming.saturating_sub(idle) as f64 / STREAMS as f64);
    Ok(())
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
