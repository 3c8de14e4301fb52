//! `X-Dry-Run`: what a call would cost and whether it would be taken, asked of the rules that would decide it. Nothing is
//! written, and nothing is promised.

use axum::http::{HeaderMap, HeaderName};

use super::settled::Settled;
use super::{Metering, decision};
use crate::domain::billing::Billing;
use crate::domain::credits::Credits;
use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;
use crate::http::dry_run::DryRun;
use crate::http::negotiate::RenderContext;
use crate::ledger::rules::hold::{Decision, HoldRequest};
use crate::storage::ledger::preview::{Preview, preview};
use crate::storage::test_answers::TestCall;

const X_DRY_RUN: HeaderName = HeaderName::from_static("x-dry-run");

/// Whether the caller only asks what the call would cost. Anything unclear is refused: it may not become a charge.
pub(in crate::gate) fn is_dry_run(headers: &HeaderMap) -> Result<bool, Refusal> {
    let mut values = headers.get_all(X_DRY_RUN).iter().map(|value| value.as_bytes().to_ascii_lowercase());
    match (values.next().as_deref(), values.next()) {
        (None, _) | (Some(b"false"), None) => Ok(false),
        (Some(b"true"), None) => Ok(true),
        _ => Err(Refusal::BadRequest { reason: "X-Dry-Run must be sent once, as true or false" }),
    }
}

/// The answer to a dry run of this call.
pub(super) async fn answer(
    metering: &Metering,
    caller: &Caller,
    request: HoldRequest,
    context: &RenderContext,
) -> Result<Settled, Refusal> {
    let price = request.amount;
    let (standing, decision) = match caller.key.mode {
        Mode::Live => {
            let found = preview(&metering.pool, request).await.map_err(unavailable)?;
            let Preview { standing, decision } = found.ok_or(Refusal::Internal)?;
            caller.account.stands(standing.clone());
            (standing, Some(decision))
        }
        Mode::Test => (caller.account.standing(), test_decision(metering, caller, request).await?),
    };
    let is_replay = matches!(decision, Some(Decision::Replay { .. }));
    let is_free = is_replay || caller.key.mode == Mode::Test;
    let dry_run = DryRun {
        credits: if is_free { Credits::ZERO } else { price },
        credits_available: standing.remaining,
        is_replay,
        refusal: decision.as_ref().and_then(|decision| decision::refusal(decision, caller, price)),
    };
    let billing = Billing { standing, ..caller.unbilled() };
    Ok(Settled::new(dry_run.answer(context, &metering.links), billing))
}

/// What an idempotency key of a test environment would come to; nothing else refuses its calls.
async fn test_decision(
    metering: &Metering,
    caller: &Caller,
    request: HoldRequest,
) -> Result<Option<Decision>, Refusal> {
    let HoldRequest { call_id, account_id, idempotency: Some(claim), .. } = request else { return Ok(None) };
    let call = TestCall { call_id, account_id, claim };
    metering.test_answers.look_up(&call, caller.account.standing()).await.map_err(unavailable)
}

fn unavailable(error: impl std::error::Error) -> Refusal {
    tracing::warn!(%error, "a dry run could not be decided");
    Refusal::Unavailable { retry_after_s: 1 }
}
