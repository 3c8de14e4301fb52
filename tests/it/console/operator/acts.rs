//! Acts on an account: what they do, that they ask for a reason, that the owners read it, and that
//! a form counts once.

use fluence::domain::account::AccountState;
use fluence::domain::member::Role;
use fluence::identity::operator::OperatorRole;
use fluence::storage::{accounts, keys};

use super::{admin, desk, operator, owner_audit, start};
use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

async fn state(gateway: &Gateway, account: fluence::domain::ids::AccountId) -> AccountState {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    accounts::find(&mut connection, account).await.unwrap().unwrap().state
}

#[tokio::test]
async fn an_account_is_suspended_and_resumed_with_reasons_that_its_owners_read() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut support = operator(&gateway, "sara@example.com", OperatorRole::Support).await.visitor;
    let suspend = format!("{}/suspend", desk(account));
    let fields = [("name", "Test"), ("reason", "unpaid since August")];
    let done = support.fill(&suspend, &fields).await;
    assert_eq!(done.leads_to(), format!("{}?done=suspended", desk(account)), "{}", done.body);
    assert_eq!(state(&gateway, account).await, AccountState::Suspended);
    let page = support.get(&desk(account)).await;
    assert!(page.has("all its calls are refused") && page.has("unpaid since August"), "{}", page.body);
    let mut owner = gateway.logged_in(account, "bia@example.com", Role::Member).await;
    let banner = owner.get(&format!("/console/{account}")).await;
    assert!(banner.has("To have it resumed, ask the operator"), "{}", banner.body);
    assert!(!banner.has("Ask support"), "{}", banner.body);
    let done = support.fill(&format!("{}/resume", desk(account)), &[("reason", "paid")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(state(&gateway, account).await, AccountState::Active);
    let log = owner_audit(&gateway, account).await;
    assert!(log.has("suspended the account: unpaid since August"), "{}", log.body);
    assert!(log.has("resumed the account: paid"), "{}", log.body);
    // To owners an operator has no name.
    assert!(!log.has("sara"), "{}", log.body);
}

#[tokio::test]
async fn every_act_asks_for_what_it_needs_at_the_field_keeps_what_was_typed_and_changes_nothing() {
    let gateway = start().await;
    let customer = gateway.professional().await;
    let mut admin = admin(&gateway).await.visitor;
    let before = gateway.balance(customer.account).await;
    let desk = desk(customer.account);
    let key = format!("/keys/{}/revoke", customer.key_id);
    let long = "x".repeat(501);
    for (act, fields, faults) in [
        ("/suspend", &[("name", "Tset"), ("reason", "")][..], &["name", "reason"][..]),
        ("/resume", &[("reason", "")], &["reason"]),
        ("/plan", &[("plan", "2025-01/nothing"), ("reason", "")], &["plan", "reason"]),
        (
            "/grant",
            &[("credits", "ten"), ("expires", "2020-01-01"), ("reason", "a\u{202e}b")],
            &["credits", "expires", "reason"],
        ),
        ("/grant", &[("credits", "1.5"), ("reason", "kept")], &["credits"]),
        ("/grant", &[("credits", "5"), ("expires", "+10000-01-01"), ("reason", "kept")], &["expires"]),
        ("/grant", &[("credits", "-5"), ("expires", "x"), ("reason", "kept")], &["credits", "expires"]),
        ("/take", &[("credits", "0"), ("name", ""), ("reason", &long)], &["credits", "name", "reason"]),
        ("/take", &[("credits", "1000000"), ("name", "Test"), ("reason", "too many")], &["credits"]),
        (&key, &[("reason", " ")], &["reason"]),
        ("/note", &[("note", "")], &["note"]),
    ] {
        let refused = admin.fill(&format!("{desk}{act}"), fields).await;
        assert_eq!(refused.status, 422, "{act}: {}", refused.leads_to());
        for fault in faults {
            assert!(
                refused.has(&format!("href=\"#{fault}\"")),
                "{act} has no fault at {fault}: {}",
                refused.body
            );
            assert!(refused.has(&format!("id=\"{fault}-fault\"")), "{act}, {fault}");
        }
        for (field, typed) in fields
            .iter()
            .filter(|(field, typed)| !matches!(*field, "plan" | "note") && !typed.trim().is_empty())
        {
            assert!(refused.has(&format!("value=\"{typed}\"")), "{act} forgets {field}: {}", refused.body);
        }
    }
    assert_eq!(gateway.balance(customer.account).await, before);
    assert_eq!(state(&gateway, customer.account).await, AccountState::Active);
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let key = keys::find(&mut connection, customer.key_id).await.unwrap().unwrap();
    assert!(key.revoked_at.is_none());
    let changes: i64 =
        sqlx::query_scalar("select count(*) from audit_entry where account_id = $1 and actor = 'operator'")
            .bind(customer.account.as_uuid())
            .fetch_one(gateway.database.pool())
            .await
            .unwrap();
    assert_eq!(changes, 0);
}

#[tokio::test]
async fn credits_are_granted_and_taken_once_however_often_the_form_is_sent() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let before = gateway.balance(account).await;
    let mut admin = admin(&gateway).await.visitor;
    let path = format!("{}/grant", desk(account));
    let page = admin.get(&path).await;
    let fields = [("credits", "1,500"), ("expires", ""), ("reason", "sorry for the outage")];
    let (mut first, mut second, mut third) = (admin.copy(), admin.copy(), admin.copy());
    let sent = tokio::join!(
        first.submit(&page, &path, &fields),
        second.submit(&page, &path, &fields),
        third.submit(&page, &path, &fields)
    );
    for page in [&sent.0, &sent.1, &sent.2] {
        assert_eq!(page.leads_to(), format!("{}?done=granted", desk(account)), "{}", page.body);
    }
    assert_eq!(gateway.balance(account).await, before + 1_500);
    let page = admin.get(&format!("{}/take", desk(account))).await;
    let path = format!("{}/take", desk(account));
    let fields = [("credits", "500"), ("name", "Test"), ("reason", "granted too much")];
    for _ in 0..2 {
        let taken = admin.submit(&page, &path, &fields).await;
        assert_eq!(taken.leads_to(), format!("{}?done=taken", desk(account)), "{}", taken.body);
    }
    assert_eq!(gateway.balance(account).await, before + 1_000);
    let mut owner = gateway.admin(account).await;
    let statement = owner.get(&format!("/console/{account}/ledger")).await;
    assert!(statement.has("sorry for the outage") && statement.has("granted too much"), "{}", statement.body);
    let actors: Vec<(String, String)> = sqlx::query_as(
        "select actor, actor_id from audit_entry where account_id = $1 and subject = 'credits'",
    )
    .bind(account.as_uuid())
    .fetch_all(gateway.database.pool())
    .await
    .unwrap();
    assert_eq!(actors, vec![("operator".to_owned(), "olga".to_owned()); 2]);
}

