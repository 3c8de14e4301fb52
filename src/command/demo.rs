//! `fluence demo`: a demonstration account, its key, people to ask about, and curl lines that are ready to run.

use std::io::{self, Cursor, Write};
use std::net::SocketAddr;

use anyhow::{Context as _, anyhow};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::Connection;

use super::context::Context;
use super::directory::import_into;
use super::healthcheck::reachable;
use super::output::{Output, Report, write_fields};
use super::{account, key};
use crate::app::SAMPLE_PEOPLE;
use crate::clock as ids;
use crate::domain::account::DEFAULT_ENVIRONMENT;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use crate::domain::key::{KeyFormat, KeySecret, KeyState, Scope};
use crate::domain::person::PersonQuery;
use crate::domain::plan::PlanRef;
use crate::ledger::operation::Operation;
use crate::people::directory_line::DirectoryLine;
use crate::storage::accounts::{self, NewAccount};
use crate::storage::clock;
use crate::storage::keys::{self, NewKey};

/// The account's id: always the same, so that every run finds it.
const ACCOUNT: AccountId = AccountId::from_uuid(uuid::uuid!("01900000-0000-7000-8000-00000000d3e0"));
const EDITION: &str = "2025-01";
const PLAN: &str = "professional";
const KEY_NAME: &str = "demonstration";
const SOURCE: &str = "sample";

/// The demonstration account with a key of this run.
#[derive(Debug)]
pub struct Demo {
    account_id: AccountId,
    balance: Credits,
    key_id: KeyId,
    key: KeySecret,
}

/// Prepares the demonstration and prints it for a gateway on the configured address.
///
/// # Errors
/// When the database is away.
pub async fn run(context: &Context, output: Output) -> anyhow::Result<()> {
    context.bring_up_to_date().await?;
    prepare(context).await?.print(context.settings().listen, output)
}

/// Makes sure of the account and the sample people, and makes a new key. Repeating it adds no account and no people;
/// when there are as many keys as there may be, the oldest of earlier runs ends.
///
/// # Errors
/// When the database is away or its schema is not up to date.
pub async fn prepare(context: &Context) -> anyhow::Result<Demo> {
    let mut connection = context.connection().await?;
    let now = clock::now(&mut connection).await?;
    if accounts::find(&mut connection, ACCOUNT).await?.is_none() {
        let made = account::make(&demo_account(), context).await;
        // Where two runs made it at once, one of them did.
        if accounts::find(&mut connection, ACCOUNT).await?.is_none() {
            made.context("cannot make the demonstration account")?;
        }
    }
    context.act(Operation::Advance { account_id: ACCOUNT, id: CallId::from_uuid(ids::new_id()) }).await?;
    let (key_id, key) = new_key(context).await?;
    import_sample(context, now).await?;
    let balance = context.account(ACCOUNT).await?.balance;
    Ok(Demo { account_id: ACCOUNT, balance, key_id, key })
}

fn demo_account() -> NewAccount {
    NewAccount {
        id: ACCOUNT,
        environment_id: EnvironmentId::from_uuid(ids::new_id()),
        name: "Demonstration".into(),
        email: "demo@example.com".into(),
        plan: PlanRef { edition: EDITION.into(), plan: PLAN.into() },
    }
}

async fn new_key(context: &Context) -> anyhow::Result<(KeyId, KeySecret)> {
    let pepper = context.pepper().await?;
    let mut connection = context.connection().await?;
    let mut transaction = connection.begin().await?;
    let detail = accounts::detail(&mut transaction, ACCOUNT).await?.context("the account has gone again")?;
    let room = detail.environments.iter().find(|environment| environment.name == DEFAULT_ENVIRONMENT);
    let room = room.map_or(0, |environment| i64::from(environment.most_keys) - environment.keys);
    let older = keys::list(&mut transaction, ACCOUNT).await?.into_iter().filter(|key| {
        key.name == KEY_NAME
            && key.environment == DEFAULT_ENVIRONMENT
            && key.state != KeyState::Revoked.as_str()
    });
    for old in older.take(usize::try_from(1 - room).unwrap_or(0)) {
        keys::set_state(&mut transaction, old.id, KeyState::Revoked).await?;
    }
    let new = NewKey {
        id: KeyId::from_uuid(ids::new_id()),
        account_id: ACCOUNT,
        environment: DEFAULT_ENVIRONMENT.into(),
        name: KEY_NAME.into(),
        scopes: Scope::DEFAULT.to_vec(),
        expires_at: None,
        daily_cap: None,
        monthly_cap: None,
    };
    let secret = key::make(&mut transaction, &new, KeyFormat::Fluence, &pepper).await?;
    transaction.commit().await?;
    Ok((new.id, secret))
}

