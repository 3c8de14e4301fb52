//! Finds the person of a request.

use chrono::TimeDelta;
use fluence::domain::contact::ContactOwner;
use fluence::domain::ids::AccountId;
use fluence::domain::key::Mode;
use fluence::domain::person::{PersonQuery, PersonSource};
use fluence::lookup::{Found, Hint, People};
use fluence::people::company::CompanyRule;
use fluence::people::matching::{GivenNameRule, SurnameRule};
use fluence::people::sample::SamplePeople;
use fluence::storage::search_keys;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{ask, import_people, person, start};
use crate::support::database::TestDatabase;
use crate::support::gateway::settings;

const LIVE: ContactOwner =
    ContactOwner { mode: Mode::Live, account: AccountId::from_uuid(Uuid::from_u128(1)) };

const SAMPLE: ContactOwner =
    ContactOwner { mode: Mode::Test, account: AccountId::from_uuid(Uuid::from_u128(1)) };

fn people(pool: &PgPool) -> People {
    People::new(pool.clone(), SamplePeople::default(), settings(&[]).people)
}

async fn company_of(people: &People, query: &PersonQuery, after: TimeDelta) -> Option<String> {
    match people.find(LIVE, query, start() + after).await.unwrap() {
        Found::One { person, .. } => Some(person.company.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn a_person_is_found_with_texts_and_evidence() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let mut luiza = person("Luíza", "Costa de Souza", "Zyntra Tecnologia Ltda");
    luiza["posts"] = json!([{"text": "Bom dia", "published_at": "2025-05-01T10:00:00Z", "language": "pt"}]);
    luiza["aliases"] = json!(["Luizinha"]);
    import_people(&pool, &[luiza, person("Rui", "Souza", "Zyntra")]).await;

    let found = people(&pool).find(LIVE, &ask("Luisa", "Sousa", "ZYNTRA"), start()).await.unwrap();
    let Found::One { person, matched, source, .. } = found else { panic!("{found:?}") };
    assert_eq!(person.last_name, "Costa de Souza");
    assert_eq!(person.posts[0].text, "Bom dia");
    assert_eq!(source, PersonSource::Directory);
    assert_eq!(matched.evidence.first_name, GivenNameRule::SameSound);
    assert_eq!(matched.evidence.last_name, SurnameRule::SameSound);
    assert_eq!(matched.evidence.company, CompanyRule::Contained);
}

#[tokio::test]
async fn people_who_cannot_be_distinguished_are_shown_by_role_and_city() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let twin = |title: &str, city: &str| json!({"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra", "title": title, "location": city});
    import_people(&pool, &[twin("CTO", "Recife"), twin("CFO", "Natal")]).await;
    let found = people(&pool).find(LIVE, &ask("Ana", "Lemos", "Zyntra"), start()).await.unwrap();
    let Found::Several { mut candidates, total } = found else { panic!("{found:?}") };
    candidates.sort_by(|one, other| one.role.cmp(&other.role));
    let hint =
        |role: &str, city: &str| Hint { role: Some(role.into()), city: Some(city.into()), contact: None };
    assert_eq!((candidates, total), (vec![hint("CFO", "Natal"), hint("CTO", "Recife")], 2));
}

#[tokio::test]
async fn no_match_is_better_than_the_closest() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[person("Paula", "Lemos", "Zyntra"), person("Paulo", "Lemos", "Klarion")]).await;
    let people = people(&pool);
    for query in
        [ask("Paulo", "Lemos", "Zyntra"), ask("Paula", "Lemes", "Zyntra"), ask("Paula", "Lemos", "Outra")]
    {
        let found = people.find(LIVE, &query, start()).await.unwrap();
        assert!(matches!(found, Found::None), "{query:?}: {found:?}");
    }
}

#[tokio::test]
async fn an_answer_is_cached_for_two_seconds() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let people = people(&pool);
    let query = ask("Ana", "Lemos", "Zyntra");
    assert_eq!(company_of(&people, &query, TimeDelta::zero()).await, None);
    import_people(&pool, &[person("Ana", "Lemos", "Zyntra")]).await;
    assert_eq!(company_of(&people, &query, TimeDelta::milliseconds(1_999)).await, None);
    assert_eq!(company_of(&people, &query, TimeDelta::milliseconds(2_000)).await, Some("Zyntra".into()));
}

