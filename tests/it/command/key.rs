//! `fluence key`.

use fluence::domain::key::KeySecret;
use serde_json::{Value, json};

use super::program::{Program, Ran, text};

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
    assert!(!listed.contains(&key) && listed.contains(&key[49..]), "{listed}");
    let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    let dump = program.dump().await;
    assert!(dump.contains("server"), "the dump holds what is stored");
    assert!(!dump.contains(&key) && !dump.contains(&hex) && !dump.contains(&key[13..49]));
}

#[tokio::test]
async fn a_secret_that_cannot_be_printed_is_said_to_be_lost() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let fails = |words: &[&str]| {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let ran: Ran = program.command(words).stdout(full).output().unwrap().into();
        ran.failure().to_owned()
    };
    let said = fails(&["key", "create", "--account", &account, "--name", "server"]);
    let keys = program.json(&["key", "list", "--account", &account]);
    let id = text(&keys["keys"][0], "id");
    assert_eq!(
        said,
        format!(
            "cannot print the secret of key {id}: No space left on device (os error 28). The key exists: revoke it with \
             `fluence key revoke {id}`"
        )
    );
    let said = fails(&["key", "rotate", &id, "--json"]);
    assert!(said.starts_with(&format!("cannot print the new secret of key {id}: ")), "{said}");
    assert!(said.ends_with(&format!("revoke this one with `fluence key revoke {id}`")), "{said}");
    let said = fails(&["operator", "add", "--email", "ops@acme.example", "--name", "Ops", "--role", "admin"]);
    assert!(said.ends_with("Make another one with `fluence operator link ops@acme.example`"), "{said}");
    let said = fails(&["account", "link", &account]);
    assert!(said.ends_with("Run the command again for another one"), "{said}");
    let said = fails(&["pepper", "add"]);
    assert!(said.contains("Nothing was changed"), "{said}");
    let said = fails(&["demo"]);
    assert!(said.contains("The key exists: revoke it with `fluence key revoke "), "{said}");
}

#[tokio::test]
async fn a_new_key_is_printed_as_one_complete_json_object() {
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
        ("prefixed_live", "fluence_live_", 53, "default"),
        ("prefixed_test", "fluence_test_", 53, "test"),
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
async fn a_test_format_key_is_refused_in_a_live_environment() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let words = ["key", "create", "--account", &account, "--name", "k", "--format", "sk_test"];
    let failed = program.run(&words);
    assert_eq!(
        failed.failure(),
        "environment `default` is a live environment; format `sk_test` is for the other mode"
    );
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
    assert!(program.run(&words).failure().contains("has reached its limit of keys"));
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
    assert_eq!(run(&["--expires-at", "2001-01-01"]).failure(), "--expires-at is in the past");
    let failed = run(&["--environment", "nowhere"]);
    assert_eq!(failed.failure(), "the account has no environment `nowhere`; it has default");
    assert_eq!(program.json(&["key", "list", "--account", &account])["keys"], json!([]));
}

#[tokio::test]
async fn an_unknown_key_is_reported_as_unknown() {
    let program = Program::new().await;
    let failed = program.run(&["key", "revoke", "01900000-0000-7000-8000-000000000000"]);
    assert!(failed.failure().starts_with("key 01900000-"));
    assert!(program.run(&["key", "revoke", "not-an-id"]).usage().contains("invalid value 'not-an-id'"));
}

#[tokio::test]
async fn where_a_key_may_be_used_is_listed() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let limits =
        ["--region", "eu-1", "--region", "us", "--allow-ip", "203.0.113.0/24", "--allow-ip", "2001:db8::1"];
    let key = create(&program, &account, &limits);
    assert_eq!(key["regions"], json!(["eu-1", "us"]));
    assert_eq!(key["allowed_networks"], json!(["203.0.113.0/24", "2001:db8::1/128"]));
    let listed = program.json(&["key", "list", "--account", &account])["keys"][0].clone();
    assert_eq!(
        (&listed["regions"], &listed["allowed_networks"]),
        (&key["regions"], &key["allowed_networks"])
    );
    let text = program.run(&["key", "list", "--account", &account]).out;
    assert!(text.contains("eu-1,us,203.0.113.0/24,2001:db8::1/128"), "{text}");

    let run = |more: &[&str]| {
        let words = ["key", "create", "--account", &account, "--name", "k"];
        program.run(&words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
    };
    assert!(run(&["--allow-ip", "203.0.113.9/24"]).usage().contains("the network is 203.0.113.0/24"));
    assert!(run(&["--allow-ip", "example.com"]).usage().contains("203.0.113.0/24"));
    assert!(run(&["--region", "EU West"]).usage().contains("lowercase letters"));
}

