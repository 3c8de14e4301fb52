//! Places for questions under way: a bound for all of them, and a share of it that no account can pass, so that one
//! account's slow questions leave room for everybody else's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::domain::ids::AccountId;

/// The places of one server.
pub(super) struct Places {
    all: Semaphore,
    /// Places of one account: half of all, rounded up.
    share: usize,
    /// What each account has left of its share. Lives as long as one of its questions waits or is under way.
    shares: Mutex<HashMap<AccountId, Weak<Semaphore>>>,
}

/// A place, until it is dropped.
pub(super) struct Place<'a> {
    _of_share: Option<OwnedSemaphorePermit>,
    _of_all: Option<SemaphorePermit<'a>>,
}

impl Places {
    pub(super) fn new(places: usize) -> Self {
        let share = places.div_ceil(2);
        Self { all: Semaphore::new(places), share, shares: Mutex::default() }
    }

    /// Waits for a place: first within the account's share, so that what it has too many queue among themselves.
    pub(super) async fn take(&self, account: AccountId) -> Place<'_> {
        // Neither semaphore is ever closed, so neither gives an error.
        let _of_share = self.share_of(account).acquire_owned().await.ok();
        let _of_all = self.all.acquire().await.ok();
        Place { _of_share, _of_all }
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

    /// A place, if there is one now.
    fn take(places: &Places, number: u128) -> Option<Place<'_>> {
        places.take(account(number)).now_or_never()
    }

    #[test]
    fn one_account_takes_half_and_leaves_the_rest_to_others() {
        let places = Places::new(4);
        let taken = [take(&places, 1), take(&places, 1)];
        assert!(taken.iter().all(Option::is_some));
        assert!(take(&places, 1).is_none());
        let others = [take(&places, 2), take(&places, 3)];
        assert!(others.iter().all(Option::is_some));
        assert!(take(&places, 4).is_none(), "all together are bounded");
        drop(taken);
        assert!(take(&places, 1).is_some() && take(&places, 4).is_some());
    }

    #[test]
    fn the_only_place_is_everybodys() {
        let places = Places::new(1);
        let taken = take(&places, 1);
        assert!(taken.is_some() && take(&places, 2).is_none());
        drop(taken);
        assert!(take(&places, 2).is_some());
    }

    #[test]
    fn what_an_account_has_too_many_wait_outside_the_others_queue() {
        let places = Places::new(2);
        let _taken = take(&places, 1);
        let mut waits = Box::pin(places.take(account(1)));
        assert!(waits.as_mut().now_or_never().is_none());
        assert!(take(&places, 2).is_some());
    }

    #[test]
    fn accounts_that_ask_no_more_are_forgotten() {
        let places = Places::new(2);
        for number in 0..1_000 {
            drop(take(&places, number));
        }
        assert_eq!(places.shares.lock().unwrap().len(), 1);
    }
}