#[tokio::test]
async fn a_clock_set_back_does_not_keep_an_answer_alive() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let people = people(&pool);
    let query = ask("Ana", "Lemos", "Zyntra");
    assert_eq!(company_of(&people, &query, TimeDelta::hours(1)).await, None);
    import_people(&pool, &[person("Ana", "Lemos", "Zyntra")]).await;
    assert_eq!(company_of(&people, &query, TimeDelta::zero()).await, Some("Zyntra".into()));
}

#[tokio::test]
async fn many_requests_for_one_person_share_one_lookup() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[person("Ana", "Lemos", "Zyntra")]).await;
    let people = std::sync::Arc::new(people(&pool));
    let query = ask("Ana", "Lemos", "Zyntra");
    assert!(company_of(&people, &query, TimeDelta::minutes(-1)).await.is_some(), "the words are read now");
    let searches = || async {
        let count: i64 = sqlx::query_scalar("select nextval('searches')").fetch_one(&pool).await.unwrap();
        count
    };
    count_searches(&pool).await;
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let people = std::sync::Arc::clone(&people);
            tokio::spawn(
                async move { people.find(LIVE, &ask("Ana", "Lemos", "Zyntra"), start()).await.unwrap() },
            )
        })
        .collect();
    for task in tasks {
        assert!(matches!(task.await.unwrap(), Found::One { .. }));
    }
    assert_eq!(searches().await, 2, "one search, and this count");
}

/// Counts every candidate search.
async fn count_searches(pool: &PgPool) {
    sqlx::raw_sql(
        "create sequence searches;
         alter table directory_state rename to directory_state_rows;
         create view directory_state as
             select only_row, words_version from directory_state_rows where nextval('searches') > 0;",
    )
    .execute(pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn word_counts_of_the_last_import_apply_at_once() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let people = people(&pool);
    import_people(&pool, &[person("Ana", "Koerich", "Zyntra")]).await;
    let query = ask("Ana", "Koerick", "Zyntra");
    assert_eq!(company_of(&people, &query, TimeDelta::zero()).await, Some("Zyntra".into()));
    // Three people each make both spellings names in their own right.
    let more: Vec<_> = ["A", "B", "C"]
        .iter()
        .flat_map(|company| [person("Rui", "Koerich", company), person("Eva", "Koerick", company)])
        .collect();
    import_people(&pool, &more).await;
    assert_eq!(company_of(&people, &query, TimeDelta::minutes(1)).await, None);
}

#[tokio::test]
async fn sample_and_live_people_never_mix() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[person("Ana", "Lemos", "Zyntra")]).await;
    let sample = SamplePeople::parse(&person("Rui", "Lemos", "Klarion").to_string()).unwrap();
    let people = People::new(pool, sample, settings(&[]).people);
    let (live, sample) = (ask("Ana", "Lemos", "Zyntra"), ask("Rui", "Lemos", "Klarion"));
    let find = |owner, query| people.find(owner, query, start());
    assert!(matches!(find(LIVE, &live).await.unwrap(), Found::One { .. }));
    assert!(matches!(find(LIVE, &sample).await.unwrap(), Found::None));
    assert!(matches!(find(SAMPLE, &live).await.unwrap(), Found::None));
    let Found::One { source, .. } = find(SAMPLE, &sample).await.unwrap() else { panic!("not found") };
    assert_eq!(source, PersonSource::Sample);
}

#[tokio::test]
async fn a_changed_record_has_another_version() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let people = people(&pool);
    let query = ask("Ana", "Lemos", "Zyntra");
    let version =
        async |after: i64| match people.find(LIVE, &query, start() + TimeDelta::minutes(after)).await {
            Ok(Found::One { version, .. }) => version,
            other => panic!("{other:?}"),
        };
    let mut record =
        json!({"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra", "external_id": "7"});
    import_people(&pool, std::slice::from_ref(&record)).await;
    let before = version(0).await;
    assert_eq!(version(1).await, before);
    record["bio"] = json!("Nova vida");
    import_people(&pool, &[record]).await;
    assert_ne!(version(2).await, before);
}

