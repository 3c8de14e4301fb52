//! The arrays of the statuses with which calls ended.

use uuid::Uuid;

use crate::domain::call_status::CallStatus;
use crate::ledger::rules::plain::PlainSettlement;

/// The statuses that outcomes do not imply. Most batches have none.
#[derive(Default)]
pub(super) struct Statuses {
    pub(super) accounts: Vec<Uuid>,
    pub(super) calls: Vec<Uuid>,
    pub(super) to_client: Vec<i16>,
    pub(super) of_upstream: Vec<Option<i16>>,
}

impl Statuses {
    pub(super) fn add(&mut self, account: Uuid, plain: &PlainSettlement) {
        let settle = plain.settle();
        let Some(CallStatus { to_client, of_upstream }) = settle.status else { return };
        self.accounts.push(account);
        self.calls.push(settle.hold.call_id.as_uuid());
        self.to_client.push(to_client as i16);
        self.of_upstream.push(of_upstream.map(|status| status as i16));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}
