//! Export, erasure, opt-out and retention.

use chrono::TimeDelta;
use fluence::background::silent_epochs::SilentEpochs;
use fluence::background::sweep::{DELETING, Sweep};
use fluence::command::directory::stats;
use fluence::domain::contact::ContactOwner;
use fluence::domain::ids::AccountId;
use fluence::domain::key::Mode;
use fluence::lookup::{Found, People};
use fluence::people::sample::SamplePeople;
use fluence::storage::directory::rights::{PersonSelector, delete_expired, erase, export, opt_out};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{ask, import_people, person, start};
use crate::support::database::TestDatabase;
use crate::support::gateway::settings;

fn by_name(first_name: &str, last_name: &str, company: &str) -> PersonSelector {
    PersonSelector::Name {
        first_name: first_name.into(),
        last_name: last_name.into(),
        company: company.into(),
    }
}

fn by_external_id(source: &str, external_id: &str) -> PersonSelector {
    PersonSelector::ExternalId { source: source.into(), external_id: external_id.into() }
}

async fn is_known(pool: &PgPool, first_name: &str, after: TimeDelta) -> bool {
    let people = People::new(pool.clone(), SamplePeople::default(), settings(&[]).people);
    let live = ContactOwner { mode: Mode::Live, account: AccountId::from_uuid(Uuid::from_u128(1)) };
    let found = people.find(live, &ask(first_name, "Lemos", "Zyntra"), start() + after).await.unwrap();
    !matches!(found, Found::None)
}

#[tokio::test]
async fn export_returns_everything_about_the_person_and_nothing_about_others() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let mut ana = person("Ana", "de Lemos", "Zyntra Ltda");
    ana["email"] = json!("ana@example.com");
    ana["posts"] = json!([{"text": "Bom dia"}]);
    ana["legal_basis"] = json!("consent");
    import_people(&pool, &[ana, person("Rui", "Lemos", "Zyntra")]).await;
    let exported = export(&pool, &by_name("ANA", "Lemos", "Zyntra")).await.unwrap();
    let [record] = &exported[..] else { panic!("{exported:?}") };
    assert_eq!(record.email.as_deref(), Some("ana@example.com"));
    assert_eq!(record.posts[0].text, "Bom dia");
    assert_eq!((record.source.as_str(), record.legal_basis.as_deref()), ("test", Some("consent")));
}

#[tokio::test]
async fn an_erased_person_is_gone_until_a_later_import() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let people = [person("Ana", "Lemos", "Zyntra"), person("Rui", "Lemos", "Zyntra")];
    import_people(&pool, &people).await;
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(erase(&mut connection, &by_name("Ana", "Lemos", "Zyntra")).await.unwrap(), 1);
    assert!(!is_known(&pool, "Ana", TimeDelta::zero()).await);
    assert!(is_known(&pool, "Rui", TimeDelta::zero()).await);
    import_people(&pool, &people).await;
    assert!(is_known(&pool, "Ana", TimeDelta::zero()).await);
}

#[tokio::test]
async fn people_who_opted_out_are_never_imported_again() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let mut ana = person("Ana", "Lemos", "Zyntra");
    import_people(&pool, &[ana.clone(), person("Rui", "Lemos", "Zyntra")]).await;
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(opt_out(&mut connection, &by_name("Ana", "Lemos", "Zyntra"), start()).await.unwrap(), 1);
    assert!(!is_known(&pool, "Ana", TimeDelta::zero()).await);

    ana["company"] = json!("ZYNTRA Ltda.");
    ana["title"] = json!("CTO");
    let report = import_people(&pool, &[ana, person("Rui", "Lemos", "Zyntra")]).await;
    assert_eq!((report.added, report.unchanged, report.opted_out), (0, 1, 1));
    assert!(!is_known(&pool, "Ana", TimeDelta::zero()).await);
    assert_eq!(stats(&pool, start()).await.unwrap().opt_outs, 1);
}

#[tokio::test]
async fn people_who_opted_out_by_the_sources_id_stay_out_under_another_name() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let line = |last_name: &str| json!({"first_name": "Ana", "last_name": last_name, "company": "Zyntra", "external_id": "7", "source": "crm"});
    import_people(&pool, &[line("Lemos")]).await;
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(opt_out(&mut connection, &by_external_id("crm", "7"), start()).await.unwrap(), 1);
    assert_eq!(import_people(&pool, &[line("Lemos Prates")]).await.opted_out, 1);
}

/// Ana, who is also found by another name and at a former company.
fn ana_of_many_names() -> serde_json::Value {
    let mut ana = person("Ana", "Lemos", "Zyntra");
    ana["aliases"] = json!(["Nina", "Ana Prado"]);
    ana["former_companies"] = json!(["Klarion", "Vertice Ltda"]);
    ana
}

