//! `fluence doctor` and `fluence config check`, on sound and on unsound installations.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions};

use super::program::{Program, bare};
use crate::support::redis::Redis;
use crate::support::scratch::Scratch;

/// What doctor found under this name: verdict and advice of each check.
fn found<'d>(diagnosis: &'d Value, group: &str, name: &str) -> Vec<&'d Value> {
    let checks = diagnosis["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["group"] == group && check["name"] == name).collect()
}

#[track_caller]
fn verdict(diagnosis: &Value, group: &str, name: &str) -> String {
    let found = found(diagnosis, group, name);
    assert_eq!(found.len(), 1, "{group} {name}: {diagnosis}");
    found[0]["verdict"].as_str().unwrap().to_owned()
}

fn diagnosed(program: &Program, environment: &[(&str, &str)]) -> (i32, Value) {
    let mut command = program.command(&["doctor", "--json"]);
    let ran: super::program::Ran = command.envs(environment.iter().copied()).output().unwrap().into();
    (ran.status, serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err)))
}

async fn change(program: &Program, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(program.database.pool()).await.unwrap();
}

#[tokio::test]
async fn a_sound_installation_passes_and_is_not_changed() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    program.json(&["key", "create", "--account", &account, "--name", "k"]);
    let before = program.dump().await;
    let (_, diagnosis) = diagnosed(&program, &[("FLUENCE_METRICS_LISTEN", "127.0.0.1:9100")]);
    assert_eq!(program.dump().await, before);
    for (group, name) in [
        ("settings", "valid"),
        ("settings", "metrics"),
        ("database", "reachable"),
        ("database", "version"),
        ("database", "writable"),
        ("database", "encoding"),
        ("database", "clock"),
        ("database", "schema"),
        ("database", "rights"),
        ("database", "connections"),
        ("database", "pepper"),
        ("gateways", "running"),
        ("ledger", "writable"),
        ("ledger", "writers"),
        ("ledger", "open holds"),
        ("ledger", "partitions"),
        ("ledger", "last day"),
    ] {
        assert_eq!(verdict(&diagnosis, group, name), "ok", "{group} {name}");
    }
    // The temporary server of the tests gives up durability for speed, and doctor says so.
    assert_eq!(verdict(&diagnosis, "database", "durability"), "fail");
}

#[tokio::test]
async fn a_transaction_of_the_login_is_seen_though_gateways_assume_a_role_that_sees_none() {
    let program = Program::new().await;
    program.account("2025-06", "business");
    let mut transaction = program.database.pool().begin().await.unwrap();
    sqlx::raw_sql("select pg_sleep(1.5)").execute(&mut *transaction).await.unwrap();
    let (_, diagnosis) = diagnosed(&program, &[]);
    transaction.rollback().await.unwrap();
    let found = found(&diagnosis, "database", "transactions")[0]["found"].as_str().unwrap();
    let seconds = found.strip_prefix("the oldest began ").and_then(|rest| rest.strip_suffix(" s ago"));
    assert!(seconds.unwrap().parse::<f64>().unwrap() >= 1.0, "{found}");
}

#[tokio::test]
async fn another_pepper_fails_and_is_not_stored() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    program.json(&["key", "create", "--account", &account, "--name", "k"]);
    let other = fluence::secret::generate_pepper();
    let (status, diagnosis) = diagnosed(&program, &[("FLUENCE_PEPPER", &other)]);
    assert_eq!((status, verdict(&diagnosis, "database", "pepper").as_str()), (1, "fail"));
    assert!(!diagnosis.to_string().contains(&other));
}

#[tokio::test]
async fn a_ledger_that_is_wrong_fails() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    program.json(&["credit", "grant", "--account", &account, "--pack", "starter", "--id", "order-1"]);
    change(&program, "update ledger_account set balance = balance + 1").await;
    let (status, diagnosis) = diagnosed(&program, &[]);
    assert_eq!((status, verdict(&diagnosis, "ledger", "last day").as_str()), (1, "fail"));
}

#[tokio::test]
async fn an_older_schema_fails_with_what_to_do() {
    let program = Program::new().await;
    change(
        &program,
        "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)",
    )
    .await;
    let (status, diagnosis) = diagnosed(&program, &[]);
    assert_eq!(status, 1);
    assert_eq!(found(&diagnosis, "database", "schema")[0]["advice"], "run `fluence migrate`");
    assert!(found(&diagnosis, "ledger", "last day").is_empty());
}

