//! The public keys by which GitHub signs its reports: from GitHub, or from a file of the operator.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper::Uri;
use hyper::header::HeaderValue;
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::time::Instant;

use crate::outbound::address::AddressPolicy;
use crate::secret::signature::PublicKey;
use crate::upstream::fetch::{Fetched, fetch};

/// The list is read again after this time, and while it cannot be, the last one counts for this
/// time.
const FRESH: Duration = Duration::from_secs(24 * 3600);
const USABLE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Pause between two reads, whatever identifiers reports name.
pub(super) const PAUSE: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_BYTES: usize = 256 * 1024;

/// Where the list is.
#[derive(Clone, Debug)]
pub enum KeysFrom {
    Url(Uri, AddressPolicy),
    File(PathBuf),
}

/// No list of keys is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoKeys;

/// The keys as last read. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct PublicKeys {
    from: KeysFrom,
    state: Arc<Mutex<State>>,
    /// Held while the list is read, so that it is read once. Reports signed by known keys do not
    /// wait for it.
    reading: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct State {
    keys: HashMap<String, PublicKey>,
    /// The version of the list, as its server names it.
    etag: Option<HeaderValue>,
    read_at: Option<Instant>,
    tried_at: Option<Instant>,
}

impl State {
    /// Whether the list is old, or has no such key.
    fn lacks(&self, identifier: &str) -> bool {
        !is_within(self.read_at, FRESH) || !self.keys.contains_key(identifier)
    }
}

fn is_within(at: Option<Instant>, time: Duration) -> bool {
    at.is_some_and(|at| at.elapsed() < time)
}

/// Keys by their identifiers, and the version of the list.
type List = (HashMap<String, PublicKey>, Option<HeaderValue>);

#[derive(Deserialize)]
struct Document {
    public_keys: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    key_identifier: String,
    key: String,
}

impl PublicKeys {
    pub(super) fn new(from: KeysFrom) -> Self {
        Self { from, state: Arc::default(), reading: Arc::default() }
    }

    /// Returns the key with this identifier; `None` for an unknown one.
    pub(super) async fn find(&self, identifier: &str) -> Result<Option<PublicKey>, NoKeys> {
        let is_due = |state: &State| state.lacks(identifier) && !is_within(state.tried_at, PAUSE);
        if self.state.lock().lacks(identifier) {
            let _reading = self.reading.lock().await;
            if is_due(&self.state.lock()) {
                self.read_again().await;
            }
        }
        let state = self.state.lock();
        if is_within(state.read_at, USABLE) { Ok(state.keys.get(identifier).cloned()) } else { Err(NoKeys) }
    }

    async fn read_again(&self) {
        let known = {
            let mut state = self.state.lock();
            state.tried_at = Some(Instant::now());
            state.etag.clone()
        };
        let read = self.read(known.as_ref()).await;
        let mut state = self.state.lock();
        match read {
            Ok(Some((keys, etag))) => {
                (state.keys, state.etag, state.read_at) = (keys, etag, Some(Instant::now()));
            }
            Ok(None) => state.read_at = Some(Instant::now()),
            Err(error) => tracing::warn!(%error, "reading GitHub's public keys failed"),
        }
    }

    /// Returns the list and its version; `None` if it is still the known one.
    async fn read(&self, known: Option<&HeaderValue>) -> Result<Option<List>, String> {
        match &self.from {
            KeysFrom::Url(url, reach) => {
                let fetched = fetch(url, known, *reach, TIMEOUT, MAX_BYTES).await;
                let Some(Fetched { body, etag }) = fetched.map_err(|error| error.to_string())? else {
                    return Ok(None);
                };
                Ok(Some((parse(&body)?, etag)))
            }
            KeysFrom::File(path) => {
                let text = tokio::fs::read(path).await.map_err(|error| error.to_string())?;
                Ok(Some((parse(&text)?, None)))
            }
        }
    }
}

/// Reads a list. Keys of other kinds are passed over, so that a new kind does not disable the known
/// one.
fn parse(text: &[u8]) -> Result<HashMap<String, PublicKey>, String> {
    let list: Document = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let readable = |entry: Entry| Some((entry.key_identifier, PublicKey::from_pem(&entry.key).ok()?));
    let keys: HashMap<_, _> = list.public_keys.into_iter().filter_map(readable).collect();
    if keys.is_empty() { Err("the list has no P-256 key".to_owned()) } else { Ok(keys) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_without_a_usable_key_is_refused() {
        for text in
            ["", "[]", r#"{"public_keys": []}"#, r#"{"public_keys": [{"key_identifier": "a", "key": "b"}]}"#]
        {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_that_cannot_be_read_is_tried_once_a_minute() {
        let keys = PublicKeys::new(KeysFrom::File("/no/such/file".into()));
        assert_eq!(keys.find("a").await, Err(NoKeys));
        let tried_at = keys.state.lock().tried_at;
        tokio::time::advance(Duration::from_secs(59)).await;
        assert_eq!(keys.find("a").await, Err(NoKeys));
        assert_eq!(keys.state.lock().tried_at, tried_at);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(keys.find("a").await, Err(NoKeys));
        assert_ne!(keys.state.lock().tried_at, tried_at);
    }

    const P256: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEpydmaHM90GvaFeluepUmBN1QNaFbkJH1yzkA7glVBum3waUzAbfvONZfYvYXixD9RTA1rJpCo/KMPCVn7WBb/A==\n-----END PUBLIC KEY-----\n";

    /// Answers `200` with a list of version 1, and 304 to a client that has it.
    async fn serve(listener: tokio::net::TcpListener, heads: tokio::sync::mpsc::UnboundedSender<String>) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut head = [0; 4096];
            let length = client.read(&mut head).await.unwrap();
            let head = String::from_utf8_lossy(&head[..length]).to_lowercase();
            let answer = if head.contains("if-none-match: \"1\"") {
                "HTTP/1.1 304 Not Modified\r\ncontent-length: 0\r\n\r\n".to_owned()
            } else {
                let body = serde_json::json!({ "public_keys": [{ "key_identifier": "a", "key": P256 }] })
                    .to_string();
                format!("HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: {}\r\n\r\n{body}", body.len())
            };
            heads.send(head).unwrap();
            client.write_all(answer.as_bytes()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_list_that_has_not_changed_is_not_sent_again_and_counts_as_read() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let (sender, mut heads) = tokio::sync::mpsc::unbounded_channel();
        let server = tokio::spawn(serve(listener, sender));
        let keys = PublicKeys::new(KeysFrom::Url(url, AddressPolicy::allowing_private(true)));
        assert!(keys.find("a").await.unwrap().is_some());
        assert!(!heads.recv().await.unwrap().contains("if-none-match"));
        {
            let mut state = keys.state.lock();
            (state.read_at, state.tried_at) = (None, None);
        }
        assert!(keys.find("a").await.unwrap().is_some(), "the known list counts again");
        assert!(heads.recv().await.unwrap().contains("if-none-match: \"1\""));
        server.abort();
    }
}
