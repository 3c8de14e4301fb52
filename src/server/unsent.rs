//! Answers that clients read slowly, and the memory that they may use.
//!
//! An answer that the operating system takes at once is not counted. One that waits counts with its
//! whole length for its account, or for the client's network without an account, and as one of the
//! account's concurrent requests, until the client has read it or the connection closes.
//!
//! Clients without an account have at most half of the total, so that they cannot take the memory
//! that paid answers need.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::domain::ids::AccountId;
use crate::gate::limits::account::Slot;
use crate::gate::{Delivery, Reentry};
use crate::http::byte_budget::{ByteBudget, ByteLimit, ByteShare};
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
    all: ByteBudget<Owner>,
    /// Of these, the bytes of clients without an account.
    of_networks: ByteBudget<ClientNetwork>,
    refused: AtomicU64,
}

/// An unread answer. Counted until it is dropped.
#[derive(Debug)]
pub(super) struct Waiting {
    _share: ByteShare<Owner>,
    _of_networks: Option<ByteShare<ClientNetwork>>,
    _slot: Option<Slot>,
}

impl Unsent {
    pub(super) fn new(max_of_owner: usize, max: usize) -> Self {
        Self {
            max_of_owner,
            all: ByteBudget::new(max_of_owner, max),
            of_networks: ByteBudget::new(max_of_owner, max / 2),
            refused: AtomicU64::default(),
        }
    }

    /// Counts an unread answer.
    ///
    /// # Errors
    /// The limit that it would exceed: that of its owner if others of the owner's answers wait,
    /// which it does not read; or else that of all clients.
    pub(super) fn wait(&self, answer: &UnsentAnswer) -> Result<Waiting, ByteLimit> {
        let counted = if answer.bytes > self.max_of_owner {
            // Whatever the owner reads, this answer does not fit.
            Err(ByteLimit::Total)
        } else {
            self.count(answer)
        };
        counted.inspect_err(|_| {
            self.refused.fetch_add(1, Relaxed);
        })
    }

    fn count(
        &self,
        &UnsentAnswer { bytes, network, ref reentry, .. }: &UnsentAnswer,
    ) -> Result<Waiting, ByteLimit> {
        let (owner, of_networks) = match reentry {
            Some(reentry) => (Owner::Account(reentry.account_id()), None),
            None => (Owner::Network(network), Some(self.of_networks.take(network, bytes)?)),
        };
        let share = self.all.take(owner, bytes)?;
        let slot = reentry.as_ref().map(Reentry::enter);
        Ok(Waiting { _share: share, _of_networks: of_networks, _slot: slot })
    }

    pub(super) fn bytes(&self) -> usize {
        self.all.bytes()
    }

    /// Answers beyond a limit, whose connections were closed.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
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
        assert_eq!(unsent.wait(&answer(1, 5)).unwrap_err(), ByteLimit::Owner);
        assert_eq!(unsent.wait(&answer(1, 11)).unwrap_err(), ByteLimit::Total);
        let others = [2, 3].map(|network| unsent.wait(&answer(network, 9)).unwrap());
        assert_eq!(unsent.wait(&answer(4, 2)).unwrap_err(), ByteLimit::Total);
        assert_eq!(unsent.bytes(), 24);
        drop(first);
        let _last = unsent.wait(&answer(4, 7)).unwrap();
        drop(others);
        assert_eq!((unsent.bytes(), unsent.all.owners()), (7, 1));
    }

    #[test]
    fn an_empty_answer_leaves_nothing_behind() {
        let unsent = Unsent::new(10, 10);
        drop(unsent.wait(&answer(1, 0)));
        assert_eq!(unsent.all.owners(), 0);
    }
}