async fn import_sample(context: &Context, now: DateTime<Utc>) -> anyhow::Result<()> {
    let report = import_into(context, Cursor::new(SAMPLE_PEOPLE), SOURCE, now).await?;
    match report.faults.first() {
        None => Ok(()),
        Some(fault) => Err(anyhow!("sample people, line {}: {}", fault.line, fault.reason)),
    }
}

impl Demo {
    /// Prints the key and curl lines for a gateway on this address.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn print(&self, listen: SocketAddr, output: Output) -> anyhow::Result<()> {
        output.print(&DemoReport {
            account_id: self.account_id,
            balance: self.balance,
            key_id: self.key_id,
            key: self.key.expose(),
            calls: calls(reachable(listen), self.key.expose())?,
        })
    }
}

#[derive(Serialize)]
struct DemoReport<'a> {
    account_id: AccountId,
    balance: Credits,
    key_id: KeyId,
    key: &'a str,
    calls: Vec<Call>,
}

#[derive(Serialize)]
struct Call {
    endpoint: &'static str,
    curl: String,
}

impl Report for DemoReport<'_> {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "The demonstration account is ready. Its key is shown once; the next run makes another.\n"
        )?;
        let plan = format!("{PLAN} ({EDITION})");
        write_fields(
            out,
            &[("account", &self.account_id), ("plan", &plan), ("credits", &self.balance), ("key", &self.key)],
        )?;
        writeln!(out, "\nTry it:")?;
        self.calls.iter().try_for_each(|call| writeln!(out, "\n{}", call.curl))
    }
}

/// The body of a call, in the order in which people are named.
#[derive(Serialize)]
struct Question {
    first_name: String,
    last_name: String,
    company: String,
}

/// The same in Portuguese.
#[derive(Serialize)]
struct Pergunta {
    primeiro_nome: String,
    ultimo_nome: String,
    empresa: String,
}

/// One line for each endpoint, with people of the sample.
fn calls(address: SocketAddr, key: &str) -> anyhow::Result<Vec<Call>> {
    let (pt, en) = (sample_person("pt")?, sample_person("en")?);
    let portuguese = serde_json::to_string(&Pergunta {
        primeiro_nome: pt.first_name,
        ultimo_nome: pt.last_name,
        empresa: pt.company,
    })?;
    let english = serde_json::to_string(&Question {
        first_name: en.first_name,
        last_name: en.last_name,
        company: en.company,
    })?;
    let get =
        |path: &str| format!("curl -sS http://{address}{path} -H {}", quoted(&format!("X-API-Key: {key}")));
    let post = |path: &str, body: &str| {
        format!("{} -H 'Content-Type: application/json' -d {}", get(path), quoted(body))
    };
    Ok(vec![
        Call { endpoint: "/saude", curl: get("/saude") },
        Call { endpoint: "/crm_basico", curl: post("/crm_basico", &portuguese) },
        Call { endpoint: "/crm", curl: post("/crm", &portuguese) },
        Call { endpoint: "/analyze", curl: post("/analyze", &english) },
    ])
}

/// The first sample person who writes in this language.
fn sample_person(language: &str) -> anyhow::Result<PersonQuery> {
    let lines = SAMPLE_PEOPLE.lines().filter(|line| !line.trim().is_empty());
    for line in lines {
        let person = DirectoryLine::parse(line.as_bytes())?;
        if person.languages.first().is_some_and(|first| first == language) {
            let DirectoryLine { first_name, last_name, company, .. } = person;
            return Ok(PersonQuery { first_name, last_name, company });
        }
    }
    Err(anyhow!("no sample person writes in `{language}`"))
}

/// A word for the shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curl_lines_ask_about_one_person_each() {
        for language in ["pt", "en"] {
            let person = sample_person(language).unwrap();
            let alike = SAMPLE_PEOPLE.lines().filter(|line| {
                let line = DirectoryLine::parse(line.as_bytes()).unwrap();
                line.first_name == person.first_name && line.last_name == person.last_name
            });
            assert_eq!(alike.count(), 1, "{person:?}");
        }
    }

    #[test]
    fn the_shell_passes_an_apostrophe_on() {
        assert_eq!(quoted("d'Ávila"), r"'d'\''Ávila'");
    }

    #[test]
    fn the_lines_lead_to_the_address() {
        let calls = calls("127.0.0.1:9".parse().unwrap(), "KEY").unwrap();
        assert_eq!(calls[0].curl, "curl -sS http://127.0.0.1:9/saude -H 'X-API-Key: KEY'");
        let endpoints: Vec<_> = calls.iter().map(|call| call.endpoint).collect();
        assert_eq!(endpoints, ["/saude", "/crm_basico", "/crm", "/analyze"]);
    }
}
