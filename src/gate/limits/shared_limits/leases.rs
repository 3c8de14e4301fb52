//! Leases: the slots of running calls in the shared store. A call that ends returns its lease. The
//! leases of a gateway that died expire.

mod lease;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use redis::Cmd;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use self::lease::Lease;
use super::connection::{Connection, Script};
use super::keys::running_key;
use super::store::{Store, Unavailable};
use crate::domain::ids::AccountId;

/// The most leases in one command.
const BATCH: usize = 256;
/// The most ended leases that wait to be returned. Any beyond expire.
const MAX_ENDED: usize = 65_536;

/// All leases of this gateway.
#[derive(Debug)]
pub(super) struct Leases {
    store: Arc<Store>,
    /// How long the store keeps a lease without renewal.
    life: Duration,
    renew: Script,
    /// Distinguishes this process's leases from those of others.
    process: u64,
    next: AtomicU64,
    registry: Mutex<Registry>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Registry {
    running: HashMap<u64, Entry>,
    /// Leases of ended calls that the store may still hold.
    ended: Vec<(AccountId, u64)>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    account: AccountId,
    /// Whether the store may hold the lease.
    is_known: bool,
    /// The last renewal in the store. `None` renews the lease at the next occasion.
    renewed_at: Option<Instant>,
}

impl Leases {
    pub(super) fn new(store: Arc<Store>, life: Duration) -> Arc<Self> {
        Arc::new(Self {
            store,
            life,
            renew: Script::new(include_str!("renew.lua")),
            process: rand::random(),
            next: AtomicU64::new(0),
            registry: Mutex::default(),
            ended: Notify::new(),
        })
    }

    /// Returns the lease of a call that the store is about to decide. Dropping it always returns
    /// it, because the store may have granted it to a client that disconnected before the answer.
    pub(super) fn ask(self: &Arc<Self>, account: AccountId) -> Lease {
        self.lease(Entry { account, is_known: true, renewed_at: Some(Instant::now()) })
    }

    /// Returns the lease of a call that was admitted without the store. It is registered once the
    /// store is back.
    pub(super) fn without_store(self: &Arc<Self>, account: AccountId) -> Lease {
        self.lease(Entry { account, is_known: false, renewed_at: None })
    }

    fn lease(self: &Arc<Self>, entry: Entry) -> Lease {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.registry().running.insert(id, entry);
        Lease { leases: self.clone(), account: entry.account, id, is_running: true, is_owed: false }
    }

    /// Renews running leases and returns ended ones, until `stop`. When the store comes back, all
    /// running leases are registered again, because the store may have lost them.
    pub(super) async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let renew_every = self.life / 3;
        let mut renew_at = Instant::now() + renew_every;
        while !stop.is_cancelled() {
            let older_than = tokio::select! {
                () = self.ended.notified() => None,
                () = self.store.came_back() => Some(Duration::ZERO),
                () = tokio::time::sleep_until(renew_at) => Some(renew_every),
                () = stop.cancelled() => None,
            };
            self.release_ended().await;
            if let Some(older_than) = older_than {
                renew_at = Instant::now() + renew_every;
                self.renew_running(older_than).await;
            }
        }
    }

    async fn release_ended(&self) {
        if self.store.away_since().is_some() {
            return;
        }
        let ended = std::mem::take(&mut self.registry().ended);
        for (account, ids) in in_batches(ended) {
            if self.remove(account, &ids).await.is_err() {
                self.registry().note_ended(account, &ids);
            }
        }
    }

    /// Renews the leases whose last renewal is older than `older_than`, or that have none.
    async fn renew_running(&self, older_than: Duration) {
        if self.store.away_since().is_some() {
            return;
        }
        let due = self.registry().take_due(older_than);
        for (account, ids) in in_batches(due) {
            let renewed = self.renew_ids(account, &ids).await;
            let mut registry = self.registry();
            for id in ids {
                match registry.running.get_mut(&id) {
                    Some(entry) if renewed.is_err() => entry.renewed_at = None,
                    Some(_) => {}
                    // The call ended meanwhile, and the store may have seen the return before this
                    // renewal.
                    None => {
                        registry.note_ended(account, &[id]);
                        self.ended.notify_one();
                    }
                }
            }
        }
    }

    async fn renew_ids(&self, account: AccountId, ids: &[u64]) -> Result<(), Unavailable> {
        let life_ms = u64::try_from(self.life.as_millis()).unwrap_or(u64::MAX);
        let write = |command: &mut Cmd| {
            command.arg(1).arg(running_key(account)).arg(life_ms);
            for id in ids {
                command.arg(self.name(*id));
            }
        };
        self.store.query(async |mut store: Connection| store.run(&self.renew, write).await).await
    }

    async fn remove(&self, account: AccountId, ids: &[u64]) -> Result<(), Unavailable> {
        let mut command = redis::cmd("ZREM");
        command.arg(running_key(account));
        for id in ids {
            command.arg(self.name(*id));
        }
        self.store.query(async |mut store: Connection| store.ask(&command).await).await
    }

    fn name(&self, id: u64) -> String {
        format!("{:016x}-{id:x}", self.process)
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock()
    }
}

/// Groups leases by account, because the keys of two accounts may lie on two servers.
fn in_batches(leases: Vec<(AccountId, u64)>) -> Vec<(AccountId, Vec<u64>)> {
    let mut by_account: HashMap<AccountId, Vec<u64>> = HashMap::new();
    for (account, id) in leases {
        by_account.entry(account).or_default().push(id);
    }
    let batches = |(account, ids): (AccountId, Vec<u64>)| {
        let batches: Vec<_> = ids.chunks(BATCH).map(|ids| (account, ids.to_vec())).collect();
        batches
    };
    by_account.into_iter().flat_map(batches).collect()
}

impl Registry {
    fn take_due(&mut self, older_than: Duration) -> Vec<(AccountId, u64)> {
        let now = Instant::now();
        let mut due = Vec::new();
        for (id, entry) in &mut self.running {
            if entry.renewed_at.is_none_or(|renewed_at| now.duration_since(renewed_at) >= older_than) {
                (entry.is_known, entry.renewed_at) = (true, Some(now));
                due.push((entry.account, *id));
            }
        }
        due
    }

    fn note_ended(&mut self, account: AccountId, ids: &[u64]) {
        let room = MAX_ENDED.saturating_sub(self.ended.len());
        self.ended.extend(ids.iter().take(room).map(|id| (account, *id)));
    }
}
