//! Refused calls in `/v1/account/usage`. Made-up days lie ahead, where the gateway's own tidying
//! does not touch them.

use chrono::NaiveDate;
use fluence::domain::ids::{AccountId, KeyId};
use fluence::domain::refusal::ErrorCode;
use fluence::storage::refused_calls::{RefusedCall, add, delete_old};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::gate::people::unknown_person;
use crate::support::customer::Customer;
use crate::support::gateway::{Gateway, eventually};

/// All refusals that the store counts for an account.
async fn counted(gateway: &Gateway, account: AccountId) -> i64 {
    let sum = "select coalesce(sum(calls), 0)::bigint from refused_call where account_id = $1";
    sqlx::query_scalar(sum).bind(account.as_uuid()).fetch_one(gateway.database.pool()).await.unwrap()
}

async fn usage(gateway: &Gateway, customer: &Customer, query: &str) -> Value {
    let answer = gateway.get(&format!("/v1/account/usage?{query}"), &customer.key).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

#[tokio::test]
async fn refused_calls_are_counted_by_code_and_cost_nothing() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(0).await;
    for _ in 0..3 {
        let refused = gateway.post("/crm", &customer.key, &unknown_person()).await;
        assert_eq!(refused.outcome(), (402, "INSUFFICIENT_CREDITS"));
    }
    assert_eq!(gateway.get("/v1/keys", &customer.key).await.outcome(), (403, "FORBIDDEN"));
    // Neither of these is a refused call.
    assert_eq!(gateway.post("/crm", &customer.key, &json!({})).await.status, 400);
    assert_eq!(gateway.post("/crm", "an-imported-key-for-tests-1", &unknown_person()).await.status, 401);
    eventually("they are counted", async || counted(&gateway, customer.account).await == 4).await;

    let shown = usage(&gateway, &customer, "group_by=endpoint,outcome").await;
    let line = |endpoint, outcome, calls| json!({ "endpoint": endpoint, "outcome": outcome, "calls": calls, "refused": calls, "credits": 0 });
    let lines = shown["data"].as_array().unwrap();
    assert_eq!((lines.len(), &shown["refused"]), (2, &json!(4)), "{shown}");
    assert!(lines.contains(&line("/crm", "INSUFFICIENT_CREDITS", 3)), "{shown}");
    assert!(lines.contains(&line("/v1/keys", "INSUFFICIENT_SCOPE", 1)), "{shown}");

    let by_key = usage(&gateway, &customer, "group_by=key").await;
    let key =
        json!({ "key_id": customer.key_id, "key_name": "test key", "calls": 4, "refused": 4, "credits": 0 });
    assert_eq!(by_key["data"], json!([key]));
    assert_eq!(usage(&gateway, &customer, "from=2020-01-01&to=2020-12-31").await["refused"], 0);
}

#[tokio::test]
async fn calls_of_test_keys_are_left_out_refused_or_not() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    let test_key = gateway.test_key(customer.account).await;
    assert_eq!(gateway.get("/v1/keys", &test_key).await.outcome(), (403, "FORBIDDEN"));
    assert_eq!(gateway.post("/crm", &test_key, &unknown_person()).await.status, 404);
    assert_eq!(gateway.get("/v1/keys", &customer.key).await.outcome(), (403, "FORBIDDEN"));
    eventually("the one of the live key is counted", async || counted(&gateway, customer.account).await > 0)
        .await;
    let by_key = usage(&gateway, &customer, "group_by=key").await;
    let keys: Vec<_> = by_key["data"].as_array().unwrap().iter().map(|line| &line["key_id"]).collect();
    assert_eq!(keys, [&json!(customer.key_id)], "{by_key}");
}

#[tokio::test]
async fn pending_counts_survive_a_restart() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(0).await;
    gateway.post("/crm", &customer.key, &unknown_person()).await;
    let (database, pepper) = gateway.stop().await;
    let gateway = Gateway::on(database, pepper, &[]).await;
    assert_eq!(counted(&gateway, customer.account).await, 1);
    gateway.post("/crm", &customer.key, &unknown_person()).await;
    let (database, pepper) = gateway.stop().await;
    let gateway = Gateway::on(database, pepper, &[]).await;
    assert_eq!(counted(&gateway, customer.account).await, 2);
}

fn refused(customer: &Customer, day: &str, path: &'static str, code: ErrorCode) -> RefusedCall {
    let (account_id, key_id) = (customer.account, customer.key_id);
    RefusedCall { account_id, day: day.parse().unwrap(), key_id, path, code }
}

#[tokio::test]
async fn counts_of_gateways_add_up_and_every_line_can_end_a_page() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let pool = gateway.database.pool();
    let kinds = [
        ("2126-01-05", "/crm", ErrorCode::RateLimited),
        ("2126-01-05", "/crm", ErrorCode::InsufficientCredits),
        ("2126-01-05", "/analyze", ErrorCode::RateLimited),
        ("2126-01-07", "/crm", ErrorCode::RateLimited),
    ];
    let all: Vec<_> = kinds.map(|(day, path, code)| (refused(&customer, day, path, code), 2)).to_vec();
    let write = async || add(&mut pool.acquire().await.unwrap(), &all).await.unwrap();
    tokio::join!(write(), write(), write());
    let used = "insert into ledger_usage values ($1, '2126-01-05', $2, 1, 1, 5, 9)";
    let used = sqlx::query(used).bind(customer.account.as_uuid()).bind(customer.key_id.as_uuid());
    used.execute(pool).await.unwrap();
    let month = "from=2126-01-01&to=2126-01-31";
    for grouping in ["day", "outcome", "endpoint,outcome", "day,key,endpoint,outcome"] {
        let whole = usage(&gateway, &customer, &format!("{month}&group_by={grouping}")).await;
        assert_eq!(whole["refused"], 24);
        let sum = |field: &str| -> i64 {
            whole["data"].as_array().unwrap().iter().map(|line| line[field].as_i64().unwrap()).sum()
        };
        assert_eq!((sum("calls"), sum("refused"), sum("credits")), (29, 24, 9), "{grouping}");
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page =
                usage(&gateway, &customer, &format!("{month}&group_by={grouping}&limit=1{cursor}")).await;
            assert_eq!(page["refused"], 24, "the same on every page");
            paged.extend(page["data"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(json!(paged), whole["data"], "{grouping}");
    }
}

#[tokio::test]
async fn counts_end_after_400_days_and_numbers_of_paths_are_not_used_up() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let old = [("2126-01-01", 1), ("2126-01-02", 1)];
    let old = old.map(|(day, calls)| (refused(&customer, day, "/crm", ErrorCode::RateLimited), calls));
    for _ in 0..5 {
        add(&mut connection, &old).await.unwrap();
    }
    let today: NaiveDate = "2127-02-06".parse().unwrap();
    assert_eq!(delete_old(&mut connection, today, 10).await.unwrap(), 1);
    assert_eq!(counted(&gateway, customer.account).await, 5);
    let unknown = RefusedCall { key_id: KeyId::from_uuid(Uuid::nil()), path: "/a/new/one", ..old[0].0 };
    add(&mut connection, &[(unknown, 1)]).await.unwrap();
    let (number, paths): (i16, i64) =
        sqlx::query_as("select max(number), count(*) from route").fetch_one(&mut *connection).await.unwrap();
    assert_eq!(i64::from(number), paths);
}