#[tokio::test]
async fn a_plan_is_moved_in_the_account_and_in_the_ledger() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut admin = admin(&gateway).await.visitor;
    let form = admin.get(&format!("{}/plan", desk(account))).await;
    assert!(form.has("Current plan: <b>professional (2025-01)</b>"), "{}", form.body);
    assert!(form.has("<option value=\"\">Choose a plan") && !form.has(" selected>"), "{}", form.body);
    let moved = admin
        .fill(
            &format!("{}/plan", desk(account)),
            &[("plan", "2025-06/enterprise"), ("reason", "asked by e-mail")],
        )
        .await;
    assert_eq!(moved.leads_to(), format!("{}?done=moved", desk(account)), "{}", moved.body);
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let detail = accounts::detail::read(&mut connection, account).await.unwrap().unwrap();
    assert_eq!(
        (detail.account.plan.edition.as_str(), detail.account.plan.plan.as_str()),
        ("2025-06", "enterprise")
    );
    let planned: i64 =
        sqlx::query_scalar("select credits from plan where edition = '2025-06' and plan = 'enterprise'")
            .fetch_one(gateway.database.pool())
            .await
            .unwrap();
    assert_eq!(detail.plan_credits.as_i64(), planned);
    let mut owner = gateway.admin(account).await;
    let audit = owner.get(&format!("/console/{account}/audit")).await;
    assert!(audit.has("moved the account to another plan: asked by e-mail"));
    let statement = owner.get(&format!("/console/{account}/ledger")).await;
    assert!(statement.has("Moved to another plan: enterprise_crm"), "{}", statement.body);
    let again = admin
        .fill(&format!("{}/plan", desk(account)), &[("plan", "2025-06/enterprise"), ("reason", "again")])
        .await;
    let said = admin.get(again.leads_to()).await;
    assert!(said.has("already on this plan") && !said.has("on its new plan"), "{}", said.body);
    let reasons: i64 = sqlx::query_scalar("select count(*) from audit_entry where reason = 'again'")
        .fetch_one(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(reasons, 0);
}

