//! How long a look-up takes in a large directory, with several under way at once and no answer
//! remembered.
//!
//! `DATABASE_URL=postgres://... cargo bench --bench directory [-- PEOPLE]` makes a directory of a
//! million invented people (or so many), through the importer, in a database of its own that it
//! drops at the end.

#[path = "../crates/people/tests/it/generator/mod.rs"]
#[expect(dead_code, reason = "shared with the accuracy test, which also asks about people who are not there")]
mod generator;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{DateTime, Utc};
use fluence::command::directory::{ImportOptions, import};
use fluence::config::{self, Sources};
use fluence::domain::contact::ContactOwner;
use fluence::domain::ids::AccountId;
use fluence::domain::key::Mode;
use fluence::domain::person::PersonQuery;
use fluence::lookup::{Found, People, PeopleSettings};
use fluence::people::sample::SamplePeople;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Executor, PgPool};
use tokio::io::{AsyncWriteExt, BufReader};
use uuid::Uuid;

use generator::{Chance, World};

const SEED: u64 = 7;
const PEOPLE: usize = 1_000_000;
const PEOPLE_PER_COMPANY: usize = 20;
const LOOK_UPS: usize = 8_000;
const AT_ONCE: usize = 4;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let people = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(PEOPLE);
    let Ok(url) = std::env::var("DATABASE_URL") else {
        println!("directory: skipped, DATABASE_URL is not set");
        return Ok(());
    };
    let server: PgConnectOptions = url.parse()?;
    let mut connection = server.connect().await?;
    connection.execute("drop database if exists directory_bench with (force)").await?;
    connection.execute("create database directory_bench").await?;
    let pool =
        PgPoolOptions::new().max_connections(10).connect_with(server.database("directory_bench")).await?;
    sqlx::migrate!("./migrations").run(&pool).await?;

    let mut chance = Chance::new(SEED);
    let world = World::new(&mut chance, people, (people / PEOPLE_PER_COMPANY).max(1));
    let questions = ask(&world, &mut chance);
    let now = DateTime::from_timestamp(1_750_000_000, 0).context("an instant")?;
    make_directory(&pool, world, now).await?;
    look_up(&pool, questions, now).await?;

    pool.close().await;
    connection.execute("drop database directory_bench with (force)").await?;
    Ok(())
}

/// Three questions in four are about somebody of the directory.
fn ask(world: &World, chance: &mut Chance) -> Vec<PersonQuery> {
    (0..LOOK_UPS)
        .map(|at| {
            let somebody = &world.people[chance.below(world.people.len())];
            let mut query = world.ask_about(chance, somebody).query;
            if at % 4 == 3 {
                let elsewhere = &world.people[chance.below(world.people.len())];
                query.company = world.companies[elsewhere.company].full();
            }
            query
        })
        .collect()
}

async fn make_directory(pool: &PgPool, world: World, now: DateTime<Utc>) -> anyhow::Result<()> {
    let options = ImportOptions { default_source: "bench".into(), retention: Duration::from_hours(24) };
    let people = world.people.len();
    let (mut writer, reader) = tokio::io::duplex(1024 * 1024);
    let started = Instant::now();
    let writing = tokio::spawn(async move {
        for (at, person) in world.people.iter().enumerate() {
            let (first_name, last_name, company) = world.written(person);
            let former: Vec<String> =
                person.former.map(|former| world.companies[former].full()).into_iter().collect();
            let line = serde_json::json!({
                "first_name": first_name, "last_name": last_name, "company": company, "former_companies": former,
                "external_id": at.to_string(), "title": "Analista", "location": "Recife",
            });
            writer.write_all(format!("{line}\n").as_bytes()).await?;
        }
        anyhow::Ok(())
    });
    let report = import(pool, BufReader::new(reader), &options, now).await?;
    writing.await??;
    let seconds = started.elapsed().as_secs_f64();
    let table: String = sqlx::query_scalar("select pg_size_pretty(pg_table_size('directory_people'))")
        .fetch_one(pool)
        .await?;
    let index: String =
        sqlx::query_scalar("select pg_size_pretty(pg_relation_size('directory_people_search'))")
            .fetch_one(pool)
            .await?;
    println!(
        "imported {} of {people} people in {seconds:.0} s; table {table}, search index {index}",
        report.added
    );
    Ok(())
}

async fn look_up(pool: &PgPool, questions: Vec<PersonQuery>, now: DateTime<Utc>) -> anyhow::Result<()> {
    let config = PeopleSettings { cache: Duration::ZERO, ..config::load(&Sources::default())?.people };
    let people = Arc::new(People::new(pool.clone(), SamplePeople::default(), config));
    let live = ContactOwner { account: AccountId::from_uuid(Uuid::nil()), mode: Mode::Live };
    if let Some(first) = questions.first() {
        people.find(live, first, now).await?; // reads the counts of words, once per import
    }
    let started = Instant::now();
    let tasks: Vec<_> = questions
        .chunks(questions.len().div_ceil(AT_ONCE))
        .map(|questions| {
            let (people, questions) = (Arc::clone(&people), questions.to_vec());
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(questions.len());
                let mut outcomes = [0_usize; 3];
                for query in &questions {
                    let asked = Instant::now();
                    let found = people.find(live, query, now).await?;
                    times.push((asked.elapsed(), query.clone()));
                    outcomes[match found {
                        Found::One { .. } => 0,
                        Found::Several { .. } => 1,
                        Found::None => 2,
                    }] += 1;
                }
                anyhow::Ok((times, outcomes))
            })
        })
        .collect();
    let mut times = Vec::new();
    let mut outcomes = [0; 3];
    for task in tasks {
        let (part, found) = task.await??;
        times.extend(part);
        outcomes.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
    }
    report(times, outcomes, started.elapsed());
    Ok(())
}

fn report(mut times: Vec<(Duration, PersonQuery)>, [one, several, none]: [usize; 3], elapsed: Duration) {
    times.sort_by_key(|(time, _)| *time);
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].0.as_secs_f64() * 1_000.0;
    let rate = times.len() as f64 / elapsed.as_secs_f64();
    println!(
        "{} look-ups, {AT_ONCE} at once, {rate:.0} a second; one {one}, several {several}, none {none}",
        times.len()
    );
    println!("p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, longest {:.2} ms", at(50), at(95), at(99), at(100));
    for (time, query) in times.iter().rev().take(3) {
        println!("  slow: {:.1} ms {query:?}", time.as_secs_f64() * 1_000.0);
    }
}
