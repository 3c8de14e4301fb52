//! A proxy to a server on a loopback port that can delay answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A running proxy.
pub(crate) struct DelayProxy {
    port: u16,
    delay_ms: Arc<AtomicU64>,
    passed: Arc<AtomicU64>,
}

impl DelayProxy {
    /// A proxy to this port, without a delay at first.
    pub(crate) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            delay_ms: Arc::default(),
            passed: Arc::default(),
        };
        let (delay_ms, passed) = (proxy.delay_ms.clone(), proxy.passed.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, delay_ms.clone(), passed.clone()));
            }
        });
        proxy
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Delays every answer from now on.
    pub(crate) fn takes(&self, delay: Duration) {
        self.delay_ms.store(delay.as_millis().try_into().unwrap(), Ordering::Relaxed);
    }

    /// Packets that clients have sent over it.
    pub(crate) fn packets(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }
}

async fn carry(mut client: TcpStream, server: u16, delay_ms: Arc<AtomicU64>, passed: Arc<AtomicU64>) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    let (mut from_client, mut from_server) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut from_client) => match read {
                Ok(count @ 1..) => {
                    passed.fetch_add(1, Ordering::Relaxed);
                    if server.write_all(&from_client[..count]).await.is_err() { return }
                }
                _ => return,
            },
            read = server.read(&mut from_server) => match read {
                Ok(count @ 1..) => {
                    tokio::time::sleep(Duration::from_millis(delay_ms.load(Ordering::Relaxed))).await;
                    if client.write_all(&from_server[..count]).await.is_err() { return }
                }
                _ => return,
            },
        }
    }
}
