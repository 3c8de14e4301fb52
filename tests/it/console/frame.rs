//! What stands around the pages: the navigation on pages of errors, and what an account that is
//! suspended or closed shows in place of forms.

use fluence::domain::account::AccountState;
use fluence::domain::ids::AccountId;
use fluence::identity::operator::OperatorRole;
use uuid::Uuid;

use super::operator::{desk, operator, start};
use crate::support::gateway::Gateway;
use crate::support::visitor::{Page, Visitor};

fn has_navigation(page: &Page) -> bool {
    page.has("<nav aria-label=") && page.has("log-out")
}

#[tokio::test]
async fn a_page_of_an_error_keeps_the_navigation_of_people_who_are_logged_in() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let root = format!("/console/{account}");
    for path in ["nothing", "keys/nothing", &format!("keys/{}", Uuid::nil()), "keys/new/x", "ledger/calls/1"]
    {
        let page = ana.get(&format!("{root}/{path}")).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(has_navigation(&page) && page.has("Nothing here"), "{path}: {}", page.body);
        assert!(page.has(&format!("href=\"{root}/usage\"")), "{path}: {}", page.body);
    }
    assert!(ana.get(&format!("{root}/keys/x")).await.has("/keys\" aria-current=\"page\""));
    // Of another account, only what the person has everywhere.
    let other = gateway.professional().await.account;
    for path in
        [format!("/console/{other}"), format!("/console/{other}/nothing"), "/console/me/nothing".into()]
    {
        let page = ana.get(&path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.has("log-out") && !page.has("<nav"), "{path}: {}", page.body);
    }
    let stranger = Visitor::new(&gateway).get(&format!("{root}/nothing")).await;
    assert!(stranger.status == 404 && !stranger.has("log-out"), "{}", stranger.body);
}

#[tokio::test]
async fn operators_keep_their_navigation_on_pages_of_errors() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut olga = operator(&gateway, "olga@example.com", OperatorRole::Support).await.visitor;
    let of_account = format!("{}/nothing", desk(account));
    for path in ["/operator/nothing", &of_account, &desk(AccountId::from_uuid(Uuid::nil()))] {
        let page = olga.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(has_navigation(&page) && page.has("href=\"/operator/accounts\""), "{path}: {}", page.body);
    }
    let refused = olga.get(&format!("{}/grant", desk(account))).await;
    assert!(refused.status == 403 && has_navigation(&refused), "{}", refused.body);
}

#[tokio::test]
async fn a_suspended_account_says_what_to_do_in_place_of_forms_that_cannot_work() {
    let gateway = Gateway::start_with(&[("FLUENCE_SUPPORT_CONTACT", "help@seller.test")]).await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let root = format!("/console/{account}");
    assert!(ana.get(&format!("{root}/playground")).await.has("data-key-action"));
    gateway.set_account_state(account, AccountState::Suspended).await;
    for language in ["en", "pt-BR"] {
        ana.language = language;
        let page = ana.get(&format!("{root}/playground")).await;
        assert!(!page.has("data-key-action") && page.has("mailto:help@seller.test"), "{}", page.body);
    }
    ana.language = "en";
    assert!(!ana.get(&root).await.has("First steps"));
    let form = ana.get(&format!("{root}/keys/new")).await;
    assert!(form.has("refused until the account is resumed"), "{}", form.body);
}

#[tokio::test]
async fn a_closed_account_shows_no_form() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let root = format!("/console/{account}");
    let forms = ["keys/new", "environments/new", "members/new", "alerts/edit", "settings/edit"];
    for form in forms {
        assert_eq!(ana.get(&format!("{root}/{form}")).await.status, 200, "{form}");
    }
    sqlx::query("update account set state = 'suspended', closed_at = now() where id = $1")
        .bind(account.as_uuid())
        .execute(gateway.database.pool())
        .await
        .unwrap();
    for form in forms {
        let list = ana.get(&format!("{root}/{}", form.split('/').next().unwrap())).await;
        assert!(list.status == 200 && !list.has(&format!("{root}/{form}\"")), "{form}: {}", list.body);
        let page = ana.get(&format!("{root}/{form}")).await;
        assert!(page.status == 409 && has_navigation(&page), "{form}: {}", page.body);
        assert!(page.has("closed for good") && !page.has("<form class=\"card"), "{form}: {}", page.body);
    }
    assert!(!ana.get(&format!("{root}/playground")).await.has("data-key-action"));
}

#[tokio::test]
async fn the_language_of_the_profile_is_that_of_a_browser_that_chose_none() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    sqlx::query("update identity set language = 'pt'").execute(gateway.database.pool()).await.unwrap();
    let path = format!("/console/{account}");
    assert!(ana.get(&path).await.has("Visão geral"));
    assert!(ana.get(&format!("{path}?lang=en")).await.has("Overview"));
    assert!(ana.get(&path).await.has("Overview"), "the browser's own choice stays");
}
