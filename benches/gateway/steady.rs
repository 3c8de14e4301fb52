//! Latency at a steady rate: what a hop adds to the upstream's own, while nothing is short of CPU.
//!
//! Calls begin at fixed instants, whatever became of those before. A call's latency counts from the
//! instant at which it was due, so that a server that stalls cannot hide the calls that wait for
//! it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::customers::BODY;
use crate::in_turn::{Endpoint, in_turn, median};
use crate::options::Options;
use crate::report::Report;
use crate::report::Target::AtMost;

/// Calls a second, over all connections.
const RATE: u32 = 2_000;
const CONNECTIONS: u32 = 64;
/// Calls that open the connections, and do not count.
const WARM_UP: u32 = 10;

/// Latencies of half and of 99 % of the calls of one round.
struct Latencies {
    p50_ms: f64,
    p99_ms: f64,
}

/// Compares the others with the first, which is the upstream itself. The second is the one with
/// targets.
pub(crate) async fn run(
    options: &Options,
    keys: &[String],
    endpoints: &[Endpoint<'_>],
    report: &mut Report,
) -> anyhow::Result<()> {
    let what = format!("{RATE} calls a second on {CONNECTIONS} connections");
    let all =
        in_turn(&what, options.rounds, endpoints, async |endpoint| turn(endpoint, keys, options.turn).await);
    let all = all.await?;
    let p50_ms = |rounds: &[Latencies]| median(rounds, |latencies| latencies.p50_ms);
    let p99_ms = |rounds: &[Latencies]| median(rounds, |latencies| latencies.p99_ms);
    println!("\n{what}: p50, p99 ms");
    for (endpoint, rounds) in endpoints.iter().zip(&all) {
        println!("  {:<44} {:>6.3} {:>7.3}", endpoint.name, p50_ms(rounds), p99_ms(rounds));
    }
    let [own, others @ ..] = &all[..] else { return Ok(()) };
    for (place, (endpoint, rounds)) in endpoints[1..].iter().zip(others).enumerate() {
        let target = |bound| (place == 0).then_some(AtMost(bound));
        let what = |figure: &str| format!("ms that {} adds to {figure}", endpoint.name);
        report.figure(what("p50"), p50_ms(rounds) - p50_ms(own), target(0.15));
        report.figure(what("p99"), p99_ms(rounds) - p99_ms(own), target(1.0));
    }
    Ok(())
}

async fn turn(endpoint: &Endpoint<'_>, keys: &[String], turn: Duration) -> anyhow::Result<Latencies> {
    let each = Duration::from_secs(1) * CONNECTIONS / RATE;
    let calls = u32::try_from(turn.as_nanos() / each.as_nanos()).context("too many calls")?;
    let begin = Instant::now() + Duration::from_millis(100);
    let mut connections = JoinSet::new();
    for (number, key) in (0..CONNECTIONS).zip(keys.iter().cycle()) {
        let first = begin + each * number / CONNECTIONS;
        let request = request(endpoint.path, key);
        connections.spawn(connection(endpoint.server.address, request, first, each, calls));
    }
    let mut us = Vec::new();
    while let Some(joined) = connections.join_next().await {
        us.extend(joined??);
    }
    us.sort_unstable();
    Ok(Latencies { p50_ms: percentile_ms(&us, 50), p99_ms: percentile_ms(&us, 99) })
}

fn request(path: &str, key: &str) -> Vec<u8> {
    let length = BODY.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{BODY}"
    )
    .into_bytes()
}

/// Sends the calls of one connection, and returns their latencies in microseconds.
async fn connection(
    address: SocketAddr,
    request: Vec<u8>,
    first: Instant,
    each: Duration,
    calls: u32,
) -> anyhow::Result<Vec<u64>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut latencies = Vec::with_capacity(calls as usize);
    let mut buffer = vec![0; 64 * 1_024];
    for call in 0..calls + WARM_UP {
        let due = first + each * call;
        // A timer fires up to a millisecond late, which is not the server's doing; an answer that
        // makes this call late is.
        let begun = if Instant::now() < due {
            sleep_until(due).await;
            Instant::now()
        } else {
            due
        };
        stream.write_all(&request).await?;
        read_answer(&mut stream, &mut buffer).await?;
        if call >= WARM_UP {
            latencies.push(u64::try_from(begun.elapsed().as_micros())?);
        }
    }
    Ok(latencies)
}

/// Reads one answer whole.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> anyhow::Result<()> {
    let mut length = 0;
    let end = loop {
        let count = stream.read(&mut buffer[length..]).await?;
        ensure!(count > 0, "the server closed the connection");
        length += count;
        if let Some(end) = answer_end(&buffer[..length])? {
            break end;
        }
    };
    ensure!(length <= end, "the server sent more than its answer");
    if length < end {
        let rest = buffer.get_mut(length..end).context("the answer is longer than expected")?;
        stream.read_exact(rest).await?;
    }
    Ok(())
}

/// The length of an answer with its head, once the head is whole.
fn answer_end(read: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(head) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&read[..head])?.to_ascii_lowercase();
    if !text.starts_with("http/1.1 200 ") {
        bail!("the server answered {}", text.lines().next().unwrap_or_default());
    }
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.context("the answer has no length")?.trim().parse()?;
    Ok(Some(head + 4 + length))
}

/// Of sorted latencies.
fn percentile_ms(sorted_us: &[u64], percent: usize) -> f64 {
    let at = (sorted_us.len() * percent / 100).min(sorted_us.len().saturating_sub(1));
    sorted_us.get(at).map_or(f64::NAN, |us| *us as f64 / 1e3)
}
