//! How many connections there may be, from where, and which make room for others.

use std::num::NonZeroUsize;
use std::sync::atomic::Ordering::Relaxed;

use fluence::server::settings::ServerSettings;

use crate::support::raw::{Gateway, RawClient, patient, status};

const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
const LIVEZ: &str = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";

async fn gateway(max_connections: usize, max_connections_per_client: usize) -> Gateway {
    let [max_connections, max_connections_per_client] =
        [max_connections, max_connections_per_client].map(|count| NonZeroUsize::new(count).unwrap());
    Gateway::start(ServerSettings { max_connections, max_connections_per_client, ..patient() }).await
}

/// Connections of one client that were served once and are kept open.
async fn kept_open(gateway: &Gateway, host: u8, count: usize) -> Vec<RawClient> {
    let mut open = Vec::new();
    for _ in 0..count {
        let mut client = gateway.connect_from(host).await;
        assert_eq!(status(&client.ask(HEALTH).await), 200);
        open.push(client);
    }
    open
}

#[tokio::test]
async fn b12_a_client_that_opens_many_connections_does_not_lock_out_others() {
    let gateway = gateway(64, 16).await;
    let _kept = kept_open(&gateway, 2, 16).await;
    // One more is served for one request at a time, and only a probe.
    for _ in 0..50 {
        let mut beyond = gateway.connect_from(2).await;
        beyond.send(HEALTH).await;
        let answer = beyond.read_to_end().await;
        assert!(answer.is_empty() || status(&answer) == 503, "{answer}");
    }
    for host in [3, 4] {
        assert_eq!(status(&gateway.connect_from(host).await.ask(HEALTH).await), 200);
    }
    assert_eq!(gateway.server.stats().evicted.load(Relaxed), 0);
}

#[tokio::test]
async fn b12_where_all_places_are_taken_the_longest_idle_connection_makes_room() {
    let gateway = gateway(24, 8).await;
    let mut attackers = Vec::new();
    for host in [2, 3, 4] {
        attackers.push(kept_open(&gateway, host, 8).await);
    }
    for host in 5..15 {
        assert_eq!(status(&gateway.connect_from(host).await.ask(HEALTH).await), 200, "{host}");
    }
    assert!(attackers[0][0].is_closed().await);
    // The last one that came is served on.
    assert_eq!(status(&attackers[2][7].ask(HEALTH).await), 200);
    assert!(gateway.server.stats().evicted.load(Relaxed) >= 1);
    assert!(gateway.server.open_connections() <= 24 + 16);
}

#[tokio::test]
async fn b10_half_a_head_makes_room_as_well() {
    let gateway = gateway(4, 4).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut client = gateway.connect_from(2).await;
        client.send("GET /hea").await;
        slow.push(client);
    }
    assert_eq!(status(&gateway.connect_from(3).await.ask(HEALTH).await), 200);
    assert!(slow[0].is_closed().await);
}

#[tokio::test]
async fn at_the_connection_limit_probes_are_answered_and_others_get_503() {
    let gateway = gateway(4, 4).await;
    let mut served = Vec::new();
    for host in [2, 2, 3, 3] {
        served.push(gateway.busy_from(host).await);
    }
    for _ in 0..3 {
        let mut probe = gateway.connect_from(9).await;
        probe.send(LIVEZ).await;
        let answer = probe.read_to_end().await;
        assert!(status(&answer) == 200 && answer.contains("connection: close"), "{answer}");
    }
    let mut other = gateway.connect_from(8).await;
    other.send(HEALTH).await;
    let answer = other.read_to_end().await;
    assert!(status(&answer) == 503 && answer.contains("connection: close"), "{answer}");
    assert!(answer.contains("retry-after: "), "{answer}");
    // Connections with a running request stay open.
    for client in &mut served {
        assert_eq!(status(&client.ask("{}").await), 200);
    }
}

#[tokio::test]
async fn the_places_of_a_client_come_back_when_its_connections_end() {
    let gateway = gateway(64, 2).await;
    for _ in 0..20 {
        drop(kept_open(&gateway, 2, 2).await);
        while gateway.server.open_connections() > 0 {
            tokio::task::yield_now().await;
        }
    }
}
