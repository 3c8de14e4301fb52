//! Leases: places among the running calls of accounts, as the shared store knows them. A call that ends gives its lease
//! back; the leases of a gateway that died end by themselves.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::Cmd;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::connection::{Connection, Script};
use super::keys::running_key;
use super::store::{Away, Store};
use crate::domain::ids::AccountId;

/// Leases that one command names at most.
const BATCH: usize = 256;
/// Ended leases that wait for the store at most; what is beyond ends by itself.
const MOST_ENDED: usize = 65_536;

/// All leases of this gateway.
#[derive(Debug)]
pub(super) struct Leases {
    store: Arc<Store>,
    /// How long the store keeps a lease that is not renewed.
    life: Duration,
    renew: Script,
    /// Tells this process's leases from those of others.
    process: u64,
    next: AtomicU64,
    book: Mutex<Book>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Book {
    running: HashMap<u64, Entry>,
    /// Leases that the store may still know, though their calls have ended.
    ended: Vec<(AccountId, u64)>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    account: AccountId,
    /// Whether the store may know of it.
    is_known: bool,
    /// When the store was last told of it; none if it is to be told at the next occasion.
    told_at: Option<Instant>,
}

/// The lease of one call; given back when it is dropped, at the latest.
pub struct Lease {
    leases: Arc<Leases>,
    account: AccountId,
    id: u64,
    /// Whether it is among the running ones still.
    is_running: bool,
    /// Whether the store may know of it, for one that is not running any more.
    is_owed: bool,
}

impl Leases {
    pub(super) fn new(store: Arc<Store>, life: Duration) -> Arc<Self> {
        Arc::new(Self {
            store,
            life,
            renew: Script::new(include_str!("renew.lua")),
            process: rand::random(),
            next: AtomicU64::new(0),
            book: Mutex::default(),
            ended: Notify::new(),
        })
    }

    /// The lease of a call that the store is about to be asked for. From now on it is given back if it is dropped,
    /// because the store may have granted it to somebody who left before the answer came.
    pub(super) fn ask(self: &Arc<Self>, account: AccountId) -> Lease {
        self.lease(Entry { account, is_known: true, told_at: Some(Instant::now()) })
    }

    /// The lease of a call that was admitted without the store, which is told of it once it is there again.
    pub(super) fn without_store(self: &Arc<Self>, account: AccountId) -> Lease {
        self.lease(Entry { account, is_known: false, told_at: None })
    }

    fn lease(self: &Arc<Self>, entry: Entry) -> Lease {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.book().running.insert(id, entry);
        Lease { leases: self.clone(), account: entry.account, id, is_running: true, is_owed: false }
    }

    /// Renews what runs and gives back what has ended, until `stop`. When the store comes back it is told of everything,
    /// because it may have lost it.
    pub(super) async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let renew_every = self.life / 3;
        let mut renew_at = Instant::now() + renew_every;
        while !stop.is_cancelled() {
            let told_before = tokio::select! {
                () = self.ended.notified() => None,
                () = self.store.came_back() => Some(Duration::ZERO),
                () = tokio::time::sleep_until(renew_at) => Some(renew_every),
                () = stop.cancelled() => None,
            };
            self.give_back_ended().await;
            if let Some(told_before) = told_before {
                renew_at = Instant::now() + renew_every;
                self.renew_running(told_before).await;
            }
        }
    }

    async fn give_back_ended(&self) {
        if self.store.away_since().is_some() {
            return;
        }
        let ended = std::mem::take(&mut self.book().ended);
        for (account, ids) in in_batches(ended) {
            if self.remove(account, &ids).await.is_err() {
                self.book().note_ended(account, &ids);
            }
        }
    }

    /// Tells the store of leases that it was told of longer ago than this, or never.
    async fn renew_running(&self, told_before: Duration) {
        if self.store.away_since().is_some() {
            return;
        }
        let due = self.book().take_due(told_before);
        for (account, ids) in in_batches(due) {
            let told = self.tell(account, &ids).await;
            let mut book = self.book();
            for id in ids {
                match book.running.get_mut(&id) {
                    Some(entry) if told.is_err() => entry.told_at = None,
                    Some(_) => {}
                    // It ended meanwhile, and the store may have been told that first.
                    None => {
                        book.note_ended(account, &[id]);
                        self.ended.notify_one();
                    }
                }
            }
        }
    }

    async fn tell(&self, account: AccountId, ids: &[u64]) -> Result<(), Away> {
        let life_ms = u64::try_from(self.life.as_millis()).unwrap_or(u64::MAX);
        let write = |command: &mut Cmd| {
            command.arg(1).arg(running_key(account)).arg(life_ms);
            for id in ids {
                command.arg(self.name(*id));
            }
        };
        self.store.ask(async |mut store: Connection| store.run(&self.renew, write).await).await
    }

    async fn remove(&self, account: AccountId, ids: &[u64]) -> Result<(), Away> {
        let mut command = redis::cmd("ZREM");
        command.arg(running_key(account));
        for id in ids {
            command.arg(self.name(*id));
        }
        self.store.ask(async |mut store: Connection| store.ask(&command).await).await
    }

    fn name(&self, id: u64) -> String {
        format!("{:016x}-{id:x}", self.process)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sorted by account, because the keys of two accounts may lie on two servers.
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

impl Book {
    fn take_due(&mut self, told_before: Duration) -> Vec<(AccountId, u64)> {
        let now = Instant::now();
        let mut due = Vec::new();
        for (id, entry) in &mut self.running {
            if entry.told_at.is_none_or(|told_at| now.duration_since(told_at) >= told_before) {
                (entry.is_known, entry.told_at) = (true, Some(now));
                due.push((entry.account, *id));
            }
        }
        due
    }

    fn note_ended(&mut self, account: AccountId, ids: &[u64]) {
        let room = MOST_ENDED.saturating_sub(self.ended.len());
        self.ended.extend(ids.iter().take(room).map(|id| (account, *id)));
    }
}

impl Lease {
    /// What the store calls it.
    pub(super) fn name(&self) -> String {
        self.leases.name(self.id)
    }

    /// Gives it back before the answer goes out: who has the answer may send the next request at once, to any gateway.
    /// If the store does not take it in time, it is given back later.
    pub(in crate::gate) async fn give_back(mut self) {
        self.end();
        if self.is_owed && self.leases.remove(self.account, &[self.id]).await.is_ok() {
            self.is_owed = false;
        }
    }

    /// For a lease that the store refused.
    pub(super) fn was_not_granted(mut self) {
        self.end();
        self.is_owed = false;
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.is_running) {
            let entry = self.leases.book().running.remove(&self.id);
            self.is_owed = entry.is_some_and(|entry| entry.is_known);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.end();
        if self.is_owed {
            self.leases.book().note_ended(self.account, &[self.id]);
            self.leases.ended.notify_one();
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lease({})", self.name())
    }
}
