//! `fluence backup`: a crash under traffic, and the restore to a chosen instant.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use chrono::{DateTime, Utc};
use fluence::clock::now;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

use super::program::{Ran, bare, mode, text};
use super::serving::Serving;
use crate::gate::people::unknown_person;
use crate::support::gateway::eventually;
use crate::support::processes::{alive, signal};
use crate::support::scratch::Scratch;

const CLIENTS: usize = 4;
/// Answers before each step of the story.
const ANSWERS: usize = 120;

/// A private database with an archive, a pass phrase, and a place for backups.
struct Installation {
    scratch: Scratch,
    around: Scratch,
}

impl Installation {
    fn new() -> Self {
        let (scratch, around) = (Scratch::new(), Scratch::new());
        fs::create_dir_all(around.path()).unwrap();
        fs::write(around.path().join("phrase"), "correct horse battery staple\n").unwrap();
        Self { scratch, around }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.around.path().join(name)
    }

    fn word(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }

    fn command(&self, data_dir: &Path, words: &[&str]) -> Command {
        let mut command = bare(words);
        command
            .arg("--data-dir")
            .arg(data_dir)
            .env("FLUENCE_BACKUP_ARCHIVE_DIR", self.at("wal"))
            .env("FLUENCE_LOG_LEVEL", "info,fluence::request=off")
            .env("FLUENCE_SERVER_ANNOUNCE_S", "0");
        command
    }

    fn run(&self, data_dir: &Path, words: &[&str]) -> Ran {
        let mut command = self.command(data_dir, words);
        command.env("FLUENCE_LOG_LEVEL", "warn").output().unwrap().into()
    }

    #[track_caller]
    fn json(&self, words: &[&str]) -> Value {
        let ran = self.run(self.scratch.path(), &[words, &["--json"]].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err))
    }

    fn serve(&self, data_dir: &Path) -> Serving {
        Serving::start(self.command(data_dir, &["serve", "--listen", "127.0.0.1:0"]))
    }

    fn backup(&self, name: &str) -> Value {
        self.json(&["backup", "create", "--to", &self.word(name), "--passphrase-file", &self.word("phrase")])
    }

    /// A restore of the backup `backup` into the new folder `name`.
    fn restore(&self, name: &str, further: &[&str]) -> Ran {
        let words = ["backup", "restore", &self.word("backup"), "--passphrase-file", &self.word("phrase")];
        self.run(&self.at(name), &[&words[..], further].concat())
    }
}

/// A paid call, and when it was sent and answered.
#[derive(Clone, Debug)]
struct Call {
    id: Uuid,
    sent_at: DateTime<Utc>,
    answered_at: DateTime<Utc>,
}

/// Clients that call until the gateway is gone.
struct Traffic {
    calls: Arc<Mutex<Vec<Call>>>,
    stop: Arc<AtomicBool>,
}

impl Traffic {
    fn start(address: &str, key: &str) -> Self {
        let traffic = Self { calls: Arc::default(), stop: Arc::default() };
        for _ in 0..CLIENTS {
            let (calls, stop) = (Arc::clone(&traffic.calls), Arc::clone(&traffic.stop));
            let (url, key) = (format!("{address}/analyze"), key.to_owned());
            tokio::spawn(async move {
                let client = reqwest::Client::builder().no_proxy().build().unwrap();
                while !stop.load(Ordering::Relaxed) {
                    let sent_at = now();
                    let Ok((404, Some(id))) = call(&client, &url, &key).await else { continue };
                    calls.lock().unwrap().push(Call { id, sent_at, answered_at: now() });
                }
            });
        }
        traffic
    }

