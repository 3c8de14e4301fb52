//! The strictest set-up: migrated by the owner, served by a login without ownership.

use sqlx::{AssertSqlSafe, ConnectOptions};

use super::load::Load;
use super::serving::Serving;
use super::setup::Setup;
use crate::support::database::TestDatabase;
use crate::support::gateway::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_login_owns_nothing_serves_and_stops_with_its_books_right() {
    let database = TestDatabase::new().await;
    let mut setup = Setup::new(&database.url(), database.pool().clone()).await;
    let login = format!("fluence_test_login_{:016x}", rand::random::<u64>());
    let make = format!("create role {login} login in role fluence_runtime");
    sqlx::raw_sql(AssertSqlSafe(make)).execute(&setup.pool).await.unwrap();

    let mut serve = setup.serve();
    serve.env("DATABASE_URL", database.options().username(&login).to_url_lossy().as_str());
    let serving = Serving::start(serve);
    let load = Load::start(&serving.address, &setup.clients);
    eventually("enough calls were answered", async || load.finals() >= 100).await;
    setup.intents_by_client.extend(load.stop().await);
    setup.recover_and_audit(serving).await;

    let drop_role = format!("drop role {login}");
    sqlx::raw_sql(AssertSqlSafe(drop_role)).execute(database.pool()).await.unwrap();
}
