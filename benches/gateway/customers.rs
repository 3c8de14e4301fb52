//! Who pays in a run: accounts on a plan whose limits never bite, so that nothing but the path
//! itself is measured.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use chrono::TimeDelta;
use fluence::app::SAMPLE_PEOPLE;
use fluence::catalogue::plans::Catalogue;
use fluence::clock;
use fluence::command::directory::{ImportOptions, import};
use fluence::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use fluence::domain::key::terms::KeyTerms;
use fluence::domain::key::{KeyFormat, KeyPrefix, KeySecret, Mode, Scope};
use fluence::domain::plan::PlanRef;
use fluence::ledger::rules::operation::Operation;
use fluence::ledger::writer::operator::apply_operations;
use fluence::secret::{Pepper, generate_pepper};
use fluence::storage::accounts::{self, NewAccount};
use fluence::storage::environments;
use fluence::storage::keys::{self, NewKey};
use fluence::storage::ledger::PgLedgerStore;
use fluence::storage::schema;
use sqlx::PgConnection;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use crate::postgres::Postgres;

/// The database that all others are copies of.
pub(crate) const SEED: &str = "seed";
/// Accounts of the usual case.
pub(crate) const ACCOUNTS: u32 = 1_000;
/// A person of the sample.
pub(crate) const BODY: &str =
    r#"{"primeiro_nome":"Marina","ultimo_nome":"Duarte Prado","empresa":"Horizonte Sistemas"}"#;

const EDITION: &str = "2025-06";
const PLAN: &str = "bench";
/// A plan of few requests a second: nearly all calls of a load are refused.
const SMALL_PLAN: &str = "essentials";
const TEST_ENVIRONMENT: &str = "test";

/// Files with a key a line.
pub(crate) struct Keys {
    /// The secret that their hashes are keyed with.
    pub(crate) pepper: String,
    /// One key for each of [`ACCOUNTS`] accounts.
    pub(crate) of_all: PathBuf,
    /// The key of one account.
    pub(crate) of_one: PathBuf,
    /// Keys of test environments: they pass the whole gate and spend nothing.
    pub(crate) of_tests: PathBuf,
    /// The key of an account on a small plan.
    pub(crate) of_small_plan: PathBuf,
}

/// The id of an account, so that pgbench can write it down too.
pub(crate) fn account_id(number: u32) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(0x7000_8000_0000_0000_0000 + u128::from(number)))
}

/// Makes the database [`SEED`] and writes the keys into `folder`.
pub(crate) async fn seed(postgres: &Postgres, folder: &Path) -> anyhow::Result<Keys> {
    postgres.create(SEED, "template0").await?;
    // As the owner: it adds plans, and vacuums.
    let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(postgres.options(SEED));
    schema::bring_up_to_date(&postgres.options(SEED), &Catalogue::shipped()?).await?;
    import_people(&pool).await?;
    let pepper = generate_pepper();
    let secret = Pepper::parse(&pepper, 1)?;
    let mut transaction = pool.begin().await?;
    add_plan(&mut transaction).await?;
    let (mut live, mut test) = (Vec::new(), Vec::new());
    for number in 1..=ACCOUNTS {
        let account = account_id(number);
        create_account(&mut transaction, account, PLAN).await?;
        live.push(create_key(&mut transaction, account, "default", &secret).await?);
        test.push(create_key(&mut transaction, account, TEST_ENVIRONMENT, &secret).await?);
    }
    let small = account_id(ACCOUNTS + 1);
    create_account(&mut transaction, small, SMALL_PLAN).await?;
    let small_key = create_key(&mut transaction, small, TEST_ENVIRONMENT, &secret).await?;
    transaction.commit().await?;
    grant_plan_credits(postgres).await?;
    // Statistics and visibility as they are in a database that has run for a while.
    sqlx::query("vacuum analyze").execute(&pool).await?;
    pool.close().await;
    Ok(Keys {
        pepper,
        of_all: write(folder, "all.keys", &live)?,
        of_one: write(folder, "one.keys", live.get(..1).unwrap_or_default())?,
        of_tests: write(folder, "tests.keys", &test)?,
        of_small_plan: write(folder, "small-plan.keys", &[small_key])?,
    })
}

fn write(folder: &Path, name: &str, keys: &[String]) -> anyhow::Result<PathBuf> {
    let path = folder.join(name);
    std::fs::write(&path, keys.join("\n") + "\n").with_context(|| format!("cannot write {name}"))?;
    Ok(path)
}

async fn import_people(pool: &sqlx::PgPool) -> anyhow::Result<()> {
    let options = ImportOptions { default_source: "sample".into(), retention: Duration::from_secs(86_400) };
    let report = import(pool, Cursor::new(SAMPLE_PEOPLE), &options, clock::now()).await?;
    ensure!(report.is_clean(), "the sample people are faulty: {report:?}");
    Ok(())
}

/// The largest plan, and more.
async fn add_plan(connection: &mut PgConnection) -> anyhow::Result<()> {
    sqlx::query(
        "insert into plan select edition, $2, position + 1, tier, label, price_usd, 1000000000000, 1000000, 1000000, 100000,
                2000000000, access, api_access, keys_per_environment, support, assumption
           from plan where edition = $1 and plan = 'enterprise'",
    )
    .bind(EDITION)
    .bind(PLAN)
    .execute(connection)
    .await?;
    Ok(())
}

async fn create_account(connection: &mut PgConnection, id: AccountId, plan: &str) -> anyhow::Result<()> {
    let new = NewAccount {
        id,
        environment_id: EnvironmentId::from_uuid(clock::new_id()),
        name: "Bench".into(),
        email: "bench@example.com".into(),
        plan: PlanRef { edition: EDITION.into(), plan: plan.into() },
    };
    accounts::create(connection, &new).await?;
    let test = EnvironmentId::from_uuid(clock::new_id());
    environments::create(connection, test, id, TEST_ENVIRONMENT, Mode::Test).await?;
    Ok(())
}

async fn create_key(
    connection: &mut PgConnection,
    account_id: AccountId,
    environment: &str,
    pepper: &Pepper,
) -> anyhow::Result<String> {
    let new = NewKey {
        id: KeyId::from_uuid(clock::new_id()),
        account_id,
        environment: environment.into(),
        terms: KeyTerms::unlimited("bench", &Scope::DEFAULT),
    };
    let secret =
        KeySecret::generate(KeyFormat::Fluence, &KeyPrefix::default(), |below| rand::random_range(0..below))
            .context("no key could be made")?;
    keys::create(connection, &new, &secret, &pepper.clone().into()).await?;
    Ok(secret.expose().to_owned())
}

/// The first touch of each account, which grants the credits of its plan.
async fn grant_plan_credits(postgres: &Postgres) -> anyhow::Result<()> {
    let store = PgLedgerStore::new(postgres.options(SEED), "seed".into(), TimeDelta::seconds(60));
    let advance = |number| Operation::Advance {
        account_id: account_id(number),
        id: CallId::from_uuid(clock::new_id()),
    };
    apply_operations(store, (1..=ACCOUNTS).map(advance).collect()).await?;
    Ok(())
}
