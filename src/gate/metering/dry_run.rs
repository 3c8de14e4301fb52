//! `X-Dry-Run`: what a call would cost and whether it would be accepted, decided by the ledger's
//! own rules. Nothing is written or reserved.

use tokio::time::Instant;

use super::settled::Settled;
use super::test_answers::test_call;
use super::{Metering, declined};
use crate::domain::billing::Billing;
use crate::domain::credits::Credits;
use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;
use crate::http::dry_run::DryRun;
use crate::http::negotiate::RenderContext;
use crate::ledger::rules::hold::{DeclineReason, HoldRequest};
use crate::storage::ledger::preview::{Preview, preview};

/// Returns the answer to a dry run.
pub(super) async fn answer(
    metering: &Metering,
    caller: &Caller,
    request: HoldRequest,
    least: Credits,
    context: &RenderContext,
) -> Result<Settled, Refusal> {
    let price = request.amount;
    let (balance, declined) = match caller.key.mode {
        Mode::Live => {
            let Preview { balance, declined } = decide(metering, caller, &request).await?;
            caller.account.cache_balance(balance.clone());
            (balance, declined)
        }
        Mode::Test => (caller.account.balance(), test_decision(metering, request).await?),
    };
    let declined = declined.map(|reason| declined::replay_or_refusal(reason, &balance, caller, price));
    let is_replay = matches!(declined, Some(Ok(_)));
    let is_free = is_replay || caller.key.mode == Mode::Test;
    let dry_run = DryRun {
        credits: if is_free { Credits::ZERO } else { price },
        credits_min: if is_free { Credits::ZERO } else { least },
        credits_available: balance.remaining,
        is_replay,
        refusal: declined.and_then(Result::err),
    };
    let billing = Billing { balance, ..caller.uncharged_billing() };
    Ok(Settled::new(dry_run.answer(context, &metering.links), billing))
}

/// Decides a live call on a balance that includes the refunds already shown.
async fn decide(metering: &Metering, caller: &Caller, request: &HoldRequest) -> Result<Preview, Refusal> {
    let reading_since = Instant::now();
    loop {
        let found = preview(&metering.pool, request.clone()).await.map_err(unavailable)?;
        let found = found.ok_or(Refusal::Internal)?;
        if !caller.account.waits_for_refund(found.balance.remaining, reading_since).await {
            return Ok(found);
        }
    }
}

/// The decision on a test call. Only its idempotency key can decline it.
async fn test_decision(metering: &Metering, request: HoldRequest) -> Result<Option<DeclineReason>, Refusal> {
    let Some(call) = test_call(request) else { return Ok(None) };
    metering.test_answers.look_up(&call).await.map_err(unavailable)
}

fn unavailable(error: impl std::error::Error) -> Refusal {
    tracing::warn!(%error, "dry run failed");
    Refusal::UNAVAILABLE
}
