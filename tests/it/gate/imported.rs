//! Keys of other systems, imported with the program's own function, and used on calls.

use fluence::clock::new_id;
use fluence::domain::audit::Actor;
use fluence::domain::ids::{AccountId, KeyId};
use fluence::domain::key::terms::KeyTerms;
use fluence::domain::key::{KeySecret, Scope};
use fluence::domain::rights::Principal;
use fluence::management;
use fluence::storage::keys::NewKey;

use crate::support::gateway::Gateway;

/// One of each documented format, made up: none has a valid checksum.
fn documented() -> [String; 5] {
    [
        "made0up0key0of0another0system0number0one".to_owned(),
        format!("flz_sk_{}", "made0up0".repeat(4)),
        format!("sk_live_{}", "made0up0".repeat(4)),
        "another_system-issued-this-one".to_owned(),
        "acme|prod/2024:made+up=key.with~signs!".to_owned(),
    ]
}

async fn import(gateway: &Gateway, account_id: AccountId, text: &str) {
    let new = NewKey {
        id: KeyId::from_uuid(new_id()),
        account_id,
        environment: "default".into(),
        terms: KeyTerms::unlimited("old", &Scope::DEFAULT),
    };
    let secret = KeySecret::import(text).unwrap();
    let by = Principal::almighty(Actor::system("test"));
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    management::keys::import(&mut connection, &by, &new, &secret, &gateway.peppers).await.unwrap();
}

#[tokio::test]
async fn keys_of_every_documented_format_are_imported_and_work_at_once() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    for key in &documented() {
        assert_eq!(gateway.get("/creditos", key).await.outcome(), (401, "INVALID_API_KEY"));
        import(&gateway, customer.account, key).await;
        let works = async || gateway.get("/creditos", key).await.status == 200;
        crate::support::gateway::eventually("the imported key works", works).await;
    }
}

#[tokio::test]
async fn credentials_of_a_shape_that_no_imported_key_has_are_not_looked_up() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    let [plain, flz, sk_live, ..] = documented();
    import(&gateway, customer.account, &flz).await;
    crate::support::gateway::eventually("the import is works of", async || {
        gateway.get("/creditos", &flz).await.status == 200
    })
    .await;
    let away = "alter table key_secret rename to key_secret_away";
    sqlx::query(away).execute(gateway.database.pool()).await.unwrap();
    for key in [&plain, &sk_live, "another_system-issued-this-one"] {
        assert_eq!(gateway.get("/creditos", key).await.outcome(), (401, "INVALID_API_KEY"), "{key}");
    }
    let other = flz.replace('0', "1");
    assert_eq!(gateway.get("/creditos", &other).await.outcome(), (503, "SERVICE_UNAVAILABLE"));
}
