//! Many event streams at once, and a stream that its client does not read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use reqwest::{Method, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use super::shop::Shop;
use crate::support::gateway::eventually;
use crate::support::upstream::Behaviour;

const STREAMS: usize = 96;
const EVENTS: usize = 20;
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

async fn shop_before(address: SocketAddr, route: &str) -> Shop {
    let shop = Shop::with(vec![Behaviour::Closes]).await;
    shop.sell(&format!("http://{address}"), route, "").await;
    shop
}

/// Reads the head of a request.
async fn asked(stream: &mut TcpStream) {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        assert!(stream.read_buf(&mut read).await.unwrap() > 0);
    }
}

fn event(number: usize) -> String {
    format!("data: {{\"n\":{number}}}\n\n")
}

/// Sends each stream its events as far as the number says.
async fn play(listener: TcpListener, permitted: watch::Receiver<usize>) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut permitted = permitted.clone();
        tokio::spawn(async move {
            asked(&mut stream).await;
            stream.write_all(HEAD.as_bytes()).await.unwrap();
            for number in 0..EVENTS {
                permitted.wait_for(|permitted| *permitted > number).await.unwrap();
                let event = event(number);
                stream.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).await.unwrap();
            }
            stream.write_all(b"0\r\n\r\n").await.unwrap();
        });
    }
}

/// Reads one event. The next is not sent before.
async fn read(response: &mut Response, number: usize) {
    let (mut read, event) = (Vec::new(), event(number));
    while read.len() < event.len() {
        read.extend_from_slice(&response.chunk().await.unwrap().expect("the stream goes on"));
    }
    assert_eq!(String::from_utf8_lossy(&read), event);
}

#[tokio::test]
async fn no_event_of_many_streams_waits_for_another() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (permit, permitted) = watch::channel(0);
    tokio::spawn(play(listener, permitted));
    let shop = shop_before(address, "credits = 1\nstream = { ping_s = 300 }\ntotal_s = 300\n").await;
    let opened = (0..STREAMS).map(|_| shop.request(Method::GET).send());
    let mut streams = try_join_all(opened).await.unwrap();
    for number in 0..EVENTS {
        permit.send(number + 1).unwrap();
        let all = join_all(streams.iter_mut().map(|stream| read(stream, number)));
        timeout(Duration::from_secs(30), all).await.expect("an event waits for the next");
    }
    for stream in &mut streams {
        assert!(stream.chunk().await.unwrap().is_none());
    }
    assert_eq!(shop.balance().await, 1_000 - i64::try_from(STREAMS).unwrap());
    shop.gateway.assert_books_are_right().await;
}

/// More than the buffers of all sockets on the way.
const FLOOD_BYTES: usize = 128 << 20;
const PIECE_BYTES: usize = 64 << 10;

#[tokio::test]
async fn a_stream_that_its_client_does_not_read_is_not_gathered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let sent = Arc::<AtomicUsize>::default();
    let counted = sent.clone();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        asked(&mut stream).await;
        stream.write_all(HEAD.as_bytes()).await.unwrap();
        let data = format!("data: {}\n\n", "x".repeat(PIECE_BYTES - 8));
        let chunk = format!("{:x}\r\n{data}\r\n", data.len());
        while counted.load(Ordering::Relaxed) < FLOOD_BYTES {
            stream.write_all(chunk.as_bytes()).await.unwrap();
            counted.fetch_add(PIECE_BYTES, Ordering::Relaxed);
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
    });
    let shop =
        shop_before(address, "credits = 1\nstream = {}\nmax_answer_bytes = 1073741824\ntotal_s = 300\n")
            .await;
    let mut response = shop.request(Method::GET).send().await.unwrap();
    // A gateway that gathered what it gets would take all of it meanwhile.
    let gathered = async || sent.load(Ordering::Relaxed) >= FLOOD_BYTES;
    let waited = timeout(Duration::from_secs(3), eventually("all is taken", gathered)).await;
    assert!(waited.is_err(), "the gateway took {FLOOD_BYTES} bytes that its client did not read");
    let mut read = 0;
    while let Some(part) = response.chunk().await.unwrap() {
        read += part.len();
    }
    assert_eq!(read, FLOOD_BYTES);
    assert_eq!(shop.balance().await, 999);
    shop.gateway.assert_books_are_right().await;
}