#[tokio::test]
async fn a_gateway_that_died_is_noticed() {
    let program = Program::new().await;
    change(
        &program,
        "insert into node (id, name, version, started_at, last_seen_at, change_seen)
         values (gen_random_uuid(), 'gone', '0', now(), now() - interval '1 minute', 0)",
    )
    .await;
    let (_, diagnosis) = diagnosed(&program, &[]);
    assert_eq!(verdict(&diagnosis, "gateways", "running"), "warn");
}

#[tokio::test]
async fn a_gateway_whose_writer_has_stopped_is_named_even_if_it_reports() {
    let program = Program::new().await;
    change(
        &program,
        "insert into node (id, name, version, started_at, last_seen_at, change_seen)
         values (gen_random_uuid(), 'gw-1', '0', now(), now(), 0);
         insert into ledger_epoch (node, heartbeat_at) values ('gw-1', now() - interval '20 seconds'), ('gw-2', now())",
    )
    .await;
    let (_, diagnosis) = diagnosed(&program, &[]);
    assert_eq!(verdict(&diagnosis, "ledger", "writers"), "warn");
    let said = found(&diagnosis, "ledger", "writers")[0]["found"].as_str().unwrap();
    assert!(said.contains("gw-1 for 2") && !said.contains("gw-2"), "{said}");
    assert_eq!(
        verdict(&diagnosis, "ledger", "open holds"),
        "ok",
        "it may come back within the life of a hold"
    );
}

#[tokio::test]
async fn a_store_is_asked_and_one_that_is_away_fails_without_its_password() {
    let (program, store) = (Program::new().await, Redis::start().await);
    let (_, diagnosis) = diagnosed(&program, &[("FLUENCE_REDIS_URL", &store.url())]);
    assert_eq!(verdict(&diagnosis, "store", "version"), "ok");
    let (status, diagnosis) =
        diagnosed(&program, &[("FLUENCE_REDIS_URL", "redis://me:hunter2@127.0.0.1:1/0")]);
    assert_eq!((status, verdict(&diagnosis, "store", "reachable").as_str()), (1, "fail"));
    assert!(!diagnosis.to_string().contains("hunter2"), "{diagnosis}");
}

#[tokio::test]
async fn a_store_that_refuses_the_password_is_not_to_be_started() {
    let (program, store) = (Program::new().await, Redis::start().await);
    let url = format!("redis://gate:hunter2@127.0.0.1:{}/0", store.port());
    let (_, diagnosis) = diagnosed(&program, &[("FLUENCE_REDIS_URL", &url)]);
    let advice = found(&diagnosis, "store", "reachable")[0]["advice"].as_str().unwrap();
    assert!(advice.starts_with("correct user and password"), "{diagnosis}");
}

#[tokio::test]
async fn a_ledger_that_gateways_may_not_write_fails() {
    let program = Program::new().await;
    change(&program, "revoke insert on ledger_entry from fluence_runtime").await;
    let (_, diagnosis) = diagnosed(&program, &[]);
    assert_eq!(verdict(&diagnosis, "ledger", "writable"), "fail");
}

/// As a full disk does: no table gets more room. What fits into its free pages is still written.
const FULL_DISK: &str = "
    create function refuse_room() returns event_trigger language plpgsql as $$ begin
        raise 'could not extend file: No space left on device' using errcode = 'disk_full';
    end $$;
    create event trigger full_disk on ddl_command_start when tag in ('CREATE TABLE AS', 'CREATE TABLE')
        execute function refuse_room();";

#[tokio::test]
async fn a_database_on_a_full_disk_fails() {
    let program = Program::new().await;
    let (_, sound) = diagnosed(&program, &[]);
    assert_eq!(verdict(&sound, "ledger", "write"), "ok");
    change(&program, FULL_DISK).await;
    let (status, diagnosis) = diagnosed(&program, &[]);
    let write = found(&diagnosis, "ledger", "write")[0];
    assert_eq!((status, &write["verdict"]), (1, &"fail".into()), "{diagnosis}");
    assert!(write["found"].as_str().unwrap().contains("No space left on device"), "{diagnosis}");
    assert!(write["advice"].as_str().unwrap().starts_with("free space"), "{diagnosis}");
}

