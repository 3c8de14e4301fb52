//! What is sold: sets of the seller's, activated by gateways that serve.

use fluence::catalogue::plans::{self, Catalogue};
use fluence::catalogue::routes;
use fluence::domain::audit::Actor;
use fluence::domain::offer_set::SetKind;
use fluence::domain::rights::Principal;
use fluence::management::offer_sets::{Applied, ApplyError, apply};
use fluence::storage::{pool, routes as route_numbers, schema};
use serde_json::{Value, json};

use crate::support::database::TestDatabase;
use crate::support::gateway::{Gateway, eventually, new_pepper};

mod changes;
mod cut_off;
mod documentation;
mod events;
mod example;
mod faults;
mod forwarding;
mod headers;
mod hostile;
mod pages;
mod peers;
mod prices;
mod receipts;
mod retries;
pub(crate) mod shop;
mod streams;
mod tls;
mod uploads;

fn seller() -> Principal {
    Principal::almighty(Actor::operator("seller".into()))
}

/// Applies a set as the command does, and returns its number.
pub(crate) async fn applied(database: &TestDatabase, kind: SetKind, text: &str) -> i32 {
    let mut owner = pool::owner_connection(&database.options()).await.unwrap();
    match apply(&mut owner, &seller(), kind, text).await.unwrap() {
        Applied::New(number) | Applied::Already(number) => number,
    }
}

fn ana() -> Value {
    json!({ "primeiro_nome": "Ana", "ultimo_nome": "Souza", "empresa": "Acme" })
}

/// Why a gateway keeps its sets, as operators see it.
async fn fault_of(gateway: &Gateway) -> String {
    let fault: Option<Option<String>> = sqlx::query_scalar("select offer_fault from node")
        .fetch_optional(gateway.database.pool())
        .await
        .unwrap();
    fault.flatten().unwrap_or_default()
}

/// What a call of `/crm` costs, asked by a dry run.
async fn price_of_crm(gateway: &Gateway, key: &str) -> Value {
    let asked = gateway.posting("/crm", key, &ana()).header("x-dry-run", "true").send().await.unwrap();
    let body: Value = asked.json().await.unwrap();
    body["dry_run"]["credits"].clone()
}

/// The shipped routes with another price of `/crm`.
pub(crate) fn crm_for(credits: u32) -> String {
    routes::SHIPPED.replacen("credits = 2\n", &format!("credits = {credits}\n"), 1)
}

#[tokio::test]
async fn a_new_price_is_in_force_on_every_gateway_without_a_restart() {
    let one = Gateway::start().await;
    let customer = one.enterprise(1_000).await;
    let before = price_of_crm(&one, &customer.key).await;
    assert_eq!(before, 2, "{before}");
    assert_eq!(applied(&one.database, SetKind::Routes, &crm_for(7)).await, 1);
    eventually("the new price is in force", async || price_of_crm(&one, &customer.key).await == 7).await;
    // A gateway that starts later sells by the same set, and reports it.
    let (database, pepper) = one.stop().await;
    let two = Gateway::on(database, pepper, &[]).await;
    assert_eq!(price_of_crm(&two, &customer.key).await, 7);
    let reported = async || {
        let sets: Vec<(Option<i32>, Option<i32>, Option<String>)> =
            sqlx::query_as("select catalogue_set, routes_set, offer_fault from node")
                .fetch_all(two.database.pool())
                .await
                .unwrap();
        sets == [(Some(0), Some(1), None)]
    };
    eventually("the gateway reports its sets", reported).await;
}

