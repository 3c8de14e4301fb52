//! Turns at the store for changes over HTTP: accounts in a circle, one call of each at a time, revocations first. However
//! many calls one account sends, another account's call waits for a few of them at most.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::domain::ids::AccountId;

/// Most calls that work with the store at once, each with a connection of the pool in hand; authentication and paid calls
/// need the others. Changes of one account would wait for each other at its row, so an account has one turn at a time.
const MOST_AT_ONCE: usize = 3;
/// How long a call waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Which of two calls goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Ends something that another client may be using.
    Revocation,
    Ordinary,
}

/// Who works with the store and who waits. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Turns(Arc<Mutex<Queue>>);

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
    waiting: HashMap<AccountId, VecDeque<oneshot::Sender<Turn>>>,
}

/// An account's turn; the next one comes when it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Turns,
    account: AccountId,
}

impl Default for Turns {
    fn default() -> Self {
        let (revocations, ordinary) = (Lane::default(), Lane::default());
        let queue = Queue { free: MOST_AT_ONCE, working: HashSet::new(), revocations, ordinary };
        Self(Arc::new(Mutex::new(queue)))
    }
}

impl Turns {
    /// A turn of the account; `None` when it does not come in time.
    pub(super) async fn take(&self, account: AccountId, urgency: Urgency) -> Option<Turn> {
        let (caller, turn) = oneshot::channel();
        self.lock().lane(urgency).push(account, caller);
        self.hand_out();
        timeout(LONGEST_WAIT, turn).await.ok()?.ok()
    }

    fn hand_out(&self) {
        loop {
            let next = self.lock().next();
            let Some((account, caller)) = next else { return };
            // Outside the lock: the turn of a call that has just given up comes back, and takes the lock.
            drop(caller.send(Turn { turns: self.clone(), account }));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn next(&mut self) -> Option<(AccountId, oneshot::Sender<Turn>)> {
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
    fn push(&mut self, account: AccountId, caller: oneshot::Sender<Turn>) {
        match self.waiting.entry(account) {
            Entry::Occupied(mut waiting) => {
                // So that those who gave up do not pile up behind a turn that takes long.
                waiting.get_mut().retain(|caller| !caller.is_closed());
                waiting.get_mut().push_back(caller);
            }
            Entry::Vacant(none) => {
                none.insert(VecDeque::from([caller]));
                self.order.push_back(account);
            }
        }
    }

    /// The first call of the first account that is not working; the account goes to the end of the circle.
    fn next(&mut self, working: &HashSet<AccountId>) -> Option<(AccountId, oneshot::Sender<Turn>)> {
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

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queue = self.turns.lock();
        queue.free += 1;
        queue.working.remove(&self.account);
        drop(queue);
        self.turns.hand_out();
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
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn an_account_has_one_turn_at_a_time_and_others_have_theirs() {
        let turns = Turns::default();
        let first = turns.take(account(1), Urgency::Ordinary).await.unwrap();
        let mut second = pin!(turns.take(account(1), Urgency::Ordinary));
        assert!(look(second.as_mut()).is_none());
        let others = [
            turns.take(account(2), Urgency::Ordinary).await,
            turns.take(account(3), Urgency::Ordinary).await,
        ];
        assert!(others.iter().all(Option::is_some));
        drop(first);
        assert!(look(second.as_mut()).flatten().is_some());
    }

    #[tokio::test]
    async fn e09_a_call_waits_for_one_call_of_each_other_account_and_not_for_all_of_them() {
        let turns = Turns::default();
        let mut working = Vec::new();
        for number in 1..=3 {
            working.push(turns.take(account(number), Urgency::Ordinary).await.unwrap());
        }
        let mut flood: Vec<_> =
            (0..900).map(|n| Box::pin(turns.take(account(n % 3 + 1), Urgency::Ordinary))).collect();
        for call in &mut flood {
            assert!(look(call.as_mut()).is_none());
        }
        let mut victim = pin!(turns.take(account(4), Urgency::Ordinary));
        assert!(look(victim.as_mut()).is_none());
        drop(working);
        let served: Vec<Turn> = flood.iter_mut().filter_map(|call| look(call.as_mut()).flatten()).collect();
        assert_eq!(served.len(), 3, "one more call of each account that came before");
        drop(served);
        assert!(look(victim.as_mut()).flatten().is_some());
    }

    #[tokio::test]
    async fn a_revocation_goes_before_what_others_and_its_own_account_wait_for() {
        let turns = Turns::default();
        let mut working = Vec::new();
        for number in 1..=3 {
            working.push(turns.take(account(number), Urgency::Ordinary).await.unwrap());
        }
        let mut ordinary: Vec<_> =
            (4..40).map(|n| Box::pin(turns.take(account(n), Urgency::Ordinary))).collect();
        let mut own = pin!(turns.take(account(50), Urgency::Ordinary));
        for call in &mut ordinary {
            assert!(look(call.as_mut()).is_none());
        }
        assert!(look(own.as_mut()).is_none());
        let mut revocation = pin!(turns.take(account(50), Urgency::Revocation));
        assert!(look(revocation.as_mut()).is_none());
        drop(working.pop());
        assert!(look(revocation.as_mut()).flatten().is_some());
        assert!(look(own.as_mut()).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_nobody_waits_for_any_more_goes_to_the_next() {
        let turns = Turns::default();
        let held = turns.take(account(1), Urgency::Ordinary).await.unwrap();
        assert!(turns.take(account(1), Urgency::Ordinary).await.is_none(), "after a second");
        {
            let mut given_up = pin!(turns.take(account(1), Urgency::Ordinary));
            assert!(look(given_up.as_mut()).is_none());
        }
        let mut patient = pin!(turns.take(account(1), Urgency::Ordinary));
        assert!(look(patient.as_mut()).is_none());
        drop(held);
        assert!(look(patient.as_mut()).flatten().is_some());
        assert_eq!(turns.lock().free, MOST_AT_ONCE, "a turn was lost");
    }
}
