//! How often a lost store is tried again.

use std::future::ready;
use std::io::ErrorKind::ConnectionReset;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::*;

const PERIOD: Duration = Duration::from_millis(200);

/// Starts a server that answers every command with OK. Returns its URL.
async fn always_ok_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut commands = [0; 4096];
                while let Ok(count @ 1..) = client.read(&mut commands).await {
                    let sent = commands[..count].iter().filter(|byte| **byte == b'*').count();
                    client.write_all("+OK\r\n".repeat(sent).as_bytes()).await.unwrap();
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn a_store_that_is_lost_as_soon_as_it_is_found_is_retried_once_a_period() {
    let store = Arc::new(Store::new(Servers::parse(&always_ok_server().await).unwrap(), CONNECT_WITHIN));
    let (looks, stop) = (Arc::new(Semaphore::new(0)), CancellationToken::new());
    let (watched, counted, watch_stop) = (store.clone(), looks.clone(), stop.clone());
    let began = Instant::now();
    tokio::spawn(async move {
        let command = |_| {
            counted.add_permits(1);
            ready(Ok(()))
        };
        watched.watch(PERIOD, command, watch_stop).await;
    });
    for look in 0..4 {
        // Each look sends two.
        looks.acquire_many(2).await.unwrap().forget();
        assert!(began.elapsed() >= PERIOD * look, "look {look} after {:?}", began.elapsed());
        store.came_back().await;
        let torn = redis::RedisError::from(std::io::Error::from(ConnectionReset));
        assert_eq!(store.query(|_| ready(RedisResult::<()>::Err(torn))).await, Err(Unavailable));
        assert!(store.away_since().is_some());
    }
    stop.cancel();
}
