//! A call that runs: its deadline, its outcome, and what that does to the hold.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header;
use axum::http::response::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::BodyExt;

use super::settled::Settled;
use super::{Metering, PaidAnswer, PaidFuture, decision};
use crate::domain::billing::{AccountBalance, Billing};
use crate::domain::credits::Credits;
use crate::domain::refusal::ErrorCode;
use crate::domain::refusal::Refusal;
use crate::domain::settlement::{Outcome, Settlement};
use crate::gate::auth::caller::Caller;
use crate::gate::limits::account::Slot;
use crate::http::negotiate::RenderContext;
use crate::http::render;
use crate::ledger::rules::hold::{AnswerContent, Refund};
use crate::ledger::writer::{Kept, LedgerUnavailable, OpenHold};
use crate::panic_guard::unless_panicking;
use crate::storage::error::StorageError;
use crate::storage::test_answers::TestCall;

/// What a body is that does not say (RFC 9110, section 8.3).
const UNKNOWN_MEDIA_TYPE: &str = "application/octet-stream";

/// A paid call with its price held; in a test environment without credits.
pub(super) struct MeteredCall {
    pub(super) metering: Arc<Metering>,
    pub(super) caller: Caller,
    /// What is held.
    pub(super) price: Credits,
    /// The account right after the hold.
    pub(super) balance: AccountBalance,
    /// How long the work may take.
    pub(super) deadline: Duration,
    /// The place among the account's running calls: kept until the work is done, not until the client is gone.
    pub(super) _slot: Slot,
    pub(super) context: RenderContext,
}

/// What a handler came to.
struct Handled {
    response: Response,
    outcome: Outcome,
    credits_used: Credits,
    error_code: Option<ErrorCode>,
}

impl MeteredCall {
    /// Runs a call of a test environment, which costs nothing. Under an idempotency key it is claimed and kept as one whose
    /// credits are held.
    pub(super) async fn of_test_environment<W>(self, keyed: Option<TestCall>, work: W) -> Settled
    where
        W: FnOnce(Credits) -> PaidFuture + Send,
    {
        let billing = self.billing(Credits::ZERO, self.balance.clone(), None);
        let Some(call) = keyed else {
            return Settled::new(self.handle(work).await.response, billing);
        };
        let answers = &self.metering.test_answers;
        match answers.claim(&call, self.balance.clone()).await {
            Ok(None) => {}
            Ok(Some(decision)) => return decision::answer(decision, &self.caller, self.price),
            Err(error) => return Settled::new(not_kept(&error), billing),
        }
        let Handled { response, outcome, error_code, .. } = self.handle(work).await;
        if self.metering.table.settle(outcome) == Settlement::Release {
            answers.release(&call).await;
            return Settled::new(response, billing);
        }
        let Some((parts, body, content)) = self.written(response, &billing).await else {
            answers.release(&call).await;
            return Settled::new(Refusal::Internal, billing);
        };
        match answers.keep(&call, &content).await {
            Ok(true) => Settled { response: Response::from_parts(parts, body.into()), billing, error_code },
            Ok(false) => Settled::unavailable(billing),
            Err(error) => Settled::new(not_kept(&error), billing),
        }
    }

    /// Runs a call whose credits are held, and ends the hold by its outcome.
    pub(super) async fn with_hold<W>(self, hold: OpenHold, work: W) -> Settled
    where
        W: FnOnce(Credits) -> PaidFuture + Send,
    {
        let handled = self.handle(work).await;
        match self.metering.table.settle(handled.outcome) {
            Settlement::Release => {
                let billing = self.refunded(hold.refund(self.price), handled.outcome);
                hold.release(handled.outcome);
                Settled::new(handled.response, billing)
            }
            Settlement::Capture => {
                let billing = self.spend(handled.credits_used.min(self.price), &hold);
                if hold.has_idempotency_key() {
                    self.keep(hold, billing, handled).await
                } else {
                    hold.capture(billing.used, handled.outcome);
                    Settled::new(handled.response, billing)
                }
            }
        }
    }

