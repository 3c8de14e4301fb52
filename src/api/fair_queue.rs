//! Queues free calls over HTTP for the database: round robin over accounts, each with a share of
//! the running calls, revocations first. However many calls one account sends, another account's
//! call waits for a few of them at most.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::domain::ids::AccountId;

/// How many calls may run at a time, each on a connection of the pool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    pub(super) running: usize,
    /// Of these, calls of one account.
    pub(super) per_account: usize,
    /// How long a call waits for its permit.
    pub(super) max_wait: Duration,
}

/// Which of two calls goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Ends something that another client may be using.
    Revocation,
    Ordinary,
}

/// Running and waiting calls. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct FairQueue {
    queue: Arc<Mutex<Queue>>,
    max_wait: Duration,
}

#[derive(Debug)]
struct Queue {
    free: usize,
    per_account: usize,
    /// The running calls of each account that has any.
    working: HashMap<AccountId, usize>,
    revocations: Lane,
    ordinary: Lane,
}

/// Waiting calls, by account. An account is in `order` exactly if it has an entry in `waiting`.
#[derive(Debug, Default)]
struct Lane {
    order: VecDeque<AccountId>,
    waiting: HashMap<AccountId, VecDeque<oneshot::Sender<Permit>>>,
}

/// A permit to run a call of this account, until it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    queue: FairQueue,
    account: AccountId,
}

impl FairQueue {
    pub(super) fn new(Shares { running, per_account, max_wait }: Shares) -> Self {
        let (revocations, ordinary) = (Lane::default(), Lane::default());
        let queue = Queue { free: running, per_account, working: HashMap::new(), revocations, ordinary };
        Self { queue: Arc::new(Mutex::new(queue)), max_wait }
    }

    /// Waits for a permit of the account. Returns `None` once it has waited too long.
    pub(super) async fn take(&self, account: AccountId, urgency: Urgency) -> Option<Permit> {
        let (caller, permit) = oneshot::channel();
        self.lock().lane(urgency).push(account, caller);
        self.hand_out();
        timeout(self.max_wait, permit).await.ok()?.ok()
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
        self.queue.lock()
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
        let Self { working, per_account, revocations, ordinary, .. } = self;
        let may_run = |account: &AccountId| working.get(account).is_none_or(|running| running < per_account);
        let next = revocations.next(may_run).or_else(|| ordinary.next(may_run))?;
        self.free -= 1;
        *self.working.entry(next.0).or_default() += 1;
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

    /// The first call of the first account that may run one; the account goes to the end of the
    /// circle.
    fn next(&mut self, may_run: impl Fn(&AccountId) -> bool) -> Option<(AccountId, oneshot::Sender<Permit>)> {
        loop {
            let place = self.order.iter().position(&may_run)?;
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
        if let Entry::Occupied(mut running) = queue.working.entry(self.account) {
            *running.get_mut() -= 1;
            if *running.get() == 0 {
                running.remove();
            }
        }
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

    const MAX_WAIT: Duration = Duration::from_secs(1);
    const CHANGES: Shares = Shares { running: 3, per_account: 1, max_wait: MAX_WAIT };

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
        let queue = FairQueue::new(CHANGES);
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
    async fn an_account_has_its_share_and_leaves_the_rest() {
        let queue = FairQueue::new(Shares { running: 8, per_account: 2, max_wait: MAX_WAIT });
        let mut flood: Vec<_> =
            (0..40).map(|_| Box::pin(queue.take(account(1), Urgency::Ordinary))).collect();
        let mut running: Vec<Permit> =
            flood.iter_mut().filter_map(|call| look(call.as_mut()).flatten()).collect();
        assert_eq!(running.len(), 2);
        assert!(queue.take(account(2), Urgency::Ordinary).await.is_some());
        drop(running.pop());
        let next: Vec<Permit> =
            flood[2..].iter_mut().filter_map(|call| look(call.as_mut()).flatten()).collect();
        assert_eq!(next.len(), 1);
        drop((running, next, flood));
        let queue = queue.lock();
        assert_eq!((queue.free, queue.working.len()), (8, 0), "a permit was lost");
    }

    #[tokio::test]
    async fn e09_a_call_waits_for_one_call_of_each_other_account_and_not_for_all_of_them() {
        let queue = FairQueue::new(CHANGES);
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
        let queue = FairQueue::new(CHANGES);
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
        let queue = FairQueue::new(CHANGES);
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
        assert_eq!(queue.lock().free, CHANGES.running, "a permit was lost");
    }
}
