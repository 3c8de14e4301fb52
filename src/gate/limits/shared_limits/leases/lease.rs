//! The lease of one call.

use std::fmt;
use std::sync::Arc;

use super::Leases;
use crate::domain::ids::AccountId;

/// The lease of one call. It is returned when it is dropped, at the latest.
pub struct Lease {
    pub(super) leases: Arc<Leases>,
    pub(super) account: AccountId,
    pub(super) id: u64,
    /// Whether it is still registered as running.
    pub(super) is_running: bool,
    /// Whether the store may still hold it after its call has ended.
    pub(super) is_owed: bool,
}

impl Lease {
    /// The lease's id in the store.
    pub(in crate::gate::limits) fn name(&self) -> String {
        self.leases.name(self.id)
    }

    /// Returns the lease before the answer is sent: the client may send its next request at once,
    /// to any gateway. If the store does not answer in time, the lease is returned later.
    pub(in crate::gate) async fn release(mut self) {
        self.end();
        if self.is_owed && self.leases.remove(self.account, &[self.id]).await.is_ok() {
            self.is_owed = false;
        }
    }

    /// Drops a lease that the store refused.
    pub(in crate::gate::limits) fn was_not_granted(mut self) {
        self.end();
        self.is_owed = false;
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.is_running) {
            let entry = self.leases.registry().running.remove(&self.id);
            self.is_owed = entry.is_some_and(|entry| entry.is_known);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.end();
        if self.is_owed {
            self.leases.registry().note_ended(self.account, &[self.id]);
            self.leases.ended.notify_one();
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lease({})", self.name())
    }
}
