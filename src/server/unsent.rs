//! Answers that clients read slowly, and the memory that they may use.
//!
//! An answer that the operating system takes at once is not counted. One that waits counts with its
//! whole length for its account, or for the client's network without an account, and as one of the
//! account's concurrent requests, until the client has read it or the connection closes.
//!
//! Clients without an account have at most half of the total, so that they cannot take the memory
//! that paid answers need.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parking_lot::{Mutex, MutexGuard};

use crate::domain::ids::AccountId;
use crate::gate::limits::account::Slot;
use crate::gate::{Delivery, Reentry};
use crate::http::client_address::ClientNetwork;

/// An answer that is being sent.
#[derive(Clone, Debug)]
pub(super) struct UnsentAnswer {
    /// Bytes of the body that may be in memory.
    pub(super) bytes: usize,
    pub(super) network: ClientNetwork,
    /// Counts as a concurrent request of the account again, if it was admitted as one.
    pub(super) reentry: Option<Reentry>,
    /// Of a paid answer that is charged at the end of its delivery.
    pub(super) delivery: Option<Delivery>,
}

/// The owner that bytes count for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Owner {
    Account(AccountId),
    Network(ClientNetwork),
}

/// Unread bytes of each owner and in total.
#[derive(Debug)]
pub(super) struct Unsent {
    max_of_owner: usize,
    max: usize,
    book: Mutex<Book>,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Book {
    bytes: usize,
    /// Of clients without an account.
    of_networks: usize,
    of: HashMap<Owner, usize>,
}

/// An unread answer. Counted until it is dropped.
#[derive(Debug)]
pub(super) struct Waiting {
    unsent: Arc<Unsent>,
    owner: Owner,
    bytes: usize,
    _slot: Option<Slot>,
}

/// The limit that an answer exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnsentLimit {
    /// Other answers of the owner wait, which it does not read.
    Owner,
    /// All clients together leave too much unread, or this answer alone is beyond the owner's limit.
    Total,
}

impl Unsent {
    pub(super) fn new(max_of_owner: usize, max: usize) -> Arc<Self> {
        Arc::new(Self { max_of_owner, max, book: Mutex::default(), refused: AtomicU64::default() })
    }

    /// Counts an unread answer.
    ///
    /// # Errors
    /// The limit that it would exceed.
    pub(super) fn wait(self: &Arc<Self>, answer: &UnsentAnswer) -> Result<Waiting, UnsentLimit> {
        let owner = match &answer.reentry {
            Some(reentry) => Owner::Account(reentry.account_id()),
            None => Owner::Network(answer.network),
        };
        let mut book = self.book();
        let of_owner = book.of.get(&owner).copied().unwrap_or_default().saturating_add(answer.bytes);
        let of_all = book.bytes.saturating_add(answer.bytes);
        let of_networks = book.of_networks.saturating_add(match owner {
            Owner::Account(_) => 0,
            Owner::Network(_) => answer.bytes,
        });
        let exceeded = match () {
            () if answer.bytes > self.max_of_owner => Some(UnsentLimit::Total),
            () if of_owner > self.max_of_owner => Some(UnsentLimit::Owner),
            () if of_all > self.max || of_networks > self.max / 2 => Some(UnsentLimit::Total),
            () => None,
        };
        if let Some(limit) = exceeded {
            self.refused.fetch_add(1, Relaxed);
            return Err(limit);
        }
        book.of.insert(owner, of_owner);
        (book.bytes, book.of_networks) = (of_all, of_networks);
        drop(book);
        let slot = answer.reentry.as_ref().map(Reentry::enter);
        Ok(Waiting { unsent: self.clone(), owner, bytes: answer.bytes, _slot: slot })
    }

    pub(super) fn bytes(&self) -> usize {
        self.book().bytes
    }

    /// Answers beyond a limit, whose connections were closed.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut book = self.unsent.book();
        book.bytes = book.bytes.saturating_sub(self.bytes);
        if let Owner::Network(_) = self.owner {
            book.of_networks = book.of_networks.saturating_sub(self.bytes);
        }
        if let Some(of_owner) = book.of.get_mut(&self.owner) {
            *of_owner = of_owner.saturating_sub(self.bytes);
            if *of_owner == 0 {
                book.of.remove(&self.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(network: u32, bytes: usize) -> UnsentAnswer {
        UnsentAnswer { bytes, network: ClientNetwork::V4(network), reentry: None, delivery: None }
    }

    #[test]
    fn each_owner_has_a_bound_and_clients_without_an_account_together_half_of_the_total() {
        let unsent = Unsent::new(10, 50);
        let first = unsent.wait(&answer(1, 6)).unwrap();
        assert_eq!(unsent.wait(&answer(1, 5)).unwrap_err(), UnsentLimit::Owner);
        assert_eq!(unsent.wait(&answer(1, 11)).unwrap_err(), UnsentLimit::Total);
        let others = [2, 3].map(|network| unsent.wait(&answer(network, 9)).unwrap());
        assert_eq!(unsent.wait(&answer(4, 2)).unwrap_err(), UnsentLimit::Total);
        assert_eq!(unsent.bytes(), 24);
        drop(first);
        let _last = unsent.wait(&answer(4, 7)).unwrap();
        drop(others);
        assert_eq!((unsent.bytes(), unsent.book().of.len()), (7, 1));
    }

    #[test]
    fn an_empty_answer_leaves_nothing_behind() {
        let unsent = Unsent::new(10, 10);
        drop(unsent.wait(&answer(1, 0)));
        assert!(unsent.book().of.is_empty());
    }
}
