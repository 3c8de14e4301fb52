//! `fluence key`.

use fluence::domain::key::KeySecret;
use serde_json::{Value, json};

use super::program::{Program, text};

fn create(program: &Program, account: &str, more: &[&str]) -> Value {
    let words = ["key", "create", "--account", account, "--name", "server"];
    program.json(&words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_key_is_shown_once_and_stored_nowhere() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let key = text(&create(&program, &account, &[]), "key");
    let listed = program.run(&["key", "list", "--account", &account]).out;
    assert!(!listed.contains(&key) && listed.contains(&key[36..]), "{listed}");
    let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    let dump = program.dump().await;
    assert!(dump.contains("server"), "the dump holds what is stored");
    assert!(!dump.contains(&key) && !dump.contains(&hex) && !dump.contains(&key[4..36]));
}

#[tokio::test]
async fn a_new_key_is_one_json_object_that_says_all_of_it() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let key = create(
        &program,
        &account,
        &[
            "--scope",
            "manage",
            "--scope",
            "read",
            "--scope",
            "read",
            "--expires-at",
            "2999-01-01",
            "--daily-cap",
            "5",
        ],
    );
    assert_eq!(key["scopes"], json!(["read", "manage"]));
    assert_eq!(key["expires_at"], "2999-01-01T00:00:00Z");
    assert_eq!((&key["daily_cap"], &key["monthly_cap"]), (&json!(5), &Value::Null));
    assert_eq!((&key["environment"], &key["mode"]), (&json!("default"), &json!("live")));
    let listed = program.json(&["key", "list", "--account", &account])["keys"][0].clone();
    assert_eq!(listed["id"], key["id"]);
    assert_eq!(listed.get("key"), None);
}

#[tokio::test]
async fn a_key_has_the_default_scopes_unless_told() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    assert_eq!(create(&program, &account, &[])["scopes"], json!(["read", "invoke"]));
}

#[tokio::test]
async fn every_format_is_issued_in_its_shape_with_a_good_checksum() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    program.json(&["environment", "create", "--account", &account, "--name", "test", "--mode", "test"]);
    for (format, prefix, length, environment) in [
        ("fluence", "", 40, "default"),
        ("flz", "flz_sk_", 39, "default"),
        ("flz_prod", "flz_sk_prod_", 44, "default"),
        ("flz_stag", "flz_sk_stag_", 44, "test"),
        ("flz_dev", "flz_sk_dev_", 43, "test"),
        ("sk_live", "sk_live_", 40, "default"),
        ("sk_test", "sk_test_", 40, "test"),
    ] {
        let key = create(&program, &account, &["--format", format, "--environment", environment]);
        let secret = text(&key, "key");
        assert!(secret.starts_with(prefix) && secret.len() == length, "{format}");
        assert_eq!(KeySecret::parse(secret.as_bytes()).unwrap().format().as_str(), format);
    }
}

#[tokio::test]
async fn a_key_that_says_test_cannot_spend() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let words = ["key", "create", "--account", &account, "--name", "k", "--format", "sk_test"];
    let failed = program.run(&words);
    assert_eq!(failed.failure(), "environment `default` is a live one, and a `sk_test` key says otherwise");
}

#[tokio::test]
async fn a_revoked_key_stays_revoked() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let id = text(&create(&program, &account, &[]), "id");
    assert_eq!(program.json(&["key", "revoke", &id])["state"], "revoked");
    for verb in ["enable", "disable"] {
        let failed = program.run(&["key", verb, &id]);
        assert_eq!(failed.failure(), "the key is revoked, and revocation cannot be undone");
    }
    assert_eq!(program.json(&["key", "revoke", &id])["state"], "revoked");
    assert_eq!(program.json(&["key", "list", "--account", &account])["keys"][0]["state"], "revoked");
}

#[tokio::test]
async fn a_disabled_key_is_enabled_again() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let id = text(&create(&program, &account, &[]), "id");
    let state = || program.json(&["key", "list", "--account", &account])["keys"][0]["state"].clone();
    assert_eq!(program.json(&["key", "disable", &id])["state"], "disabled");
    assert_eq!(state(), "disabled");
    assert_eq!(program.json(&["key", "enable", &id])["state"], "active");
    assert_eq!(state(), "active");
}

#[tokio::test]
async fn an_environment_takes_no_more_keys_than_the_plan_allows() {
    let program = Program::new().await;
    let account = program.account("2025-01", "essentials");
    let ids: Vec<_> = (0..3).map(|_| text(&create(&program, &account, &[]), "id")).collect();
    let words = ["key", "create", "--account", &account, "--name", "one too many"];
    assert!(program.run(&words).failure().contains("as many keys as it may have"));
    program.json(&["key", "revoke", &ids[0]]);
    assert_eq!(program.run(&words).status, 0);
}

#[tokio::test]
async fn caps_ends_and_words_that_cannot_be_are_refused() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let run = |more: &[&str]| {
        let words = ["key", "create", "--account", &account, "--name", "k"];
        program.run(&words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
    };
    for cap in ["0", "-1", "1.5", "99999999999999999999"] {
        assert!(run(&["--daily-cap", cap]).usage().contains("whole number from 1"), "{cap}");
    }
    assert!(run(&["--scope", "root"]).usage().contains("possible values: read, invoke, manage"));
    assert!(run(&["--format", "legacy"]).usage().contains("possible values"));
    assert!(run(&["--expires-at", "soon"]).usage().contains("2030-12-31"));
    assert_eq!(run(&["--expires-at", "2001-01-01"]).failure(), "--expires-at lies in the past");
    let failed = run(&["--environment", "nowhere"]);
    assert_eq!(failed.failure(), "the account has no environment `nowhere`; it has default");
    assert_eq!(program.json(&["key", "list", "--account", &account])["keys"], json!([]));
}

#[tokio::test]
async fn an_unknown_key_is_said_to_be_unknown() {
    let program = Program::new().await;
    let failed = program.run(&["key", "revoke", "01900000-0000-7000-8000-000000000000"]);
    assert!(failed.failure().starts_with("there is no key 01900000-"));
    assert!(program.run(&["key", "revoke", "not-an-id"]).usage().contains("invalid value 'not-an-id'"));
}