#[tokio::test]
async fn a_locked_ledger_needs_the_end_of_the_lock_and_no_rights() {
    let program = Program::new().await;
    let mut stray = program.database.pool().begin().await.unwrap();
    sqlx::raw_sql("lock table ledger_entry in access exclusive mode").execute(&mut *stray).await.unwrap();
    let (_, diagnosis) = diagnosed(&program, &[]);
    let advice = found(&diagnosis, "ledger", "last day")[0]["advice"].as_str().unwrap();
    assert!(advice.starts_with("another session locks"), "{diagnosis}");
}

#[tokio::test]
async fn a_user_of_the_store_with_the_rights_of_a_gateway_is_enough() {
    let (program, store) = (Program::new().await, Redis::start().await);
    let mut connection = store.connect().await;
    let rights = ["~fluence:*", "+eval", "+evalsha", "+time", "+get", "+set", "+del"];
    let mut user = redis::cmd("ACL");
    let _: () = user
        .arg("SETUSER")
        .arg("gate")
        .arg("on")
        .arg(">hunter2")
        .arg(&rights)
        .query_async(&mut connection)
        .await
        .unwrap();
    let url = format!("redis://gate:hunter2@127.0.0.1:{}/0", store.port());
    let (_, diagnosis) = diagnosed(&program, &[("FLUENCE_REDIS_URL", &url)]);
    assert_eq!(verdict(&diagnosis, "store", "version"), "ok");
    assert!(!diagnosis.to_string().contains("hunter2"), "{diagnosis}");
}

#[tokio::test]
async fn an_upstream_that_does_not_answer_fails() {
    let program = Program::new().await;
    let (_, diagnosis) = diagnosed(
        &program,
        &[
            ("FLUENCE_ENRICHMENT_URL", "http://127.0.0.1:1/"),
            ("FLUENCE_ENRICHMENT_ALLOW_PRIVATE_ADDRESSES", "true"),
        ],
    );
    assert_eq!(verdict(&diagnosis, "upstream", "enrichment"), "fail");
}

#[tokio::test]
async fn a_secret_file_that_others_can_read_is_a_warning() {
    let (program, scratch) = (Program::new().await, Scratch::new());
    std::fs::create_dir_all(scratch.path()).unwrap();
    let file = scratch.path().join("pepper");
    std::fs::write(&file, &program.pepper).unwrap();
    for (mode, expected) in [(0o600, "ok"), (0o644, "warn")] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let named = [("FLUENCE_PEPPER_FILE", file.to_str().unwrap()), ("FLUENCE_PEPPER", "")];
        let (_, diagnosis) = diagnosed(&program, &named);
        assert_eq!(verdict(&diagnosis, "settings", "secret file"), expected);
    }
}

#[test]
fn every_faulty_setting_is_a_check_of_its_own() {
    let faulty = [("FLUENCE_COLOUR", "red"), ("FLUENCE_CALLS_DEADLINE_S", "0")];
    let ran: super::program::Ran = bare(&["doctor"]).envs(faulty).output().unwrap().into();
    assert_eq!(ran.status, 1);
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("FAIL  settings")).count(), 2, "{}", ran.out);
    assert_eq!(ran.err, "fluence: 2 checks failed\n");
}

#[test]
fn a_database_that_is_away_fails_without_its_password() {
    let pepper = fluence::secret::generate_pepper();
    let environment =
        [("DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/fluence"), ("FLUENCE_PEPPER", &*pepper)];
    let ran: super::program::Ran = bare(&["doctor"]).envs(environment).output().unwrap().into();
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("FAIL  database  reachable"), "{}", ran.out);
    assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"));
}

