//! Clients that call repeatedly and record every answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::gate::people::unknown_person;

/// The requests of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behaviour {
    /// An unknown person: the search is charged, and the answer is 404.
    Charged,
    /// The same, each call under an idempotency key of its own.
    Keyed,
    /// A person with too little text: 422, free.
    Free,
    /// The same under an idempotency key.
    FreeKeyed,
}

impl Behaviour {
    fn body(self) -> Value {
        match self {
            Self::Charged | Self::Keyed => unknown_person(),
            Self::Free | Self::FreeKeyed => {
                json!({ "first_name": "Brandon", "last_name": "Whitlatch", "company": "Tallow Creek Foods" })
            }
        }
    }

    pub(super) fn is_keyed(self) -> bool {
        matches!(self, Self::Keyed | Self::FreeKeyed)
    }

    /// The status of its final answers.
    pub(super) fn status(self) -> u16 {
        match self {
            Self::Charged | Self::Keyed => 404,
            Self::Free | Self::FreeKeyed => 422,
        }
    }

    /// The price of one call.
    pub(super) fn price(self) -> i64 {
        i64::from(self.status() == 404)
    }
}

/// A complete answer.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) call: Uuid,
    pub(super) status: u16,
    pub(super) replayed: bool,
    pub(super) refunded: bool,
    /// The answer as it was, but for what says when and by which request.
    pub(super) text: String,
}

/// One intent of a client: a call, or a key under which it calls until it has its answer.
#[derive(Debug)]
pub(super) struct Intent {
    pub(super) behaviour: Behaviour,
    pub(super) idempotency_key: String,
    pub(super) api_key: String,
    pub(super) answers: Vec<Answered>,
    /// Whether the connection was lost before the last call was answered.
    pub(super) cut_off: bool,
}

impl Intent {
    fn new(behaviour: Behaviour, api_key: &str) -> Self {
        let idempotency_key = Uuid::now_v7().to_string();
        Self { behaviour, idempotency_key, api_key: api_key.to_owned(), answers: Vec::new(), cut_off: false }
    }

    /// The answer that ended it.
    pub(super) fn outcome(&self) -> Option<&Answered> {
        self.answers.last().filter(|answer| answer.status == self.behaviour.status())
    }

    /// Calls once. Whether an answer arrived.
    pub(super) async fn call(&mut self, client: &Client, address: &str) -> bool {
        let mut request = client.post(format!("http://{address}/analyze")).header("x-api-key", &self.api_key);
        if self.behaviour.is_keyed() {
            request = request.header("idempotency-key", &self.idempotency_key);
        }
        let answered = match request.json(&self.behaviour.body()).send().await {
            Ok(answer) => read(answer).await,
            Err(_) => None,
        };
        self.cut_off = answered.is_none();
        self.answers.extend(answered);
        !self.cut_off
    }
}

async fn read(answer: Response) -> Option<Answered> {
    let status = answer.status().as_u16();
    let call = answer.headers()["x-request-id"].to_str().unwrap().parse().unwrap();
    let replayed = answer.headers().contains_key("idempotent-replayed");
    let text = answer.text().await.ok()?;
    let body: Value = serde_json::from_str(&text).ok()?;
    let refunded = body["billing_info"]["reembolsado"] == true;
    Some(Answered { call, status, replayed, refunded, text })
}

/// A client with keep-alive connections.
pub(super) fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// Running clients.
pub(super) struct Load {
    clients: JoinSet<Vec<Intent>>,
    counts: Arc<Counts>,
    stop_requested: Arc<AtomicBool>,
}

/// Answers of all clients so far.
#[derive(Default)]
struct Counts {
    finals: AtomicUsize,
    unavailable: AtomicUsize,
}

/// Pause before a client retries.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

impl Load {
    /// Starts one client for each behaviour. It ends when it loses its connection.
    pub(super) fn start(address: &str, behaviours: &[(Behaviour, String)]) -> Self {
        let (counts, stop_requested) = (Arc::<Counts>::default(), Arc::<AtomicBool>::default());
        let mut clients = JoinSet::new();
        for (behaviour, api_key) in behaviours.iter().cloned() {
            let (address, counts, stop_requested) =
                (address.to_owned(), counts.clone(), stop_requested.clone());
            clients.spawn(async move {
                let (client, mut intents) = (client(), Vec::new());
                while !stop_requested.load(Ordering::Relaxed)
                    && !intents.last().is_some_and(|last: &Intent| last.cut_off)
                {
                    let mut intent = Intent::new(behaviour, &api_key);
                    intent.pursue(&client, &address, &counts, &stop_requested).await;
                    intents.push(intent);
                }
                intents
            });
        }
        Self { clients, counts, stop_requested }
    }

    /// Final answers so far.
    pub(super) fn finals(&self) -> usize {
        self.counts.finals.load(Ordering::Relaxed)
    }

    /// Answers so far that the service is not available.
    pub(super) fn unavailable(&self) -> usize {
        self.counts.unavailable.load(Ordering::Relaxed)
    }

    /// Waits until all clients have ended. Returns their intents.
    pub(super) async fn join(self) -> Vec<Vec<Intent>> {
        self.clients.join_all().await
    }

    /// Stops the clients. Returns their intents.
    pub(super) async fn stop(self) -> Vec<Vec<Intent>> {
        self.stop_requested.store(true, Ordering::Relaxed);
        self.join().await
    }
}

impl Intent {
    /// Calls until it has its outcome; without a key once, because another call would be another
    /// intent.
    async fn pursue(&mut self, client: &Client, address: &str, counts: &Counts, stop_requested: &AtomicBool) {
        while self.call(client, address).await {
            if self.outcome().is_some() {
                counts.finals.fetch_add(1, Ordering::Relaxed);
                return;
            }
            if self.answers.last().is_some_and(|answer| answer.status == 503) {
                counts.unavailable.fetch_add(1, Ordering::Relaxed);
            }
            tokio::time::sleep(RETRY_PAUSE).await;
            if !self.behaviour.is_keyed() || stop_requested.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}
