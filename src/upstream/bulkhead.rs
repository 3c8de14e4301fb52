//! A bulkhead: limits the requests to a server in total and for each account, so that one account's
//! slow requests leave room for those of others.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::ids::AccountId;

/// The permits of one server.
pub(super) struct Bulkhead {
    all: Arc<Semaphore>,
    /// The most permits of one account: half of all, rounded up.
    share: usize,
    /// The remaining share of each account that has a waiting or running request.
    shares: Mutex<HashMap<AccountId, Weak<Semaphore>>>,
}

#[derive(Debug)]
pub(super) struct Permit {
    _of_share: Option<OwnedSemaphorePermit>,
    _of_all: Option<OwnedSemaphorePermit>,
}

impl Bulkhead {
    pub(super) fn new(permits: usize) -> Self {
        let share = permits.div_ceil(2);
        Self { all: Arc::new(Semaphore::new(permits)), share, shares: Mutex::default() }
    }

    /// Waits for a permit, first within the account's share, so that an account's excess requests
    /// queue among themselves.
    pub(super) async fn take(&self, account: AccountId) -> Permit {
        // Neither semaphore is ever closed, so neither returns an error.
        let _of_share = self.share_of(account).acquire_owned().await.ok();
        let _of_all = self.all.clone().acquire_owned().await.ok();
        Permit { _of_share, _of_all }
    }

    fn share_of(&self, account: AccountId) -> Arc<Semaphore> {
        let mut shares = self.shares.lock();
        if let Some(share) = shares.get(&account).and_then(Weak::upgrade) {
            return share;
        }
        // Each new account removes unused entries, so the map never exceeds the accounts with
        // requests.
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

    /// Returns a permit if one is free now.
    fn take(bulkhead: &Bulkhead, number: u128) -> Option<Permit> {
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
    fn a_single_permit_is_open_to_every_account() {
        let bulkhead = Bulkhead::new(1);
        let taken = take(&bulkhead, 1);
        assert!(taken.is_some() && take(&bulkhead, 2).is_none());
        drop(taken);
        assert!(take(&bulkhead, 2).is_some());
    }

    #[test]
    fn excess_requests_of_an_account_do_not_queue_before_others() {
        let bulkhead = Bulkhead::new(2);
        let _taken = take(&bulkhead, 1);
        let mut waits = Box::pin(bulkhead.take(account(1)));
        assert!(waits.as_mut().now_or_never().is_none());
        assert!(take(&bulkhead, 2).is_some());
    }

    #[test]
    fn accounts_without_requests_are_removed() {
        let bulkhead = Bulkhead::new(2);
        for number in 0..1_000 {
            drop(take(&bulkhead, number));
        }
        assert_eq!(bulkhead.shares.lock().len(), 1);
    }
}
