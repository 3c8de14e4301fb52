//! A server whose answer a test plays part by part.

use std::net::SocketAddr;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// Answers one connection.
pub(crate) struct PlayedServer {
    pub(crate) address: SocketAddr,
    parts: Option<UnboundedSender<Vec<u8>>>,
    heard: Mutex<UnboundedReceiver<Heard>>,
}

/// What the server sees of its client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Request(String),
    /// The client has closed the connection.
    Closed,
}

impl PlayedServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (parts, mut to_send) = mpsc::unbounded_channel::<Vec<u8>>();
        let (hear, heard) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut read = vec![0; 65_536];
            loop {
                tokio::select! {
                    part = to_send.recv() => match part {
                        Some(part) => if stream.write_all(&part).await.is_err() { let _ = hear.send(Heard::Closed); },
                        None => return,
                    },
                    count = stream.read(&mut read) => match count {
                        Ok(count) if count > 0 => {
                            let _ = hear.send(Heard::Request(String::from_utf8_lossy(&read[..count]).into_owned()));
                        }
                        _ => {
                            let _ = hear.send(Heard::Closed);
                            return;
                        }
                    },
                }
            }
        });
        Self { address, parts: Some(parts), heard: Mutex::new(heard) }
    }

    /// Sends these bytes.
    pub(crate) fn say(&self, part: impl Into<Vec<u8>>) {
        let _ = self.parts.as_ref().unwrap().send(part.into());
    }

    /// Sends the head of an event stream.
    pub(crate) fn begin_events(&self) {
        self.say("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    }

    /// Sends a chunk.
    pub(crate) fn chunk(&self, text: &str) {
        self.say(format!("{:x}\r\n{text}\r\n", text.len()));
    }

    /// Ends a chunked answer.
    pub(crate) fn end(&self) {
        self.say("0\r\n\r\n");
    }

    /// Closes the connection.
    pub(crate) fn close(&mut self) {
        self.parts = None;
    }

    /// Whether the server has seen this by now.
    pub(crate) fn has_heard(&self, what: &Heard) -> bool {
        let mut heard_so_far = self.heard.lock().unwrap();
        while let Ok(heard) = heard_so_far.try_recv() {
            if heard == *what {
                return true;
            }
        }
        false
    }

    pub(crate) async fn next(&mut self) -> Heard {
        let heard =
            tokio::time::timeout(std::time::Duration::from_secs(30), self.heard.get_mut().unwrap().recv())
                .await;
        heard.expect("the server hears something").expect("the server runs")
    }

    /// Waits for a request.
    pub(crate) async fn request(&mut self) -> String {
        match self.next().await {
            Heard::Request(request) => request,
            Heard::Closed => panic!("the client has left"),
        }
    }
}
