//! `fluence leak`: keys in files, and the rules of scanners.

use serde_json::Value;

use super::program::{Program, Ran, bare, text};

#[tokio::test]
async fn keys_of_this_service_are_found_in_files_and_never_shown_whole() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    let key = text(&program.json(&["key", "create", "--account", &account, "--name", "k"]), "key");
    assert!(key.starts_with("fluence_live_"), "the default format");
    let file = std::env::temp_dir().join(format!("fluence-leak-{:016x}", rand::random::<u64>()));
    std::fs::write(&file, format!("# settings\n\nAPI_KEY={key}\n")).unwrap();
    let path = file.to_str().unwrap();
    let ran: Ran = bare(&["leak", "check", path]).output().unwrap().into();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(ran.status, 1);
    assert!(
        ran.out.contains(&format!("{path}:3  prefixed_live  fluence_live_…{}", &key[49..])),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains(&key) && !ran.err.contains(&key));
    assert!(ran.err.contains("1 key found"), "{}", ran.err);

    let ran = program.run_with(&["leak", "check", "-"], "nothing here\n");
    assert_eq!((ran.status, ran.out.as_str()), (0, "no key in 1 file\n"));
    let missing: Ran = bare(&["leak", "check", "/no/such/file"]).output().unwrap().into();
    assert!(missing.failure().starts_with("cannot read /no/such/file"));
}

#[test]
fn keys_for_trying_scanners_look_real_and_are_not() {
    let ran: Ran =
        bare(&["leak", "test", "--count", "5"]).env("FLUENCE_KEYS_PREFIX", "acme").output().unwrap().into();
    let keys: Vec<&str> = ran.out.lines().collect();
    assert_eq!(keys.len(), 5 * 8);
    assert!(keys[0].starts_with("acme_live_"));
    let file = std::env::temp_dir().join(format!("fluence-leak-{:016x}", rand::random::<u64>()));
    std::fs::write(&file, &ran.out).unwrap();
    let checked: Ran = bare(&["leak", "check", file.to_str().unwrap()]).output().unwrap().into();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(checked.status, 0, "{}", checked.out);
}

#[test]
fn a_prefix_of_another_vendor_is_refused() {
    let run = |prefix: &str| -> Ran {
        bare(&["config", "check"]).env("FLUENCE_KEYS_PREFIX", prefix).output().unwrap().into()
    };
    assert!(run("ghp").err.contains("FLUENCE_KEYS_PREFIX"), "{}", run("ghp").err);
    assert!(run("Acme").err.contains("3 to 12 lowercase letters"), "{}", run("Acme").err);
    assert_eq!(run("acme").status, 0);
}

#[tokio::test]
async fn an_operator_ends_keys_that_were_found_and_sees_the_reports() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    let key = text(&program.json(&["key", "create", "--account", &account, "--name", "k"]), "key");
    let input = format!("{key}\n\nno-key-of-this-service-at-all\n");
    let place = ["leak", "report", "--url", "https://gist.example/1"];
    let ran = program.run_with(&place, &input);
    assert_eq!(
        (ran.status, ran.out.as_str()),
        (0, "line 1: revoked\nline 3: no key of this service\n"),
        "{}",
        ran.err
    );
    let again = program.run_with(&place, &input);
    assert!(again.out.starts_with("line 1: none\n"), "{}", again.out);
    let listed = program.json(&["leak", "list", "--account", &account]);
    let reports = listed["reports"].as_array().unwrap();
    assert_eq!(
        (reports.len(), &reports[0]["action"], &reports[0]["source"]),
        (1, &"revoked".into(), &"operator".into())
    );
    for place in ["https://a.example/\nb", "javascript:alert(1)"] {
        let unfit = program.run_with(&["leak", "report", "--url", place], &input);
        assert!(unfit.err.contains("must be a web address"), "{}", unfit.err);
    }
}

#[tokio::test]
async fn a_key_may_say_otherwise_than_the_setting() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    let key = program.json(&["key", "create", "--account", &account, "--name", "contract"]);
    let (id, secret) = (text(&key, "id"), text(&key, "key"));
    let shown = program.json(&["key", "on-leak", &id]);
    assert_eq!((&shown["on_leak"], &shown["in_force"]), (&Value::Null, &"revoke".into()));
    let set = program.json(&["key", "on-leak", &id, "disable"]);
    assert_eq!((&set["on_leak"], &set["in_force"]), (&"disable".into(), &"disable".into()));
    let reported = program.run_with(&["leak", "report"], &secret);
    assert_eq!(reported.out, "line 1: disabled\n", "{}", reported.err);
    let audit = program.json(&["audit", "--account", &account]);
    assert!(audit.to_string().contains("key.on_leak_changed"), "{audit}");
    let back = program.json(&["key", "on-leak", &id, "default"]);
    assert_eq!(back["in_force"], "revoke");
    assert_eq!(program.run_with(&["leak", "report"], &secret).out, "line 1: revoked\n");
    assert!(
        program
            .run(&["key", "on-leak", &id, "ignore"])
            .usage()
            .contains("must be revoke, disable, notify or default")
    );
}
