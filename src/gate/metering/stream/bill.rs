//! The money of a stream, and what else stays with it until it has ended.

use std::sync::Arc;

use tokio_util::task::TaskTracker;

use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::settlement::{Settlement, SettlementTable};
use crate::gate::auth::caller::Caller;
use crate::gate::limits::account::Slot;
use crate::gate::metering::delivery::{Charge, Delivery, IfLeft};
use crate::gate::metering::plan_counters;
use crate::gate::metering::stream::StreamCharge;
use crate::ledger::writer::OpenHold;

/// The money of a stream.
pub(in crate::gate::metering) struct Bill {
    pub(in crate::gate::metering) hold: OpenHold,
    pub(in crate::gate::metering) caller: Caller,
    pub(in crate::gate::metering) table: Arc<SettlementTable>,
}

impl Bill {
    /// Ends the hold, and returns what was charged.
    pub(super) fn pay(self, charge: StreamCharge) -> Credits {
        let StreamCharge { credits, outcome, price } = charge;
        let held = self.hold.amount();
        let (used, refund) = self.hold.settle_by(&self.table, outcome, credits, price);
        self.caller.account.apply_refund(refund);
        plan_counters::count(&self.caller.key.plan.plan, held, used);
        used
    }

    /// Charges a whole answer at the end of its delivery, and returns what it costs then.
    pub(super) fn pay_when_delivered(
        mut self,
        charge: StreamCharge,
        call_id: CallId,
        delivery: &Delivery,
        if_left: IfLeft,
    ) -> Credits {
        if self.table.settle(charge.outcome) == Settlement::Release {
            return self.pay(charge);
        }
        let StreamCharge { credits, outcome, price } = charge;
        let used = credits.min(self.hold.amount());
        self.hold.explain(price);
        self.caller.account.apply_refund(self.hold.refund_beyond(used));
        delivery.charge_at_end(Charge::new(self.hold, self.caller, call_id, used, outcome, if_left));
        used
    }
}

/// What stays with a stream until its end.
pub(in crate::gate) struct Attached {
    /// `None` for calls that hold nothing.
    pub(in crate::gate::metering) bill: Option<Bill>,
    pub(in crate::gate::metering) call_id: CallId,
    pub(in crate::gate::metering) account: AccountId,
    pub(in crate::gate::metering) _slot: Slot,
    /// Reads streams to their end whose clients have left.
    pub(in crate::gate::metering) tasks: TaskTracker,
    pub(in crate::gate::metering) delivery: Delivery,
}

impl Attached {
    /// For a call that holds nothing.
    pub(in crate::gate) fn without_bill(
        call_id: CallId,
        caller: &Caller,
        slot: Slot,
        tasks: TaskTracker,
    ) -> Self {
        let (account, delivery) = (caller.key.account_id, Delivery::default());
        Self { bill: None, call_id, account, _slot: slot, tasks, delivery }
    }
}
