//! Bodies of requests without a key: reports of keys, and forms of the console until their sender
//! is known. Any client may send them, so all that are being read or worked on share a bounded
//! memory, of which each network has a part, and each must arrive within a time.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Body, HttpBody};

use super::byte_budget::{ByteBudget, ByteShare};
use super::client_address::ClientNetwork;
use super::request_body_fault::RequestBodyFault;
use crate::domain::refusal::Refusal;

/// Bytes of bodies in memory: of one network, and of all.
const NETWORK_BYTES: usize = 2 * 1024 * 1024;
const ALL_BYTES: usize = 16 * 1024 * 1024;
/// From the first byte to the last.
const READ_WITHIN: Duration = Duration::from_secs(15);

/// The bodies in memory. Cheap to clone.
#[derive(Clone, Debug)]
pub struct KeylessBodies(ByteBudget<Option<ClientNetwork>>);

impl Default for KeylessBodies {
    fn default() -> Self {
        Self(ByteBudget::new(NETWORK_BYTES, ALL_BYTES))
    }
}

/// Memory for one body, until it is dropped.
#[derive(Debug)]
pub struct Room {
    _share: ByteShare<Option<ClientNetwork>>,
}

impl KeylessBodies {
    /// Takes memory for a body of at most `limit_bytes`. Keep it for as long as the body.
    ///
    /// # Errors
    /// When the network has its part already, or all memory is taken.
    pub fn room(&self, from: Option<IpAddr>, body: &Body, limit_bytes: usize) -> Result<Room, Refusal> {
        let declared = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
        let bytes = declared.unwrap_or(limit_bytes).min(limit_bytes);
        let share = self.0.take(from.map(ClientNetwork::from), bytes);
        share.map(|share| Room { _share: share }).map_err(|_| Refusal::UNAVAILABLE)
    }
}

impl Room {
    /// Waits for the body.
    ///
    /// # Errors
    /// That of `reading`, or that it takes too long.
    pub async fn read<T, E: From<RequestBodyFault>>(
        &self,
        reading: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let read = tokio::time::timeout(READ_WITHIN, reading).await;
        let timeout_s = READ_WITHIN.as_secs();
        read.unwrap_or_else(|_| Err(RequestBodyFault::TooSlow { timeout_s }.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1024 * 1024;

    /// A body without a declared length.
    fn streamed() -> Body {
        Body::from_stream(futures_util::stream::pending::<Result<&[u8], std::io::Error>>())
    }

    fn network(host: u8) -> Option<IpAddr> {
        Some(IpAddr::from([203, 0, 113, host]))
    }

    #[test]
    fn a_network_has_its_part_and_all_have_a_bound() {
        let bodies = KeylessBodies::default();
        let mut held = Vec::new();
        for host in 0..8 {
            held.push(bodies.room(network(host), &streamed(), LIMIT).unwrap());
            held.push(bodies.room(network(host), &streamed(), LIMIT).unwrap());
            assert_eq!(bodies.room(network(host), &streamed(), LIMIT).unwrap_err(), Refusal::UNAVAILABLE);
        }
        assert_eq!(bodies.room(network(8), &Body::from("x"), LIMIT).unwrap_err(), Refusal::UNAVAILABLE);
        drop(held.pop());
        assert!(bodies.room(network(8), &streamed(), LIMIT).is_ok());
        drop(held);
        assert_eq!((bodies.0.bytes(), bodies.0.owners()), (0, 0));
    }

    #[test]
    fn a_body_takes_what_it_declares_and_at_most_what_is_read_of_it() {
        let bodies = KeylessBodies::default();
        let small: Vec<Room> =
            (0..10_000).map(|_| bodies.room(network(1), &Body::from("short"), LIMIT).unwrap()).collect();
        assert_eq!(bodies.0.bytes(), 50_000);
        drop(small);
        let _long = bodies.room(network(1), &Body::from("x".repeat(99)), 10).unwrap();
        assert_eq!(bodies.0.bytes(), 10);
    }

    #[test]
    fn thousands_of_log_ins_of_one_network_fit_at_a_time() {
        let bodies = KeylessBodies::default();
        let form = || Body::from("x".repeat(500));
        let held: Vec<Room> =
            (0..4_000).map(|_| bodies.room(network(1), &form(), 32 * 1024).unwrap()).collect();
        assert_eq!(held.len(), 4_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_takes_too_long_is_refused() {
        let bodies = KeylessBodies::default();
        let room = bodies.room(None, &streamed(), LIMIT).unwrap();
        let read = room.read(std::future::pending::<Result<(), Refusal>>()).await;
        assert_eq!(read, Err(Refusal::RequestTimeout { timeout_s: 15 }));
    }
}
