//! A bulkhead: a bound on the questions under way for all of them, and a share of it that no account can pass, so that one
//! account's slow questions leave room for everybody else's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::domain::ids::AccountId;

/// The permits of one server.
pub(super) struct Bulkhead {
    all: Semaphore,
    /// Permits of one account: half of all, rounded up.
    share: usize,
    /// What each account has left of its share. Lives as long as one of its questions waits or is under way.
    shares: Mutex<HashMap<AccountId, Weak<Semaphore>>>,
}

/// A permit, until it is dropped.
pub(super) struct Permit<'a> {
    _of_share: Option<OwnedSemaphorePermit>,
    _of_all: Option<SemaphorePermit<'a>>,
}

impl Bulkhead {
    pub(super) fn new(permits: usize) -> Self {
        let share = permits.div_ceil(2);
        Self { all: Semaphore::new(permits), share, shares: Mutex::default() }
    }

    /// Waits for a permit: first within the account's share, so that what it has too many queue among themselves.
    pub(super) async fn take(&self, account: AccountId) -> Permit<'_> {
        // Neither semaphore is ever closed, so neither gives an error.
        let _of_share = self.share_of(account).acquire_owned().await.ok();
        let _of_all = self.all.acquire().await.ok();
        Permit { _of_share, _of_all }
    }

    fn share_of(&self, account: AccountId) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(&account).and_then(Weak::upgrade) {
            return share;
        }
        // Whoever is new makes room, so there are no more than accounts that ask.
        shares.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.share));
        shares.insert(account, Arc::downgrade(&share));
        share
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use uuid::Uuid;

    use super::*;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    /// A permit, if there is one now.
    fn take(bulkhead: &Bulkhead, number: u128) -> Option<Permit<'_>> {
        bulkhead.take(account(number)).now_or_never()
    }

    #[test]
    fn one_account_takes_half_and_leaves_the_rest_to_others() {
        let bulkhead = Bulkhead::new(4);
        let taken = [take(&bulkhead, 1), take(&bulkhead, 1)];
        assert!(taken.iter().all(Option::is_some));
        assert!(take(&bulkhead, 1).is_none());
        let others = [take(&bulkhead, 2), take(&bulkhead, 3)];
        assert!(others.iter().all(Option::is_some));
        assert!(take(&bulkhead, 4).is_none(), "all together are bounded");
        drop(taken);
        assert!(take(&bulkhead, 1).is_some() && take(&bulkhead, 4).is_some());
    }

    #[test]
    fn the_only_place_is_everybodys() {
        let bulkhead = Bulkhead::new(1);
        let taken = take(&bulkhead, 1);
        assert!(taken.is_some() && take(&bulkhead, 2).is_none());
        drop(taken);
        assert!(take(&bulkhead, 2).is_some());
    }

    #[test]
    fn what_an_account_has_too_many_wait_outside_the_others_queue() {
        let bulkhead = Bulkhead::new(2);
        let _taken = take(&bulkhead, 1);
        let mut waits = Box::pin(bulkhead.take(account(1)));
        assert!(waits.as_mut().now_or_never().is_none());
        assert!(take(&bulkhead, 2).is_some());
    }

    #[test]
    fn accounts_that_ask_no_more_are_forgotten() {
        let bulkhead = Bulkhead::new(2);
        for number in 0..1_000 {
            drop(take(&bulkhead, number));
        }
        assert_eq!(bulkhead.shares.lock().unwrap().len(), 1);
    }
}
