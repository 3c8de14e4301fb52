//! `/v1/account/usage`.

use fluence::storage::ledger::usage::roll_up;
use serde_json::{Value, json};

use crate::gate::people::unknown_person;
use crate::support::customer::Customer;
use crate::support::gateway::{Gateway, eventually};

/// Makes calls without a match, and waits until usage includes them.
async fn calls(gateway: &Gateway, customer: &Customer, path: &str, count: i64) {
    let added_up = async || {
        let mut connection = gateway.database.pool().acquire().await.unwrap();
        roll_up(&mut connection, 1_000).await.unwrap();
        sqlx::query_scalar("select coalesce(sum(calls), 0)::bigint from ledger_usage where account_id = $1")
            .bind(customer.account.as_uuid())
            .fetch_one(&mut *connection)
            .await
            .unwrap()
    };
    let before: i64 = added_up().await;
    let body = unknown_person();
    for _ in 0..count {
        assert_eq!(gateway.post(path, &customer.key, &body).await.status, 404);
    }
    eventually("the calls are added up", async || added_up().await == before + count).await;
}

async fn lines(gateway: &Gateway, customer: &Customer, query: &str) -> Vec<Value> {
    let answer = gateway.get(&format!("/v1/account/usage?{query}"), &customer.key).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn calls_are_grouped_as_requested() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    calls(&gateway, &customer, "/analyze", 2).await;
    calls(&gateway, &customer, "/crm", 1).await;

    let by_endpoint = lines(&gateway, &customer, "group_by=endpoint,outcome").await;
    let line = |endpoint, calls, credits| json!({ "endpoint": endpoint, "outcome": "profile_not_found", "calls": calls, "refused": 0, "credits": credits });
    assert_eq!(by_endpoint.len(), 2);
    assert!(by_endpoint.contains(&line("/analyze", 2, 2)) && by_endpoint.contains(&line("/crm", 1, 2)));

    let by_key = lines(&gateway, &customer, "group_by=key").await;
    let key =
        json!({ "key_id": customer.key_id, "key_name": "test key", "calls": 3, "refused": 0, "credits": 4 });
    assert_eq!(by_key, [key]);
    let by_day = lines(&gateway, &customer, "").await;
    assert_eq!((by_day.len(), by_day[0]["day"].is_string()), (1, true));
}

#[tokio::test]
async fn days_outside_the_range_are_not_listed() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    calls(&gateway, &customer, "/analyze", 1).await;
    assert!(lines(&gateway, &customer, "from=2020-01-01&to=2020-12-31").await.is_empty());
}

/// Adds a call of this day to what was added up.
async fn add(gateway: &Gateway, customer: &Customer, day: &str) {
    sqlx::query("insert into ledger_usage values ($1, $2::date, $3, 1, 1, 1, 1)")
        .bind(customer.account.as_uuid())
        .bind(day)
        .bind(customer.key_id.as_uuid())
        .execute(gateway.database.pool())
        .await
        .unwrap();
}

/// The days of a page of one month by day, and its cursor.
async fn page(gateway: &Gateway, customer: &Customer, limit: u8, cursor: &str) -> (Vec<String>, String) {
    let path = format!("/v1/account/usage?from=2026-01-01&to=2026-01-31&limit={limit}{cursor}");
    let answer = gateway.get(&path, &customer.key).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let lines = answer.body["data"].as_array().unwrap();
    let days = lines.iter().map(|line| line["day"].as_str().unwrap().to_owned()).collect();
    let cursor = answer.body["next_cursor"].as_str().map(|cursor| format!("&cursor={cursor}"));
    (days, cursor.unwrap_or_default())
}

#[tokio::test]
async fn lines_come_a_page_at_a_time_and_the_last_page_says_so() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for day in ["2026-01-04", "2026-01-05", "2026-01-06", "2026-01-07"] {
        add(&gateway, &customer, day).await;
    }
    let (first, cursor) = page(&gateway, &customer, 2, "").await;
    assert_eq!(first, ["2026-01-04", "2026-01-05"]);
    let (second, cursor) = page(&gateway, &customer, 2, &cursor).await;
    assert_eq!(second, ["2026-01-06", "2026-01-07"]);
    assert_eq!(cursor, "");
}

#[tokio::test]
async fn usage_added_between_two_pages_is_not_repeated_and_moves_no_line() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    add(&gateway, &customer, "2026-01-05").await;
    add(&gateway, &customer, "2026-01-07").await;
    let (first, cursor) = page(&gateway, &customer, 1, "").await;
    assert_eq!(first, ["2026-01-05"]);
    add(&gateway, &customer, "2026-01-04").await;
    add(&gateway, &customer, "2026-01-06").await;
    let (rest, _) = page(&gateway, &customer, 100, &cursor).await;
    assert_eq!(rest, ["2026-01-06", "2026-01-07"]);
}

#[tokio::test]
async fn every_grouping_is_complete_with_one_line_a_page() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(100).await;
    calls(&gateway, &customer, "/analyze", 1).await;
    calls(&gateway, &customer, "/crm", 2).await;
    for grouping in
        ["endpoint", "key", "outcome", "day,endpoint", "key,endpoint,outcome", "day,key,endpoint,outcome"]
    {
        let whole = lines(&gateway, &customer, &format!("group_by={grouping}")).await;
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/account/usage?group_by={grouping}&limit=1{cursor}");
            let mut body = gateway.get(&path, &customer.key).await.body;
            paged.append(body["data"].as_array_mut().unwrap());
            let Some(next) = body["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(paged, whole, "{grouping}");
    }
}

#[tokio::test]
async fn an_invalid_or_foreign_cursor_is_a_faulty_parameter() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    add(&gateway, &customer, "2026-01-05").await;
    add(&gateway, &customer, "2026-01-07").await;
    let (_, of_days) = page(&gateway, &customer, 1, "").await;
    let other = format!("&group_by=endpoint{of_days}");
    for query in ["&cursor=0", "&cursor=1", "&cursor=x", "&cursor=", other.as_str()] {
        let path = format!("/v1/account/usage?limit=1{query}");
        let refused = gateway.get(&path, &customer.key).await;
        assert_eq!((refused.status, &refused.body["code"]), (400, &json!("VALIDATION_FAILED")), "{query}");
        assert!(refused.body["error"].as_str().unwrap().contains("cursor"), "{}", refused.body);
    }
}

#[tokio::test]
async fn calls_of_other_accounts_are_not_listed() {
    let gateway = Gateway::start().await;
    let (customer, other) = (gateway.professional().await, gateway.professional().await);
    calls(&gateway, &customer, "/analyze", 1).await;
    assert!(lines(&gateway, &other, "").await.is_empty());
}

#[tokio::test]
async fn every_fault_of_a_usage_request_is_reported() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let refused = gateway.get("/v1/account/usage?from=today&group_by=colour&unit=month", &customer.key).await;
    assert_eq!((refused.status, &refused.body["code"]), (400, &json!("VALIDATION_FAILED")));
    for field in ["from", "group_by", "unit"] {
        assert!(refused.body["error"].as_str().unwrap().contains(field), "{}", refused.body);
    }
}
