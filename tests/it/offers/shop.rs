//! A gateway that sells a route of the seller's, with the server behind it.

use fluence::domain::offer_set::SetKind;
use fluence::domain::plan::Plan;
use reqwest::Method;
use serde_json::Value;

use super::applied;
use crate::support::customer::Customer;
use crate::support::documented;
use crate::support::gateway::{Answer, Gateway, eventually};
use crate::support::played::PlayedServer;
use crate::support::upstream::{Behaviour, ScriptedServer};

/// A gateway that sells `/images/{id}/resize` for 3 credits, answered by a server with this
/// behaviour.
pub(crate) struct Shop {
    pub(crate) gateway: Gateway,
    pub(crate) server: ScriptedServer,
    pub(crate) customer: Customer,
}

impl Shop {
    pub(crate) async fn with(script: Vec<Behaviour>) -> Self {
        Self::selling(script, "credits = 3\n", "").await
    }

    /// With more lines in the route and in the upstream.
    pub(crate) async fn selling(script: Vec<Behaviour>, route: &str, upstream: &str) -> Self {
        Self::on(Gateway::start().await, script, route, upstream).await
    }

    /// On this gateway.
    pub(crate) async fn on(gateway: Gateway, script: Vec<Behaviour>, route: &str, upstream: &str) -> Self {
        let server = ScriptedServer::start(script).await;
        // Its answers are those of the test's server.
        documented::except(gateway.address());
        let of_plan = |plan: &mut Plan| {
            plan.access.push("images".parse().unwrap());
            (plan.rate_per_s, plan.burst, plan.concurrency, plan.requests) = (10_000, 10_000, 100, 100_000);
        };
        let customer = gateway.customer_on(of_plan).await;
        let shop = Self { gateway, server, customer };
        shop.sell(&format!("http://{}", shop.server.address), route, upstream).await;
        shop
    }

    /// With this route, whose upstream the test plays.
    pub(crate) async fn played(route: &str) -> (Self, PlayedServer) {
        let shop = Self::with(vec![Behaviour::Closes]).await;
        let server = PlayedServer::start().await;
        shop.sell(&format!("http://{}", server.address), route, "").await;
        (shop, server)
    }

    pub(crate) async fn sell(&self, target: &str, route: &str, upstream: &str) {
        let text = format!(
            "[[upstream]]\nupstream = \"images\"\nreach = \"private\"\ntargets = [\"{target}\"]\n{upstream}\n\
             [[route]]\nroute = \"image-resize\"\npath = \"/images/{{id}}/resize\"\nmethods = [\"POST\", \"GET\"]\n\
             upstream = \"images\"\nto = \"/v2/{{id}}\"\naccess = \"images\"\n{route}\n"
        );
        let number = applied(&self.gateway.database, SetKind::Routes, &text).await;
        let taken_up = async || {
            let fault_or_set: Option<(Option<i32>, Option<String>)> =
                sqlx::query_as("select routes_set, offer_fault from node")
                    .fetch_optional(self.gateway.database.pool())
                    .await
                    .unwrap();
            if let Some((_, Some(fault))) = &fault_or_set {
                panic!("{fault}");
            }
            fault_or_set.is_some_and(|(set, _)| set == Some(number))
        };
        eventually("the routes are in force", taken_up).await;
    }

    pub(crate) fn request(&self, method: Method) -> reqwest::RequestBuilder {
        self.gateway.request(method, "/images/7%20a/resize?width=9").header("x-api-key", &self.customer.key)
    }

    pub(crate) async fn balance(&self) -> i64 {
        self.gateway.settled().await;
        self.gateway.balance(self.customer.account).await
    }

    /// The receipt of the call that was answered.
    pub(crate) async fn receipt(&self, answered: &Answer) -> Value {
        self.gateway.settled().await;
        let call_id = answered.header("x-request-id");
        self.gateway.get(&format!("/v1/ledger/{call_id}"), &self.customer.key).await.body
    }
}
