//! A call that runs: its deadline, its outcome, and what that does to the hold.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::http::header;
use axum::http::response::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::BodyExt;

use super::{Meter, decision};
use crate::domain::billing::{AccountBalance, Billing, Refund};
use crate::domain::credits::Credits;
use crate::domain::refusal::Refusal;
use crate::domain::settlement::{Outcome, Settlement};
use crate::gate::auth::caller::Caller;
use crate::gate::limits::account::Slot;
use crate::http::billing_info::with_billing;
use crate::http::negotiate::RenderContext;
use crate::http::render::{self, TellsBilling};
use crate::ledger::rules::hold::{AnswerContent, Declined};
use crate::ledger::writer::{Kept, LedgerUnavailable, OpenHold};
use crate::storage::error::StorageError;
use crate::storage::test_answers::TestCall;

/// Response extension of a handler that used less than was held.
#[derive(Clone, Copy, Debug)]
pub struct CreditsUsed(pub Credits);

/// A call on its way.
#[derive(Debug)]
pub(super) struct MeteredCall {
    pub(super) meter: Arc<Meter>,
    pub(super) caller: Caller,
    /// What is held.
    pub(super) price: Credits,
    /// The account right after the hold.
    pub(super) balance: AccountBalance,
    /// The caller's place among the running requests: kept until the work is done, not until the client is gone.
    pub(super) slot: Option<Slot>,
    pub(super) context: RenderContext,
}

impl MeteredCall {
    /// Runs a call that costs nothing.
    pub(super) async fn without_hold(self, handler: impl Future<Output = Response>) -> Response {
        let response = self.handle(handler).await;
        let billing = self.billing(Credits::ZERO, self.balance.clone(), None);
        drop(self.slot);
        with_billing(response, billing)
    }

    /// Runs a call of a test environment under its idempotency key, as one whose credits are held, but for no credits.
    pub(super) async fn under_key(self, call: TestCall, handler: impl Future<Output = Response>) -> Response {
        let answers = &self.meter.test_answers;
        let billing = self.billing(Credits::ZERO, self.balance.clone(), None);
        match answers.claim(&call).await {
            Ok(None) => {}
            Ok(Some(reason)) => {
                let declined = Declined { reason, balance: self.balance.clone() };
                return decision::answer(declined, &self.caller, self.price);
            }
            Err(error) => return with_billing(not_kept(&error), billing),
        }
        let response = self.handle(handler).await;
        if self.meter.table.settle(outcome_of(&response)) == Settlement::Release {
            answers.release(&call).await;
            return with_billing(response, billing);
        }
        let Some((parts, body, content)) = self.written(with_billing(response, billing.clone())).await else {
            answers.release(&call).await;
            return with_billing(Refusal::Internal.into_response(), billing);
        };
        match answers.keep(&call, &content).await {
            Ok(true) => with_billing(Response::from_parts(parts, body.into()), billing),
            Ok(false) => with_billing(Refusal::Unavailable { retry_after_s: 1 }.into_response(), billing),
            Err(error) => with_billing(not_kept(&error), billing),
        }
    }

    /// Runs a call whose credits are held, and ends the hold by its outcome.
    pub(super) async fn with_hold(self, hold: OpenHold, handler: impl Future<Output = Response>) -> Response {
        let response = self.handle(handler).await;
        let outcome = outcome_of(&response);
        match self.meter.table.settle(outcome) {
            Settlement::Release => {
                let billing = self.refunded(hold.release(outcome), outcome);
                with_billing(response, billing)
            }
            Settlement::Capture => {
                let used = response.extensions().get().map_or(self.price, |CreditsUsed(used)| *used);
                let billing = self.spend(used.min(self.price), &hold);
                if hold.has_idempotency_key() {
                    self.keep(hold, billing, outcome, response).await
                } else {
                    hold.capture(billing.used, outcome);
                    with_billing(response, billing)
                }
            }
        }
    }

    async fn handle(&self, handler: impl Future<Output = Response>) -> Response {
        match tokio::time::timeout(self.meter.deadline, unless_panicking(handler)).await {
            Ok(Some(response)) => response,
            // The panic hook has logged it.
            Ok(None) => Refusal::Internal.into_response(),
            Err(_) => Refusal::Timeout.into_response(),
        }
    }

    /// Writes the answer, stores it with the capture, and only then lets it go: a client that sends its key again gets
    /// the same answer.
    async fn keep(self, hold: OpenHold, billing: Billing, outcome: Outcome, response: Response) -> Response {
        let used = billing.used;
        // What was not used has come back already.
        let rest = hold.refund(self.price).after(hold.refund(self.unused(used)));
        let response = with_billing(response, billing.clone());
        let Some((mut parts, body, content)) = self.written(response).await else {
            hold.release(Outcome::Failed);
            return with_billing(Refusal::Internal.into_response(), self.refunded(rest, Outcome::Failed));
        };
        match hold.capture_with_response(used, outcome, content).await {
            Ok(Kept::Stored(_)) => {
                parts.extensions.insert(billing);
                Response::from_parts(parts, body.into())
            }
            // Charged and kept, or released: the receipt of the call tells. Until then it is charged.
            Err(LedgerUnavailable::Unknown) => {
                with_billing(Refusal::Unavailable { retry_after_s: 1 }.into_response(), billing)
            }
            Ok(Kept::Superseded) | Err(_) => {
                let refunded = self.refunded(rest, Outcome::Abandoned);
                with_billing(Refusal::Unavailable { retry_after_s: 1 }.into_response(), refunded)
            }
        }
    }

    /// The answer as it is sent, and as it is kept; `None` where its body cannot be read.
    async fn written(&self, response: Response) -> Option<(Parts, Bytes, AnswerContent)> {
        let (parts, body) = render::render(response, &self.context, &self.meter.links).into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content = AnswerContent {
            status: parts.status.as_u16(),
            media_type: media_type.unwrap_or(UNKNOWN_MEDIA_TYPE).to_owned(),
            body: body.to_vec(),
            tells_billing: parts.extensions.get::<TellsBilling>().is_some(),
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
        Billing { used, plan_label: self.caller.key.plan.label.clone(), balance, refunded }
    }
}

/// What a body is that does not say (RFC 9110, section 8.3).
const UNKNOWN_MEDIA_TYPE: &str = "application/octet-stream";

fn outcome_of(response: &Response) -> Outcome {
    let code = response.extensions().get::<Refusal>().map(Refusal::code);
    Outcome::of(response.status().as_u16(), code)
}

/// The answer of a call whose idempotency record cannot be read or written.
fn not_kept(error: &StorageError) -> Response {
    tracing::warn!(%error, "an idempotency record of a test environment could not be read or written");
    Refusal::Unavailable { retry_after_s: 1 }.into_response()
}

/// What a future came to, or none if it panicked: one call failed, not the service.
pub fn unless_panicking<F: Future>(future: F) -> impl Future<Output = Option<F::Output>> {
    AssertUnwindSafe(future).catch_unwind().map(Result::ok)
}
