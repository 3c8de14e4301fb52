//! A database that cannot store an answer.

use crate::gate::people::nobody;
use crate::support::gateway::Gateway;

#[tokio::test]
async fn a_call_whose_answer_cannot_be_stored_is_refunded_and_its_key_runs_again() {
    let gateway = Gateway::start_with(&[("FLUENCE_LEDGER_MAX_WAIT_MS", "1000")]).await;
    let customer = gateway.professional().await;
    let database = gateway.database.pool();
    // The disk is full for this statement only.
    sqlx::raw_sql(
        "create function fault() returns trigger language plpgsql as $$
         begin raise exception 'planted' using errcode = '53100'; end $$;
         create trigger fault before update on ledger_idempotency for each row when (new.state = 'captured')
            execute function fault()",
    )
    .execute(database)
    .await
    .unwrap();
    let keyed = || gateway.posting("/crm", &customer.key, &nobody()).header("idempotency-key", "once");
    let refused = crate::support::gateway::answer(keyed()).await;
    assert_eq!(refused.outcome(), (503, "SERVICE_UNAVAILABLE"));
    assert_eq!(refused.billing()["creditos_utilizados"], 0);
    assert_eq!(refused.billing()["reembolsado"], true);
    sqlx::raw_sql("drop trigger fault on ledger_idempotency").execute(database).await.unwrap();
    gateway.settled().await;
    assert_eq!(gateway.balance(customer.account).await, 1000, "the refund is real");
    for _ in 0..2 {
        assert_eq!(crate::support::gateway::answer(keyed()).await.status, 404);
    }
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 998);
}
