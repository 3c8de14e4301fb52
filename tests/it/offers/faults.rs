//! Random faults of an upstream and of its clients. Whatever happens, each call is settled once, by
//! the rules of its route, and the books agree with what the clients noted.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::shop::Shop;
use crate::support::gateway::eventually;
use crate::support::upstream::Behaviour;

const CALLS: usize = 200;

const PRICE: &str = "first_byte_ms = 100\ncredits = { hold = 20, min = 2, missing = \"min\", \
                     counts = [{ of = \"json:/usage/tokens\", each = 10, costs = 1 }] }\n";

/// Numbers from a seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// What an upstream does with one call, and what a client that stays pays for it by each rule for
/// broken streams.
struct Fault {
    behaviour: Behaviour,
    /// By `release` and by `counted`.
    prices: [i64; 2],
}

fn stream(random: &mut Random) -> Fault {
    let tokens = random.below(300);
    let price = i64::try_from(tokens.div_ceil(10).clamp(2, 20)).unwrap();
    let events =
        format!("data: {{\"n\":1}}\n\ndata: {{\"usage\":{{\"tokens\":{tokens}}}}}\n\ndata: [DONE]\n\n");
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunked = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    match random.below(4) {
        // Whole.
        0 | 1 => Fault {
            behaviour: Behaviour::Says(format!("{head}{}0\r\n\r\n", chunked(&events)).into_bytes()),
            prices: [price, price],
        },
        // Cut after the figure.
        2 => Fault {
            behaviour: Behaviour::Says(format!("{head}{}", chunked(&events)).into_bytes()),
            prices: [0, price],
        },
        // Cut before it.
        _ => Fault {
            behaviour: Behaviour::Says(format!("{head}{}", chunked("data: {\"n\":1}\n\n")).into_bytes()),
            prices: [0, 2],
        },
    }
}

/// A whole answer, after which the connection is closed: each connection answers one call, so that
/// call n meets fault n.
fn answers(status: u16, body: &str) -> Behaviour {
    let length = body.len();
    Behaviour::Says(
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
            .into_bytes(),
    )
}

fn fault(random: &mut Random) -> Fault {
    let says = |text: &str| Behaviour::Says(text.as_bytes().to_vec());
    let for_nothing = |behaviour| Fault { behaviour, prices: [0, 0] };
    let json = |tokens: u64| json!({ "usage": { "tokens": tokens } }).to_string();
    match random.below(11) {
        0 => for_nothing(Behaviour::Closes),
        1 => for_nothing(answers(500, "{}")),
        2 => for_nothing(answers(429, "{}")),
        3 => for_nothing(answers(404, &json(900))),
        4 => for_nothing(says("HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"usage\":")),
        5 => for_nothing(says("SMTP ready\r\n\r\n")),
        6 if random.below(4) == 0 => for_nothing(Behaviour::Hangs),
        7 => Fault { behaviour: answers(200, "{\"usage\":null}"), prices: [2, 2] },
        8 => Fault { behaviour: answers(200, &json(135)), prices: [14, 14] },
        _ => stream(random),
    }
}

/// What a call came to.
struct Noted {
    call_id: Option<String>,
    /// What the client must pay. `None` for a client that left: its receipt says.
    price: Option<i64>,
}

/// A client that reads to the end.
async fn stays(shop: &Shop, price: i64) -> Noted {
    let got = shop.request(Method::POST).body("{}").send().await.unwrap();
    let call_id = got.headers()["x-request-id"].to_str().unwrap().to_owned();
    let told = got.headers().get("x-credits-used").map(|used| used.to_str().unwrap().parse::<i64>().unwrap());
    let _ = got.bytes().await;
    assert!(told.is_none_or(|told| told == price), "{told:?} and {price}");
    Noted { call_id: Some(call_id), price: Some(price) }
}

/// A client that leaves after it has read so many bytes.
async fn leaves(shop: &Shop, after: u64) -> Noted {
    let mut client = TcpStream::connect(shop.gateway.address()).await.unwrap();
    let key = &shop.customer.key;
    let head =
        format!("POST /images/1/resize HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-length: 0\r\n\r\n");
    let before = shop.server.connections();
    client.write_all(head.as_bytes()).await.unwrap();
    eventually("the upstream was called", async || shop.server.connections() > before).await;
    let mut read = vec![0; usize::try_from(after).unwrap()];
    let mut count = 0;
    while count < read.len() {
        match client.read(&mut read[count..]).await {
            Ok(more) if more > 0 => count += more,
            _ => break,
        }
        // A whole answer keeps the connection open.
        if read[..count].ends_with(b"\r\n\r\n") || read[..count].ends_with(b"}") {
            break;
        }
    }
    let text = String::from_utf8_lossy(&read[..count]).to_ascii_lowercase();
    let call_id = text.split("x-request-id: ").nth(1).and_then(|rest| rest.split_once("\r\n"));
    Noted { call_id: call_id.map(|(id, _)| id.to_owned()), price: None }
}

/// The receipts of all calls, from the account's own statement.
async fn charged_by_call(shop: &Shop) -> std::collections::BTreeMap<String, i64> {
    let mut charged = std::collections::BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = shop.gateway.get(&format!("/v1/ledger?limit=100{cursor}"), &shop.customer.key).await;
        for entry in page.body["data"].as_array().unwrap() {
            if ["hold", "release"].contains(&entry["kind"].as_str().unwrap()) {
                *charged.entry(entry["id"].as_str().unwrap().to_owned()).or_default() -=
                    entry["amount"].as_i64().unwrap();
            }
        }
        match &page.body["next_cursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return charged,
        }
    }
}

#[tokio::test]
async fn two_hundred_random_faults_leave_books_that_agree_with_the_clients() {
    for (seed, rule, settlement) in [
        (0x9e37_79b9, 0, "stream = {}\n"),
        (0x85eb_ca6b, 1, "stream = {}\nsettlement = { broke_off = \"counted\" }\n"),
        (0xc2b2_ae35, 1, "settlement = { broke_off = \"counted\", left = \"finish\" }\n"),
    ] {
        let mut random = Random(seed);
        let faults: Vec<Fault> = (0..CALLS / 3 + 1).map(|_| fault(&mut random)).collect();
        let script = faults.iter().map(|fault| fault.behaviour.clone()).collect();
        let shop =
            Shop::selling(script, &format!("{PRICE}{settlement}"), "breaker = { failures = 1000 }\n").await;
        let mut noted = Vec::new();
        for fault in &faults {
            noted.push(match random.below(4) {
                0 => leaves(&shop, random.below(700)).await,
                _ => stays(&shop, fault.prices[rule]).await,
            });
        }
        shop.gateway.settled().await;
        let charged = charged_by_call(&shop).await;
        assert_eq!(charged.len(), faults.len(), "{settlement}");
        for Noted { call_id, price } in &noted {
            let paid = call_id.as_ref().map(|id| charged[id]);
            match (paid, price) {
                (Some(paid), Some(price)) => assert_eq!(paid, *price, "{settlement}{call_id:?}"),
                (Some(paid), None) => assert!((0..=20).contains(&paid), "{settlement}{call_id:?}: {paid}"),
                (None, _) => {}
            }
        }
        assert_eq!(shop.balance().await, 1_000 - charged.values().sum::<i64>(), "{settlement}");
        shop.gateway.assert_books_are_right().await;
    }
}
