//! The delivery of a long answer: it is charged once the client has it.

use std::fmt;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use super::plan_counters;
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
use crate::gate::auth::caller::Caller;
use crate::ledger::writer::OpenHold;

/// More than the server and the operating system keep of an answer that its client does not read:
/// a part of a longer one was read.
pub(super) const MAX_UNREAD_BYTES: u64 = 64 * 1_024;

/// Response extension: tells the gate how the delivery of an answer ended. Clones share one
/// delivery.
///
/// A connection that the gateway itself closes, because it stops or its memory is full, costs
/// nothing.
#[derive(Clone, Default)]
pub struct Delivery(Arc<Mutex<State>>);

enum State {
    /// With the charge, once the whole answer is ready.
    Sending(Option<Box<Charge>>),
    CutOff,
}

impl Default for State {
    fn default() -> Self {
        Self::Sending(None)
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").finish_non_exhaustive()
    }
}

impl Delivery {
    /// Records that the client has the whole answer.
    pub fn complete(&self) {
        if let State::Sending(charge) = &mut *self.state()
            && let Some(charge) = charge.take()
        {
            charge.capture();
        }
    }

    /// Records that the gateway closes the connection before the client has the answer.
    pub fn cut_off(&self) {
        let before = std::mem::replace(&mut *self.state(), State::CutOff);
        if let State::Sending(Some(charge)) = before {
            charge.cut_off();
        }
    }

    pub(super) fn is_cut_off(&self) -> bool {
        matches!(*self.state(), State::CutOff)
    }

    /// Charges at the end of the delivery.
    pub(super) fn charge_at_end(&self, charge: Charge) {
        match &mut *self.state() {
            State::Sending(place) => *place = Some(Box::new(charge)),
            State::CutOff => charge.cut_off(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

/// What a client pays for an answer that is ready, if it leaves before it has the whole of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IfLeft {
    Charged,
    Nothing,
}

/// The charge of an answer that is being delivered. Dropping it ends it as `if_left` says.
pub(super) struct Charge {
    /// `None` once it has ended.
    hold: Option<OpenHold>,
    caller: Caller,
    call_id: CallId,
    used: Credits,
    outcome: Outcome,
    if_left: IfLeft,
}

impl Charge {
    /// Captures `used` of the hold at the end. The caller's balance already has the rest.
    pub(super) fn new(
        hold: OpenHold,
        caller: Caller,
        call_id: CallId,
        used: Credits,
        outcome: Outcome,
        if_left: IfLeft,
    ) -> Self {
        Self { hold: Some(hold), caller, call_id, used, outcome, if_left }
    }

    fn capture(mut self) {
        self.if_left = IfLeft::Charged;
    }

    fn cut_off(mut self) {
        self.release(Outcome::Abandoned);
        let (call, account) = (self.call_id, self.caller.key.account_id);
        tracing::warn!(%call, %account, "the gateway cut an answer off; its call is refunded");
    }

    fn release(&mut self, outcome: Outcome) {
        let Some(hold) = self.hold.take() else { return };
        let held = hold.amount();
        let rest = hold.refund(held).after(hold.refund_beyond(self.used));
        self.caller.account.apply_refund(rest);
        plan_counters::count(&self.caller.key.plan.plan, held, Credits::ZERO);
        hold.release(outcome);
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if self.if_left == IfLeft::Nothing {
            self.release(Outcome::LeftEarly);
            let (call, account) = (self.call_id, self.caller.key.account_id);
            return tracing::info!(%call, %account, "a client left before its answer was sent; its call is refunded");
        }
        let Some(hold) = self.hold.take() else { return };
        plan_counters::count(&self.caller.key.plan.plan, hold.amount(), self.used);
        hold.capture_without_answer(self.used, self.outcome);
    }
}
