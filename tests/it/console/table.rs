//! What the tests of both consoles' tables of pages share: paths, visits, and what holds for every page.

use std::collections::BTreeSet;

use fluence::console::{Method, Route};
use fluence::domain::ids::AccountId;

use crate::support::visitor::{Page, Visitor};

/// An id of nothing.
pub(crate) const NOWHERE: &str = "01900000-0000-7000-8000-00000000ffff";

/// A path of the account, with ids of nothing.
pub(crate) fn path<A>(route: &Route<A>, account: AccountId) -> String {
    let filled = route.path.replace("{account}", &account.to_string());
    ["{key}", "{environment}", "{member}", "{call}", "{email}"]
        .iter()
        .fold(filled, |path, name| path.replace(name, NOWHERE))
}

/// Pages of this account that need no id of a thing. Files to be saved are none.
pub(crate) fn pages<A>(table: &'static [Route<A>], account: AccountId) -> impl Iterator<Item = String> {
    let pages = table.iter().filter(|route| route.method == Method::Get);
    let paths = pages.map(move |route| route.path.replace("{account}", &account.to_string()));
    paths.filter(|path| !path.contains('{') && !path.ends_with(".csv"))
}

pub(crate) async fn open<A>(visitor: &mut Visitor, route: &Route<A>, path: &str) -> Page {
    match route.method {
        Method::Get => visitor.get(path).await,
        // Without a token no form is accepted, so that nothing is changed here; who may send it is decided first.
        Method::Post => visitor.post(path, &[]).await,
    }
}

/// Whether a visitor may open it: a page, a redirect, or that the thing of the path does not exist.
pub(crate) fn is_let_in<A>(route: &Route<A>, page: &Page, log_in: &str) -> bool {
    match route.method {
        Method::Get => matches!(page.status, 200 | 303 | 404 | 410) && !page.leads_to().starts_with(log_in),
        Method::Post => page.status == 403 && page.has("The form was not accepted"),
    }
}

/// One title, a strict policy, a light page, and nothing that is loaded from elsewhere. `own` is an address that it may name.
pub(crate) fn assert_is_page(page: &Page, own: Option<&str>) {
    let path = &page.path;
    let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().unwrap());
    assert!(header("content-type").starts_with("text/html"), "{path}: {:?}", page.headers);
    let policy = header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"),
        "{path}"
    );
    assert!(policy.contains("frame-ancestors 'none'"), "{path}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(header(name), value, "{path}: {name}");
    }
    let elsewhere = own.map_or_else(|| page.body.clone(), |own| page.body.replace(own, ""));
    for forbidden in [" style=", " onclick", " onload", "<iframe", "javascript:", "http://", "https://"] {
        assert!(!elsewhere.contains(forbidden), "{path} has {forbidden}");
    }
    for script in page.body.split("<script").skip(1) {
        assert!(
            script.contains("src=\"/assets/") && script.contains("></script>"),
            "{path} has a script inside"
        );
    }
    assert!(page.body.len() <= 30_000, "{path} has {} bytes", page.body.len());
    assert_eq!(page.body.matches("<h1").count(), 1, "{path} has not one title");
}

/// Follows links from these pages, through all below `root`, at most `most` pages. Each leads to a page. Returns them.
pub(crate) async fn crawl(
    visitor: &mut Visitor,
    mut open: Vec<String>,
    root: &str,
    most: usize,
) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        if seen.len() > most || !seen.insert(path.clone()) {
            continue;
        }
        let page = visitor.get(&path).await;
        assert!(matches!(page.status, 200 | 303), "{path}: {}", page.status);
        if path.starts_with(root) {
            let links = page.body.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
            let pages = links.filter(|link| link.starts_with('/') && !link.contains("?lang="));
            open.extend(pages.map(|link| link.replace("&amp;", "&")));
        }
    }
    seen
}
