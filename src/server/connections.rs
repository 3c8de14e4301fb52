//! The open connections: how many, from which clients, and which one makes room for another.
//!
//! A new connection is served if its client is below its limit. At the total limit, the connection
//! that has been idle longest is closed for it. A connection beyond the limits gets one of a few
//! reserved places, one for each client, for one request: probes are answered, any other request
//! gets 503.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use super::connection_state::{ConnectionState, WaitingSince};
use crate::http::client_address::{ClientNetwork, TrustedProxies};

/// Reserved places for connections beyond the limits.
const MAX_OVERFLOW: usize = 16;
/// Closing connections whose places are already taken.
const MAX_LEAVING: usize = 64;
/// Idle connections that are collected at a time, so that not every eviction searches all
/// connections.
const CANDIDATES: usize = 64;

/// The open connections of a listener.
#[derive(Debug)]
pub(super) struct Connections {
    max: usize,
    max_per_client: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next_id: u64,
    open: HashMap<u64, Arc<ConnectionState>>,
    of_client: HashMap<ClientNetwork, usize>,
    overflow: HashSet<ClientNetwork>,
    /// The connections that were idle longest at the last search, the longest at the end.
    candidates: Vec<(WaitingSince, u64)>,
}

/// The permit of a connection, returned when it is dropped.
#[derive(Debug)]
pub(super) struct ConnectionPermit {
    connections: Arc<Connections>,
    pub(super) kind: PermitKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PermitKind {
    /// Serves requests. A trusted proxy has no client here.
    Regular { id: u64, client: Option<ClientNetwork> },
    /// Serves one request, which must be a probe.
    Overflow { client: ClientNetwork },
}

/// A permit, and whether another connection was evicted for it.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) permit: ConnectionPermit,
    pub(super) has_evicted: bool,
}

impl Connections {
    pub(super) fn new(max: usize, max_per_client: usize) -> Arc<Self> {
        Arc::new(Self { max, max_per_client, state: Mutex::default() })
    }

    /// Returns a permit for a connection from `peer`, or `None` if there is no room.
    pub(super) fn admit(
        self: &Arc<Self>,
        peer: IpAddr,
        proxies: &TrustedProxies,
        connection: &Arc<ConnectionState>,
    ) -> Option<Admitted> {
        let network = ClientNetwork::from(peer);
        let client = (!proxies.trusts(peer)).then_some(network);
        let mut state = self.state();
        let has_room = client.is_none_or(|client| state.count_of(client) < self.max_per_client);
        let is_full = state.open.len() >= self.max;
        let has_evicted = has_room && is_full && state.open.len() < self.max + MAX_LEAVING && state.evict();
        let kind = if has_room && (!is_full || has_evicted) {
            let id = state.open(connection.clone(), client);
            PermitKind::Regular { id, client }
        } else if state.overflow.len() < MAX_OVERFLOW && state.overflow.insert(network) {
            PermitKind::Overflow { client: network }
        } else {
            return None;
        };
        drop(state);
        Some(Admitted { permit: ConnectionPermit { connections: self.clone(), kind }, has_evicted })
    }

    pub(super) fn count(&self) -> usize {
        let state = self.state();
        state.open.len() + state.overflow.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    fn count_of(&self, client: ClientNetwork) -> usize {
        self.of_client.get(&client).copied().unwrap_or_default()
    }

    fn open(&mut self, connection: Arc<ConnectionState>, client: Option<ClientNetwork>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.open.insert(id, connection);
        if let Some(client) = client {
            *self.of_client.entry(client).or_default() += 1;
        }
        id
    }

    fn close(&mut self, id: u64, client: Option<ClientNetwork>) {
        self.open.remove(&id);
        let Some(client) = client else { return };
        if let Some(count) = self.of_client.get_mut(&client) {
            *count -= 1;
            if *count == 0 {
                self.of_client.remove(&client);
            }
        }
    }

    /// Evicts the connection that has been idle longest. Returns false if all have a request.
    fn evict(&mut self) -> bool {
        for is_fresh in [false, true] {
            if is_fresh {
                self.collect_candidates();
            }
            while let Some((since, id)) = self.candidates.pop() {
                // It may have received a request since, or be closed.
                if let Some(connection) =
                    self.open.get(&id).filter(|connection| connection.waiting_since() == Some(since))
                {
                    connection.evict();
                    return true;
                }
            }
        }
        false
    }

    fn collect_candidates(&mut self) {
        let waiting =
            self.open.iter().filter_map(|(id, connection)| Some((connection.waiting_since()?, *id)));
        self.candidates = waiting.collect();
        if self.candidates.len() > CANDIDATES {
            self.candidates.select_nth_unstable(CANDIDATES);
            self.candidates.truncate(CANDIDATES);
        }
        self.candidates.sort_unstable_by(|one, other| other.cmp(one));
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut state = self.connections.state();
        match self.kind {
            PermitKind::Regular { id, client } => state.close(id, client),
            PermitKind::Overflow { client } => {
                state.overflow.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::server::connection_state::Phase;

    fn admit(connections: &Arc<Connections>, peer: &str) -> Option<(Admitted, Arc<ConnectionState>)> {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let connection = Arc::new(ConnectionState::new());
        connections.admit(peer.parse().unwrap(), &proxies, &connection).map(|admitted| (admitted, connection))
    }

    fn is_regular(admitted: &Option<(Admitted, Arc<ConnectionState>)>) -> bool {
        matches!(
            admitted,
            Some((Admitted { permit: ConnectionPermit { kind: PermitKind::Regular { .. }, .. }, .. }, _))
        )
    }

    #[tokio::test]
    async fn one_client_has_its_share_and_a_trusted_proxy_any_number() {
        let connections = Connections::new(100, 2);
        for peers in [["192.0.2.1", "192.0.2.1", "192.0.2.1"], ["2001:db8::1", "2001:db8::2", "2001:db8::3"]]
        {
            let open = peers.map(|peer| admit(&connections, peer));
            assert_eq!(open.each_ref().map(is_regular), [true, true, false], "{peers:?}");
        }
        let open = ["10.0.0.1"; 5].map(|peer| admit(&connections, peer));
        assert!(open.iter().all(is_regular));
        drop(open);
        assert_eq!(connections.count(), 0);
        assert!(connections.state().of_client.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_waiting_makes_room_and_one_that_is_served_never_does() {
        let connections = Connections::new(3, 3);
        let mut open = Vec::new();
        for peer in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
            open.push(admit(&connections, peer).unwrap());
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        open[0].1.enter(Phase::Serving);
        let (admitted, _) = admit(&connections, "192.0.2.4").unwrap();
        assert!(admitted.has_evicted);
        assert!(open[1].1.is_evicted() && !open[0].1.is_evicted() && !open[2].1.is_evicted());
        // No connection is idle: only the reserved places are left, one for each client.
        for (_, connection) in &open {
            connection.enter(Phase::Serving);
        }
        admitted
            .permit
            .connections
            .state()
            .open
            .values()
            .for_each(|connection| connection.enter(Phase::Serving));
        let beyond = admit(&connections, "192.0.2.5");
        assert!(beyond.is_some() && !is_regular(&beyond));
        assert!(admit(&connections, "192.0.2.5").is_none());
        assert!(admit(&connections, "192.0.2.6").is_some());
    }
}