#[tokio::test]
async fn a_database_that_is_away_is_an_error_and_nothing_is_cached() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[person("Ana", "Lemos", "Zyntra")]).await;
    let people = people(&pool);
    let query = ask("Ana", "Lemos", "Zyntra");
    sqlx::raw_sql("alter table directory_people rename to away").execute(&pool).await.unwrap();
    assert!(people.find(LIVE, &query, start()).await.is_err());
    sqlx::raw_sql("alter table away rename to directory_people").execute(&pool).await.unwrap();
    assert!(matches!(people.find(LIVE, &query, start()).await, Ok(Found::One { .. })));
}

#[tokio::test]
async fn a_surname_of_one_character_is_found() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let names = [
        ("小明", "王", "腾讯"),
        ("明", "森", "Zyntra"),
        ("Karen", "O", "Zyntra"),
        ("Ng", "E", "X"),
        ("X", "Mayo", "X"),
    ];
    import_people(&pool, &names.map(|(first, last, company)| person(first, last, company))).await;
    let people = people(&pool);
    for (first, last, company) in names {
        let found = people.find(LIVE, &ask(first, last, company), start()).await.unwrap();
        let Found::One { person, matched, .. } = found else { panic!("{first} {last}: {found:?}") };
        assert_eq!((person.first_name.as_str(), person.last_name.as_str()), (first, last));
        assert_eq!(matched.evidence.last_name, SurnameRule::Exact);
    }
    for (first, last, company) in
        [("Karen", "E", "Zyntra"), ("Karen", "Oliveira", "Zyntra"), ("小明", "汪", "腾讯")]
    {
        let found = people.find(LIVE, &ask(first, last, company), start()).await.unwrap();
        assert!(matches!(found, Found::None), "{first} {last}: {found:?}");
    }
}

#[tokio::test]
async fn the_exact_name_precedes_any_number_of_longer_ones() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let longer = (0..300).map(|at| person("Ana Paula", &format!("Souza Silva{at}"), "Nubank"));
    // Imported last, so that it has the highest id.
    let all: Vec<_> = longer.chain([person("Ana", "Souza", "Nubank")]).collect();
    import_people(&pool, &all).await;
    let people = people(&pool);
    let found = people.find(LIVE, &ask("Ana", "Souza", "Nubank"), start()).await.unwrap();
    let Found::One { person: ana, .. } = found else { panic!("{found:?}") };
    assert_eq!(ana.first_name, "Ana");
    import_people(
        &pool,
        &[json!({"first_name": "Ana", "last_name": "Souza", "company": "Nubank", "title": "CTO"})],
    )
    .await;
    let found =
        people.find(LIVE, &ask("Ana", "Souza", "Nubank"), start() + TimeDelta::minutes(1)).await.unwrap();
    assert!(
        matches!(found, Found::Several { total: 2, .. }),
        "two people with exactly this name are two: {found:?}"
    );
}

#[tokio::test]
async fn people_stored_under_older_keys_are_found_after_a_migration() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[person("Владимир", "Иванов", "Zyntra"), person("Ana", "Lemos", "Zyntra")]).await;
    // As a version without other alphabets stored them.
    sqlx::query("update directory_people set keys_edition = 1, search_keys = '{}'")
        .execute(&pool)
        .await
        .unwrap();
    let people = people(&pool);
    let find = async |first: &str, last: &str, after| {
        people.find(LIVE, &ask(first, last, "Zyntra"), start() + TimeDelta::minutes(after)).await.unwrap()
    };
    assert!(matches!(find("Vladimir", "Ivanov", 0).await, Found::None));
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(search_keys::bring_up_to_date(&mut connection).await.unwrap(), 2);
    let Found::One { matched, .. } = find("Vladimir", "Ivanov", 1).await else { panic!("not found") };
    assert_eq!(matched.evidence.last_name, SurnameRule::OtherAlphabet);
    assert!(matches!(find("Ana", "Lemos", 1).await, Found::One { .. }));
    assert_eq!(search_keys::bring_up_to_date(&mut connection).await.unwrap(), 0, "no person twice");
}
