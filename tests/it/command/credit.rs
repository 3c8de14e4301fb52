//! `fluence credit`.

use chrono::{DateTime, Months, Utc};
use serde_json::{Value, json};

use super::program::{Program, text};

async fn with_account() -> (Program, String) {
    let program = Program::new().await;
    let account = program.account("2025-01", "essentials");
    (program, account)
}

#[tokio::test]
async fn a_pack_adds_its_credits_for_twelve_months() {
    let (program, account) = with_account().await;
    let before: DateTime<Utc> =
        sqlx::query_scalar("select now()").fetch_one(program.database.pool()).await.unwrap();
    let granted = program.json(&["credit", "grant", "--account", &account, "--pack", "enterprise_boost"]);
    assert_eq!((&granted["credits"], &granted["balance"]), (&json!(500), &json!(1000)));
    assert_eq!((&granted["source"], &granted["repeated"]), (&json!("pack"), &json!(false)));
    let expires: DateTime<Utc> = text(&granted, "expires_at").parse().unwrap();
    assert!(expires >= before + Months::new(12) && expires < before + Months::new(13));
}

#[tokio::test]
async fn the_same_id_counts_once() {
    let (program, account) = with_account().await;
    let words = ["credit", "grant", "--account", &account, "--pack", "starter", "--id", "order-1"];
    let first = program.json(&words);
    let second = program.json(&words);
    assert_eq!((&first["repeated"], &second["repeated"]), (&json!(false), &json!(true)));
    for same in ["id", "lot", "credits", "expires_at", "balance"] {
        assert_eq!(first[same], second[same], "{same}");
    }
    assert_eq!(program.balance(&account), 600);
}

#[tokio::test]
async fn the_same_id_for_something_else_is_refused_and_grants_nothing() {
    let (program, account) = with_account().await;
    program.json(&["credit", "grant", "--account", &account, "--pack", "starter", "--id", "order-1"]);
    let other = program.run(&["credit", "grant", "--account", &account, "--pack", "mega", "--id", "order-1"]);
    assert_eq!(other.failure(), "id `order-1` was already used for 100 credits (pack); nothing was granted");
    let words =
        ["credit", "grant", "--account", &account, "--credits", "100", "--reason", "r", "--id", "order-1"];
    assert_eq!(program.run(&words).status, 1);
    assert_eq!(program.balance(&account), 600);
}

#[tokio::test]
async fn the_same_id_at_the_same_moment_counts_once() {
    let (program, account) = with_account().await;
    let words = ["credit", "grant", "--account", &account, "--pack", "starter", "--id", "order-1", "--json"];
    let runs: Vec<_> = (0..4)
        .map(|_| program.command(&words).stdout(std::process::Stdio::piped()).spawn().unwrap())
        .collect();
    let fresh = runs.into_iter().map(|run| run.wait_with_output().unwrap()).filter(|output| {
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stdout).contains("\"repeated\":false")
    });
    assert_eq!(fresh.count(), 1);
    assert_eq!(program.balance(&account), 600);
}

#[tokio::test]
async fn a_grant_without_an_id_counts_each_time() {
    let (program, account) = with_account().await;
    let words = ["credit", "grant", "--account", &account, "--credits", "7", "--reason", "sorry"];
    assert_ne!(program.json(&words)["id"], program.json(&words)["id"]);
    assert_eq!(program.balance(&account), 514);
}

#[tokio::test]
async fn a_grant_ends_at_its_given_time() {
    let (program, account) = with_account().await;
    let grant = |ends: &str| {
        let words = ["credit", "grant", "--account", &account, "--credits", "7", "--reason", "r", "--json"];
        program.run(&words.into_iter().chain(["--expires-at", ends]).collect::<Vec<_>>())
    };
    assert_eq!(grant("2999-06-01").json()["expires_at"], "2999-06-01T00:00:00Z");
    assert_eq!(grant("2001-01-01").failure(), "--expires-at is in the past");
    assert_eq!(program.balance(&account), 507);
}

#[tokio::test]
async fn credits_are_taken_back_with_their_reason_and_never_below_zero() {
    let (program, account) = with_account().await;
    let take = |credits: &str| {
        program.run(&[
            "credit",
            "take",
            "--account",
            &account,
            "--credits",
            credits,
            "--reason",
            "paid twice",
        ])
    };
    assert_eq!(take("499").status, 0);
    assert_eq!(take("2").failure(), "the account has only 1 credit; nothing was changed");
    assert_eq!(program.balance(&account), 1);
    let entries = program.json(&["ledger", "statement", "--account", &account])["entries"].clone();
    assert_eq!(entries.as_array().unwrap().len(), 2, "a refused act leaves no entry");
    assert_eq!((&entries[1]["amount"], &entries[1]["note"]), (&json!(-499), &json!("paid twice")));
}

