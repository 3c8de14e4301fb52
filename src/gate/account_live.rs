//! What this gateway remembers of an account between requests: how many run now, and where it last stood.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::billing::Standing;
use crate::domain::credits::Credits;
use crate::gate::keyring::{LastChange, Tick};

/// Shared by all keys of an account.
#[derive(Debug)]
pub struct AccountLive {
    running: AtomicU32,
    standing: Mutex<Remembered>,
    last_change: LastChange,
}

/// Where an account stood, and when this gateway was told so.
#[derive(Debug)]
struct Remembered {
    standing: Standing,
    told_at: Instant,
}

impl AccountLive {
    /// An account that stands so, with nothing running, which was changed at `tick` for all that is known.
    pub fn new(standing: Standing, tick: Tick) -> Self {
        let remembered = Remembered { standing, told_at: Instant::now() };
        let (running, last_change) = (AtomicU32::new(0), LastChange::at(tick));
        Self { running, standing: Mutex::new(remembered), last_change }
    }

    /// When the account or one of its keys was last changed.
    pub fn last_change(&self) -> &LastChange {
        &self.last_change
    }

    /// Where the account stood when this gateway last heard of it: for answers that moved no money.
    pub fn standing(&self) -> Standing {
        self.remembered().standing.clone()
    }

    /// Whether this gateway was last told where the account stands longer ago than `age`.
    pub fn standing_is_older_than(&self, age: Duration) -> bool {
        self.remembered().told_at.elapsed() > age
    }

    /// Remembers where the account stands.
    pub fn stands(&self, standing: Standing) {
        *self.remembered() = Remembered { standing, told_at: Instant::now() };
    }

    /// Notes that `amount` of a call came back, of which `of_plan` are plan credits, and its request too if the `whole`
    /// call did. What else has moved the account since the call was held stays counted. Returns where the account stands
    /// now.
    pub fn gives_back(&self, amount: Credits, of_plan: Credits, whole: bool) -> Standing {
        let standing = &mut self.remembered().standing;
        standing.remaining = standing.remaining.checked_add(amount).unwrap_or(standing.remaining);
        standing.plan_credits_used = standing.plan_credits_used.checked_sub(of_plan).unwrap_or(Credits::ZERO);
        standing.requests_remaining += u64::from(whole);
        standing.clone()
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place among at most `limit` running requests.
    pub fn enter(self: &Arc<Self>, limit: u32) -> Option<Slot> {
        let entered = self.running.fetch_update(Ordering::AcqRel, Ordering::Acquire, |running| {
            (running < limit).then(|| running + 1)
        });
        entered.ok().map(|_| Slot(Arc::new(Running(self.clone()))))
    }
}

/// A place among an account's running requests; given back when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Slot(#[expect(dead_code, reason = "held for its drop")] Arc<Running>);

#[derive(Debug)]
struct Running(Arc<AccountLive>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live() -> Arc<AccountLive> {
        let standing = Standing {
            remaining: Credits::ZERO,
            plan_credits_used: Credits::ZERO,
            plan_credits: Credits::ZERO,
            requests_remaining: 0,
            renews_at: chrono::DateTime::UNIX_EPOCH,
        };
        Arc::new(AccountLive::new(standing, Tick::default()))
    }

    #[test]
    fn places_run_out_and_come_back_when_the_last_clone_is_gone() {
        let account = live();
        let first = account.enter(1).unwrap();
        let clone = first.clone();
        drop(first);
        assert!(account.enter(1).is_none());
        drop(clone);
        assert!(account.enter(1).is_some());
    }

    #[test]
    fn a_panic_gives_the_place_back() {
        let account = live();
        let moved = account.clone();
        let _ = std::thread::spawn(move || {
            let _slot = moved.enter(1).unwrap();
            panic!("as a handler might");
        })
        .join();
        assert!(account.enter(1).is_some());
    }
}