    fn answered(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    async fn more(&self) {
        let wanted = self.answered() + ANSWERS;
        eventually("more calls are answered", async || self.answered() >= wanted).await;
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Calls for an unknown person, which is charged. Returns the status and the call's id.
async fn call(client: &reqwest::Client, url: &str, key: &str) -> reqwest::Result<(u16, Option<Uuid>)> {
    let person = unknown_person();
    let answer = client.post(url).header("x-api-key", key).json(&person).send().await?;
    let id = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let status = answer.status().as_u16();
    answer.bytes().await?;
    Ok((status, id))
}

/// The ids of the calls in the ledger of a data folder on which nothing runs.
async fn calls_in(data_dir: &Path) -> HashSet<Uuid> {
    let options = fluence::local_postgres::Options {
        data_dir: data_dir.to_owned(),
        durable: true,
        max_connections: 20,
        archive_dir: None,
    };
    let server = fluence::local_postgres::LocalPostgres::start(options).await.unwrap();
    let mut connection = server.connect_options().connect().await.unwrap();
    let ids = sqlx::query_scalar("select distinct call_id from ledger_entry where kind = 4")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    server.stop().await.unwrap();
    ids.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_the_ledger_of_a_chosen_instant_is_back_with_every_call_answered_before_it() {
    let old = Installation::new();
    let serving = old.serve(old.scratch.path());
    let address = serving.address();
    let account =
        old.json(&["account", "create", "--name", "A", "--email", "a@b.example", "--plan", "business"]);
    let key = old.json(&["key", "create", "--account", &text(&account, "id"), "--name", "k"]);
    let key = text(&key, "key");

    let traffic = Traffic::start(&address, &key);
    traffic.more().await;
    let made = old.backup("backup");
    assert_eq!(made["pepper"], true, "{made}");
    assert_eq!(mode(&old.at("backup")), 0o700);
    traffic.more().await;
    let instant = now();
    traffic.more().await;

    let postmaster = old.scratch.postmaster().unwrap();
    signal("KILL", serving.pid());
    signal("KILL", postmaster);
    eventually("the server is gone", async || !alive(postmaster)).await;
    drop(serving);
    let calls = traffic.calls.lock().unwrap().clone();
    drop(traffic);

    let began = Instant::now();
    let to = instant.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let pg_wal = old.scratch.cluster().join("pg_wal").to_str().unwrap().to_owned();
    // The archive of the settings has the rest.
    let wal = ["--wal", &pg_wal];
    let restored = old.restore("new", &[&["--to", &to, "--json"], &wal[..]].concat());
    assert_eq!(restored.status, 0, "{}", restored.err);
    println!("restored and verified in {:.1} s: {}", began.elapsed().as_secs_f64(), restored.out);
    let new = old.at("new");
    assert_eq!(old.run(&new, &["ledger", "verify"]).status, 0);

    let found = calls_in(&new).await;
    let before: Vec<&Call> = calls.iter().filter(|call| call.answered_at < instant).collect();
    let after: Vec<&Call> = calls.iter().filter(|call| call.sent_at > instant).collect();
    assert!(before.len() >= 2 * ANSWERS && after.len() > ANSWERS / 2, "{} {}", before.len(), after.len());
    for call in before {
        assert!(found.contains(&call.id), "{call:?} was answered before {instant} and is lost");
    }
    for call in after {
        assert!(!found.contains(&call.id), "{call:?} was sent after {instant} and is there");
    }

    // Without an instant, everything that the log has.
    let latest = old.restore("latest", &wal);
    assert_eq!(latest.status, 0, "{}", latest.err);
    let found = calls_in(&old.at("latest")).await;
    assert!(calls.iter().all(|call| found.contains(&call.id)), "a call that was answered is lost");

    // The key is still known, since the pepper came along, and the new gateway takes calls.
    let serving = old.serve(&new);
    let url = format!("{}/analyze", serving.address());
    let (status, _) = call(&reqwest::Client::new(), &url, &key).await.unwrap();
    assert_eq!(status, 404);
    serving.stop();

    for (further, reason) in [
        (&["--to", "2099-01-01"][..], "the write-ahead log ends before that instant"),
        (&["--to", "2020-01-01"], "the backup restores instants since"),
    ] {
        let refused = old.restore("refused", &[further, &wal].concat());
        assert!(refused.status != 0 && refused.err.contains(reason), "{further:?}: {}", refused.err);
        // Its end says why, and the folder can be used for the next try.
        assert!(!refused.err.contains("is starting up"), "{}", refused.err);
        assert!(!old.at("refused").join("postgres").exists());
    }
    let again = old.restore("new", &wal);
    assert!(again.failure().contains("new is not empty"), "{}", again.err);
}

/// The names of the accounts in a data folder.
fn accounts(old: &Installation, data_dir: &Path) -> Vec<String> {
    let ran = old.run(data_dir, &["account", "list", "--json"]);
    let list: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    let mut names: Vec<String> =
        list["accounts"].as_array().unwrap().iter().map(|account| text(account, "name")).collect();
    names.sort();
    names
}

impl Installation {
    /// What the archive has. A command that ends archives all of its log.
    fn archived(&self) -> HashSet<String> {
        let entries = fs::read_dir(self.at("wal")).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
    }

    fn account(&self, name: &str) -> HashSet<String> {
        let before = self.archived();
        let email = format!("{name}@b.example");
        self.json(&["account", "create", "--name", name, "--email", &email, "--plan", "business"]);
        self.archived().difference(&before).cloned().collect()
    }
}

#[test]
fn a_log_with_a_gap_is_not_restored_as_if_it_were_whole() {
    let old = Installation::new();
    old.json(&["migrate"]);
    old.backup("backup");
    let lost = old.account("first");
    old.account("second");
    fs::create_dir(old.at("elsewhere")).unwrap();
    for segment in &lost {
        fs::rename(old.at("wal").join(segment), old.at("elsewhere").join(segment)).unwrap();
    }
    assert!(!lost.is_empty());

    let refused = old.restore("new", &[]);
    assert!(refused.failure().contains("the write-ahead log has a gap"), "{}", refused.err);
    assert!(refused.err.contains("--wal") && !old.at("new").join("postgres").exists(), "{}", refused.err);
    let drill = old.run(old.scratch.path(), &["backup", "drill", &old.word("backup")]);
    assert!(drill.failure().contains("the write-ahead log has a gap"), "{}", drill.err);

    // The folder that is named fills the gap, and the archive has the rest.
    let whole = old.restore("new", &["--wal", &old.word("elsewhere")]);
    assert_eq!(whole.status, 0, "{}", whole.err);
    assert_eq!(accounts(&old, &old.at("new")), ["first", "second"]);

    let short = old.restore("short", &["--up-to-gap"]);
    assert!(short.status == 0 && short.out.contains("What happened later is undone"), "{}", short.err);
    assert!(accounts(&old, &old.at("short")).is_empty());
    let mistyped = old.restore("x", &["--wal", "/nowhere/pg_wal"]);
    assert!(mistyped.failure().contains("there is no such folder"), "{}", mistyped.err);
}

#[test]
fn a_restored_copy_archives_only_once_a_gateway_goes_on_with_it() {
    let old = Installation::new();
    old.json(&["migrate"]);
    old.backup("backup");
    old.account("first");
    let serving = old.serve(old.scratch.path());
    serving.address();
    let before = old.archived();
    for name in ["copy", "later"] {
        assert_eq!(old.restore(name, &[]).status, 0);
    }
    let looked = old.run(&old.at("copy"), &["account", "list"]);
    assert!(looked.status == 0 && looked.err.contains("not archiving"), "{}", looked.err);
    assert!(looked.err.contains("restored copy that no gateway has served"), "{}", looked.err);
    assert_eq!(old.archived(), before, "a copy that is looked at leaves the archive as it is");

    let refused = old.run(&old.at("copy"), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(refused.failure().contains("it is the archive of the server in"), "{}", refused.err);
    serving.stop();

    // The gateway goes on with the copy, and a restore finds what it did there.
    let serving = old.serve(&old.at("copy"));
    serving.address();
    serving.stop();
    assert_eq!(old.run(&old.at("copy"), &["account", "list"]).err, "");
    assert!(old.archived().contains("00000002.history"), "{:?}", old.archived());
    let words = ["account", "create", "--name", "second", "--email", "s@b.example", "--plan", "business"];
    assert_eq!(old.run(&old.at("copy"), &words).status, 0);
    let latest = old.restore("latest", &[]);
    assert_eq!(latest.status, 0, "{}", latest.err);
    assert_eq!(accounts(&old, &old.at("latest")), ["first", "second"]);

    // Another copy of the same instant has the same timeline.
    let refused = old.run(&old.at("later"), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(refused.failure().contains("it has segments of timeline 2"), "{}", refused.err);
}

#[test]
fn a_backup_that_is_damaged_foreign_or_sealed_otherwise_is_refused() {
    let old = Installation::new();
    old.json(&["migrate"]);
    let account =
        old.json(&["account", "create", "--name", "A", "--email", "a@b.example", "--plan", "business"]);
    old.json(&["key", "create", "--account", &text(&account, "id"), "--name", "k"]);
    old.backup("backup");
    let pepper = fs::read_to_string(old.scratch.path().join("pepper")).unwrap();
    for file in ["backup.json", "pepper.sealed"] {
        let text = fs::read_to_string(old.at("backup").join(file)).unwrap();
        assert!(!text.contains(pepper.trim()), "{file}");
    }
    let again = old.run(
        old.scratch.path(),
        &["backup", "create", "--to", &old.word("backup"), "--passphrase-file", &old.word("phrase")],
    );
    assert!(again.failure().contains("is not empty"), "{}", again.err);

    fs::write(old.at("phrase"), "another phrase, as long").unwrap();
    assert!(old.restore("x", &[]).failure().contains("the pass phrase is wrong"));
    assert!(!old.at("x").exists());
    fs::write(old.at("phrase"), "correct horse battery staple").unwrap();

    let manifest = old.at("backup/backup.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let mut newer: Value = serde_json::from_str(&text).unwrap();
    newer["schema"] = json!(9999);
    fs::write(&manifest, newer.to_string()).unwrap();
    assert!(old.restore("x", &[]).failure().contains("which is newer: restore with that version"));

    // A ledger that is not the one of the backup stays read-only.
    let mut foreign: Value = serde_json::from_str(&text).unwrap();
    foreign["newest_batches"][0]["hash"] = json!("00".repeat(32));
    fs::write(&manifest, foreign.to_string()).unwrap();
    let refused = old.restore("foreign", &[]);
    assert!(refused.failure().contains("the ledger is not the one that was backed up"), "{}", refused.err);
    let served = old.run(&old.at("foreign"), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(served.err.contains("did not verify, so it is read-only"), "{}", served.err);
    assert_eq!(old.run(&old.at("foreign"), &["ledger", "verify"]).status, 0);
    let words = ["account", "create", "--name", "B", "--email", "b@b.example", "--plan", "business"];
    assert!(old.run(&old.at("foreign"), &words).failure().contains("read-only"));

    fs::write(&manifest, &text).unwrap();
    fs::write(old.at("backup/base/global/pg_control"), "damaged").unwrap();
    let refused = old.restore("damaged", &[]);
    assert!(refused.err.contains("the backup is damaged"), "{}", refused.err);
    let is_empty = |folder: &Path| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    assert!(is_empty(&old.at("damaged")), "it is in the way of the next try");
    fs::remove_file(&manifest).unwrap();
    assert!(old.restore("x", &[]).failure().contains("is not a complete backup"));
}

#[test]
fn a_drill_restores_a_new_backup_leaves_nothing_behind_and_is_seen_by_doctor() {
    let old = Installation::new();
    old.json(&["migrate"]);
    let warned = |name: &str| {
        let diagnosis = old.json(&["doctor"]);
        let check = diagnosis["checks"].as_array().unwrap().iter();
        let check = check.clone().find(|check| check["group"] == "backup" && check["name"] == name);
        check.unwrap_or_else(|| panic!("{name}: {diagnosis}"))["verdict"] == "warn"
    };
    assert!(warned("last backup") && warned("last drill") && !warned("archive"));
    let before = fs::read_dir(old.scratch.path()).unwrap().count();
    let drill = old.json(&["backup", "drill"]);
    assert!(drill["took_s"].as_f64().unwrap() > 0.0, "{drill}");
    assert!(!warned("last drill") && warned("last backup"), "the backup of a drill is not kept");
    old.backup("backup");
    assert!(!warned("last backup"));
    let left = fs::read_dir(old.scratch.path()).unwrap().count();
    assert_eq!(left, before + 1, "only the file with the state");
}

#[test]
fn the_database_of_an_operator_is_not_backed_up_here() {
    let url = "postgresql://me@127.0.0.1:1/fluence";
    let ran: Ran =
        bare(&["backup", "create", "--to", "/nowhere"]).env("DATABASE_URL", url).output().unwrap().into();
    assert!(ran.failure().contains("docs/operations/backup.md"), "{}", ran.err);
}
