//! A script whose verdict this version does not know.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use fluence::gate::limits::shared_limits::Unavailable;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Node, PATIENT, account, at_once};
use crate::support::gateway::eventually;

/// A store that answers every script with this verdict, and other commands with OK.
struct FixedVerdict {
    url: String,
    verdict: Arc<AtomicU8>,
}

impl FixedVerdict {
    async fn start(verdict: u8) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}/", listener.local_addr().unwrap());
        let store = Self { url, verdict: Arc::new(AtomicU8::new(verdict)) };
        let verdict = store.verdict.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(answer_all(client, verdict.clone()));
            }
        });
        store
    }

    fn decides(&self, verdict: u8) {
        self.verdict.store(verdict, Ordering::Relaxed);
    }
}

async fn answer_all(mut client: TcpStream, verdict: Arc<AtomicU8>) {
    let mut sent = [0; 4096];
    while let Ok(count @ 1..) = client.read(&mut sent).await {
        // A command is an array, which begins with an asterisk.
        for command in sent[..count].split(|byte| *byte == b'*').skip(1) {
            let is_script = command.windows(7).any(|word| word == b"EVALSHA");
            let verdict = verdict.load(Ordering::Relaxed);
            let reply = match is_script {
                true => format!("*7\r\n:{verdict}\r\n:1\r\n:0\r\n:0\r\n:1\r\n:0\r\n:0\r\n"),
                false => "+OK\r\n".to_owned(),
            };
            client.write_all(reply.as_bytes()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_unknown_verdict_leaves_the_decision_to_the_gateways_own_limits() {
    let store = FixedVerdict::start(0).await;
    let node = Node::start(&store.url, PATIENT).await;
    assert!(node.admits(account(), at_once(1)).await.is_some());
    store.decides(3);
    assert_eq!(node.limits.decide(account(), at_once(1)).await.unwrap_err(), Unavailable);
    eventually("it is left", async || node.limits.away_since().is_some()).await;
    store.decides(2);
    eventually("it is back", async || node.limits.away_since().is_none()).await;
    assert!(node.admits(account(), at_once(1)).await.is_none());
}
