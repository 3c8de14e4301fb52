//! `kill -9` of Postgres under load.

use sqlx::postgres::PgPoolOptions;

use super::load::Load;
use super::serving::Serving;
use super::setup::Setup;
use crate::support::gateway::eventually;
use crate::support::processes::signal;
use crate::support::scratch::Scratch;

/// Final answers before each kill, and after the last.
const ANSWERED: usize = 60;
/// Times the server is killed.
const KILLS: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_postgres_is_killed_answers_503_charges_correctly_and_recovers() {
    let scratch = Scratch::new();
    let mut server = scratch.start().await.unwrap();
    let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(server.connect_options());
    let mut setup = Setup::new(&server.url(), pool).await;
    let mut serve = setup.serve();
    serve.env("FLUENCE_LEDGER_MAX_WAIT_MS", "1000");
    let serving = Serving::start(serve);
    let load = Load::start(&serving.address, &setup.clients);
    for _ in 0..KILLS {
        let answered = load.finals() + ANSWERED;
        eventually("enough calls were answered", async || load.finals() >= answered).await;
        let unavailable = load.unavailable();
        // Its owner is gone, so it stays away until it is started again.
        drop(server);
        signal("KILL", scratch.postmaster().unwrap());
        eventually("clients get 503", async || load.unavailable() > unavailable).await;
        server = scratch.start().await.unwrap();
    }
    let answered = load.finals() + ANSWERED;
    eventually("calls are answered again", async || load.finals() >= answered).await;
    setup.intents_by_client.extend(load.stop().await);
    let epochs: i64 = sqlx::query_scalar("select count(*) from ledger_epoch where node not like 'cli@%'")
        .fetch_one(&setup.pool)
        .await
        .unwrap();
    assert_eq!(epochs, 1, "the batch is looked up, and the writer keeps its epoch");
    setup.recover_and_audit(serving).await;
    server.stop().await.unwrap();
}
