//! What the tests of both consoles' tables of pages share: paths, visits, and what holds for every
//! page.

use std::collections::BTreeSet;

use fluence::console::{Method, Route};
use fluence::domain::audit::Actor;
use fluence::domain::ids::AccountId;
use fluence::domain::key::{FormatChoice, KeyPrefix, KeyState};
use fluence::domain::rights::Principal;
use fluence::management::keys::{self, NewSecret};

use crate::support::gateway::Gateway;
use crate::support::visitor::{Page, Visitor};

/// An id of nothing.
pub(crate) const NOWHERE: &str = "01900000-0000-7000-8000-00000000ffff";

/// A path of the account, with ids of nothing.
pub(crate) fn path<A>(route: &Route<A>, account: AccountId) -> String {
    let filled = route.path.replace("{account}", &account.to_string());
    ["{key}", "{environment}", "{member}", "{call}", "{email}", "{move}"]
        .iter()
        .fold(filled, |path, name| path.replace(name, NOWHERE))
}

/// Pages of this account that need no id of a thing. Files to be saved are none.
pub(crate) fn pages<A>(table: &'static [Route<A>], account: AccountId) -> impl Iterator<Item = String> {
    let pages = table.iter().filter(|route| route.method == Method::Get);
    let paths = pages.map(move |route| route.path.replace("{account}", &account.to_string()));
    paths.filter(|path| !path.contains('{') && !path.ends_with(".csv"))
}

/// Things of an account, for the pages that have an id in their path.
pub(crate) struct Samples(Vec<(&'static str, String)>);

impl Samples {
    /// Of an account that has made a call: a key in each state that has pages of its own, a member
    /// with a second factor, an environment, an e-mail that was not delivered.
    pub(crate) async fn of(gateway: &Gateway, account: AccountId) -> Self {
        let (active, _) = gateway.key(account, |_| {}).await;
        let (disabled, _) = gateway.key(account, |_| {}).await;
        gateway.set_key_state(disabled, KeyState::Disabled).await;
        let (revoked, _) = gateway.key(account, |_| {}).await;
        gateway.set_key_state(revoked, KeyState::Revoked).await;
        let (rotating, _) = gateway.key(account, |_| {}).await;
        let mut connection = gateway.database.pool().acquire().await.unwrap();
        let by = Principal::almighty(Actor::operator("root".into()));
        let prefix = KeyPrefix::default();
        let new = NewSecret { format: FormatChoice::Usual, prefix: &prefix, peppers: &gateway.peppers };
        keys::rotate(&mut connection, &by, rotating, "1d".parse().unwrap(), &new).await.unwrap();
        let member = gateway.member_with_factor(account, "phone@example.com").await;
        let call = "select call_id from ledger_entry where account_id = $1 and route is not null order by number desc limit 1";
        let environment = "select id from environment where account_id = $1 order by created_at limit 1";
        let mut one = async |query: &'static str| {
            let id = sqlx::query_scalar::<_, uuid::Uuid>(query).bind(account.as_uuid());
            id.fetch_one(&mut *connection).await.unwrap().to_string()
        };
        let (call, environment) = (one(call).await, one(environment).await);
        let email = fluence::clock::new_id();
        let mail = "insert into email_outbox (id, kind, to_address, sealed, state, tries, next_at, created_at, error) values
                    ($1, 'invitation', 'bia@acme.example', '\\x00', 'failed', 7, now(), now() - interval '18 hours', '550 5.1.1 no such mailbox')";
        sqlx::query(mail).bind(email).execute(gateway.database.pool()).await.unwrap();
        let plan_move = fluence::clock::new_id();
        // Gateways leave it as it is.
        let moving = "insert into plan_move (id, from_edition, from_plan, to_edition, to_plan, author, reason, leased_until)
                      values ($1, '2025-06', 'developer', '2025-06', 'business', 'olga', 'The plan ends', 'infinity')";
        sqlx::query(moving).bind(plan_move).execute(gateway.database.pool()).await.unwrap();
        let moved =
            "insert into plan_move_account (plan_move_id, account_id, state) values ($1, $2, 'refused')";
        let moved = sqlx::query(moved).bind(plan_move).bind(account.as_uuid());
        moved.execute(gateway.database.pool()).await.unwrap();
        // The special goes before the general.
        Self(vec![
            ("{account}", account.to_string()),
            ("{key}/end-overlap", format!("{rotating}/end-overlap")),
            ("{key}/cancel-rotation", format!("{rotating}/cancel-rotation")),
            ("{key}/enable", format!("{disabled}/enable")),
            ("{key}/revoked", format!("{revoked}/revoked?change=0")),
            ("{key}", active.to_string()),
            ("{member}", member.to_string()),
            ("{call}", call),
            ("{environment}", environment),
            ("{email}", email.to_string()),
            ("{move}", plan_move.to_string()),
        ])
    }

    /// The values of the names in a path.
    pub(crate) fn ids(&self) -> &[(&'static str, String)] {
        &self.0
    }

    /// The pages of a table that have an id of a thing in their path. Every id has a sample.
    pub(crate) fn pages<A>(&self, table: &'static [Route<A>]) -> Vec<String> {
        let pages = table.iter().filter(|route| route.method == Method::Get && !route.path.ends_with(".csv"));
        let pages = pages.filter(|route| route.path.replace("{account}", "").contains('{'));
        let filled = pages.map(|route| {
            let path =
                self.0.iter().fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value));
            assert!(!path.contains('{'), "{} has an id without a sample: add one to Samples::of", route.path);
            path
        });
        filled.collect()
    }
}

pub(crate) async fn open<A>(visitor: &mut Visitor, route: &Route<A>, path: &str) -> Page {
    match route.method {
        Method::Get => visitor.get(path).await,
        // Without a token no form is accepted, so that nothing is changed here; who may send it is
        // decided first.
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

/// One title, a strict policy, a light page, and nothing that is loaded from elsewhere. `own` is an
/// address that it may name.
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

/// Follows links from these pages, through all below `root`, at most `most` pages. Each leads to a
/// page. Returns them.
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
            let folder = path.split('?').next().unwrap().rsplit_once('/').unwrap().0;
            let links = links.map(|link| match link.strip_prefix("./") {
                Some(below) => format!("{folder}/{below}"),
                None => link.to_owned(),
            });
            let pages = links.filter(|link| link.starts_with('/') && !link.contains("?lang="));
            open.extend(pages.map(|link| link.replace("&amp;", "&")));
        }
    }
    seen
}
