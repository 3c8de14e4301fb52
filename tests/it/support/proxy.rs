//! A proxy between the program and its Postgres that can lose an answer, hold a statement back
//! until after its client has gone, or fall silent.

use std::sync::{Arc, Mutex};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};

/// What happens, once, to the next bytes from a client that contain a pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The server gets them, the client is cut off before the answer.
    LoseAnswer(&'static str),
    /// The client is cut off; the server gets them when the test says so.
    HoldBack(&'static str),
    /// Nothing of them passes, nor anything after them in either direction, and nothing ends: the
    /// server has vanished.
    Swallow(&'static str),
    /// The server gets them; from then on the same.
    SwallowAnswer(&'static str),
}

#[derive(Default)]
struct Shared {
    fault: Option<Fault>,
    held_back: Vec<(UnixStream, Vec<u8>)>,
}

/// A running proxy.
pub(crate) struct Proxy {
    options: PgConnectOptions,
    shared: Arc<Mutex<Shared>>,
}

impl Proxy {
    /// Listens on a port of its own in front of the server of `options`, which listens on a Unix
    /// socket.
    pub(crate) async fn start(options: PgConnectOptions) -> Self {
        let Some(folder) = options.get_socket() else { panic!("the tests' server listens on a Unix socket") };
        let socket = folder.join(format!(".s.PGSQL.{}", options.get_port()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Mutex::new(Shared::default()));
        let options = tcp(&options, port);
        let of_task = shared.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.unwrap();
                tokio::spawn(carry(client, server, of_task.clone()));
            }
        });
        Self { options, shared }
    }

    /// How to connect through it.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Arms a fault.
    pub(crate) fn arm(&self, fault: Fault) {
        self.shared.lock().unwrap().fault = Some(fault);
    }

    /// Whether the fault that was armed has happened.
    pub(crate) fn has_struck(&self) -> bool {
        self.shared.lock().unwrap().fault.is_none()
    }

    /// Gives the server what was held back, and waits until it has dealt with it.
    pub(crate) async fn deliver(&self) {
        let held_back = std::mem::take(&mut self.shared.lock().unwrap().held_back);
        assert!(!held_back.is_empty(), "nothing was held back");
        for (mut server, bytes) in held_back {
            server.write_all(&bytes).await.unwrap();
            server.shutdown().await.unwrap();
            let mut answers = Vec::new();
            server.read_to_end(&mut answers).await.unwrap();
        }
    }
}

fn tcp(options: &PgConnectOptions, port: u16) -> PgConnectOptions {
    let to = PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username(options.get_username())
        .ssl_mode(PgSslMode::Disable);
    match options.get_database() {
        Some(database) => to.database(database),
        None => to,
    }
}

async fn carry(mut client: TcpStream, mut server: UnixStream, shared: Arc<Mutex<Shared>>) {
    let (mut from_client, mut from_server) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut from_client) => match read {
                Ok(count @ 1..) => {
                    let bytes = &from_client[..count];
                    match take_fault(&shared, bytes) {
                        None => if server.write_all(bytes).await.is_err() { return },
                        Some(Fault::HoldBack(_)) => {
                            shared.lock().unwrap().held_back.push((server, bytes.to_vec()));
                            return;
                        }
                        Some(Fault::LoseAnswer(_)) => {
                            let _ = server.write_all(bytes).await;
                            let _ = server.read(&mut from_server).await;
                            return;
                        }
                        Some(Fault::Swallow(_)) => return std::future::pending().await,
                        Some(Fault::SwallowAnswer(_)) => {
                            let _ = server.write_all(bytes).await;
                            return std::future::pending().await;
                        }
                    }
                }
                _ => return,
            },
            read = server.read(&mut from_server) => match read {
                Ok(count @ 1..) => if client.write_all(&from_server[..count]).await.is_err() { return },
                _ => return,
            },
        }
    }
}

fn take_fault(shared: &Mutex<Shared>, bytes: &[u8]) -> Option<Fault> {
    let mut shared = shared.lock().unwrap();
    let (Fault::LoseAnswer(pattern)
    | Fault::HoldBack(pattern)
    | Fault::Swallow(pattern)
    | Fault::SwallowAnswer(pattern)) = shared.fault?;
    let found = pattern.is_empty() || bytes.windows(pattern.len()).any(|window| window == pattern.as_bytes());
    if found { shared.fault.take() } else { None }
}
