//! `fluence audit`, and what every command leaves in it.

use serde_json::{Value, json};

use super::program::{Program, Ran, bare, text};

fn entries(program: &Program, account: &str) -> Vec<Value> {
    program.json(&["audit", "--account", account])["entries"].as_array().unwrap().clone()
}

fn actions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_change_is_written_down_in_order_and_none_twice() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    for words in [
        &["environment", "create", "--account", &account, "--name", "staging", "--mode", "test"][..],
        &["credit", "grant", "--account", &account, "--pack", "starter", "--id", "order-1"],
        &["credit", "grant", "--account", &account, "--pack", "starter", "--id", "order-1"],
        &["credit", "take", "--account", &account, "--credits", "5", "--reason", "a mistake"],
        &["account", "suspend", &account],
        &["account", "suspend", &account],
        &["account", "resume", &account],
        &["account", "move", &account, "--plan", "enterprise"],
    ] {
        program.json(words);
    }
    let key = program.json(&["key", "create", "--account", &account, "--name", "server"]);
    let id = text(&key, "id");
    for words in [
        &["disable"][..],
        &["enable"],
        &["rotate"],
        &["cancel-rotation"],
        &["rotate"],
        &["end-overlap"],
        &["revoke"],
        &["revoke"],
    ] {
        let words: Vec<&str> = ["key"].iter().chain(words).copied().chain([id.as_str()]).collect();
        program.json(&words);
    }
    let entries = entries(&program, &account);
    assert_eq!(
        actions(&entries),
        [
            "account.created",
            "environment.created",
            "credits.granted",
            "credits.taken",
            "account.suspended",
            "account.resumed",
            "account.moved",
            "key.created",
            "key.disabled",
            "key.enabled",
            "key.rotated",
            "key.rotation_cancelled",
            "key.rotated",
            "key.overlap_ended",
            "key.revoked",
        ]
    );
    let numbers: Vec<_> = entries.iter().map(|entry| entry["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=15).collect::<Vec<_>>());
    assert_eq!(entries[2]["after"]["credits"], 100);
    assert_eq!(entries[6]["before"], json!({ "edition": "2025-01", "plan": "professional" }));
    assert_eq!(entries[8]["before"], json!({ "state": "active" }));
    assert!(
        entries
            .iter()
            .all(|entry| entry["actor"] == "operator" && !entry["actor_id"].as_str().unwrap().contains('@'))
    );
    assert!(!program.dump().await.contains(&text(&key, "key")));
}

#[tokio::test]
async fn what_was_refused_is_not_written_down() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    program
        .run(&["environment", "create", "--account", &account, "--name", "default", "--mode", "live"])
        .failure();
    program.run(&["credit", "take", "--account", &account, "--credits", "1001", "--reason", "x"]).failure();
    assert_eq!(actions(&entries(&program, &account)), ["account.created"]);
}

#[tokio::test]
async fn the_audit_log_cannot_be_changed() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    for statement in
        ["update audit_entry set actor_id = 'me'", "delete from audit_entry", "truncate audit_entry"]
    {
        let refused = sqlx::query(statement).execute(program.database.pool()).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
    assert_eq!(entries(&program, &account).len(), 1);
}

#[tokio::test]
async fn the_latest_entries_of_all_are_shown_oldest_first() {
    let program = Program::new().await;
    let (one, other) =
        (program.account("2025-01", "professional"), program.account("2025-01", "professional"));
    let all = program.json(&["audit", "--last", "2"])["entries"].clone();
    let accounts: Vec<_> = all.as_array().unwrap().iter().map(|entry| entry["account_id"].clone()).collect();
    assert_eq!(accounts, [json!(one), json!(other)]);
    assert!(program.run(&["audit"]).out.contains("account.created"));
}

#[test]
fn a_number_below_the_range_is_named_as_such() {
    for (words, name) in
        [(&["audit", "--last", "-1"][..], "--last"), (&["leak", "test", "--count", "-1"], "--count")]
    {
        let refused = Ran::from(bare(words).output().unwrap());
        let said = refused.usage();
        assert!(said.contains("invalid value") && said.contains(name), "{said}");
    }
}

#[test]
fn the_program_without_a_command_lists_the_commands_for_people() {
    let ran = Ran::from(bare(&[]).output().unwrap());
    let listed = ran.usage();
    assert!(listed.contains("serve") && !listed.contains("package-files"), "{listed}");
}

#[tokio::test]
async fn the_reason_of_an_act_is_shown() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "insert into audit_entry (account_id, actor, actor_id, action, subject, subject_id, reason)
         select '{account}', 'operator', 'ana', 'account.suspended', 'account', '{account}', 'unpaid since May'"
    )))
    .execute(program.database.pool())
    .await
    .unwrap();
    let shown = program.run(&["audit", "--account", &account]).out;
    assert!(shown.lines().next().unwrap().ends_with("REASON"), "{shown}");
    assert!(shown.contains("unpaid since May"), "{shown}");
}

#[tokio::test]
async fn a_pepper_first_used_is_written_down_for_the_whole_service() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let added = || {
        let all = program.json(&["audit"])["entries"].clone();
        all.as_array().unwrap().iter().find(|entry| entry["action"] == "pepper.added").cloned()
    };
    program.json(&["pepper", "status"]);
    assert_eq!(added(), None, "looking uses no pepper");
    program.json(&["key", "create", "--account", &account, "--name", "first"]);
    let added = added().unwrap();
    assert_eq!((&added["subject_id"], added.get("account_id")), (&json!("1"), None));
}
