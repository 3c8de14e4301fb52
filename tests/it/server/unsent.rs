//! Clients that do not take their answers, or hardly.

use std::num::NonZeroUsize;
use std::time::Duration;

use fluence::server::settings::ServerSettings;
use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::support::gateway::{Gateway as Whole, answer, eventually};
use crate::support::raw::{Gateway, PAGE_BYTES, RawClient, narrow_client, patient, status};

const PAGE: &str = "GET /page HTTP/1.1\r\nHost: a\r\n\r\n";
const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";

/// Clients that ask for a page each and do not read.
async fn silent(gateway: &Gateway, count: usize) -> Vec<RawClient> {
    let mut silent = Vec::new();
    for _ in 0..count {
        let mut client = gateway.connect_narrow().await;
        client.send(PAGE).await;
        silent.push(client);
    }
    silent
}

#[tokio::test]
async fn a_reader_that_takes_a_little_now_and_then_is_cut_off() {
    let limits = ServerSettings { write_timeout: Duration::from_millis(50), ..patient() };
    let gateway = Gateway::start(limits).await;
    let mut client = silent(&gateway, 1).await.remove(0);
    let mut some = [0; 16];
    let mut taken = 0;
    // Some bytes every few milliseconds are far from a whole answer in time.
    while let Ok(read @ 1..) = client.0.read(&mut some).await {
        taken += read;
        assert!(taken < PAGE_BYTES, "the whole answer was taken");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    eventually("nothing waits any more", async || gateway.server.unsent_bytes() == 0).await;
}

#[tokio::test]
async fn a_reader_that_takes_its_answer_late_but_steadily_gets_it_whole() {
    let gateway = Gateway::start(patient()).await;
    let mut client = silent(&gateway, 1).await.remove(0);
    eventually("the answer waits", async || gateway.server.unsent_bytes() > PAGE_BYTES).await;
    assert!(client.read_answer().await.len() > PAGE_BYTES);
    // The bytes are released, and the connection is still open.
    assert_eq!(status(&client.ask(HEALTH).await), 200);
    assert_eq!(gateway.server.unsent_bytes(), 0);
}

#[tokio::test]
async fn answers_that_wait_are_bounded_for_one_client_and_for_all() {
    let few = 4 * PAGE_BYTES;
    for (of_one, of_all) in [(few, 100 * few), (100 * few, few)] {
        let [max_unsent_bytes_per_account, max_unsent_bytes] =
            [of_one, of_all].map(|bytes| NonZeroUsize::new(bytes).unwrap());
        let limits = ServerSettings { max_unsent_bytes_per_account, max_unsent_bytes, ..patient() };
        let gateway = Gateway::start(limits).await;
        let silent = silent(&gateway, 20).await;
        eventually("what is too much is cut", async || gateway.server.answers_cut() >= 17).await;
        assert!(gateway.server.unsent_bytes() <= few);
        assert_eq!(status(&gateway.connect().await.ask(HEALTH).await), 200);
        drop(silent);
        eventually("nothing waits any more", async || gateway.server.unsent_bytes() == 0).await;
    }
}

/// Resident memory of this process, gateway and clients.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// Twenty contacts that weigh 250 kB each.
async fn heavy_contacts(gateway: &Whole, key: &str) {
    let posts = vec![json!({ "text": "x".repeat(10_000) }); 25];
    for name in 0..20 {
        let contact = json!({
            "first_name": format!("Ana {name}"), "last_name": "Lima", "company": "Acme", "posts": posts,
        });
        assert_eq!(gateway.post("/v1/contacts", key, &contact).await.status, 201);
    }
}

/// Of the memory that a few hundred clients who do not read would like to have, a gateway gives
/// away this much.
const ATTACK_BYTES: usize = 64 * 1024 * 1024;

/// Silent readers of one account's contacts, as many as `count`; another account is served
/// meanwhile. Returns how many bytes wait at the end.
async fn attacked(gateway: &Whole, concurrency: u32, count: usize) -> usize {
    let unlimited = |plan: &mut fluence::domain::plan::Plan| {
        (plan.rate_per_s, plan.burst, plan.concurrency) = (100_000, 100_000, concurrency);
    };
    let (attacker, other) = (gateway.customer_on(unlimited).await, gateway.professional().await);
    heavy_contacts(gateway, &attacker.key).await;
    assert_eq!(gateway.get("/creditos", &other.key).await.status, 200);
    let before = resident_bytes();
    let mut silent = Vec::new();
    for _ in 0..count {
        let mut client = narrow_client(gateway.address()).await;
        let request =
            format!("GET /v1/contacts?limit=1000 HTTP/1.1\r\nHost: a\r\nX-API-Key: {}\r\n\r\n", attacker.key);
        client.send(request).await;
        silent.push(client);
        if silent.len().is_multiple_of(20) {
            assert_eq!(gateway.get("/v1/contacts", &other.key).await.status, 200);
        }
    }
    assert_eq!(gateway.get("/creditos", &other.key).await.status, 200);
    eventually("every request was looked at", async || {
        let refused = answer(gateway.request(Method::GET, "/creditos").header("x-api-key", &attacker.key));
        concurrency > 100 || refused.await.outcome() == (429, "CONCURRENCY_LIMITED")
    })
    .await;
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < ATTACK_BYTES, "memory grew by {grown} bytes");
    gateway.unsent_bytes()
}

#[tokio::test]
async fn slow_readers_fill_only_the_places_of_their_own_account() {
    let gateway = Whole::start().await;
    let waiting = attacked(&gateway, 5, 200).await;
    // One page each, and one more for each thread that wrote while another was admitted.
    assert!((1..=16 * 300_000).contains(&waiting), "{waiting}");
}

#[tokio::test]
async fn readers_that_do_not_read_have_a_bounded_part_of_the_memory_whatever_their_plan() {
    let gateway = Whole::start_with(&[("FLUENCE_SERVER_MAX_UNSENT_BYTES_PER_ACCOUNT", "4194304")]).await;
    let waiting = attacked(&gateway, 10_000, 200).await;
    assert!(waiting <= 4_194_304, "{waiting}");
}
