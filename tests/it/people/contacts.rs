//! An account's contacts as the first source of people.

use chrono::TimeDelta;
use fluence::domain::contact::{ContactContent, ContactLimits, ContactOwner};
use fluence::domain::ids::{AccountId, ContactId};
use fluence::domain::key::Mode;
use fluence::domain::person::{PersonSource, Post};
use fluence::lookup::{Found, People};
use fluence::people::sample::SamplePeople;
use fluence::storage::{contacts, search_keys};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{ask, import_people, person, start};
use crate::support::database::TestDatabase;
use crate::support::gateway::settings;

/// A database with two accounts, and the sources on it.
struct World {
    _database: TestDatabase,
    pool: PgPool,
    people: People,
}

/// More than these tests store.
const LIMITS: ContactLimits = ContactLimits { contacts: 100, bytes: 1 << 20 };

const MINE: AccountId = AccountId::from_uuid(Uuid::from_u128(1));
const THEIRS: AccountId = AccountId::from_uuid(Uuid::from_u128(2));

fn live(account: AccountId) -> ContactOwner {
    ContactOwner { account, mode: Mode::Live }
}

fn contact(first_name: &str, last_name: &str, company: &str, posts: &[&str]) -> ContactContent {
    let post = |text: &&str| Post { text: (*text).into(), published_at: None, language: None };
    ContactContent {
        first_name: first_name.into(),
        last_name: last_name.into(),
        company: company.into(),
        title: Some("CTO".into()),
        email: None,
        bio: None,
        posts: posts.iter().map(post).collect(),
    }
}

impl World {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let pool = database.pool().clone();
        for account in [MINE, THEIRS] {
            sqlx::query(
                "with edition as (insert into plan values ('e', 'p', 0, 't', 'l', 1, 1, 1, 1, 1, 1, '{}', true, 1, 's', null)
                                      on conflict do nothing)
                 insert into account (id, name, email, edition, plan, anchored_at, created_at)
                 values ($1, 'Acme', 'a@b.example', 'e', 'p', now(), now())",
            )
            .bind(account.as_uuid())
            .execute(&pool)
            .await
            .unwrap();
        }
        let people = People::new(pool.clone(), SamplePeople::default(), settings(&[]).people);
        Self { _database: database, pool, people }
    }

    /// Stores a contact, as another gateway would.
    async fn keep(&self, owner: ContactOwner, content: ContactContent) -> ContactId {
        let id = ContactId::from_uuid(Uuid::now_v7());
        let mut connection = self.pool.acquire().await.unwrap();
        contacts::create(&mut connection, owner, id, content, LIMITS).await.unwrap();
        id
    }

    async fn find(
        &self,
        owner: ContactOwner,
        first: &str,
        last: &str,
        company: &str,
        after: TimeDelta,
    ) -> Found {
        self.people.find(owner, &ask(first, last, company), start() + after).await.unwrap()
    }

    /// Source, title and number of posts of the person found.
    async fn one(
        &self,
        owner: ContactOwner,
        first: &str,
        last: &str,
        company: &str,
    ) -> (PersonSource, usize, f64) {
        match self.find(owner, first, last, company, TimeDelta::zero()).await {
            Found::One { person, source, matched, .. } => (source, person.posts.len(), matched.confidence),
            other => panic!("{other:?}"),
        }
    }
}

const LIVE: ContactOwner = ContactOwner { mode: Mode::Live, account: MINE };

#[tokio::test]
async fn a_contact_comes_before_the_directory_by_the_same_rules() {
    let world = World::new().await;
    import_people(&world.pool, &[person("Luiz", "Souza", "Zyntra")]).await;
    world.keep(live(MINE), contact("Luís", "Costa de Sousa", "Zyntra Tecnologia Ltda", &["Bom dia"])).await;
    let (source, posts, _) = world.one(LIVE, "Luiz", "Souza", "Zyntra").await;
    assert_eq!((source, posts), (PersonSource::Contacts, 1));
    let slip = world.one(LIVE, "Luiz", "Souza", "Zynrta").await;
    assert_eq!(slip.0, PersonSource::Contacts);
}

#[tokio::test]
async fn a_person_unknown_to_the_contacts_is_found_in_the_directory() {
    let world = World::new().await;
    import_people(&world.pool, &[person("Rui", "Lemos", "Zyntra")]).await;
    world.keep(live(MINE), contact("Ana", "Lemos", "Zyntra", &["Oi"])).await;
    assert_eq!(world.one(LIVE, "Rui", "Lemos", "Zyntra").await.0, PersonSource::Directory);
}

