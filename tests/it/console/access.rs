//! Every page, with every kind of visitor; every form, sent from anywhere but its page. Both are
//! made from the table of pages: a new page is tried without a new test.

use std::collections::{BTreeMap, BTreeSet};

use fluence::console::{Access, Method, ROUTES, Route};
use fluence::domain::ids::AccountId;
use fluence::domain::member::Role;

use super::table::{self, Samples, open, path};
use crate::gate::people::marina;
use crate::support::gateway::Gateway;
use crate::support::visitor::{Page, Visitor};

fn is_let_in(route: &Route<Access>, page: &Page) -> bool {
    table::is_let_in(route, page, "/console/log-in")
}

#[tokio::test]
async fn k01_k02_every_page_needs_who_it_says() {
    let gateway = Gateway::start().await;
    let (own, other) = (gateway.professional().await.account, gateway.professional().await.account);
    for route in ROUTES.iter().filter(|route| route.path != "/console/log-out") {
        let path = path(route, own);
        let name = format!("{:?} {path}", route.method);
        let stranger = open(&mut Visitor::new(&gateway), route, &path).await;
        let mut elsewhere = visitor(&gateway, other, "bia@example.com", Role::Admin).await;
        let elsewhere = open(&mut elsewhere, route, &path).await;
        let mut member = visitor(&gateway, own, "member@example.com", Role::Member).await;
        let member = open(&mut member, route, &path).await;
        let mut admin = visitor(&gateway, own, "admin@example.com", Role::Admin).await;
        let admin = open(&mut admin, route, &path).await;
        if route.access == Access::AwaitingFactor {
            // A whole session has no second factor to give.
            assert!(
                [&stranger, &admin]
                    .iter()
                    .all(|page| page.status == 401 || page.leads_to().contains("log-in")),
                "{name}"
            );
            continue;
        }
        assert!(is_let_in(route, &admin), "{name} refuses an admin: {} {}", admin.status, admin.leads_to());
        match route.access {
            Access::Anyone => {
                assert!(is_let_in(route, &stranger), "{name} refuses a stranger: {}", stranger.status)
            }
            _ => {
                let is_refused =
                    stranger.status == 401 || stranger.leads_to().starts_with("/console/log-in?next=");
                assert!(is_refused, "{name} lets a stranger in: {}", stranger.status);
            }
        }
        match route.access {
            Access::AwaitingFactor => {}
            Access::Anyone | Access::Person | Access::PersonConfirmed => {
                assert!(is_let_in(route, &elsewhere) && is_let_in(route, &member), "{name}");
            }
            // A form without a token is refused before anybody learns whether the account exists.
            Access::Member if route.method == Method::Post => {}
            Access::Member => {
                assert_eq!(elsewhere.status, 404, "{name} of another account");
                assert!(is_let_in(route, &member), "{name} refuses a member: {}", member.status);
            }
            Access::Admin | Access::AdminConfirmed if route.method == Method::Post => {}
            Access::Admin | Access::AdminConfirmed => {
                assert_eq!((elsewhere.status, member.status), (404, 403), "{name}");
            }
        }
    }
}

/// A member of the account, logged in; added once.
async fn visitor(gateway: &Gateway, account: AccountId, email: &str, role: Role) -> Visitor {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let members = fluence::storage::members::list(&mut connection, account).await.unwrap();
    drop(connection);
    if members.iter().any(|member| member.email == email) {
        let mut visitor = Visitor::new(gateway);
        visitor.enter(gateway, account, email).await;
        return visitor;
    }
    gateway.logged_in(account, email, role).await
}

