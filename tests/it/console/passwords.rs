//! Passwords: what is accepted, and what is stored.

use fluence::domain::audit::Actor;
use fluence::management::peppers::{self, Retirement};
use fluence::secret::peppers::Peppers;

use super::log_in::{PASSWORD, with_password};
use crate::support::gateway::{Gateway, new_pepper};
use crate::support::visitor::Visitor;

#[tokio::test]
async fn j14_a_password_is_refused_with_its_reason_at_the_field() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    for (password, reason) in [
        ("short", "At least 15 characters."),
        ("aaaaaaaaaaaaaaaaaaaa", "easy to guess"),
        ("ana@example.com ana", "attackers try first"),
    ] {
        let page = ana.fill("/console/me/password", &[("password", password)]).await;
        assert_eq!(page.status, 422, "{password}");
        assert!(page.has(reason) && !page.has(password), "{password}: {}", page.body);
    }
}

#[tokio::test]
async fn l01_no_row_holds_a_password_a_cookie_or_a_link_as_it_was_given() {
    let gateway = Gateway::start().await;
    let ana = with_password(&gateway).await;
    let dump: Vec<String> = sqlx::query_scalar(
        "select i::text from identity i union all select s::text from session s union all select t::text from one_time_token t",
    )
    .fetch_all(gateway.database.pool())
    .await
    .unwrap();
    let dump = dump.join("\n");
    assert!(dump.contains("ana@example.com"));
    assert!(!dump.contains(&ana.cookies["fluence-local"]) && !dump.contains("argon2"), "{dump}");
    let hex: String = "nine mats".bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!dump.contains("nine mats") && !dump.contains(&hex));
}

#[tokio::test]
async fn j16_a_pepper_is_replaced_and_retired_without_anybody_noticing() {
    let gateway = Gateway::start().await;
    with_password(&gateway).await;
    let (database, old) = gateway.stop().await;
    let old = old.newest().clone();
    let both = Peppers::new(new_pepper(2), Some(old)).unwrap();
    let gateway = Gateway::on(database, both.clone(), &[]).await;
    let fields = [("email", "ana@example.com"), ("password", PASSWORD)];
    assert_eq!(Visitor::new(&gateway).fill("/console/log-in", &fields).await.status, 303);
    // As it is for a person who has not logged in since.
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    sqlx::query("update api_key set state = 'revoked', revoked_at = now()")
        .execute(&mut *connection)
        .await
        .unwrap();
    let actor = Actor::system("test");
    peppers::recognise(&mut connection, &actor, &both).await.unwrap();
    peppers::retire(&mut connection, &actor, 1, &both, Retirement::Replaced).await.unwrap();
    drop(connection);
    let (database, _) = gateway.stop().await;
    let gateway = Gateway::on(database, both.newest().clone(), &[]).await;
    assert_eq!(Visitor::new(&gateway).fill("/console/log-in", &fields).await.status, 303);
}
