//! A running call: its deadline, its outcome, and the end of its hold.

mod handler_result;
mod without_hold;

use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::response::Parts;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;
use tokio_util::sync::CancellationToken;

use self::handler_result::HandlerResult;
use super::delivery::{Charge, Delivery, IfLeft, MAX_UNREAD_BYTES};
use super::plan_counters;
use super::settled::Settled;
use super::stored_answer::{self, MAX_STORED_BYTES, is_storable};
use super::stream::{Attached, Bill, StreamedBody};
use super::{Metering, PaidAnswer, PaidFuture, Unanswered};
use crate::domain::billing::{AccountBalance, Billing, Refund};
use crate::domain::call_status::CallStatus;
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::refusal::Refusal;
use crate::domain::settlement::{Outcome, Settlement};
use crate::gate::auth::caller::Caller;
use crate::gate::deadline::answer_within;
use crate::gate::limits::account::Slot;
use crate::http::answer::refused;
use crate::http::negotiate::RenderContext;
use crate::http::render;
use crate::ledger::rules::hold::AnswerContent;
use crate::ledger::writer::{CaptureResult, LedgerUnavailable, OpenHold};

/// A paid call with its price held; in a test environment without credits.
pub(super) struct MeteredCall {
    pub(super) metering: Arc<Metering>,
    pub(super) call_id: CallId,
    pub(super) caller: Caller,
    /// What is held.
    pub(super) price: Credits,
    /// The balance after the hold.
    pub(super) balance: AccountBalance,
    /// How long the handler may take.
    pub(super) deadline: Duration,
    /// Counts the call as running until its handler has finished, even without its client.
    pub(super) slot: Slot,
    pub(super) context: RenderContext,
}

impl MeteredCall {
    /// Runs a call whose credits are held, and ends the hold by its outcome.
    pub(super) async fn run_with_hold<W>(self, mut hold: OpenHold, work: W) -> Settled
    where
        W: FnOnce(Credits) -> PaidFuture + Send,
    {
        let mut handled = {
            let _guard = AbandonedIfCut { hold: &mut hold, cut: &self.metering.cut };
            self.handle(work).await
        };
        hold.explain(handled.price.take());
        hold.ends_with(handled.status());
        if let Some(stream) = handled.stream.take() {
            return self.pass_on(hold, handled, *stream);
        }
        if self.is_charged_at_end(&hold, &handled) {
            return self.deliver(hold, handled);
        }
        let (caller, price) = (self.caller.clone(), self.price);
        let settled = self.settle(hold, handled).await;
        plan_counters::count(&caller.key.plan.plan, price, settled.billing.used);
        settled
    }

    /// Ends the hold of a call by its outcome.
    async fn settle(self, hold: OpenHold, handled: HandlerResult) -> Settled {
        match self.metering.table.settle(handled.outcome) {
            Settlement::Release => {
                let refund = hold.release(handled.outcome);
                Settled::new(handled.response, self.refunded(refund, handled.outcome))
            }
            Settlement::Capture if hold.has_idempotency_key() => self.capture_and_store(hold, handled).await,
            Settlement::Capture => {
                let used = handled.credits_used.min(self.price);
                let refund = hold.capture(used, handled.outcome);
                Settled::new(handled.response, self.charged(used, refund))
            }
        }
    }

    /// Whether the answer is long, and a repeat of the call would not get it.
    fn is_charged_at_end(&self, hold: &OpenHold, handled: &HandlerResult) -> bool {
        let max_bytes = if hold.has_idempotency_key() { MAX_STORED_BYTES as u64 } else { MAX_UNREAD_BYTES };
        handled.response.body().size_hint().lower() > max_bytes
            && self.metering.table.settle(handled.outcome) == Settlement::Capture
    }

    /// Charges a long answer once the client has it.
    fn deliver(self, hold: OpenHold, handled: HandlerResult) -> Settled {
        let HandlerResult { mut response, outcome, credits_used, .. } = handled;
        let used = credits_used.min(self.price);
        let billing = self.charged(used, hold.refund_beyond(used));
        let delivery = Delivery::default();
        let caller = self.caller.clone();
        delivery.charge_at_end(Charge::new(hold, caller, self.call_id, used, outcome, IfLeft::Charged));
        response.extensions_mut().insert(delivery);
        Settled::new(response, billing)
    }

    /// Passes an answer on. Its body owns the hold from here on, if the answer is one that is
    /// charged for.
    fn pass_on(self, hold: OpenHold, handled: HandlerResult, stream: StreamedBody) -> Settled {
        let HandlerResult { response, outcome, credits_used, .. } = handled;
        let mut attached = self.attached();
        let billing = match self.metering.table.settle(outcome) {
            Settlement::Release => {
                plan_counters::count(&self.caller.key.plan.plan, self.price, Credits::ZERO);
                let refund = hold.release(outcome);
                self.refunded(refund, outcome)
            }
            Settlement::Capture => {
                let (caller, table) = (self.caller.clone(), self.metering.table.clone());
                attached.bill = Some(Bill { hold, caller, table });
                let used = credits_used.min(self.price);
                let held = stream.is_priced_at_end.then_some(self.price);
                let used = if held.is_some() { Credits::ZERO } else { used };
                Billing { held, ..self.billing(used, self.balance.clone(), None) }
            }
        };
        Settled::new(stream.answer(response, attached), billing)
    }

