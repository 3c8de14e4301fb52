//! Which epochs have no living writer. The database's clock alone cannot decide that: after it was
//! set forward, or the machine was suspended, all heartbeats look old. So a gateway also observes
//! by its own clock, which is never set, that no new heartbeat comes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::ledger::settings::LedgerSettings;
use crate::ledger::store::Epoch;
use crate::storage::ledger::OpenEpoch;

/// A stale epoch is closed once this gateway has observed that many missed heartbeats.
const HEARTBEATS_UNTIL_DEAD: u32 = 3;

/// The silence of open epochs, as one gateway has observed it.
#[derive(Debug)]
pub struct SilentEpochs {
    heartbeat_every: Duration,
    /// Silence after which an epoch is dead whatever the database's clock says.
    hold_life: Duration,
    observed_at: Option<Instant>,
    silences: HashMap<Epoch, Silence>,
}

/// For how long a heartbeat has been the last one.
#[derive(Clone, Copy, Debug)]
struct Silence {
    heartbeat_at: DateTime<Utc>,
    observed: Duration,
}

impl SilentEpochs {
    pub fn new(settings: &LedgerSettings) -> Self {
        Self {
            heartbeat_every: settings.heartbeat_every,
            hold_life: settings.hold_life,
            observed_at: None,
            silences: HashMap::new(),
        }
    }

    /// The same, for a job.
    pub fn shared(settings: &LedgerSettings) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self::new(settings)))
    }

    /// Takes note of all open epochs. Returns those whose writers are dead: stale ones that have
    /// missed some heartbeats, and those that have been silent for the life of a hold.
    pub fn observe(&mut self, now: Instant, open: &[OpenEpoch]) -> Vec<OpenEpoch> {
        let since = self.observed_at.replace(now).map_or(Duration::ZERO, |before| now.duration_since(before));
        // A database that was away or suspended in between took no heartbeats. Such a pause counts
        // as one that was missed.
        let step = since.min(self.heartbeat_every);
        let before = std::mem::take(&mut self.silences);
        let mut dead = Vec::new();
        for epoch in open {
            let same = before.get(&epoch.epoch).filter(|silence| silence.heartbeat_at == epoch.heartbeat_at);
            let observed = same.map_or(Duration::ZERO, |silence| silence.observed.saturating_add(step));
            self.silences.insert(epoch.epoch, Silence { heartbeat_at: epoch.heartbeat_at, observed });
            let needed = match epoch.is_stale {
                true => self.heartbeat_every * HEARTBEATS_UNTIL_DEAD,
                false => self.hold_life,
            };
            if observed >= needed {
                dead.push(*epoch);
            }
        }
        dead
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::now;

    const HEARTBEAT: Duration = Duration::from_secs(5);

    fn watch() -> SilentEpochs {
        SilentEpochs {
            heartbeat_every: HEARTBEAT,
            hold_life: Duration::from_secs(60),
            observed_at: None,
            silences: HashMap::new(),
        }
    }

    fn epoch(number: i32, heartbeat_at: DateTime<Utc>, is_stale: bool) -> OpenEpoch {
        OpenEpoch { epoch: Epoch(number), heartbeat_at, is_stale }
    }

    /// The observations, one each `every`, until the epoch is dead.
    fn observations_until_dead(every: Duration, is_stale: bool) -> u32 {
        let (mut watch, begun) = (watch(), Instant::now());
        let silent = epoch(1, now(), is_stale);
        (0..100).find(|&n| watch.observe(begun + every * n, &[silent]) == [silent]).unwrap()
    }

    #[test]
    fn a_stale_epoch_is_dead_after_three_heartbeats_were_missed() {
        assert_eq!(observations_until_dead(Duration::from_secs(1), true), 15);
        assert_eq!(observations_until_dead(HEARTBEAT, true), 3);
        assert_eq!(observations_until_dead(Duration::from_secs(600), true), 3, "pauses");
    }

    #[test]
    fn a_database_whose_clock_was_set_back_keeps_no_epoch_open() {
        assert_eq!(observations_until_dead(HEARTBEAT, false), 12);
    }

    #[test]
    fn a_writer_with_heartbeats_is_alive_whatever_the_databases_clock_says() {
        let (mut watch, begun, first) = (watch(), Instant::now(), now());
        let dead = epoch(2, first, true);
        for n in 0..100_u32 {
            let alive = epoch(1, first + HEARTBEAT * (n / 2), true);
            let found = watch.observe(begun + HEARTBEAT * n, &[alive, dead]);
            assert_eq!(found, if n < 3 { vec![] } else { vec![dead] });
        }
        assert_eq!(watch.observe(begun, &[]), []);
        assert!(watch.silences.is_empty(), "closed epochs are forgotten");
    }
}
