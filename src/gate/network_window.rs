//! Counts events by the network that they come from, in a window of time.

use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use quick_cache::sync::Cache;
use tokio::time::Instant;

use crate::domain::wait::whole_seconds;
use crate::http::client_address::ClientNetwork;

/// Counts for a limited number of networks and evicts the least active. Cheap to clone.
#[derive(Clone, Debug)]
pub struct NetworkWindow {
    windows: Arc<Cache<ClientNetwork, Arc<Mutex<Window>>>>,
    most: u32,
    length: Duration,
}

/// The events of one network since its window began.
#[derive(Clone, Copy, Debug)]
struct Window {
    since: Instant,
    events: u32,
}

impl NetworkWindow {
    /// `most` events in `length` of each of `networks`.
    pub fn new(most: NonZeroU32, length: Duration, networks: NonZeroUsize) -> Self {
        Self { windows: Arc::new(Cache::new(networks.get())), most: most.get(), length }
    }

    /// The most events of one window.
    pub const fn most(&self) -> u32 {
        self.most
    }

    /// Counts an event.
    ///
    /// # Errors
    /// The whole seconds until the next one counts, where the window is full.
    pub fn count(&self, address: IpAddr) -> Result<(), u64> {
        let now = Instant::now();
        let fresh =
            || Ok::<_, std::convert::Infallible>(Arc::new(Mutex::new(Window { since: now, events: 0 })));
        let Ok(window) = self.windows.get_or_insert_with(&ClientNetwork::from(address), fresh);
        let mut window = window.lock();
        if now.duration_since(window.since) >= self.length {
            *window = Window { since: now, events: 0 };
        }
        if window.events < self.most {
            window.events += 1;
            return Ok(());
        }
        Err(whole_seconds((window.since + self.length).duration_since(now)))
    }

    /// Whether the window of this address is full.
    pub fn is_full(&self, address: IpAddr) -> bool {
        self.windows.get(&ClientNetwork::from(address)).is_some_and(|window| {
            let window = window.lock();
            window.events >= self.most && window.since.elapsed() < self.length
        })
    }

    /// Networks that are counted now.
    #[cfg(test)]
    pub(in crate::gate) fn networks(&self) -> usize {
        self.windows.len()
    }
}
