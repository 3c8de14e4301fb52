//! Finding an account by whatever its owner says, and a pasted key that stays nowhere.

use fluence::domain::member::Role;

use super::{admin, desk, start};

#[tokio::test]
async fn an_account_is_found_by_name_id_address_and_key() {
    let gateway = start().await;
    let customer = gateway.professional().await;
    gateway.member(customer.account, "bia@acme.example", Role::Member).await;
    let mut admin = admin(&gateway).await.visitor;
    let link = format!("href=\"{}\"", desk(customer.account));
    let id = customer.account.to_string();
    let (last_four, key_id) = (&customer.key[customer.key.len() - 4..], customer.key_id.to_string());
    for text in ["tes", "TEST@EXAMPLE.COM", "bia@acme.example", &id, &id[..13], last_four, &key_id] {
        let sent = admin.fill("/operator/accounts", &[("text", text)]).await;
        assert_eq!(sent.status, 303, "{text}: {}", sent.body);
        let found = admin.get(sent.leads_to()).await;
        assert!(found.has(&link), "{text} at {}: {}", sent.leads_to(), found.body);
    }
    let sent = admin.fill("/operator/accounts", &[("text", "nobody of that name")]).await;
    assert!(admin.get(sent.leads_to()).await.has("No account or key matches."));
    let found = admin.get("/operator/accounts?text=%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert!(!found.has("<script>alert"), "{}", found.body);
}

#[tokio::test]
async fn a_key_that_is_found_by_its_end_says_that_it_has_expired() {
    let gateway = start().await;
    let customer = gateway.professional().await;
    let mut admin = admin(&gateway).await.visitor;
    let end = &customer.key[customer.key.len() - 4..];
    for (expiry, state) in [("1 hour", "Active"), ("0 hours", "Expired")] {
        sqlx::query("update api_key set expires_at = now() + $2::text::interval where id = $1")
            .bind(customer.key_id.as_uuid())
            .bind(expiry)
            .execute(gateway.database.pool())
            .await
            .unwrap();
        let found = admin.fill("/operator/accounts", &[("text", end)]).await;
        let found = admin.get(found.leads_to()).await;
        assert!(found.has(&format!(">{state}<")), "{}", found.body);
    }
}

#[tokio::test]
async fn l01_a_key_inside_a_pasted_text_stands_in_no_address_and_on_no_page() {
    let gateway = start().await;
    let customer = gateway.professional().await;
    let mut admin = admin(&gateway).await.visitor;
    let unknown = crate::support::customer::new_secret();
    for (key, is_known) in [(customer.key.as_str(), true), (unknown.expose(), false)] {
        for text in [
            format!("X-API-Key: {key}"),
            format!("Bearer {key}"),
            format!("curl -H 'X-API-Key: {key}'"),
            format!("{key}\n{key}"),
        ] {
            let sent = admin.fill("/operator/accounts", &[("text", &text)]).await;
            assert_eq!(sent.status, if is_known { 303 } else { 200 }, "{text}");
            assert!(!sent.leads_to().contains(key) && !sent.has(key), "{text}: {}", sent.leads_to());
            let explained = admin.fill("/operator/explain", &[("what", &text)]).await;
            assert_eq!(explained.status, if is_known { 200 } else { 422 }, "{text}");
            assert!(!explained.has(key), "{text}: {}", explained.body);
        }
        let left = admin.get(&format!("/operator/accounts?text={key}")).await;
        assert_eq!((left.status, left.leads_to()), (303, "/operator/accounts"));
    }
}

#[tokio::test]
async fn l01_a_whole_key_leads_to_its_page_and_stands_in_no_address_and_on_no_page() {
    let gateway = start().await;
    let customer = gateway.professional().await;
    let mut admin = admin(&gateway).await.visitor;
    let sent = admin.fill("/operator/accounts", &[("text", &customer.key)]).await;
    assert_eq!(sent.leads_to(), format!("{}/keys/{}", desk(customer.account), customer.key_id));
    let page = admin.get(sent.leads_to()).await;
    assert_eq!(page.status, 200);
    // An unknown key is not written back either.
    let unknown = crate::support::customer::new_secret();
    let sent = admin.fill("/operator/accounts", &[("text", unknown.expose())]).await;
    assert_eq!(sent.status, 200, "{}", sent.leads_to());
    assert!(!sent.has(unknown.expose()) && sent.has("No account or key matches."));
    let explained = admin.fill("/operator/explain", &[("what", unknown.expose())]).await;
    assert_eq!(explained.status, 422);
    assert!(!explained.has(unknown.expose()), "{}", explained.body);
    let explained = admin.fill("/operator/explain", &[("what", &customer.key)]).await;
    assert_eq!(explained.status, 200, "{}", explained.body);
    assert!(!explained.has(&customer.key) && !page.has(&customer.key));
    // No row of the database has it.
    for table in ["audit_entry", "spent_form", "guess", "session", "account_note"] {
        let rows: Vec<String> = match table {
            "audit_entry" => sqlx::query_scalar("select t::text from audit_entry t"),
            "spent_form" => sqlx::query_scalar("select t::text from spent_form t"),
            "guess" => sqlx::query_scalar("select t::text from guess t"),
            "session" => sqlx::query_scalar("select t::text from session t"),
            _ => sqlx::query_scalar("select t::text from account_note t"),
        }
        .fetch_all(gateway.database.pool())
        .await
        .unwrap();
        assert!(!rows.join("\n").contains(&customer.key), "{table}");
    }
}