#[tokio::test]
async fn a_rotated_key_keeps_its_id_and_shows_both_secrets_until_the_old_one_ends() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let old = create(&program, &account, &["--daily-cap", "5", "--format", "flz"]);
    let id = text(&old, "id");
    let new = program.json(&["key", "rotate", &id, "--overlap", "2d"]);
    assert_eq!(
        (&new["id"], &new["daily_cap"], &new["created_at"]),
        (&old["id"], &json!(5), &old["created_at"])
    );
    assert!(text(&new, "key").starts_with("flz_sk_") && new["key"] != old["key"]);
    let versions = |key: &Value| -> Vec<i64> {
        key["secrets"].as_array().unwrap().iter().map(|secret| secret["version"].as_i64().unwrap()).collect()
    };
    assert_eq!(versions(&new), [2, 1]);
    assert_eq!(
        (&new["secrets"][0]["ends_at"], new["secrets"][1]["ends_at"].is_string()),
        (&Value::Null, true)
    );
    let listed = program.run(&["key", "list", "--account", &account]).out;
    assert!(listed.contains("old secret") && !listed.contains(&text(&new, "key")), "{listed}");

    let ended = program.json(&["key", "end-overlap", &id]);
    assert_eq!(versions(&ended), [2]);
    let failed = program.run(&["key", "end-overlap", &id]);
    assert_eq!(failed.failure(), "the key is not being rotated: it has one secret only");
}

#[tokio::test]
async fn a_second_rotation_in_the_overlap_is_refused_with_advice() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let id = text(&create(&program, &account, &[]), "id");
    program.json(&["key", "rotate", &id]);
    let refused = program.run(&["key", "rotate", &id]);
    let said = refused.failure();
    assert!(
        said.starts_with("the key is already being rotated; its old secret stays valid until "),
        "{said}"
    );
    assert!(said.ends_with(&format!("end it now with `fluence key end-overlap {id}`")), "{said}");
    program.json(&["key", "end-overlap", &id]);
    program.json(&["key", "rotate", &id, "--overlap", "0s"]);
    let third = program.json(&["key", "rotate", &id, "--overlap", "7d"]);
    assert_eq!(third["secrets"][0]["version"], 4);
}

#[tokio::test]
async fn a_key_that_can_not_be_used_again_is_not_rotated() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let id = text(&create(&program, &account, &[]), "id");
    for overlap in ["8d", "-1h", "1", "soon"] {
        for words in [&[format!("--overlap={overlap}")][..], &["--overlap".into(), overlap.into()]] {
            let words = words.iter().map(String::as_str);
            let refused = program.run(&["key", "rotate", &id].into_iter().chain(words).collect::<Vec<_>>());
            assert!(refused.usage().contains("must be 0s to 7d"), "{overlap}");
        }
    }
    program.json(&["key", "revoke", &id]);
    let refused = program.run(&["key", "rotate", &id]);
    assert_eq!(refused.failure(), "the key is revoked, and revocation cannot be undone");
}

const FOREIGN: &str = "another_system-issued-this-one";

