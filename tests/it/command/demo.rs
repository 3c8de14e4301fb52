//! `fluence demo`, and the gateway that its lines lead to.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use fluence::storage::routes;
use serde_json::Value;

use super::program::{Program, text};

#[tokio::test]
async fn the_demonstration_is_complete_on_an_empty_database() {
    let program = Program::new().await;
    sqlx::raw_sql("drop schema public cascade; create schema public")
        .execute(program.database.pool())
        .await
        .unwrap();
    let demo = program.json(&["demo"]);
    assert_eq!(demo["balance"], 1000);
    let endpoints: Vec<_> = demo["calls"].as_array().unwrap().iter().map(|call| &call["endpoint"]).collect();
    assert_eq!(endpoints, ["/saude", "/crm_basico", "/crm", "/analyze"]);
    assert_eq!(program.json(&["directory", "stats"])["people"], 20);
    assert_eq!(demo["remove_people"], "fluence directory remove --source sample");
}

#[tokio::test]
async fn running_it_again_adds_a_key_and_nothing_else() {
    let program = Program::new().await;
    // Twelve runs, where the plan allows ten keys.
    let runs: Vec<Value> = (0..12).map(|_| program.json(&["demo"])).collect();
    let distinct = |name: &str| runs.iter().map(|run| text(run, name)).collect::<BTreeSet<_>>().len();
    assert_eq!((distinct("account_id"), distinct("key")), (1, 12));
    assert_eq!(program.json(&["account", "list"])["accounts"].as_array().unwrap().len(), 1);
    assert_eq!(program.json(&["directory", "stats"])["people"], 20);
    let keys = program.json(&["key", "list", "--account", &text(&runs[0], "account_id")])["keys"].clone();
    let states: Vec<_> = keys.as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap()).collect();
    assert_eq!(states[..2], ["revoked", "revoked"], "the oldest make room");
    assert!(states[2..].iter().all(|state| *state == "active"), "{states:?}");
}

#[tokio::test]
async fn a_closed_demonstration_says_what_to_use_instead() {
    let program = Program::new().await;
    let account = text(&program.json(&["demo"]), "account_id");
    program.run(&["account", "close", &account, "--yes"]);
    let refused = program.run(&["demo"]);
    let fault = refused.failure();
    assert!(fault.contains("is closed") && fault.contains("--data-dir"), "{fault}");
}

#[tokio::test]
async fn the_demonstration_of_a_seller_shows_what_the_seller_has() {
    let program = Program::new().await;
    let example = |file: &str| format!("{}/examples/sell-an-api/{file}", env!("CARGO_MANIFEST_DIR"));
    program.run(&["catalogue", "apply", &example("catalogue.toml")]);
    program.run(&["routes", "apply", &example("routes.toml")]);
    let demo = program.json(&["demo"]);
    assert_eq!((&demo["edition"], &demo["plan"]), (&"2026-11".into(), &"pro".into()), "{demo}");
    assert_eq!(demo["remove_people"], Value::Null);
    assert_eq!(program.json(&["directory", "stats"])["people"], 0);
    let out = program.run(&["demo"]).out;
    assert!(!out.contains("people"), "{out}");
}

#[tokio::test]
async fn the_text_holds_the_curl_lines_whole() {
    let program = Program::new().await;
    let out = program.run(&["demo"]).out;
    let curls = out.lines().filter(|line| line.starts_with("curl -sS http://127.0.0.1:8000/"));
    assert_eq!(curls.count(), 4, "{out}");
}

#[tokio::test]
async fn the_history_is_whole_and_is_written_once() {
    let program = Program::new().await;
    let demo = program.json(&["demo", "--history"]);
    let account = text(&demo, "account_id");
    assert_eq!(demo["is_new"], true);
    assert!(text(&demo, "console").contains("/console/link?token="));
    let verified = program.json(&["ledger", "verify"]);
    assert_eq!(
        (&verified["clean"], &verified["faults"]),
        (&Value::from(true), &serde_json::json!([])),
        "{verified}"
    );
    let entries = program.json(&["ledger", "statement", "--account", &account])["entries"].clone();
    let entries = entries.as_array().unwrap();
    let kinds: BTreeSet<&str> = entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    let expected = ["correction", "expiry", "grant", "hold", "pack", "plan_move", "release", "renewal"];
    assert_eq!(kinds, BTreeSet::from(expected));
    let months: BTreeSet<&str> = entries.iter().map(|entry| &entry["at"].as_str().unwrap()[..7]).collect();
    assert!(months.len() >= 4 && entries.len() > 500, "{months:?}, {}", entries.len());
    // What people did stands in the audit log at the times at which they did it.
    let acts: Vec<(i64, String, f64)> = sqlx::query_as(
        "select number, action, extract(day from now() - at)::float8 from audit_entry where account_id = $1::uuid order by number",
    )
    .bind(&account)
    .fetch_all(program.database.pool())
    .await
    .unwrap();
    let days: BTreeSet<u64> = acts.iter().map(|(.., day)| *day as u64).collect();
    assert!(acts.is_sorted_by(|one, next| one.2 >= next.2 && one.0 + 1 == next.0), "{acts:?}");
    assert!(days.len() >= 10 && days.first() == Some(&0) && days.last().unwrap() >= &100, "{acts:?}");
    let first = (acts[0].1.as_str(), acts.last().unwrap().1.as_str());
    assert_eq!(first, ("account.created", "key.rotated"));
    // Rows say the same as the entries about them.
    let differ: Vec<String> = sqlx::query_scalar(
        "select k.name from api_key k join audit_entry a on a.account_id = k.account_id and a.subject_id = k.id::text
          where k.account_id = $1::uuid and (a.action = 'key.created' and a.at <> k.created_at
                                              or a.action = 'key.revoked' and a.at <> k.revoked_at)",
    )
    .bind(&account)
    .fetch_all(program.database.pool())
    .await
    .unwrap();
    assert_eq!(differ, [] as [&str; 0]);
    let suspended: Vec<String> =
        sqlx::query_scalar("select tgname::text from pg_trigger where tgenabled <> 'O'")
            .fetch_all(program.database.pool())
            .await
            .unwrap();
    assert_eq!(suspended, [] as [&str; 0]);
    let again = program.json(&["demo", "--history"]);
    assert_eq!((&again["is_new"], &again["balance"]), (&Value::from(false), &demo["balance"]));
    let after =
        program.json(&["ledger", "statement", "--account", &account])["entries"].as_array().unwrap().len();
    assert_eq!(after, entries.len());
}

#[tokio::test]
async fn a_gateway_that_starts_while_the_history_is_written_does_not_wait() {
    let program = Program::new().await;
    let pool = program.database.pool();
    sqlx::query("delete from route").execute(pool).await.unwrap();
    // The history stops at its correction.
    let mut blocker = pool.begin().await.unwrap();
    sqlx::query("lock table ledger_correction in exclusive mode").execute(&mut *blocker).await.unwrap();
    let mut demo =
        program.command(&["demo", "--history"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let waiting = "select count(*) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(pool).await.unwrap() == 0 {
        assert!(demo.try_wait().unwrap().is_none(), "it does not write to ledger_correction");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // As every gateway does when it starts.
    let mut gateway = pool.acquire().await.unwrap();
    sqlx::query("set lock_timeout = '1s'").execute(&mut *gateway).await.unwrap();
    let paths = ["/analyze", "/crm", "/crm_basico"];
    routes::numbers(&mut gateway, &paths).await.unwrap();
    blocker.rollback().await.unwrap();
    assert!(demo.wait().unwrap().success());
}