    /// What stays with the body of a streamed answer.
    fn attached(&self) -> Attached {
        let (slot, tasks) = (self.slot.clone(), self.metering.calls.clone());
        Attached::without_bill(self.call_id, &self.caller, slot, tasks)
    }

    async fn handle<W>(&self, work: W) -> HandlerResult
    where
        W: FnOnce(Credits) -> PaidFuture + Send,
    {
        let price = self.price;
        match answer_within(self.deadline, async move { work(price).await }).await {
            Ok(PaidAnswer { response, credits_used, outcome, upstream_status, price, stream }) => {
                let error_code = None;
                HandlerResult { response, outcome, upstream_status, credits_used, price, stream, error_code }
            }
            Err(Unanswered { refusal, upstream_status }) => {
                let code = refusal.code();
                let outcome = Outcome::of(code.status(), Some(code));
                let response = refused(refusal);
                let credits_used = self.price;
                let (price, stream, error_code) = (None, None, Some(code));
                HandlerResult { response, outcome, upstream_status, credits_used, price, stream, error_code }
            }
        }
    }

    /// Stores the rendered answer with the capture before it is sent, so that a client that repeats
    /// its key gets the same answer.
    async fn capture_and_store(self, mut hold: OpenHold, handled: HandlerResult) -> Settled {
        let HandlerResult {
            response, outcome, upstream_status: of_upstream, error_code, credits_used, ..
        } = handled;
        let used = credits_used.min(self.price);
        let unused = hold.refund_beyond(used);
        let billing = self.charged(used, unused);
        // What a release would return in addition.
        let rest = hold.refund(self.price).after(unused);
        let Some((parts, body, content)) = self.render(response, &billing).await else {
            hold.ends_with(CallStatus { to_client: Refusal::Internal.code().status(), of_upstream });
            hold.release(Outcome::Failed);
            return Settled::refused(Refusal::Internal, self.refunded(rest, Outcome::Failed));
        };
        if !is_storable(&content) {
            hold.capture_without_answer(used, outcome);
            return Settled { response: Response::from_parts(parts, body.into()), billing, error_code };
        }
        match hold.capture_and_store(used, outcome, content).await {
            Ok(CaptureResult::Stored(_)) => {
                Settled { response: Response::from_parts(parts, body.into()), billing, error_code }
            }
            // Captured and stored, or released: the receipt will show which. Until then the call
            // counts as charged.
            Err(LedgerUnavailable::Unknown) => Settled::unavailable(billing),
            // Closing the epoch released it.
            Ok(CaptureResult::Superseded) | Err(LedgerUnavailable::Stopped) => {
                Settled::unavailable(self.refunded(rest, Outcome::Abandoned))
            }
            Err(_) => Settled::unavailable(self.refunded(rest, Outcome::Failed)),
        }
    }

    /// Returns the answer as it is sent and as it is stored, or `None` if its body cannot be read.
    async fn render(
        &self,
        mut response: Response,
        billing: &Billing,
    ) -> Option<(Parts, Bytes, AnswerContent)> {
        let tells_billing = render::write_early(&mut response, billing, &self.context, &self.metering.links);
        let (parts, body) = response.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let content = stored_answer::content(&parts, &body, tells_billing);
        Some((parts, body, content))
    }

    /// Returns the billing of a charged call. `unused` is the part of its hold that was returned.
    fn charged(&self, used: Credits, unused: Refund) -> Billing {
        let balance = match used == self.price {
            true => self.balance.clone(),
            false => self.caller.account.apply_refund(unused),
        };
        self.billing(used, balance, None)
    }

    /// Returns the billing of a call that was not charged.
    fn refunded(&self, refund: Refund, outcome: Outcome) -> Billing {
        let balance = self.caller.account.apply_refund(refund);
        self.billing(Credits::ZERO, balance, Some(outcome))
    }

    fn billing(&self, used: Credits, balance: AccountBalance, refunded: Option<Outcome>) -> Billing {
        let plan_label = self.caller.key.plan.label.clone();
        Billing { used, held: None, plan_label, balance, refunded }
    }
}

/// A call that is dropped because its gateway stops has the outcome `abandoned`.
struct AbandonedIfCut<'c> {
    hold: &'c mut OpenHold,
    cut: &'c CancellationToken,
}

impl Drop for AbandonedIfCut<'_> {
    fn drop(&mut self) {
        if self.cut.is_cancelled() {
            self.hold.set_outcome_if_dropped(Outcome::Abandoned);
        }
    }
}