#[tokio::test]
async fn people_who_opted_out_stay_out_under_an_alias_and_at_a_former_company() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[ana_of_many_names()]).await;
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(opt_out(&mut connection, &by_name("Ana", "Lemos", "Zyntra"), start()).await.unwrap(), 1);
    let mut now_married = person("Ana", "Souza", "Novata");
    now_married["aliases"] = json!(["Ana Lemos"]);
    now_married["former_companies"] = json!(["Zyntra"]);
    let others = [person("Rui", "Lemos", "Klarion"), person("Ana", "Prado", "Novata")];
    let hers = [
        person("Ana", "Prado", "Zyntra"),
        person("Nina", "Lemos", "Vértice"),
        person("Ana", "Lemos", "KLARION"),
        now_married,
    ];
    let report = import_people(&pool, &[&others[..], &hers[..]].concat()).await;
    assert_eq!((report.added, report.opted_out), (2, 4));
}

#[tokio::test]
async fn a_record_belongs_to_its_person_under_an_alias_and_at_a_former_company() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[ana_of_many_names(), person("Ana", "Prado", "Novata")]).await;
    let mut connection = pool.acquire().await.unwrap();
    let as_nina = by_name("Nina", "Lemos", "Klarion");
    let exported = export(&pool, &as_nina).await.unwrap();
    assert_eq!(exported.iter().map(|person| person.company.as_str()).collect::<Vec<_>>(), ["Zyntra"]);
    assert_eq!(opt_out(&mut connection, &as_nina, start()).await.unwrap(), 1);
    assert!(!is_known(&pool, "Ana", TimeDelta::zero()).await);
    assert_eq!(import_people(&pool, &[person("Ana", "Lemos", "Zyntra")]).await.opted_out, 1);
    let left = erase(&mut connection, &by_name("Ana", "Prado", "Novata")).await.unwrap();
    assert_eq!(left, 1, "a person with one of the names at another company is another person");
}

#[tokio::test]
async fn an_unknown_person_can_opt_out_in_advance() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(opt_out(&mut connection, &by_name("Ana", "Lemos", "Zyntra"), start()).await.unwrap(), 0);
    assert_eq!(import_people(&pool, &[person("Ana", "Lemos", "Zyntra")]).await.opted_out, 1);
}

#[tokio::test]
async fn an_opt_out_stores_no_name() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[person("Zaratustra", "Lemos", "Zyntra")]).await;
    let mut connection = pool.acquire().await.unwrap();
    opt_out(&mut connection, &by_name("Zaratustra", "Lemos", "Zyntra"), start()).await.unwrap();
    let kept: Vec<String> = sqlx::query_scalar("select row_to_json(o)::text from directory_opt_outs o")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].to_lowercase().contains("zaratustra"), "{kept:?}");
}

#[tokio::test]
async fn expired_people_are_unknown_and_can_be_deleted() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[person("Ana", "Lemos", "Zyntra"), person("Rui", "Lemos", "Zyntra")]).await;
    let retention = TimeDelta::hours(24);
    assert!(is_known(&pool, "Ana", retention - TimeDelta::seconds(1)).await);
    assert!(!is_known(&pool, "Ana", retention).await);
    assert_eq!(stats(&pool, start() + retention).await.unwrap().expired, 2);
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(delete_expired(&mut connection, start(), 10).await.unwrap(), 0);
    assert_eq!(delete_expired(&mut connection, start() + retention, 1).await.unwrap(), 1);
    assert_eq!(delete_expired(&mut connection, start() + retention, 10).await.unwrap(), 1);
}

#[tokio::test]
async fn the_sweep_deletes_expired_people() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[person("Ana", "Lemos", "Zyntra"), person("Rui", "Lemos", "Zyntra")]).await;
    // By the database's clock, which the sweep uses.
    sqlx::query(
        "update directory_people set expires_at = now() + interval '1 day', imported_at = now()
                  where first_name = 'Rui'",
    )
    .execute(&pool)
    .await
    .unwrap();
    let sweep = Sweep {
        pool: pool.clone(),
        database: database.options(),
        node: "test".into(),
        silence: TimeDelta::seconds(60),
        observed: SilentEpochs::shared(&settings(&[]).ledger),
        deleting: DELETING,
    };
    sweep.retention().await;
    let left: Vec<String> =
        sqlx::query_scalar("select first_name from directory_people").fetch_all(&pool).await.unwrap();
    assert_eq!(left, ["Rui"]);
}
