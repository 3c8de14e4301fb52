//! The main pages of both consoles as a browser draws them, from the demonstration account with its
//! history. `make pictures` keeps them in `target/screenshots` for people to look at; none is
//! compared by pixel. `WRITE_DOCS=1 make pictures` writes those of `docs/images/README.md` again.

use std::path::{Path, PathBuf};

use fluence::identity::operator::OperatorRole;

use super::operator::{browser_of, pages as operators_pages, trouble};
use crate::console::operator::operator;
use crate::support::browser::{Browser, Look};
use crate::support::demonstration::Demonstration;

const LOOKS: [Look; 4] = [Look::DESKTOP, Look::DESKTOP.dark(), Look::PHONE, Look::PHONE.dark()];

/// Pages of an account, below its address.
const PAGES: [(&str, &str); 15] = [
    ("overview", ""),
    ("keys", "/keys"),
    ("new-key", "/keys/new"),
    ("which", "/keys/which"),
    ("environments", "/environments"),
    ("playground", "/playground"),
    ("usage", "/usage?period=90"),
    ("last-period", "/usage?period=last"),
    ("statement", "/ledger?sum=1"),
    ("credits", "/credits"),
    ("alerts", "/alerts"),
    ("members", "/members"),
    ("invite", "/members/new"),
    ("audit", "/audit"),
    ("settings", "/settings"),
];
const PERSONAL: [(&str, &str); 2] = [("me", "/console/me"), ("security", "/console/me/security")];

/// The pages of `docs/images/README.md`, in its order.
const GALLERY: [&str; 14] = [
    "overview",
    "usage",
    "statement",
    "receipt",
    "keys",
    "key",
    "new-key",
    "environments",
    "playground",
    "credits",
    "alerts",
    "members",
    "audit",
    "settings",
];
/// Pixels from the top that a picture of the gallery shows.
const GALLERY_HEIGHT: u32 = 1_000;

/// The file of a page in one theme.
fn gallery_file(name: &str, look: Look) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images/console");
    let theme = if look.is_dark { "dark" } else { "light" };
    folder.join(format!("{name}-{theme}.webp"))
}

/// Takes pictures of pages in a language.
async fn taken(browser: &Browser, origin: &str, pages: &[(String, String)], language: &str) {
    for look in LOOKS {
        browser.look(look).await;
        for (name, path) in pages {
            let query = if path.contains('?') { '&' } else { '?' };
            browser.open(&format!("{origin}{path}{query}lang={language}")).await;
            browser.screenshot(&format!("{name}-{language}-{}", look.name())).await;
            let is_shown =
                language == "en" && GALLERY.contains(&name.as_str()) && look.width == Look::DESKTOP.width;
            if is_shown && std::env::var_os("WRITE_DOCS").is_some() {
                browser.small_picture(GALLERY_HEIGHT, &gallery_file(name, look)).await;
            }
        }
    }
}

async fn of_owner(language: &str) {
    let Demonstration { gateway, account, link } = Demonstration::start().await;
    let browser = Browser::start().await;
    browser.open(&format!("{}{link}", gateway.url())).await;
    browser.click("main button.primary").await;
    browser.shows(".big", "").await;
    let pool = gateway.database.pool();
    let newest = |what: &str| format!("select {what} where account_id = $1");
    let key = newest("id::text from api_key") + " and name = 'backend'";
    let call =
        newest("call_id::text from ledger_entry") + " and route is not null order by number desc limit 1";
    let mut pages: Vec<(String, String)> = PERSONAL.map(|(name, path)| (name.into(), path.into())).into();
    pages.extend(PAGES.map(|(name, rest)| (name.into(), format!("/console/{account}{rest}"))));
    for (name, path, query) in [("key", "keys", key), ("receipt", "ledger/calls", call)] {
        let id: String = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .bind(account.as_uuid())
            .fetch_one(pool)
            .await
            .unwrap();
        pages.push((name.into(), format!("/console/{account}/{path}/{id}")));
    }
    taken(&browser, &gateway.url(), &pages, language).await;
}

async fn of_operator(language: &str) {
    let Demonstration { gateway, account, .. } = Demonstration::start().await;
    trouble(&gateway).await;
    let mut admin = operator(&gateway, "olga@example.com", OperatorRole::Admin).await;
    let note = "Pays by invoice at the end of the month. Their contact on weekends is Ana, +55 11 5555 0100.";
    let noted = admin.visitor.fill(&format!("/operator/accounts/{account}/note"), &[("note", note)]).await;
    assert_eq!(noted.status, 303, "{}", noted.body);
    let browser = browser_of(&gateway, &admin).await;
    let pages = operators_pages(account);
    let pages: Vec<_> = pages.into_iter().map(|(name, path)| (format!("operator-{name}"), path)).collect();
    taken(&browser, &gateway.operator_url(), &pages, language).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "for people to look at: make pictures"]
async fn pictures_of_the_owners_pages_are_kept() {
    of_owner("en").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "for people to look at: make pictures"]
async fn pictures_of_the_owners_pages_in_portuguese_are_kept() {
    of_owner("pt").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "for people to look at: make pictures"]
async fn pictures_of_the_operators_pages_are_kept() {
    of_operator("en").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "for people to look at: make pictures"]
async fn pictures_of_the_operators_pages_in_portuguese_are_kept() {
    of_operator("pt").await;
}

#[test]
fn the_gallery_shows_every_main_page_in_both_themes() {
    let page = include_str!("../../../docs/images/README.md");
    for name in GALLERY {
        for look in [Look::DESKTOP, Look::DESKTOP.dark()] {
            let file = gallery_file(name, look);
            assert!(file.exists(), "run `WRITE_DOCS=1 make pictures`");
            let shown = file.file_name().unwrap().to_str().unwrap();
            assert!(page.contains(&format!("(console/{shown})")), "{shown}");
        }
    }
}
