//! More gateways on the database of a first one.

use std::net::SocketAddr;

use fluence::app::{App, Start};
use fluence::clock::DatabaseClock;
use reqwest::Method;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;

use super::gateway::{Answer, Gateway, answer, settings};

/// A gateway that shares keys and accounts with another.
pub(crate) struct SecondGateway {
    app: App,
    client: reqwest::Client,
    address: SocketAddr,
}

impl Gateway {
    /// Another gateway on the same database.
    pub(crate) async fn second_gateway(&self, environment: &[(&str, &str)]) -> SecondGateway {
        self.second_gateway_over(self.database.options(), environment).await
    }

    /// Another gateway on the same database, which reaches it in its own way.
    pub(crate) async fn second_gateway_over(
        &self,
        database: PgConnectOptions,
        environment: &[(&str, &str)],
    ) -> SecondGateway {
        let peppers = self.peppers.clone();
        let (settings, clock) = (settings(environment), DatabaseClock::default());
        let app = App::start(Start { settings, database, peppers, clock, dev: false }).await.unwrap();
        let address = app.address;
        SecondGateway { app, client: self.client.clone(), address }
    }
}

impl SecondGateway {
    /// A GET with a key.
    pub(crate) async fn get(&self, path: &str, key: &str) -> Answer {
        let request = self.client.request(Method::GET, format!("http://{}{path}", self.address));
        answer(request.header("x-api-key", key)).await
    }

    /// A POST of JSON with a key.
    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.client.request(Method::POST, format!("http://{}{path}", self.address));
        answer(request.header("x-api-key", key).json(body)).await
    }

    /// Stops as on SIGTERM.
    pub(crate) async fn stop(self) {
        self.app.stop().await;
    }
}
