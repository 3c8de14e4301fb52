//! A database with two accounts, the program on it, and what the accounts' clients remember.

use std::io::Cursor;
use std::process::Command;
use std::time::Duration;

use fluence::app::SAMPLE_PEOPLE;
use fluence::clock::now;
use fluence::command::directory::{ImportOptions, import};
use fluence::secret::generate_pepper;
use serde_json::Value;
use sqlx::PgPool;

use super::audit::audit;
use super::load::{Habit, Intent, client};
use super::serving::Serving;
use crate::command::program::{Ran, bare, text};
use crate::support::gateway::eventually;

/// Credits of an account: more than the calls can spend.
const CREDITS: i64 = 500_000;

pub(super) struct Stage {
    url: String,
    pepper: String,
    pub(super) pool: PgPool,
    /// Each client's habit and API key.
    pub(super) clients: Vec<(Habit, String)>,
    pub(super) memories: Vec<Vec<Intent>>,
}

impl Stage {
    /// On the database of `url`, of which `pool` is the owner's.
    pub(super) async fn new(url: &str, pool: PgPool) -> Self {
        let (url, pepper) = (url.to_owned(), generate_pepper());
        let mut stage = Self { url, pepper, pool, clients: Vec::new(), memories: Vec::new() };
        stage.json(&["migrate"]);
        let options =
            ImportOptions { default_source: "sample".into(), retention: Duration::from_secs(86_400) };
        import(&stage.pool, Cursor::new(SAMPLE_PEOPLE), &options, now()).await.unwrap();
        // The first has plain calls alone, which take the fast path.
        let (plain, mixed) = (stage.key(), stage.key());
        for habit in [Habit::Charged; 3] {
            stage.clients.push((habit, plain.clone()));
        }
        for habit in [Habit::Keyed, Habit::Keyed, Habit::Charged, Habit::Free, Habit::FreeKeyed] {
            stage.clients.push((habit, mixed.clone()));
        }
        stage
    }

    /// A key of a new account.
    fn key(&self) -> String {
        let words =
            ["account", "create", "--name", "Acme", "--email", "ops@acme.example", "--allow-duplicate-email"];
        let plan = ["--edition", "2025-06", "--plan", "enterprise"];
        let account = text(&self.json(&[&words[..], &plan].concat()), "id");
        text(&self.json(&["key", "create", "--account", &account, "--name", "load"]), "key")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = bare(words);
        command.env("DATABASE_URL", &self.url).env("FLUENCE_PEPPER", &self.pepper);
        command.env("FLUENCE_SERVER_ANNOUNCE_S", "0");
        command
    }

    fn json(&self, words: &[&str]) -> Value {
        let ran: Ran = self.command(&[words, &["--json"]].concat()).output().unwrap().into();
        ran.json()
    }

    /// A gateway that has yet to start.
    pub(super) fn serve(&self) -> Command {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("FLUENCE_DATABASE_MAX_CONNECTIONS", "8");
        command
    }

    /// With a gateway that is well again: gives every keyed call its answer, stops, and shows the books.
    pub(super) async fn recover_and_audit(mut self, serving: Serving) {
        self.epochs_of_the_dead_are_closed().await;
        let client = client();
        for intent in self.memories.iter_mut().flatten().filter(|intent| intent.habit.is_keyed()) {
            if intent.outcome().is_none() {
                assert!(intent.call(&client, &serving.address).await);
            }
        }
        serving.stop();
        let verified = self.json(&["ledger", "verify"]);
        assert_eq!(verified["clean"], true, "{verified}");
        audit(&self.pool, &self.memories, 2 * CREDITS).await;
    }

    async fn epochs_of_the_dead_are_closed(&self) {
        eventually("the epochs of the dead are closed", async || {
            let open: i64 = sqlx::query_scalar("select count(*) from ledger_epoch where closed_at is null")
                .fetch_one(&self.pool)
                .await
                .unwrap();
            open == 1
        })
        .await;
    }
}
