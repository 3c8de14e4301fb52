//! Every page with every kind of visitor, and every form from anywhere but its page. Both are made
//! from the table of pages: a new page is tried without a new test.

use fluence::console::operator::{Access, ROUTES};
use fluence::console::{Method, Route};
use fluence::domain::member::Role;
use fluence::identity::operator::OperatorRole;

use super::{operator, start};
use crate::console::table::{self, NOWHERE, open, path};
use crate::support::visitor::{Page, Visitor};

fn is_let_in(route: &Route<Access>, page: &Page) -> bool {
    table::is_let_in(route, page, "/operator/log-in")
}

fn is_refused(page: &Page) -> bool {
    page.leads_to().starts_with("/operator/log-in?next=")
}

#[tokio::test]
async fn k01_k02_every_page_needs_who_it_says() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let owner = gateway.logged_in(account, "ana@example.com", Role::Admin).await;
    let viewer = operator(&gateway, "vera@example.com", OperatorRole::Viewer).await.visitor;
    let support = operator(&gateway, "sara@example.com", OperatorRole::Support).await.visitor;
    let admin = operator(&gateway, "olga@example.com", OperatorRole::Admin).await.visitor;
    for route in ROUTES.iter().filter(|route| route.path != "/operator/log-out") {
        let path = path(route, account);
        let name = format!("{:?} {path}", route.method);
        let stranger = open(&mut Visitor::of_operators(&gateway), route, &path).await;
        // An account owner brings the cookies of the other console along, on the same host.
        let mut with_cookies = Visitor::of_operators(&gateway);
        with_cookies.cookies.clone_from(&owner.cookies);
        let with_cookies = open(&mut with_cookies, route, &path).await;
        let viewer = open(&mut viewer.copy(), route, &path).await;
        let support = open(&mut support.copy(), route, &path).await;
        let admin = open(&mut admin.copy(), route, &path).await;
        match route.access {
            Access::Anyone => {
                for page in [&stranger, &with_cookies, &viewer, &support, &admin] {
                    assert!(is_let_in(route, page), "{name}: {}", page.status);
                }
                continue;
            }
            // A whole session has no second factor to give.
            Access::AwaitingFactor => {
                for page in [&stranger, &with_cookies, &viewer, &admin] {
                    assert!(is_refused(page), "{name}: {} {}", page.status, page.leads_to());
                }
                continue;
            }
            _ => {}
        }
        assert!(is_refused(&stranger) && is_refused(&with_cookies), "{name} lets a stranger in");
        assert!(is_let_in(route, &admin), "{name} refuses an admin: {} {}", admin.status, admin.leads_to());
        // A form without a token is refused before the role is looked at.
        if route.method == Method::Post {
            continue;
        }
        let (viewer_may, support_may) = match route.access {
            Access::Viewer => (true, true),
            Access::Support | Access::SupportConfirmed => (false, true),
            _ => (false, false),
        };
        for (who, page, may) in [("a viewer", &viewer, viewer_may), ("support", &support, support_may)] {
            match may {
                true => assert!(is_let_in(route, page), "{name} refuses {who}: {}", page.status),
                false => assert_eq!(page.status, 403, "{name} for {who}"),
            }
        }
    }
}

#[tokio::test]
async fn j01_every_form_refuses_another_origin_and_a_token_that_is_not_its_own() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut admin = operator(&gateway, "olga@example.com", OperatorRole::Admin).await.visitor;
    let page = admin.get("/operator").await;
    let hidden = page.hidden("/operator/log-out");
    let of_log_out = &hidden.iter().find(|(name, _)| name == "form").unwrap().1;
    for route in ROUTES.iter().filter(|route| route.method == Method::Post) {
        let path = path(route, account);
        let service = gateway.url();
        for headers in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            // The other console of the same host is another origin.
            &[("origin", service.as_str())],
            &[("sec-fetch-site", "same-site")],
        ] {
            let refused = admin.copy().post_with(&path, &[("form", of_log_out)], headers).await;
            assert_eq!(refused.status, 403, "{path} with {headers:?}");
        }
        if path == "/operator/log-out" {
            continue;
        }
        for wrong in ["", of_log_out.as_str()] {
            let refused = admin.copy().post(&path, &[("form", wrong)]).await;
            let is_half = route.access == Access::AwaitingFactor;
            assert!(refused.status == 403 || is_half && is_refused(&refused), "{path}: {}", refused.status);
        }
    }
}

#[tokio::test]
async fn an_account_that_does_not_exist_has_no_page() {
    let gateway = start().await;
    let mut admin = operator(&gateway, "olga@example.com", OperatorRole::Admin).await.visitor;
    for rest in ["", "/keys", "/grant", "/ledger"] {
        let page = admin.get(&format!("/operator/accounts/{NOWHERE}{rest}")).await;
        assert_eq!(page.status, 404, "{rest}");
        assert!(page.has("href=\"/operator\""), "{}", page.body);
    }
}
