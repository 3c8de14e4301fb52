//! The same gateway with the usual meter: one transaction for each call, through a pool of
//! connections.
//!
//! Everything else is the product's own: server, layers, handler, rendering, log line. Only the
//! meter differs: it takes the credits and writes the entry in a transaction of its own.

use std::env;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::Router;
use chrono::{DateTime, Utc};
use fluence::app;
use fluence::catalogue::plans::Catalogue;
use fluence::catalogue::routes::RouteSet;
use fluence::clock::DatabaseClock;
use fluence::config::{self, Settings, Sources};
use fluence::domain::billing::{AccountBalance, Billing};
use fluence::domain::credits::Credits;
use fluence::domain::ids::CallId;
use fluence::domain::refusal::Refusal;
use fluence::domain::settlement::{Outcome, SETTLEMENT_TOML, Settlement, SettlementTable};
use fluence::gate::auth::caller::Caller;
use fluence::gate::auth::keyring::Keyring;
use fluence::gate::call::{Answered, Refused};
use fluence::gate::limits::Limits;
use fluence::gate::limits::limiter::RateLimits;
use fluence::gate::metering::{PaidAnswer, PaidCall, PaidHandler};
use fluence::gate::refusal_counts::RefusedCalls;
use fluence::gate::validate::Validated;
use fluence::gate::{Gate, stack};
use fluence::http::answer::refused;
use fluence::secret::Pepper;
use fluence::server::listener::{Server, accept_loop};
use fluence::server::pipeline::Pipeline;
use fluence::server::stop::Stop;
use fluence::server::worker_threads::WorkerThreads;
use fluence::storage::pool;
use fluence::telemetry;
use secrecy::ExposeSecret;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgConnection, PgPool};
use tokio::net::TcpListener;
use tower::service_fn;

use crate::load::PATH;

/// Connections for the transactions: more of them wait for each other on a machine with few cores.
const POOL: u32 = 16;
/// Set to have each capture written down too.
pub(crate) const SETTLES: &str = "BENCH_SETTLES";

/// What the meter works with.
#[derive(Clone)]
struct Till {
    pool: PgPool,
    price: Credits,
    table: Arc<SettlementTable>,
    deadline: Duration,
    /// Whether a capture is written down, as the gateway does. Without it a crash leaves no trace
    /// of which of the charged calls were answered.
    settles: bool,
}

#[derive(sqlx::FromRow)]
struct Charged {
    balance: i64,
    open_lot: i32,
    plan_credits: i64,
    plan_left: i64,
    last_entry: i64,
    period_ends_at: DateTime<Utc>,
    requests_left: i64,
}

impl Charged {
    fn balance(&self) -> AccountBalance {
        let credits = |amount: i64| Credits::try_from(amount).unwrap_or(Credits::ZERO);
        AccountBalance {
            remaining: credits(self.balance),
            plan_credits_used: credits(self.plan_credits - self.plan_left),
            plan_credits: credits(self.plan_credits),
            requests_limit: u64::MAX,
            requests_used: u64::MAX - u64::try_from(self.requests_left).unwrap_or(0),
            renews_at: self.period_ends_at,
        }
    }
}

/// Charges, runs the handler in a task of its own, gives back by its outcome.
async fn meter(till: Till, handler: PaidHandler, call: Validated) -> Result<Answered, Refused> {
    let Validated { call, caller, slot, person, .. } = call;
    let call_id = call.id();
    let charged = match till.take(&caller, call_id).await {
        Ok(Some(charged)) => charged,
        Ok(None) => {
            let available = caller.account.balance().remaining;
            return Err(call.refuse(Refusal::InsufficientCredits {
                needed: till.price,
                available,
                locked: None,
            }));
        }
        Err(_) => return Err(call.refuse(Refusal::Unavailable { retry_after_s: 1 })),
    };
    caller.account.cache_balance(charged.balance());
    let running = tokio::spawn(async move {
        let paid = PaidCall { caller: caller.clone(), person, price: till.price };
        let answer = tokio::time::timeout(till.deadline, handler(paid)).await;
        let answer = answer.unwrap_or_else(|_| Err(Refusal::Timeout.into()));
        let outcome = match &answer {
            Ok(answer) => Outcome::of(answer.response.status().as_u16(), None),
            Err(failed) => Outcome::of(failed.refusal.code().status(), Some(failed.refusal.code())),
        };
        let settled = till.settle(outcome, &caller, call_id, &charged).await;
        drop(slot);
        settled.map(|billing| (answer, billing))
    });
    match running.await {
        Ok(Ok((Ok(PaidAnswer { response, .. }), billing))) => Ok(call.answer(response, billing)),
        Ok(Ok((Err(failed), billing))) => Ok(call.answer(refused(failed.refusal), billing)),
        Ok(Err(_)) | Err(_) => Err(call.refuse(Refusal::Internal)),
    }
}

