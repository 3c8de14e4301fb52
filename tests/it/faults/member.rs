//! The strictest set-up: migrated by the owner, served by a login that owns nothing.

use sqlx::{AssertSqlSafe, ConnectOptions};

use super::load::Load;
use super::serving::Serving;
use super::stage::Stage;
use crate::support::database::TestDatabase;
use crate::support::gateway::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_login_owns_nothing_serves_and_stops_with_its_books_right() {
    let database = TestDatabase::new().await;
    let mut stage = Stage::new(&database.url(), database.pool().clone()).await;
    let login = format!("fluence_test_login_{:016x}", rand::random::<u64>());
    let make = format!("create role {login} login in role fluence_runtime");
    sqlx::raw_sql(AssertSqlSafe(make)).execute(&stage.pool).await.unwrap();

    let mut serve = stage.serve();
    serve.env("DATABASE_URL", database.options().username(&login).to_url_lossy().as_str());
    let serving = Serving::start(serve);
    let load = Load::start(&serving.address, &stage.clients);
    eventually("enough calls were answered", async || load.finals() >= 100).await;
    stage.memories.extend(load.stop().await);
    stage.recover_and_audit(serving).await;

    let forget = format!("drop role {login}");
    sqlx::raw_sql(AssertSqlSafe(forget)).execute(database.pool()).await.unwrap();
}