#[test]
fn a_pepper_file_that_is_of_no_use_is_named_with_what_to_do() {
    let scratch = Scratch::new();
    let run = |words: &[&str]| -> super::program::Ran {
        bare(words).arg("--data-dir").arg(scratch.path()).output().unwrap().into()
    };
    assert_eq!(run(&["migrate"]).status, 0);
    let file = scratch.path().join("pepper");
    let path = file.to_str().unwrap();
    let pepper = || {
        let diagnosis: Value = serde_json::from_str(&run(&["doctor", "--json"]).out).unwrap();
        found(&diagnosis, "database", "pepper")[0].clone()
    };
    assert_eq!(pepper()["verdict"], "ok");

    let text = std::fs::read(&file).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let found_in = |check: &Value| check["found"].as_str().unwrap().to_owned();
    let open = pepper();
    assert_eq!(open["verdict"], "fail");
    assert!(found_in(&open).contains(&format!("chmod 600 {path}")), "{open}");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&file, "").unwrap();
    let empty = pepper();
    assert_eq!(found_in(&empty), format!("{path}: is empty"));
    assert!(empty["advice"].as_str().unwrap().contains("backup"), "{empty}");

    std::fs::write(&file, text).unwrap();
    let account =
        run(&["account", "create", "--name", "A", "--email", "a@b.example", "--plan", "business", "--json"]);
    let id = account.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(run(&["key", "create", "--account", &id, "--name", "k"]).status, 0);
    std::fs::remove_file(&file).unwrap();
    let missing = pepper();
    assert_eq!((&missing["verdict"], found_in(&missing)), (&"fail".into(), format!("{path} is missing")));
    assert!(missing["advice"].as_str().unwrap().starts_with("restore it from its backup"), "{missing}");
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_given_the_advice_of_its_cause() {
    let program = Program::new().await;
    let role = format!("crowded_{:016x}", rand::random::<u64>());
    change(&program, &format!("create role {role} login connection limit 0")).await;
    let advice = |environment: &[(&str, &str)]| {
        let (_, diagnosis) = diagnosed(&program, environment);
        found(&diagnosis, "database", "reachable")[0].clone()
    };
    let url = program.database.options().username(&role).to_url_lossy().to_string();
    let crowded = advice(&[("DATABASE_URL", &url)]);
    assert!(crowded["advice"].as_str().unwrap().starts_with("end other sessions"), "{crowded}");
    change(&program, &format!("drop role {role}")).await;
    let missing = advice(&[("DATABASE_URL", "postgresql://me@127.0.0.1:1/fluence")]);
    assert!(missing["advice"].as_str().unwrap().starts_with("check DATABASE_URL"), "{missing}");
}

#[test]
fn missing_programs_of_postgresql_are_the_advice_themselves() {
    let scratch = Scratch::new();
    let at = |words: &[&str], programs: Option<&str>| -> super::program::Ran {
        let mut command = bare(words);
        command.arg("--data-dir").arg(scratch.path());
        if let Some(folder) = programs {
            command.env("PG_BIN_DIR", folder).env("PATH", folder);
        }
        command.output().unwrap().into()
    };
    assert_eq!(at(&["migrate"], None).status, 0);
    let diagnosis: Value = serde_json::from_str(&at(&["doctor", "--json"], Some("/nowhere")).out).unwrap();
    let check = found(&diagnosis, "database", "reachable")[0];
    assert!(check["found"].as_str().unwrap().contains("PG_BIN_DIR"), "{check}");
    assert!(check.get("advice").is_none(), "{check}");
}

#[test]
fn without_a_private_database_none_is_created() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("data");
    let ran: super::program::Ran =
        bare(&["doctor", "--data-dir", folder.to_str().unwrap()]).output().unwrap().into();
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("there is no private database in"), "{}", ran.out);
    assert!(!folder.exists());
}

#[test]
fn settings_are_checked_without_a_database() {
    let pepper = fluence::secret::generate_pepper();
    let sound = [("DATABASE_URL", "postgresql://me@127.0.0.1:1/fluence"), ("FLUENCE_PEPPER", &*pepper)];
    let check = |more: &[(&str, &str)]| -> super::program::Ran {
        let mut command = bare(&["config", "check", "--json"]);
        command.envs(sound).envs(more.iter().copied()).output().unwrap().into()
    };
    let checked = check(&[("FLUENCE_LISTEN", "0.0.0.0:8000"), ("FLUENCE_API_KEY", "hunter2")]).json();
    assert_eq!((&checked["valid"], &checked["ignored"][0]), (&true.into(), &"FLUENCE_API_KEY".into()));
    assert!(checked["warnings"][0].as_str().unwrap().contains("support_contact"));
    let faulty = check(&[("FLUENCE_PEPPER", ""), ("FLUENCE_SERVER_DRAIN_S", "soon")]);
    assert_eq!((faulty.status, faulty.out.as_str()), (1, ""));
    for fault in ["FLUENCE_PEPPER: ", "FLUENCE_SERVER_DRAIN_S: "] {
        assert!(faulty.err.contains(fault), "{}", faulty.err);
    }
}