#[tokio::test]
async fn an_unusable_set_is_not_applied_and_operators_see_why() {
    let gateway = Gateway::start_with(&[("FLUENCE_METRICS_LISTEN", "127.0.0.1:0")]).await;
    let customer = gateway.enterprise(1_000).await;
    applied(&gateway.database, SetKind::Routes, &crm_for(5)).await;
    eventually("the first set is in force", async || price_of_crm(&gateway, &customer.key).await == 5).await;
    // As a newer version of the program would write it.
    sqlx::query(
        "insert into offer_set (kind, number, text, applied_by) values ('routes', 2, 'colour = \"red\"', 'newer')",
    )
    .execute(gateway.database.pool())
    .await
    .unwrap();
    let warned = async || fault_of(&gateway).await.contains("routes 2: line 1: unknown field `colour`");
    eventually("operators see why", warned).await;
    let status = gateway.get("/status", &customer.key).await;
    let warning =
        "the newest sets could not be activated; this gateway still sells by catalogue 0 and routes 1";
    assert_eq!(status.body["warnings"], json!([warning]));
    assert!(gateway.metrics().await.contains("gateway_offer_current 0"));
    assert_eq!(price_of_crm(&gateway, &customer.key).await, 5);
    assert_eq!(applied(&gateway.database, SetKind::Routes, &crm_for(6)).await, 3);
    eventually("the next set is in force", async || price_of_crm(&gateway, &customer.key).await == 6).await;
    let status = gateway.get("/status", &customer.key).await;
    assert_eq!(status.body["warnings"], json!([]));
}

#[tokio::test]
async fn a_credential_that_would_say_who_calls_is_not_taken_up() {
    let gateway = Gateway::start_with(&[("FLUENCE_IDENTITY_HEADER_PREFIX", "Acme-")]).await;
    let routes = "[[upstream]]\nupstream = \"images\"\ntargets = [\"https://img.example\"]\n\
        credential = { header = \"acme_account\", value = \"{env:PATH}\" }\n";
    applied(&gateway.database, SetKind::Routes, routes).await;
    let refused =
        async || fault_of(&gateway).await.contains("begins with the identity_header_prefix of this gateway");
    eventually("operators see why", refused).await;
}

#[tokio::test]
async fn the_programs_own_endpoints_can_be_left_out() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    applied(&gateway.database, SetKind::Routes, "builtin = false").await;
    let gone = async || gateway.post("/crm", &customer.key, &ana()).await.status == 404;
    eventually("the endpoint is gone", gone).await;
    assert_eq!(gateway.get("/credits", &customer.key).await.status, 200);
    let health = gateway.get("/health", &customer.key).await;
    assert!(!health.body["endpoints_available"].to_string().contains("/crm"), "{}", health.body);
}

#[tokio::test]
async fn an_endpoint_keeps_its_language_on_another_path() {
    let gateway = Gateway::start().await;
    let moved = routes::SHIPPED.replacen("path = \"/crm\"", "path = \"/pessoas\"", 1);
    applied(&gateway.database, SetKind::Routes, &moved).await;
    let refused = async || {
        let request =
            gateway.client.post(format!("{}/pessoas", gateway.url())).header("accept-language", "fr");
        let answer = request.send().await.unwrap();
        answer.status() == 401 && answer.text().await.unwrap().contains("A requisição não tem chave de API.")
    };
    eventually("the new path speaks Portuguese", refused).await;
}

#[tokio::test]
async fn a_plan_that_accounts_are_on_stays_and_others_go() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let newest = plans::SHIPPED.find("# Edition 2025-06").unwrap();
    let without_first = plans::SHIPPED[newest..].to_owned();
    let mut owner = pool::owner_connection(&gateway.database.options()).await.unwrap();
    let refused = apply(&mut owner, &seller(), SetKind::Catalogue, &without_first).await.unwrap_err();
    let ApplyError::PlansInUse(plans_in_use) = &refused else { panic!("{refused:?}") };
    assert_eq!(
        (plans_in_use.plans[0].plan.edition.as_str(), plans_in_use.plans[0].plan.plan.as_str()),
        ("2025-01", "professional")
    );
    sqlx::query("update account set edition = '2025-06' where id = $1")
        .bind(customer.account.as_uuid())
        .execute(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(applied(&gateway.database, SetKind::Catalogue, &without_first).await, 1);
    let shown = async || {
        let tiers = gateway.get("/tiers", &customer.key).await;
        tiers.body["editions"].as_array().unwrap().len() == 1
    };
    eventually("the catalogue shows one edition", shown).await;
    let plans: i64 =
        sqlx::query_scalar("select count(*) from plan").fetch_one(gateway.database.pool()).await.unwrap();
    assert_eq!(plans, 6);
}

#[tokio::test]
async fn changed_limits_of_a_plan_reach_its_customers() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let faster = plans::SHIPPED.replacen("rate_per_s = 10\n", "rate_per_s = 77\n", 1);
    applied(&gateway.database, SetKind::Catalogue, &faster).await;
    let faster = async || {
        let status = gateway.get("/status", &customer.key).await;
        status.body["limits"]["rate"]["per_second"] == 77
    };
    eventually("the account has the new rate", faster).await;
}

