//! Queues changes over HTTP for the database: round robin over accounts, one call of each at a
//! time, revocations first. However many calls one account sends, another account's call waits for
//! a few of them at most.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::domain::ids::AccountId;

/// Maximum number of running calls. Each uses a connection of the pool, whose others are for
/// authentication and paid calls. Calls of one account would wait for each other's row lock, so an
/// account has one permit at a time.
const MAX_RUNNING: usize = 3;
/// How long a call waits for its permit.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Which of two calls goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Ends something that another client may be using.
    Revocation,
    Ordinary,
}

/// Running and waiting calls. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct FairQueue(Arc<Mutex<Queue>>);

#[derive(Debug)]
struct Queue {
    free: usize,
    working: HashSet<AccountId>,
    revocations: Lane,
    ordinary: Lane,
}

/// Waiting calls, by account. An account is in `order` exactly if it has an entry in `waiting`.
#[derive(Debug, Default)]
struct Lane {
    order: VecDeque<AccountId>,
    waiting: HashMap<AccountId, VecDeque<oneshot::Sender<Permit>>>,
}

/// An account's permit; the next one comes when it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    queue: FairQueue,
    account: AccountId,
}

impl Default for FairQueue {
    fn default() -> Self {
        let (revocations, ordinary) = (Lane::default(), Lane::default());
        let queue = Queue { free: MAX_RUNNING, working: HashSet::new(), revocations, ordinary };
        Self(Arc::new(Mutex::new(queue)))
    }
}

impl FairQueue {
    /// Waits for a permit of the account. Returns `None` after [`MAX_WAIT`].
    pub(super) async fn take(&self, account: AccountId, urgency: Urgency) -> Option<Permit> {
        let (caller, permit) = oneshot::channel();
        self.lock().lane(urgency).push(account, caller);
        self.hand_out();
        timeout(MAX_WAIT, permit).await.ok()?.ok()
    }

    fn hand_out(&self) {
        loop {
            let next = self.lock().next();
            let Some((account, caller)) = next else { return };
            // Outside the lock: if the call has just given up, dropping its permit takes the lock.
            drop(caller.send(Permit { queue: self.clone(), account }));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock()
    }
}

impl Queue {
    const fn lane(&mut self, urgency: Urgency) -> &mut Lane {
        match urgency {
            Urgency::Revocation => &mut self.revocations,
            Urgency::Ordinary => &mut self.ordinary,
        }
    }

    /// The next call, counted as working.
    fn next(&mut self) -> Option<(AccountId, oneshot::Sender<Permit>)> {
        if self.free == 0 {
            return None;
        }
        let Self { working, revocations, ordinary, .. } = self;
        let next = revocations.next(working).or_else(|| ordinary.next(working))?;
        self.free -= 1;
        self.working.insert(next.0);
        Some(next)
    }
}

impl Lane {
    fn push(&mut self, account: AccountId, caller: oneshot::Sender<Permit>) {
        match self.waiting.entry(account) {
            Entry::Occupied(mut waiting) => {
                // Calls that gave up must not pile up behind a long one.
                waiting.get_mut().retain(|caller| !caller.is_closed());
                waiting.get_mut().push_back(caller);
            }
            Entry::Vacant(none) => {
                none.insert(VecDeque::from([caller]));
                self.order.push_back(account);
            }
        }
    }

    /// The first call of the first account that is not working; the account goes to the end of the
    /// circle.
    fn next(&mut self, working: &HashSet<AccountId>) -> Option<(AccountId, oneshot::Sender<Permit>)> {
        loop {
            let place = self.order.iter().position(|account| !working.contains(account))?;
            let account = self.order.remove(place)?;
            let mut waiting = self.waiting.remove(&account)?;
            while let Some(caller) = waiting.pop_front() {
                if caller.is_closed() {
                    continue;
                }
                if !waiting.is_empty() {
                    self.waiting.insert(account, waiting);
                    self.order.push_back(account);
                }
                return Some((account, caller));
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut queue = self.queue.lock();
        queue.free += 1;
        queue.working.remove(&self.account);
        drop(queue);
        self.queue.hand_out();
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(uuid::Uuid::from_u128(number))
    }

    /// What has come of a call by now.
    fn look<T>(call: Pin<&mut impl Future<Output = T>>) -> Option<T> {
        match call.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(permit) => Some(permit),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn an_account_has_one_permit_at_a_time_and_others_have_theirs() {
        let queue = FairQueue::default();
        let first = queue.take(account(1), Urgency::Ordinary).await.unwrap();
        let mut second = pin!(queue.take(account(1), Urgency::Ordinary));
        assert!(look(second.as_mut()).is_none());
        let others = [
            queue.take(account(2), Urgency::Ordinary).await,
            queue.take(account(3), Urgency::Ordinary).await,
        ];
        assert!(others.iter().all(Option::is_some));
        drop(first);
        assert!(look(second.as_mut()).flatten().is_some());
    }

    #[tokio::test]
    async fn e09_a_call_waits_for_one_call_of_each_other_account_and_not_for_all_of_them() {
        let queue = FairQueue::default();
        let mut working = Vec::new();
        for number in 1..=3 {
            working.push(queue.take(account(number), Urgency::Ordinary).await.unwrap());
        }
        let mut flood: Vec<_> =
            (0..900).map(|n| Box::pin(queue.take(account(n % 3 + 1), Urgency::Ordinary))).collect();
        for call in &mut flood {
            assert!(look(call.as_mut()).is_none());
        }
        let mut victim = pin!(queue.take(account(4), Urgency::Ordinary));
        assert!(look(victim.as_mut()).is_none());
        drop(working);
        let served: Vec<Permit> = flood.iter_mut().filter_map(|call| look(call.as_mut()).flatten()).collect();
        assert_eq!(served.len(), 3, "one more call of each account that came before");
        drop(served);
        assert!(look(victim.as_mut()).flatten().is_some());
    }

    #[tokio::test]
    async fn a_revocation_goes_before_what_others_and_its_own_account_wait_for() {
        let queue = FairQueue::default();
        let mut working = Vec::new();
        for number in 1..=3 {
            working.push(queue.take(account(number), Urgency::Ordinary).await.unwrap());
        }
        let mut ordinary: Vec<_> =
            (4..40).map(|n| Box::pin(queue.take(account(n), Urgency::Ordinary))).collect();
        let mut own = pin!(queue.take(account(50), Urgency::Ordinary));
        for call in &mut ordinary {
            assert!(look(call.as_mut()).is_none());
        }
        assert!(look(own.as_mut()).is_none());
        let mut revocation = pin!(queue.take(account(50), Urgency::Revocation));
        assert!(look(revocation.as_mut()).is_none());
        drop(working.pop());
        assert!(look(revocation.as_mut()).flatten().is_some());
        assert!(look(own.as_mut()).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_permit_that_no_call_waits_for_goes_to_the_next() {
        let queue = FairQueue::default();
        let held = queue.take(account(1), Urgency::Ordinary).await.unwrap();
        assert!(queue.take(account(1), Urgency::Ordinary).await.is_none(), "after a second");
        {
            let mut given_up = pin!(queue.take(account(1), Urgency::Ordinary));
            assert!(look(given_up.as_mut()).is_none());
        }
        let mut patient = pin!(queue.take(account(1), Urgency::Ordinary));
        assert!(look(patient.as_mut()).is_none());
        drop(held);
        assert!(look(patient.as_mut()).flatten().is_some());
        assert_eq!(queue.lock().free, MAX_RUNNING, "a permit was lost");
    }
}
