//! `/v1/account`: the account, its balance, and the key.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::account_pool::AccountPool;
use crate::api::credits::current_account;
use crate::api::unreadable;
use crate::domain::account::AccountState;
use crate::domain::billing::Billing;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::instant;
use crate::domain::plan::Access;
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;
use crate::http::answer::{RefusalResponse, json_ok, with_billing};
use crate::storage::accounts;

/// What was read, as the log names it.
const WHAT: &str = "an account";

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AccountAnswer")]
pub(crate) struct Answer<'a> {
    success: bool,
    account: AccountShown,
    plan: PlanShown<'a>,
    credits: CreditsShown,
    key: KeyShown,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AccountSummary")]
pub(crate) struct AccountShown {
    id: AccountId,
    name: String,
    email: String,
    state: AccountState,
    created_at: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlanInForce")]
pub(crate) struct PlanShown<'a> {
    name: &'a str,
    edition: &'a str,
    tier: &'a str,
    label: &'a str,
    access: &'a [Access],
    rate_per_s: u32,
    burst: u32,
    concurrency: u32,
    requests: u64,
    /// Plan credits per period.
    credits: Credits,
    keys_per_environment: u32,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreditsSummary")]
pub(crate) struct CreditsShown {
    remaining: Credits,
    plan_used: Credits,
    requests_used: u64,
    requests_remaining: u64,
    period_starts_at: String,
    renews_at: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CallingKey")]
pub(crate) struct KeyShown {
    id: KeyId,
    environment_id: EnvironmentId,
    mode: &'static str,
    scopes: Vec<&'static str>,
    expires_at: Option<String>,
    daily_cap: Option<Credits>,
    monthly_cap: Option<Credits>,
}

/// The account of the calling key, its plan with the limits in force, its credits, and the key
/// itself.
pub async fn account(
    State(pool): State<AccountPool>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, RefusalResponse> {
    let book = current_account(&pool, &caller).await?;
    let mut connection = pool.connection(caller.key.account_id).await?;
    let account = accounts::find(&mut connection, caller.key.account_id).await.map_err(unreadable(WHAT))?;
    let account = account.ok_or(Refusal::Internal)?;
    drop(connection);
    let (key, plan, balance) = (&caller.key, &caller.key.plan, book.balance());
    let response = json_ok(Answer {
        success: true,
        account: AccountShown {
            id: account.id,
            name: account.name,
            email: account.email,
            state: account.state,
            created_at: instant::written(account.created_at),
        },
        plan: PlanShown {
            name: &plan.plan,
            edition: &key.edition,
            tier: &plan.tier,
            label: &plan.label,
            access: &plan.access,
            rate_per_s: plan.rate_per_s,
            burst: plan.burst,
            concurrency: plan.concurrency,
            requests: balance.requests_limit,
            credits: balance.plan_credits,
            keys_per_environment: plan.keys_per_environment,
        },
        credits: CreditsShown {
            remaining: balance.remaining,
            plan_used: balance.plan_credits_used,
            requests_used: balance.requests_used,
            requests_remaining: balance.requests_remaining(),
            period_starts_at: instant::written(book.period.starts_at),
            renews_at: instant::written(balance.renews_at),
        },
        key: KeyShown {
            id: key.key_id,
            environment_id: key.environment_id,
            mode: key.mode.as_str(),
            scopes: key.scopes.iter().map(|scope| scope.as_str()).collect(),
            expires_at: key.ends_at().map(instant::written),
            daily_cap: key.daily_cap,
            monthly_cap: key.monthly_cap,
        },
    });
    Ok(with_billing(response, Billing { balance, ..caller.uncharged_billing() }))
}