#[tokio::test]
async fn an_upgrade_keeps_the_catalogue_of_the_seller() {
    let database = TestDatabase::new().await;
    let dearer = plans::SHIPPED.replacen("price_usd = 29\n", "price_usd = 31\n", 1);
    applied(&database, SetKind::Catalogue, &dearer).await;
    schema::bring_up_to_date(&database.options(), &Catalogue::shipped().unwrap()).await.unwrap();
    let price: i32 =
        sqlx::query_scalar("select price_usd from plan where edition = '2025-01' and plan = 'essentials'")
            .fetch_one(database.pool())
            .await
            .unwrap();
    assert_eq!(price, 31);
}

#[tokio::test]
async fn the_same_text_is_one_set_and_each_application_is_in_the_audit_log() {
    let database = TestDatabase::new().await;
    for (text, number) in [(crm_for(3), 1), (crm_for(3), 1), (crm_for(4), 2), (crm_for(3), 3)] {
        assert_eq!(applied(&database, SetKind::Routes, &text).await, number);
    }
    let acts: Vec<(String, String, String)> =
        sqlx::query_as("select action, subject_id, actor_id from audit_entry order by number")
            .fetch_all(database.pool())
            .await
            .unwrap();
    let act = |number: &str| ("routes.applied".to_owned(), number.to_owned(), "seller".to_owned());
    assert_eq!(acts, [act("1"), act("2"), act("3")]);
}

#[tokio::test]
async fn sets_are_only_added_and_not_by_gateways() {
    let database = TestDatabase::new().await;
    applied(&database, SetKind::Routes, "builtin = true").await;
    for statement in ["update offer_set set text = 'x'", "delete from offer_set", "truncate offer_set"] {
        let refused = sqlx::query(statement).execute(database.pool()).await.unwrap_err();
        assert!(refused.to_string().contains("sets are only added"), "{statement}: {refused}");
    }
    let gateways = pool::pool(database.options(), 1, std::time::Duration::from_secs(5));
    let insert =
        "insert into offer_set (kind, number, text, applied_by) values ('routes', 2, 'x', 'gateway')";
    let refused = sqlx::query(insert).execute(&gateways).await.unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
    assert_eq!(sqlx::query("select from offer_set").fetch_all(&gateways).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_hundred_starts_use_up_no_route_numbers() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let paths = ["/a", "/b"];
    let first = route_numbers::numbers(&mut connection, &paths).await.unwrap();
    for _ in 0..100 {
        assert_eq!(route_numbers::numbers(&mut connection, &paths).await.unwrap(), first);
    }
    let next = route_numbers::numbers(&mut connection, &["/c"]).await.unwrap();
    assert_eq!(next[0].0, first.iter().map(|number| number.0).max().unwrap() + 1);
}

#[tokio::test]
async fn no_request_fails_while_sets_are_swapped() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(1_000).await;
    let calls = async {
        for _ in 0..150 {
            let price = price_of_crm(&gateway, &customer.key).await;
            assert!(price.as_u64().is_some_and(|price| (2..=12).contains(&price)), "{price}");
        }
    };
    let swaps = async {
        for credits in 3..=12 {
            applied(&gateway.database, SetKind::Routes, &crm_for(credits)).await;
        }
    };
    tokio::join!(calls, swaps);
    eventually("the last set is in force", async || price_of_crm(&gateway, &customer.key).await == 12).await;
}

#[tokio::test]
async fn a_gateway_does_not_start_on_a_set_that_it_cannot_read() {
    let database = TestDatabase::new().await;
    sqlx::query(
        "insert into offer_set (kind, number, text, applied_by) values ('catalogue', 1, 'x = 1', 'newer')",
    )
    .execute(database.pool())
    .await
    .unwrap();
    let start = fluence::app::Start {
        settings: crate::support::gateway::settings(&[]),
        database: database.options(),
        peppers: new_pepper(1).into(),
        clock: fluence::clock::DatabaseClock::default(),
        dev: false,
    };
    let refused = fluence::app::App::start(start).await.unwrap_err().to_string();
    assert!(refused.contains("catalogue 1: line 1: "), "{refused}");
}
