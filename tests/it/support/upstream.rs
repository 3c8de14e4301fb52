//! A server behind the gateway that behaves as a test wants, connection by connection.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with the requests of one connection.
#[derive(Clone, Debug)]
pub(crate) enum Behaviour {
    /// Answers this status and body to each, and keeps the connection.
    Answers(u16, String),
    /// Says exactly this once it has read a request, then closes.
    Says(Vec<u8>),
    /// Reads a request and closes without a word.
    Closes,
    /// Answers one request, reads the next and closes without a word.
    AnswersOnceThenCloses(String),
    /// Reads a request and says no more.
    Hangs,
    /// Begins an answer and drips a byte now and then for ever.
    Drips,
    /// Begins an answer of unknown length and floods for ever.
    Floods,
}

impl Behaviour {
    /// A good answer.
    pub(crate) fn people(people: &Value) -> Self {
        Self::Answers(200, json!({ "people": people }).to_string())
    }
}

/// A running server: connection n behaves as the n-th of its script says, all later ones as the
/// last.
pub(crate) struct ScriptedServer {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<String>,
}

impl ScriptedServer {
    pub(crate) async fn start(script: Vec<Behaviour>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let of_task = seen.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let place = of_task.lock().unwrap().connections.min(script.len() - 1);
                of_task.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, script[place].clone(), of_task.clone()));
            }
        });
        Self { address, seen, serving }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/lookup", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// The requests so far, head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

const JSON_HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

async fn serve(mut stream: TcpStream, behaviour: Behaviour, seen: Arc<Mutex<Seen>>) {
    let mut answered = 0;
    while let Some(request) = read_request(&mut stream).await {
        seen.lock().unwrap().requests.push(request);
        let said = match &behaviour {
            Behaviour::Answers(status, body) => stream.write_all(&answer(*status, body)).await,
            Behaviour::AnswersOnceThenCloses(body) if answered == 0 => {
                stream.write_all(&answer(200, body)).await
            }
            Behaviour::Closes | Behaviour::AnswersOnceThenCloses(_) => return,
            Behaviour::Says(bytes) => {
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Behaviour::Hangs => std::future::pending().await,
            Behaviour::Drips => {
                let head = format!("{JSON_HEAD}content-length: 1000\r\n\r\n");
                let mut said = stream.write_all(head.as_bytes()).await;
                while said.is_ok() {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    said = stream.write_all(b" ").await;
                }
                said
            }
            Behaviour::Floods => {
                let head = format!("{JSON_HEAD}transfer-encoding: chunked\r\n\r\n");
                let mut said = stream.write_all(head.as_bytes()).await;
                let chunk = format!("2000\r\n{}\r\n", " ".repeat(0x2000));
                while said.is_ok() {
                    said = stream.write_all(chunk.as_bytes()).await;
                }
                said
            }
        };
        if said.is_err() {
            return;
        }
        answered += 1;
    }
}

fn answer(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Some\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// One request, whole; none when the client has gone.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok()
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text.into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
