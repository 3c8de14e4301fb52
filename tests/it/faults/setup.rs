//! A database with two accounts, the program on it, and the clients' intents.

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
use super::load::{Behaviour, Intent, client};
use super::serving::Serving;
use crate::command::program::{Ran, bare, text};
use crate::support::gateway::eventually;

/// Credits of an account: more than the calls can spend.
const CREDITS: i64 = 500_000;

pub(super) struct Setup {
    url: String,
    pepper: String,
    pub(super) pool: PgPool,
    /// Each client's behaviour and API key.
    pub(super) clients: Vec<(Behaviour, String)>,
    pub(super) intents_by_client: Vec<Vec<Intent>>,
}

impl Setup {
    /// Migrates the database of `url`. `pool` connects as its owner.
    pub(super) async fn new(url: &str, pool: PgPool) -> Self {
        let (url, pepper) = (url.to_owned(), generate_pepper());
        let mut setup = Self { url, pepper, pool, clients: Vec::new(), intents_by_client: Vec::new() };
        setup.json(&["migrate"]);
        let options =
            ImportOptions { default_source: "sample".into(), retention: Duration::from_secs(86_400) };
        import(&setup.pool, Cursor::new(SAMPLE_PEOPLE), &options, now()).await.unwrap();
        // The first has only plain calls, which take the fast path.
        let (plain, mixed) = (setup.key(), setup.key());
        for behaviour in [Behaviour::Charged; 3] {
            setup.clients.push((behaviour, plain.clone()));
        }
        for behaviour in
            [Behaviour::Keyed, Behaviour::Keyed, Behaviour::Charged, Behaviour::Free, Behaviour::FreeKeyed]
        {
            setup.clients.push((behaviour, mixed.clone()));
        }
        setup
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

    /// A gateway that is not started yet.
    pub(super) fn serve(&self) -> Command {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("FLUENCE_DATABASE_MAX_CONNECTIONS", "8");
        // A gateway observes a dead one for three heartbeats.
        command.env("FLUENCE_LEDGER_HEARTBEAT_S", "1").env("FLUENCE_LEDGER_SWEEP_EVERY_S", "1");
        command
    }

    /// Repeats every keyed call without an answer on a recovered gateway, stops it, and audits the
    /// ledger.
    pub(super) async fn recover_and_audit(mut self, serving: Serving) {
        self.wait_for_dead_epochs().await;
        let client = client();
        for intent in self.intents_by_client.iter_mut().flatten().filter(|intent| intent.behaviour.is_keyed())
        {
            if intent.outcome().is_none() {
                assert!(intent.call(&client, &serving.address).await);
            }
        }
        serving.stop();
        let verified = self.json(&["ledger", "verify"]);
        assert_eq!(verified["clean"], true, "{verified}");
        audit(&self.pool, &self.intents_by_client, 2 * CREDITS).await;
    }

    async fn wait_for_dead_epochs(&self) {
        eventually("the epochs of dead gateways are closed", async || {
            let open: i64 = sqlx::query_scalar("select count(*) from ledger_epoch where closed_at is null")
                .fetch_one(&self.pool)
                .await
                .unwrap();
            open == 1
        })
        .await;
    }
}
