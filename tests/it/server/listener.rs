//! Timeouts, caps and stopping on real sockets. Waits end when the gateway acts, never by the clock
//! of a test.

use std::num::NonZeroUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use fluence::server::settings::ServerSettings;
use fluence::server::stop::StopTiming;

use crate::support::raw::{Gateway, patient, post_crm, status};

const SHORT: Duration = Duration::from_millis(50);
const PROMPT: StopTiming =
    StopTiming { announce_delay: Duration::ZERO, drain_deadline: Duration::from_secs(600) };

#[tokio::test]
async fn b10_half_a_head_is_closed() {
    let gateway = Gateway::start(ServerSettings { head_timeout: SHORT, ..patient() }).await;
    for start in ["", "GET /health HTTP/1.1\r\nHos"] {
        assert_eq!(gateway.exchange(start).await, "");
    }
    // Also on a connection that served before.
    let mut client = gateway.connect().await;
    client.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(status(&client.read_answer().await), 200);
    client.send("GET /hea").await;
    assert_eq!(client.read_to_end().await, "");
    assert_eq!(gateway.server.stats().timed_out.load(Relaxed), 3);
}

#[tokio::test]
async fn b11_a_body_that_stops_or_drips_is_408_and_ends_the_connection() {
    let gateway = Gateway::start(ServerSettings { body_timeout: SHORT, ..patient() }).await;
    let head =
        "POST /crm HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{";
    assert_timed_out(&gateway.exchange(head).await);
    // Dripping is no progress: the connection ends although bytes keep coming.
    let mut client = gateway.connect().await;
    client.send(head).await;
    let (mut read, mut write) = client.0.into_split();
    let drip = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        while write.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut rest = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut read, &mut rest).await.unwrap();
    assert_timed_out(&String::from_utf8(rest).unwrap());
    drip.abort();
    assert_eq!((gateway.calls(), gateway.server.stats().timed_out.load(Relaxed)), (0, 2));
}

#[track_caller]
fn assert_timed_out(answer: &str) {
    assert_eq!(status(answer), 408, "{answer}");
    assert!(answer.contains("REQUEST_TIMEOUT") && answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn b12_idle_connections_are_closed() {
    let gateway = Gateway::start(ServerSettings { idle_timeout: SHORT, ..patient() }).await;
    let mut client = gateway.connect().await;
    client.send(post_crm("{}")).await;
    assert_eq!(status(&client.read_answer().await), 200);
    assert_eq!(client.read_to_end().await, "");
}

#[tokio::test]
async fn b23_beyond_the_cap_new_connections_are_closed_and_old_ones_served() {
    let gateway = Gateway::start(ServerSettings { max_connections: NonZeroUsize::MIN, ..patient() }).await;
    let mut first = gateway.busy_from(1).await;
    // The second has the place that is kept for the probes of its address; the third has none.
    let second = gateway.connect().await;
    assert_eq!(gateway.connect().await.read_to_end().await, "");
    assert_eq!(status(&first.ask("{}").await), 200);
    let stats = gateway.server.stats();
    assert_eq!((stats.refused.load(Relaxed), stats.overflowed.load(Relaxed)), (1, 1));
    assert_eq!(gateway.server.open_connections(), 2);
    drop(second);
}

#[tokio::test]
async fn b09_pipelined_requests_are_answered_in_order() {
    let gateway = Gateway::start(patient()).await;
    let pair = "GET /health HTTP/1.1\r\nHost: a\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n";
    let text = gateway
        .exchange(format!("{}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", pair.repeat(50)))
        .await;
    let statuses: Vec<_> = text.match_indices("HTTP/1.1 ").map(|(at, _)| status(&text[at..])).collect();
    let mut expected = [200, 404].repeat(50);
    expected.push(404);
    assert_eq!(statuses, expected);
}

#[tokio::test]
async fn stopping_ends_idle_connections_and_waits_for_answers() {
    let gateway = Gateway::start(patient()).await;
    let mut idle = gateway.connect().await;
    idle.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await;
    idle.read_answer().await;
    let mut busy = gateway.connect().await;
    let request = post_crm("{}");
    let (head, body) = request.split_at(request.len() - 2);
    busy.send(head).await;
    // Its connection is certainly being served once another one, made later, was.
    let mut later = gateway.connect().await;
    later.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await;
    later.read_answer().await;

    let stop = gateway.stop.clone();
    let stopping = tokio::spawn(async move { stop.run(PROMPT).await });
    assert_eq!(idle.read_to_end().await, "");
    assert_eq!(later.read_to_end().await, "");
    busy.send(body).await;
    let answer = busy.read_to_end().await;
    assert_eq!(status(&answer), 200);
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(stopping.await.unwrap());
    assert_eq!(gateway.calls(), 1);
}

#[tokio::test]
async fn an_announced_stop_informs_every_client_before_it_closes() {
    let gateway = Gateway::start(patient()).await;
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut client = gateway.connect().await;
        assert!(!client.ask("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await.contains("connection: close"));
        clients.push(client);
    }
    let stop = gateway.stop.clone();
    let timing = StopTiming { announce_delay: Duration::from_secs(600), ..PROMPT };
    let stopping = tokio::spawn(async move { stop.run(timing).await });
    while gateway.stop.is_ready() {
        tokio::task::yield_now().await;
    }
    // Open connections finish their request and get `Connection: close`. New connections are served
    // too.
    clients.push(gateway.connect().await);
    for client in &mut clients {
        client.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let answer = client.read_to_end().await;
        assert!(status(&answer) == 200 && answer.contains("connection: close"), "{answer}");
    }
    stopping.abort();
}

#[tokio::test]
async fn what_does_not_drain_is_cut() {
    let gateway = Gateway::start(patient()).await;
    let mut busy = gateway.connect().await;
    let request = post_crm("{}");
    busy.send(&request[..request.len() - 1]).await;
    let mut later = gateway.connect().await;
    later.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await;
    later.read_answer().await;
    assert!(!gateway.stop.run(StopTiming { drain_deadline: SHORT, ..PROMPT }).await);
    assert_eq!(busy.read_to_end().await, "");
    assert_eq!(gateway.calls(), 0);
}