impl Till {
    /// One transaction: the balance, the entry.
    async fn take(&self, caller: &Caller, call_id: CallId) -> sqlx::Result<Option<Charged>> {
        let mut transaction = self.pool.begin().await?;
        let charged: Option<Charged> = sqlx::query_as(
            "update ledger_account
                set balance = balance - $2, open_lot_left = open_lot_left - $2,
                    plan_left = plan_left - case when open_lot_is_plan then $2 else 0 end,
                    last_entry = last_entry + 1, requests_used = requests_used + 1
              where account_id = $1 and open_lot_left >= $2 and open_lot_expires_at > now()
                and period_ends_at > now() and requests_used < requests_limit
             returning balance, open_lot, plan_credits, plan_left, last_entry, period_ends_at,
                       requests_limit - requests_used as requests_left",
        )
        .bind(caller.key.account_id.as_uuid())
        .bind(self.price.as_i64())
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(charged) = &charged {
            self.enter(&mut transaction, caller, call_id, charged).await?;
            transaction.commit().await?;
        }
        Ok(charged)
    }

    async fn enter(
        &self,
        connection: &mut PgConnection,
        caller: &Caller,
        call_id: CallId,
        charged: &Charged,
    ) -> sqlx::Result<()> {
        sqlx::query(
            "insert into ledger_entry (account_id, number, at, amount, balance_after, call_id, key_id, epoch, batch, lot,
                                       kind, route)
             values ($1, $2, now(), -$3::bigint, $4, $5, $6, 0, 0, $7, 4, 1)",
        )
        .bind(caller.key.account_id.as_uuid())
        .bind(charged.last_entry)
        .bind(self.price.as_i64())
        .bind(charged.balance)
        .bind(call_id.as_uuid())
        .bind(caller.key.key_id.as_uuid())
        .bind(charged.open_lot)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Ends the charge by the handler's outcome.
    async fn settle(
        &self,
        outcome: Outcome,
        caller: &Caller,
        call_id: CallId,
        charged: &Charged,
    ) -> sqlx::Result<Billing> {
        let refunded = match self.table.settle(outcome) {
            Settlement::Capture => None,
            Settlement::Release => Some(outcome),
        };
        if refunded.is_some() {
            sqlx::query("update ledger_account set balance = balance + $2, open_lot_left = open_lot_left + $2 where account_id = $1")
                .bind(caller.key.account_id.as_uuid())
                .bind(self.price.as_i64())
                .execute(&self.pool)
                .await?;
        }
        if self.settles {
            sqlx::query("insert into bench_settled (call_id, outcome) values ($1, $2)")
                .bind(call_id.as_uuid())
                .bind(outcome.number())
                .execute(&self.pool)
                .await?;
        }
        let used = if refunded.is_some() { Credits::ZERO } else { self.price };
        let plan_label = caller.key.plan.label.clone();
        Ok(Billing { used, held: None, plan_label, balance: charged.balance(), refunded })
    }
}

pub(crate) async fn serve() -> anyhow::Result<()> {
    let settings = config::load(&Sources { environment: env::vars().collect(), ..Sources::default() })?;
    let _logging = telemetry::init(&settings.log.level, settings.log.format)?;
    let database = pool::options(&env::var("DATABASE_URL")?)?;
    let till_pool = PgPoolOptions::new().max_connections(POOL).connect_with(database.clone()).await?;
    let settles = env::var_os(SETTLES).is_some();
    if settles {
        sqlx::query(
            "create table if not exists bench_settled (call_id uuid primary key, outcome smallint not null)",
        )
        .execute(&till_pool)
        .await?;
    }
    let pool = pool::pool(database, settings.database.max_connections.get(), settings.database.wait);
    let router = router(&settings, pool, till_pool, settles)?;
    let links = app::public_links(&settings, &RouteSet::shipped()?);
    let workers = WorkerThreads::start(available_parallelism()?.get())?;
    let server = Server::new(Pipeline::new(router, links), settings.server.clone(), Stop::new()).on(workers);
    accept_loop(TcpListener::bind(settings.listen).await?, Arc::new(server)).await;
    Ok(())
}

/// The paid path behind the product's own layers, in the product's order.
fn router(settings: &Settings, pool: PgPool, till_pool: PgPool, settles: bool) -> anyhow::Result<Router> {
    let routes = RouteSet::shipped()?.built_in;
    let route = routes.into_iter().find(|route| route.path == PATH);
    let route = route.ok_or_else(|| anyhow::anyhow!("no route {PATH}"))?;
    let pepper = Pepper::parse(settings.pepper.expose_secret(), settings.pepper_version)?;
    let (limits, clock) = (RateLimits::default(), DatabaseClock::default());
    let keyring = Keyring::start(pool.clone(), pepper, &settings.keys, limits, clock);
    let till = Till {
        pool: till_pool,
        price: route.price.held(route.depth(None)),
        table: Arc::new(SettlementTable::parse(SETTLEMENT_TOML)?),
        deadline: settings.calls.deadline,
        settles,
    };
    let handler = app::analysis_api(settings, pool)?.handler(&route);
    let gate = Arc::new(Gate {
        keyring,
        limits: Limits::local(),
        dev_key: None,
        region: settings.region.as_str().into(),
        catalogue: Arc::new(Catalogue::shipped()?),
        max_body_bytes: settings.server.max_body_bytes.get(),
        links: Arc::new(app::public_links(settings, &RouteSet::shipped()?)),
        refused: RefusedCalls::default(),
    });
    let metering = service_fn(move |call| meter(till.clone(), handler.clone(), call));
    Ok(Router::new().route(route.path, stack::paid_by(&gate, &route, metering)))
}