#[tokio::test]
async fn a_key_of_another_system_is_imported_once_and_never_shown() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let words = ["key", "import", "--account", &account, "--name", "old system", "--json"];
    let imported = program.run_with(&words, &format!("{FOREIGN}\r\n"));
    let shown = imported.json();
    assert_eq!(
        (&shown["format"], &shown["prefix"], &shown["last_four"]),
        (&json!("legacy"), &json!("anot"), &json!("-one"))
    );
    assert!(!imported.out.contains(FOREIGN) && shown.get("key").is_none());
    assert!(!program.dump().await.contains(FOREIGN));

    let other = program.account("2025-01", "professional");
    let again = program.run_with(&["key", "import", "--account", &other, "--name", "k"], FOREIGN);
    assert_eq!(again.failure(), "this key already exists; nothing was imported");
    assert_eq!(program.json(&["key", "list", "--account", &other])["keys"], json!([]));
}

#[tokio::test]
async fn an_unusable_import_is_refused_without_echoing_it() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let issued = text(&create(&program, &account, &[]), "key");
    for (input, reason) in [
        ("short-secret", "an imported key has 20 to 128 visible"),
        ("", "an imported key has 20 to 128 visible"),
        ("first-line-of-two-lines\nsecond-line-of-two", "an imported key has 20 to 128 visible"),
        (&issued, "the key has the shape and a valid checksum of a key that this service issues"),
    ] {
        let refused = program.run_with(&["key", "import", "--account", &account, "--name", "k"], input);
        assert!(refused.failure().starts_with(reason), "{}", refused.err);
        assert!(input.is_empty() || !refused.err.contains(input.lines().next().unwrap()), "{}", refused.err);
    }
}

#[tokio::test]
async fn a_development_key_has_the_scope_read_by_default() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let development = create(&program, &account, &["--format", "flz_dev"]);
    assert_eq!(development["scopes"], json!(["read"]));
    let created = create(&program, &account, &["--format", "flz_dev", "--scope", "invoke"]);
    assert_eq!(created["scopes"], json!(["invoke"]));
}

#[tokio::test]
async fn an_expired_key_is_listed_as_expired_and_makes_room() {
    let program = Program::new().await;
    let account = program.account("2025-01", "essentials");
    for _ in 0..3 {
        create(&program, &account, &["--expires-at", "2999-01-01"]);
    }
    let expire = "update api_key set expires_at = now()";
    sqlx::query(expire).execute(program.database.pool()).await.unwrap();
    assert_eq!(create(&program, &account, &[])["state"], "active");
    let listed = program.run(&["key", "list", "--account", &account]).out;
    assert_eq!(listed.matches("expired").count(), 3, "{listed}");
}

#[tokio::test]
async fn a_key_is_changed_and_shown() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let limits = [
        "--daily-cap",
        "5",
        "--region",
        "eu-1",
        "--allow-ip",
        "203.0.113.0/24",
        "--expires-at",
        "2999-01-01",
    ];
    let id = text(&create(&program, &account, &limits), "id");
    let changed = program.json(&[
        "key",
        "change",
        &id,
        "--name",
        "batch",
        "--scope",
        "read",
        "--daily-cap",
        "none",
        "--monthly-cap",
        "70",
        "--region",
        "any",
        "--allow-ip",
        "203.0.113.9",
        "--expires-at",
        "none",
    ]);
    let shown = program.json(&["key", "show", &id]);
    assert_eq!(changed, shown);
    for (name, value) in [
        ("name", json!("batch")),
        ("scopes", json!(["read"])),
        ("daily_cap", Value::Null),
        ("monthly_cap", json!(70)),
        ("regions", json!([])),
        ("allowed_networks", json!(["203.0.113.9/32"])),
        ("expires_at", Value::Null),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    program.run(&["key", "change", &id]).usage();
    assert_eq!(
        program.run(&["key", "change", &id, "--expires-at", "2001-01-01"]).failure(),
        "--expires-at is in the past"
    );
    let text = program.run(&["key", "show", &id]).out;
    assert!(text.contains("batch") && text.contains("70/month"), "{text}");
}

#[tokio::test]
async fn a_revoked_key_shows_no_old_secret() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let id = text(&create(&program, &account, &[]), "id");
    program.json(&["key", "rotate", &id]);
    assert!(program.run(&["key", "list", "--account", &account]).out.contains("old secret"));
    program.json(&["key", "revoke", &id]);
    assert!(!program.run(&["key", "list", "--account", &account]).out.contains("old secret"));
}