#[tokio::test]
async fn no_account_or_mode_finds_the_contacts_of_another() {
    let world = World::new().await;
    world.keep(live(MINE), contact("Ana", "Lemos", "Zyntra", &["Oi"])).await;
    let theirs = ContactOwner { mode: Mode::Live, account: THEIRS };
    let test = ContactOwner { mode: Mode::Test, account: MINE };
    // The owner asks first, so that an answer is cached.
    assert_eq!(world.one(LIVE, "Ana", "Lemos", "Zyntra").await.0, PersonSource::Contacts);
    for owner in [theirs, test] {
        // A contact of their own, so that theirs are searched at all.
        world.keep(owner, contact("Rui", "Prado", "Klarion", &["Oi"])).await;
        let found = world.find(owner, "Ana", "Lemos", "Zyntra", TimeDelta::zero()).await;
        assert!(matches!(found, Found::None), "{found:?}");
    }
}

#[tokio::test]
async fn a_test_key_finds_the_contacts_of_test_keys() {
    let world = World::new().await;
    let owner = ContactOwner { mode: Mode::Test, account: MINE };
    world.keep(owner, contact("Ana", "Lemos", "Zyntra", &["Oi"])).await;
    assert_eq!(world.one(owner, "Ana", "Lemos", "Zyntra").await.0, PersonSource::Contacts);
    assert!(matches!(world.find(LIVE, "Ana", "Lemos", "Zyntra", TimeDelta::zero()).await, Found::None));
}

#[tokio::test]
async fn contacts_who_cannot_be_distinguished_are_several_without_a_directory_search() {
    let world = World::new().await;
    import_people(&world.pool, &[person("Ana", "Silva", "Zyntra")]).await;
    let costa = world.keep(live(MINE), contact("Ana", "Costa Silva", "Zyntra", &["Oi"])).await;
    let souza = world.keep(live(MINE), contact("Ana", "Souza Silva", "Zyntra", &["Oi"])).await;
    let found = world.find(LIVE, "Ana", "Silva", "Zyntra", TimeDelta::zero()).await;
    let Found::Several { candidates, total } = found else { panic!("{found:?}") };
    assert_eq!((total, candidates[0].role.as_deref()), (2, Some("CTO")));
    let ids: Vec<_> = candidates.iter().filter_map(|hint| hint.contact).collect();
    assert!(ids.len() == 2 && ids.contains(&costa) && ids.contains(&souza), "{ids:?}");
}

#[tokio::test]
async fn a_contact_without_posts_selects_one_of_two_people_in_the_directory() {
    let world = World::new().await;
    let wrote = |last: &str| {
        let mut person = person("Ana", last, "Zyntra");
        person["posts"] = json!([{"text": "Bom dia"}]);
        person
    };
    import_people(&world.pool, &[wrote("Costa Silva"), wrote("Souza Silva")]).await;
    let theirs = ContactOwner { mode: Mode::Live, account: THEIRS };
    let found = world.find(theirs, "Ana", "Silva", "Zyntra", TimeDelta::zero()).await;
    assert!(matches!(found, Found::Several { .. }), "{found:?}");
    world.keep(live(MINE), contact("Ana", "Costa Silva", "Zyntra", &[])).await;
    let (source, posts, confidence) = world.one(LIVE, "Ana", "Silva", "Zyntra").await;
    assert_eq!((source, posts), (PersonSource::Directory, 1));
    assert!(
        (confidence - 0.995).abs() < 1e-9,
        "the confidence of the query's match with the contact: {confidence}"
    );
}

#[tokio::test]
async fn a_contact_without_posts_answers_if_no_source_has_any() {
    let world = World::new().await;
    import_people(&world.pool, &[person("Ana", "Lemos", "Zyntra")]).await;
    world.keep(live(MINE), contact("Ana", "Lemos", "Zyntra", &[])).await;
    world.keep(live(MINE), contact("Rui", "Prado", "Zyntra", &[])).await;
    assert_eq!(world.one(LIVE, "Ana", "Lemos", "Zyntra").await.0, PersonSource::Contacts);
    assert_eq!(world.one(LIVE, "Rui", "Prado", "Zyntra").await.0, PersonSource::Contacts);
}

#[tokio::test]
async fn a_change_on_this_gateway_applies_at_once() {
    let world = World::new().await;
    let title = |found: Found| match found {
        Found::One { person, .. } => person.title.clone(),
        _ => None,
    };
    let find = || world.find(LIVE, "Ana", "Lemos", "Zyntra", TimeDelta::zero());
    assert_eq!(title(find().await), None);
    let id = world.keep(live(MINE), contact("Ana", "Lemos", "Zyntra", &["Oi"])).await;
    assert_eq!(
        title(find().await),
        None,
        "without a notice, the gateway uses its cached answer for a moment"
    );
    world.people.contacts_changed(live(MINE));
    assert_eq!(title(find().await).as_deref(), Some("CTO"));

    let mut connection = world.pool.acquire().await.unwrap();
    let promoted = |old| ContactContent { title: Some("CEO".into()), ..old };
    contacts::update(&mut connection, live(MINE), id, promoted, LIMITS).await.unwrap();
    world.people.contacts_changed(live(MINE));
    assert_eq!(title(find().await).as_deref(), Some("CEO"));
    assert!(contacts::delete(&mut connection, live(MINE), id).await.unwrap());
    world.people.contacts_changed(live(MINE));
    assert_eq!(title(find().await), None);
}