#[tokio::test]
async fn what_cannot_be_granted_is_wrong_usage() {
    let (program, account) = with_account().await;
    for more in [
        &[][..],
        &["--credits", "5"],
        &["--pack", "mega", "--credits", "5", "--reason", "r"],
        &["--pack", "mega", "--expires-at", "2999-01-01"],
        &["--credits", "0", "--reason", "r"],
        &["--credits", "5", "--reason", " "],
    ] {
        let words = ["credit", "grant", "--account", &account];
        program.run(&words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>()).usage();
    }
    let failed = program.run(&["credit", "grant", "--account", &account, "--pack", "tiny"]);
    assert_eq!(
        failed.failure(),
        "pack `tiny` does not exist; the packs are starter, power, enterprise_boost, mega"
    );
    assert_eq!(program.balance(&account), 500);
}

#[tokio::test]
async fn an_act_closes_the_epoch_it_opened() {
    let (program, account) = with_account().await;
    program.json(&["credit", "grant", "--account", &account, "--pack", "mega"]);
    let epochs: Vec<(String, bool)> =
        sqlx::query_as("select node, closed_at is not null from ledger_epoch order by epoch")
            .fetch_all(program.database.pool())
            .await
            .unwrap();
    assert_eq!(epochs.len(), 2);
    assert!(epochs.iter().all(|(node, closed)| node.starts_with("cli@") && *closed), "{epochs:?}");
}

#[tokio::test]
async fn an_id_of_a_grant_belongs_to_one_account() {
    let (program, account) = with_account().await;
    let other = program.account("2025-01", "essentials");
    program.json(&["credit", "grant", "--account", &account, "--pack", "starter", "--id", "O-1"]);
    let refused = program.run(&["credit", "grant", "--account", &other, "--pack", "starter", "--id", "O-1"]);
    assert_eq!(
        refused.failure(),
        format!("id `O-1` was already used for account {account}; nothing was granted")
    );
    assert_eq!(program.balance(&other), 500);
}

#[tokio::test]
async fn credits_are_taken_once_under_an_id() {
    let (program, account) = with_account().await;
    let other = program.account("2025-01", "essentials");
    let take = |account: &str, credits: &str| {
        let words = [
            "credit",
            "take",
            "--account",
            account,
            "--credits",
            credits,
            "--reason",
            "fix",
            "--id",
            "T-1",
            "--json",
        ];
        program.run(&words)
    };
    let (first, second) = (take(&account, "3").json(), take(&account, "3").json());
    assert_eq!((&first["repeated"], &second["repeated"]), (&json!(false), &json!(true)));
    assert_eq!(
        (&first["id"], &first["call_id"], &first["balance"]),
        (&second["id"], &second["call_id"], &json!(497))
    );
    assert_eq!(take(&account, "4").failure(), "id `T-1` was already used for 3 credits; nothing was taken");
    let elsewhere = format!("id `T-1` was already used for account {account}; nothing was taken");
    assert_eq!(take(&other, "3").failure(), elsewhere);
    assert_eq!((program.balance(&account), program.balance(&other)), (497, 500));
}

#[tokio::test]
async fn a_correction_is_found_by_its_id_wherever_a_grant_is() {
    let (program, account) = with_account().await;
    for (what, id) in [("grant", "G-1"), ("take", "T-1")] {
        let words = ["credit", what, "--account", &account, "--credits", "3", "--reason", "fix", "--id", id];
        assert_eq!(program.json(&words)["id"], id);
    }
    let statement = ["ledger", "statement", "--account", &account];
    let entries = program.json(&statement)["entries"].clone();
    let references: Vec<&Value> =
        entries.as_array().unwrap().iter().map(|entry| &entry["reference"]).collect();
    assert_eq!(references, [&Value::Null, &json!("G-1"), &json!("T-1")]);
    let table = program.run(&statement).out;
    let csv = program.run(&[&statement[..], &["--csv"]].concat()).out;
    for id in ["G-1", "T-1"] {
        assert!(table.contains(&format!("fix ({id})")), "{table}");
        assert!(csv.contains(&format!(",{id},fix,")), "{csv}");
    }
    let log = program.json(&["audit", "--account", &account]);
    assert!(log.to_string().contains(r#""reference":"T-1""#), "{log}");
}

#[tokio::test]
async fn a_correction_that_was_refused_may_be_tried_again_under_its_id() {
    let (program, account) = with_account().await;
    let words =
        ["credit", "take", "--account", &account, "--credits", "501", "--reason", "fix", "--id", "T-2"];
    assert_eq!(program.run(&words).failure(), "the account has only 500 credits; nothing was changed");
    program.json(&["credit", "grant", "--account", &account, "--pack", "starter"]);
    assert_eq!(program.json(&words)["balance"], 99);
}