#[tokio::test]
async fn a_key_is_revoked_and_each_gateway_that_refuses_it_is_named() {
    let gateway = start().await;
    let customer = gateway.professional().await;
    let mut support = operator(&gateway, "sara@example.com", OperatorRole::Support).await.visitor;
    let page = support.get(&format!("{}/keys/{}", desk(customer.account), customer.key_id)).await;
    let path = format!("{}/keys/{}/revoke", desk(customer.account), customer.key_id);
    assert!(page.has(&format!("href=\"{path}\"")), "{}", page.body);
    let revoked = support.fill(&path, &[("reason", "found on a public page")]).await;
    assert!(revoked.leads_to().contains("/revoked?change="), "{}", revoked.body);
    crate::support::gateway::eventually("the gateway refuses the key", async || {
        gateway.get("/credits", &customer.key).await.status == 401
    })
    .await;
    let named = support.get(revoked.leads_to()).await;
    assert_eq!(named.status, 200, "{}", named.body);
    assert!(owner_audit(&gateway, customer.account).await.has("found on a public page"));
}

#[tokio::test]
async fn only_operators_see_notes_and_a_form_adds_one() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut support = operator(&gateway, "sara@example.com", OperatorRole::Support).await.visitor;
    let path = format!("{}/note", desk(account));
    let page = support.get(&path).await;
    for _ in 0..2 {
        let noted = support.submit(&page, &path, &[("note", "pays by <b>invoice</b>,\nask Ana")]).await;
        assert_eq!(noted.leads_to(), desk(account), "{}", noted.body);
    }
    let shown = support.get(&desk(account)).await;
    assert_eq!(
        shown.body.matches("pays by &lt;b&gt;invoice&lt;/b&gt;, ask Ana").count(),
        1,
        "{}",
        shown.body
    );
    let mut owner = gateway.admin(account).await;
    for page in ["", "/audit", "/settings"] {
        assert!(!owner.get(&format!("/console/{account}{page}")).await.has("invoice"), "{page}");
    }
}

#[tokio::test]
async fn an_owner_is_never_acted_for() {
    let gateway = start().await;
    let customer = gateway.professional().await;
    let mut admin = admin(&gateway).await.visitor;
    for path in ["/keys/new", "/members/new", "/environments/new", "/settings/edit"] {
        assert_eq!(admin.get(&format!("{}{path}", desk(customer.account))).await.status, 404, "{path}");
    }
    let key = format!("{}/keys/{}", desk(customer.account), customer.key_id);
    for path in ["/edit", "/rotate", "/enable"] {
        assert_eq!(admin.get(&format!("{key}{path}")).await.status, 404, "{path}");
    }
    let mut as_owner = Visitor::new(&gateway);
    as_owner.cookies.clone_from(&admin.cookies);
    let page = as_owner.get(&format!("/console/{}", customer.account)).await;
    assert!(page.leads_to().starts_with("/console/log-in?"));
}