#[tokio::test]
async fn a_change_on_another_gateway_applies_after_two_seconds() {
    let world = World::new().await;
    let find = |after: i64| world.find(LIVE, "Ana", "Lemos", "Zyntra", TimeDelta::milliseconds(after));
    world.keep(live(MINE), contact("Rui", "Prado", "Klarion", &["Oi"])).await;
    assert!(matches!(find(0).await, Found::None));
    world.keep(live(MINE), contact("Ana", "Lemos", "Zyntra", &["Oi"])).await;
    assert!(matches!(find(1_999).await, Found::None));
    assert!(matches!(find(2_000).await, Found::One { .. }));
}

/// Ids created at one instant, or by gateways with different clocks, have no order of their own.
#[tokio::test]
async fn contacts_are_listed_in_the_order_of_creation_whatever_their_ids() {
    let world = World::new().await;
    let mut connection = world.pool.acquire().await.unwrap();
    let mut after = None;
    for (fresh_id, first_name) in [(9, "Ana"), (3, "Bia"), (9, "Caio"), (20, "Duda")] {
        let fresh_id = ContactId::from_uuid(Uuid::from_u128(fresh_id));
        let content = contact(first_name, "Lemos", "Zyntra", &[]);
        let made = contacts::create(&mut connection, live(MINE), fresh_id, content, LIMITS).await.unwrap();
        let page = contacts::page::read(&mut connection, live(MINE), after, 100, 1 << 20).await.unwrap();
        assert_eq!(page.contacts, [made], "{first_name} is behind what a reader has seen");
        after = page.contacts.last().map(|contact| contact.id);
    }
}

#[tokio::test]
async fn a_contact_of_one_character_or_another_alphabet_is_found() {
    let world = World::new().await;
    world.keep(live(MINE), contact("小明", "王", "腾讯", &["Oi"])).await;
    world.keep(live(MINE), contact("Владимир", "Иванов", "Zyntra", &["Oi"])).await;
    for (first, last, company) in [
        ("小明", "王", "腾讯"),
        ("王", "小明", "腾讯"),
        ("Vladimir", "Ivanov", "Zyntra"),
        ("Владимир", "Иванов", "Zyntra"),
    ] {
        assert_eq!(world.one(LIVE, first, last, company).await.0, PersonSource::Contacts, "{first} {last}");
    }
}

#[tokio::test]
async fn contacts_stored_under_older_keys_are_found_after_a_migration() {
    let world = World::new().await;
    for owner in [live(MINE), ContactOwner { account: MINE, mode: Mode::Test }] {
        world.keep(owner, contact("Владимир", "Иванов", "Zyntra", &["Oi"])).await;
    }
    sqlx::query("update contact set keys_edition = 1, search_keys = '{}'")
        .execute(&world.pool)
        .await
        .unwrap();
    let found = world.find(LIVE, "Vladimir", "Ivanov", "Zyntra", TimeDelta::zero()).await;
    assert!(matches!(found, Found::None), "{found:?}");
    let mut connection = world.pool.acquire().await.unwrap();
    assert_eq!(search_keys::bring_up_to_date(&mut connection).await.unwrap(), 2);
    for owner in [LIVE, ContactOwner { mode: Mode::Test, account: MINE }] {
        let found = world.find(owner, "Vladimir", "Ivanov", "Zyntra", TimeDelta::minutes(1)).await;
        assert!(matches!(found, Found::One { source: PersonSource::Contacts, .. }), "{found:?}");
    }
}

#[tokio::test]
async fn a_contact_with_the_exact_name_decides_beside_a_longer_name() {
    let world = World::new().await;
    let wrote = |first: &str| {
        let mut person = person(first, "Souza", "Nubank");
        person["posts"] = json!([{"text": first}]);
        person
    };
    import_people(&world.pool, &[wrote("Ana"), wrote("Ana Paula")]).await;
    world.keep(live(MINE), contact("Ana", "Souza", "Nubank", &[])).await;
    let found = world.find(LIVE, "Ana", "Souza", "Nubank", TimeDelta::zero()).await;
    let Found::One { person, source, .. } = found else { panic!("{found:?}") };
    assert_eq!((source, person.posts[0].text.as_str()), (PersonSource::Directory, "Ana"));
    // Among contacts the exact name comes first too.
    world.keep(live(MINE), contact("Ana Paula", "Souza", "Nubank", &["Oi"])).await;
    world.people.contacts_changed(live(MINE));
    let found = world.find(LIVE, "Ana", "Souza", "Nubank", TimeDelta::minutes(1)).await;
    assert!(matches!(&found, Found::One { person, .. } if person.first_name == "Ana"), "{found:?}");
}
