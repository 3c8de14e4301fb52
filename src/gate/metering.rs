//! Holds the price, runs the handler, captures or releases.
//!
//! The hold is durable before the handler starts. The handler outlives its connection, so a
//! disconnect changes nothing. Its outcome decides between capture and release.

mod declined;
mod delivery;
mod detach_on_drop;
mod dry_run;
mod metered_call;
mod plan_counters;
mod sale;
mod settled;
mod stored_answer;
pub mod stream;
pub mod test_answers;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::delivery::Delivery;
pub(super) use self::sale::Sale;
use self::stream::StreamedBody;
use self::test_answers::TestAnswers;
use super::auth::caller::Caller;
use super::call::{Answered, Refused};
use super::validate::Validated;
use crate::domain::credits::Credits;
use crate::domain::price::PriceDetail;
use crate::domain::refusal::Refusal;
use crate::domain::route::Route;
use crate::domain::settlement::{Outcome, SettlementTable};
use crate::http::person_request::PersonRequest;
use crate::http::public_links::PublicLinks;
use crate::ledger::rules::entry::RouteNumber;
use crate::ledger::writer::Ledger;

/// The parts that all paid routes share.
#[derive(Clone, Debug)]
pub struct Metering {
    pub ledger: Ledger,
    /// For dry runs, which read the ledger without the writer.
    pub pool: PgPool,
    /// Which outcomes are charged.
    pub table: Arc<SettlementTable>,
    /// How long a handler may take.
    pub deadline: Duration,
    /// Runs calls whose clients have disconnected. A stopping gateway waits for them.
    pub calls: TaskTracker,
    /// Cancelled when a stopping gateway closes its connections: calls that end by it are free.
    pub cut: CancellationToken,
    /// The stored answers of test environments.
    pub test_answers: TestAnswers,
    /// For stored answers, which are rendered before they leave the gate.
    pub links: Arc<PublicLinks>,
}

/// A paid route with its handler.
#[derive(Clone)]
pub struct PaidRoute {
    pub route: Arc<Route>,
    /// Its number in the ledger.
    pub number: RouteNumber,
    pub handler: PaidHandler,
    pub metering: Arc<Metering>,
}

/// Answers a paid call. Whether it is charged follows from the answer, by `config/settlement.toml`.
pub type PaidHandler = Arc<dyn Fn(PaidCall) -> PaidFuture + Send + Sync>;

/// Boxed, so that callers do not have the size of the handler. It borrows nothing, because it may
/// outlive the connection.
pub type PaidFuture = Pin<Box<dyn Future<Output = Result<PaidAnswer, Unanswered>> + Send>>;

/// A call whose price is held.
#[derive(Debug)]
pub struct PaidCall {
    /// Who pays.
    pub caller: Caller,
    /// The person to analyse.
    pub person: PersonRequest,
    /// The held price, charged unless the answer reports less.
    pub price: Credits,
}

/// The answer to a paid call.
#[derive(Debug)]
pub struct PaidAnswer {
    /// What the client gets.
    pub response: Response,
    /// What the call costs if it is charged: at most its price.
    pub credits_used: Credits,
    /// Decides whether it is charged.
    pub outcome: Outcome,
    /// What the upstream of a forwarded call answered.
    pub upstream_status: Option<u16>,
    /// How the price was computed, where it depends on figures.
    pub price: Option<Box<PriceDetail>>,
    /// The body, if it is streamed. It decides outcome and price at its end; the ones above are
    /// those of an answer that is whole.
    pub stream: Option<Box<StreamedBody>>,
}

/// Why a paid call has no answer.
#[derive(Debug)]
pub struct Unanswered {
    pub refusal: Refusal,
    /// The status of an upstream whose answer is not passed on.
    pub upstream_status: Option<u16>,
}

impl From<Refusal> for Unanswered {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, upstream_status: None }
    }
}

impl fmt::Debug for PaidRoute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PaidRoute").field("route", &self.route).finish_non_exhaustive()
    }
}

impl PaidAnswer {
    /// An answer whose status decides whether it is charged.
    pub fn by_status(response: Response, credits_used: Credits) -> Self {
        let outcome = Outcome::of(response.status().as_u16(), None);
        Self { response, credits_used, outcome, upstream_status: None, price: None, stream: None }
    }
}

/// Holds the price, runs the handler, captures or releases.
pub(super) async fn meter(route: Arc<PaidRoute>, validated: Validated) -> Result<Answered, Refused> {
    let Validated { call, caller, slot, person, body } = validated;
    let depth = route.route.depth(person.depth);
    let price = route.route.price.held(depth);
    let sale = Sale {
        metering: route.metering.clone(),
        number: route.number,
        price,
        least: route.route.price.least(depth),
        outlives_client: true,
        deadline: route.metering.deadline,
    };
    let (handler, payer) = (route.handler.clone(), caller.clone());
    sale.run(call, caller, slot, &body, move |price| handler(PaidCall { caller: payer, person, price })).await
}