#[tokio::test]
async fn j01_every_form_refuses_another_origin_and_a_token_that_is_not_its_own() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut admin = gateway.admin(account).await;
    let mut other_session = gateway.logged_in(account, "bia@example.com", Role::Admin).await;
    let own_origin = gateway.url();
    let token = |page: &Page, action: &str| {
        page.hidden(action).into_iter().find(|(name, _)| name == "form").unwrap().1
    };
    let me = admin.get("/console/me").await;
    let of_profile = token(&me, "/console/me");
    for route in ROUTES.iter().filter(|route| route.method == Method::Post) {
        let path = path(route, account);
        for headers in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
        ] {
            let refused = admin.copy().post_with(&path, &[("form", &of_profile)], headers).await;
            assert_eq!(refused.status, 403, "{path} with {headers:?}");
        }
        // A whole session has no second factor to give.
        let status = if route.access == Access::AwaitingFactor { 401 } else { 403 };
        for wrong in ["", "x", &of_profile[1..]] {
            let refused = admin.copy().post(&path, &[("form", wrong)]).await;
            assert_eq!(refused.status, status, "{path} with the token {wrong:?}");
        }
        if path != "/console/me" {
            let refused = admin.copy().post(&path, &[("form", &of_profile)]).await;
            assert_eq!(refused.status, status, "{path} with the token of another form");
        }
    }
    let refused = other_session.post("/console/me", &[("form", &of_profile), ("name", "X")]).await;
    assert_eq!(refused.status, 403, "the token of another session");
    let headers = [("origin", own_origin.as_str())];
    let fields = [("form", of_profile.as_str()), ("name", "Ana"), ("language", ""), ("theme", "")];
    assert_eq!(admin.post_with("/console/me", &fields, &headers).await.status, 303);
}

#[tokio::test]
async fn k02_an_admin_who_was_demoted_while_a_form_was_open_changes_nothing() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let account = customer.account;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    let samples = Samples::of(&gateway, account).await;
    let invited = gateway.member(account, "invited@example.com", Role::Member).await.to_string();
    let mut ana = gateway.admin(account).await;

    // Each form for admins, on a page that is open.
    let route_of = |action: &str| {
        let named = samples.ids().iter().fold(action.to_owned(), |path, (name, id)| path.replace(id, name));
        let named = named.replace(&invited, "{member}");
        let mut forms = ROUTES.iter().filter(|route| route.method == Method::Post);
        let route = forms.find(|route| route.path == named);
        route.filter(|route| matches!(route.access, Access::Admin | Access::AdminConfirmed))
    };
    let mut forms: BTreeMap<&str, (Page, String)> = BTreeMap::new();
    let pages = table::pages(ROUTES, account).chain(samples.pages(ROUTES));
    for path in pages.chain([format!("/console/{account}/members/{invited}")]) {
        let page = ana.get(&path).await;
        let actions = page.body.split(" action=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let actions: Vec<String> = actions.map(str::to_owned).collect();
        for action in actions {
            if let Some(route) = route_of(&action) {
                let page = Page {
                    path: path.clone(),
                    headers: page.headers.clone(),
                    body: page.body.clone(),
                    ..page
                };
                forms.insert(route.path, (page, action));
            }
        }
    }
    let is_admins = |route: &&Route<Access>| {
        route.method == Method::Post && matches!(route.access, Access::Admin | Access::AdminConfirmed)
    };
    let all: BTreeSet<&str> = ROUTES.iter().filter(is_admins).map(|route| route.path).collect();
    assert_eq!(forms.keys().copied().collect::<BTreeSet<_>>(), all, "a form for admins is on no page");

    let pool = gateway.database.pool();
    sqlx::query("update member set role = 'member' where email = 'ana@example.com'")
        .execute(pool)
        .await
        .unwrap();
    let written = async || {
        let rows = "select (select count(*) from audit_entry) + (select count(*) from email_outbox)";
        sqlx::query_scalar::<_, i64>(rows).fetch_one(pool).await.unwrap()
    };
    let before = written().await;
    for (route, (page, action)) in forms {
        let refused = ana.submit(&page, &action, &[]).await;
        assert_eq!(refused.status, 403, "{route}: {}", refused.body);
        assert!(
            !refused.has("The form was not accepted"),
            "{route} is refused for its token, not for the role"
        );
    }
    assert_eq!(written().await, before);
}

#[tokio::test]
async fn j17_a_session_opens_no_api_and_a_key_opens_no_page() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut admin = gateway.admin(customer.account).await;
    assert_eq!(admin.get("/v1/account").await.status, 401);
    let page = gateway.get(&format!("/console/{}", customer.account), &customer.key).await;
    assert!(page.text.contains("Log in"), "{}", page.text);
}
