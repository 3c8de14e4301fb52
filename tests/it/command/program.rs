//! The program, run as users run it, on a database of the test's own.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use fluence::catalogue::plans::Catalogue;
use fluence::secret::generate_pepper;
use fluence::storage::catalogue;
use serde_json::Value;

use crate::support::database::TestDatabase;

/// The program without anything of this process's environment but the search path.
pub(crate) fn bare(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fluence"));
    command.args(words).env_clear().env("PATH", std::env::var_os("PATH").unwrap()).stdin(Stdio::null());
    command
}

/// What a run left.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The one line of a command that failed.
    #[track_caller]
    pub(crate) fn failure(&self) -> &str {
        assert_eq!((self.status, self.out.as_str()), (1, ""), "{}", self.err);
        let line = self.err.strip_suffix('\n').unwrap();
        assert!(!line.contains('\n'), "more than one line: {line}");
        line.strip_prefix("fluence: ").unwrap()
    }

    /// What the command line was refused for.
    #[track_caller]
    pub(crate) fn usage(&self) -> &str {
        assert_eq!((self.status, self.out.as_str()), (2, ""), "{}", self.err);
        &self.err
    }

    /// The one JSON object of a command that succeeded in silence.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{}", self.out);
        let value: Value = serde_json::from_str(&self.out).unwrap();
        assert!(value.is_object() && self.out.ends_with("}\n"), "{}", self.out);
        value
    }
}

/// A database with plans, a pepper, and the program that works on them.
pub(crate) struct Program {
    pub(crate) database: TestDatabase,
    pub(crate) pepper: String,
}

impl Program {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::new().await;
        let mut connection = database.pool().acquire().await.unwrap();
        catalogue::save(&mut connection, &Catalogue::shipped().unwrap()).await.unwrap();
        Self { database, pepper: generate_pepper() }
    }

    /// A command that has yet to run.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = bare(words);
        command.env("DATABASE_URL", self.database.url()).env("FLUENCE_PEPPER", &self.pepper);
        // No test waits for a load balancer.
        command.env("FLUENCE_SERVER_ANNOUNCE_S", "0");
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.command(words).output().unwrap().into()
    }

    /// Runs a command to its end with this text on its standard input.
    pub(crate) fn run_with(&self, words: &[&str], input: &str) -> Ran {
        let mut command = self.command(words);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        // A command that was refused before it read has closed its end.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap().into()
    }

    /// Runs a command that succeeds, with `--json`.
    #[track_caller]
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        self.run(&words).json()
    }

    /// The id of a new account on this plan.
    #[track_caller]
    pub(crate) fn account(&self, edition: &str, plan: &str) -> String {
        let words =
            ["account", "create", "--name", "Acme", "--email", "ops@acme.example", "--allow-duplicate-email"];
        let words: Vec<&str> = words.into_iter().chain(["--edition", edition, "--plan", plan]).collect();
        text(&self.json(&words), "id")
    }

    /// An account's credits.
    #[track_caller]
    pub(crate) fn balance(&self, account: &str) -> i64 {
        self.json(&["account", "show", account])["balance"].as_i64().unwrap()
    }

    /// Every row of every table, as text.
    pub(crate) async fn dump(&self) -> String {
        let tables: Vec<String> = sqlx::query_scalar(
            "select quote_ident(relname) from pg_class
              where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname",
        )
        .fetch_all(self.database.pool())
        .await
        .unwrap();
        let mut dump = String::new();
        for table in tables {
            let rows = sqlx::AssertSqlSafe(format!("select t::text from {table} t"));
            let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(self.database.pool()).await.unwrap();
            dump.push_str(&rows.join("\n"));
        }
        dump
    }
}

/// A text of a JSON object.
#[track_caller]
pub(crate) fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_else(|| panic!("no text `{name}` in {object}")).to_owned()
}

/// The names of a JSON object.
pub(crate) fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The permission bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