    async fn handle<W>(&self, work: W) -> Handled
    where
        W: FnOnce(Credits) -> PaidFuture + Send,
    {
        let price = self.price;
        let running = unless_panicking(async move { work(price).await });
        let in_time = tokio::time::timeout(self.deadline, running).await;
        let answered = match in_time {
            Ok(Some(answered)) => answered,
            // The panic hook has logged it.
            Ok(None) => Err(Refusal::Internal),
            Err(_) => Err(Refusal::Timeout),
        };
        match answered {
            Ok(PaidAnswer { response, credits_used, outcome }) => {
                Handled { response, outcome, credits_used, error_code: None }
            }
            Err(refusal) => {
                let code = refusal.code();
                let outcome = Outcome::of(code.status(), Some(code));
                let response = refusal.into_response();
                Handled { response, outcome, credits_used: self.price, error_code: Some(code) }
            }
        }
    }

    /// Writes the answer, stores it with the capture, and only then lets it go: a client that sends its key again gets
    /// the same answer.
    async fn keep(self, hold: OpenHold, billing: Billing, handled: Handled) -> Settled {
        let Handled { response, outcome, error_code, .. } = handled;
        let used = billing.used;
        // What was not used has come back already.
        let rest = hold.refund(self.price).after(hold.refund(self.unused(used)));
        let Some((parts, body, content)) = self.written(response, &billing).await else {
            hold.release(Outcome::Failed);
            return Settled::new(Refusal::Internal, self.refunded(rest, Outcome::Failed));
        };
        match hold.capture_with_response(used, outcome, content).await {
            Ok(Kept::Stored(_)) => {
                Settled { response: Response::from_parts(parts, body.into()), billing, error_code }
            }
            // Charged and kept, or released: the receipt of the call tells. Until then it is charged.
            Err(LedgerUnavailable::Unknown) => Settled::unavailable(billing),
            Ok(Kept::Superseded) | Err(_) => Settled::unavailable(self.refunded(rest, Outcome::Abandoned)),
        }
    }

    /// The answer as it is sent, and as it is kept; `None` where its body cannot be read.
    async fn written(
        &self,
        mut response: Response,
        billing: &Billing,
    ) -> Option<(Parts, Bytes, AnswerContent)> {
        let tells_billing = render::write_early(&mut response, billing, &self.context, &self.metering.links);
        let (parts, body) = response.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content = AnswerContent {
            status: parts.status.as_u16(),
            media_type: media_type.unwrap_or(UNKNOWN_MEDIA_TYPE).to_owned(),
            body: body.to_vec(),
            tells_billing,
        };
        Some((parts, body, content))
    }

    /// The billing facts of a call that used this much; what was held beyond it comes back.
    fn spend(&self, used: Credits, hold: &OpenHold) -> Billing {
        let balance = match self.unused(used) {
            Credits::ZERO => self.balance.clone(),
            rest => self.caller.account.gives_back(hold.refund(rest)),
        };
        self.billing(used, balance, None)
    }

    /// What is held beyond what was used.
    fn unused(&self, used: Credits) -> Credits {
        self.price.checked_sub(used).unwrap_or(Credits::ZERO)
    }

    /// The billing facts of a call that is given back, of which `refund` had not come back yet.
    fn refunded(&self, refund: Refund, outcome: Outcome) -> Billing {
        let balance = self.caller.account.gives_back(refund);
        self.billing(Credits::ZERO, balance, Some(outcome))
    }

    fn billing(&self, used: Credits, balance: AccountBalance, refunded: Option<Outcome>) -> Billing {
        Billing { used, plan_label: self.caller.key.plan.label.clone(), standing: balance, refunded }
    }
}

/// The refusal of a call whose idempotency record cannot be read or written.
fn not_kept(error: &StorageError) -> Refusal {
    tracing::warn!(%error, "an idempotency record of a test environment could not be read or written");
    Refusal::Unavailable { retry_after_s: 1 }
}
