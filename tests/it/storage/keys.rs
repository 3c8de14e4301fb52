//! Keys found by their digests.

use chrono::{DateTime, Utc};
use fluence::storage::keys::find_by_digest;

use crate::support::customer::new_secret;
use crate::support::gateway::Gateway;

#[tokio::test]
async fn what_has_ended_by_the_databases_clock_has_ended_for_a_slow_gateway_too() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let secret = new_secret();
    let key = gateway.key_with(customer.account, &secret, |_| {}).await;
    let digest = gateway.peppers.digests(&secret).newest;
    for (end, shown) in [("null", None), ("now() + interval '1 hour'", Some(false)), ("now()", Some(true))] {
        let end = format!("update key_secret set ends_at = {end} where key_id = $1");
        let end = sqlx::query(sqlx::AssertSqlSafe(end)).bind(key.as_uuid());
        end.execute(gateway.database.pool()).await.unwrap();
        let mut connection = gateway.database.pool().acquire().await.unwrap();
        let found = find_by_digest(&mut connection, &[digest]).await.unwrap();
        let ends_at = found[0].1.ends_at();
        assert_eq!(ends_at.map(|at| at == DateTime::<Utc>::UNIX_EPOCH), shown, "{ends_at:?}");
    }
}
