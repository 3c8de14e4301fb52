//! Pages behind a link that works once, a half-finished log-in or a form: accessible in both themes
//! and languages, on a telephone too. Which these are follows from the tables of pages: one without
//! a sample here fails.

use std::collections::BTreeSet;

use fluence::console::{self, Method, Route, operator};
use fluence::domain::ids::{AccountId, IdentityId, MemberId};
use fluence::domain::member::Role;
use fluence::identity::one_time::Purpose;
use fluence::identity::operator::OperatorRole;
use fluence::management::identities::new_link;
use fluence::storage::identity::identities;

use super::console::{PASSWORD, enter, value};
use super::page_check;
use crate::console::mail::Post;
use crate::console::operator::added;
use crate::console::second_factor::code_now;
use crate::support::browser::Browser;
use crate::support::gateway::Gateway;

/// Forms that lead on to a page of the tables, or back to their own with what is wrong.
const LEADS_ON: [&str; 46] = [
    "/console/log-in/second",
    "/console/log-out",
    "/console/link",
    "/console/reset",
    "/console/reset/finish",
    "/console/invitation",
    "/console/sign-up",
    "/console/sign-up/finish",
    "/console/new-email",
    "/console/confirm",
    "/console/me",
    "/console/me/password",
    "/console/me/sessions",
    "/console/me/email",
    "/console/me/second-factor/off",
    "/console/{account}/keys",
    "/console/{account}/keys/{key}/edit",
    "/console/{account}/keys/{key}/end-overlap",
    "/console/{account}/keys/{key}/cancel-rotation",
    "/console/{account}/keys/{key}/disable",
    "/console/{account}/keys/{key}/enable",
    "/console/{account}/keys/{key}/revoke",
    // Only for the script.
    "/console/{account}/playground/key",
    "/console/{account}/alerts/edit",
    "/console/{account}/alerts/test",
    "/console/{account}/settings/edit",
    "/console/{account}/settings/close",
    "/console/{account}/members/new",
    "/console/{account}/members/{member}",
    "/console/{account}/members/{member}/invite",
    "/console/{account}/members/{member}/vouch",
    "/console/{account}/environments/new",
    "/console/{account}/environments/{environment}",
    "/operator/log-in",
    "/operator/link",
    "/operator/log-in/second",
    "/operator/log-out",
    "/operator/confirm",
    "/operator/email/{email}/retry",
    "/operator/plans/move",
    "/operator/plans/moves/{move}/stop",
    "/operator/accounts/new",
    "/operator/accounts/{account}/keys",
    "/operator/accounts/{account}/keys/{key}/revoke",
    "/operator/accounts/{account}/members/{member}/factor",
    "/operator/accounts/{account}/note",
];
/// Acts on an account, of operators: as above.
const ACTS: [&str; 5] = ["/suspend", "/resume", "/plan", "/grant", "/take"];

/// The pages of a table that need a sample: `GET` of who is not logged in, and `POST` that answers
/// with a page.
fn needed<A: Copy + PartialEq>(table: &'static [Route<A>], without_session: [A; 2]) -> BTreeSet<String> {
    let is_act = |path: &str| ACTS.iter().any(|act| path.ends_with(&format!("{{account}}{act}")));
    let needed = table.iter().filter_map(|route| match route.method {
        Method::Get if without_session.contains(&route.access) => Some(format!("GET {}", route.path)),
        Method::Post if !LEADS_ON.contains(&route.path) && !is_act(route.path) => {
            Some(format!("POST {}", route.path))
        }
        _ => None,
    });
    needed.collect()
}

/// A person in a browser, in one language, who looks at page after page.
struct Walk<'g> {
    gateway: &'g Gateway,
    browser: Browser,
    language: &'static str,
    origin: String,
    seen: BTreeSet<String>,
    faults: Vec<String>,
}

impl<'g> Walk<'g> {
    /// At the first page of a console, in a language that the browser keeps.
    async fn start(gateway: &'g Gateway, origin: String, root: &str, language: &'static str) -> Self {
        let browser = Browser::start().await;
        browser.open(&format!("{origin}{root}/log-in?lang={language}")).await;
        Self { gateway, browser, language, origin, seen: BTreeSet::new(), faults: Vec::new() }
    }

    async fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.origin)).await;
    }

    /// Presses the main button of the page.
    async fn press(&self) {
        self.browser.click("main form button.primary").await;
    }

    /// Looks at the page that is open.
    async fn look(&mut self, route: &str) {
        let page = format!("{route} in {}", self.language);
        let html = self.browser.run("return document.documentElement.lang").await;
        assert!(html.as_str().unwrap().starts_with(self.language), "{page}: {html}");
        let name = route.replace([' ', '/', '{', '}'], "-");
        let picture = format!("one-time-{}-{}", self.language, name.trim_matches('-'));
        let faults = page_check::faults_shown(&self.browser, &self.origin, &page, Some(&picture)).await;
        self.faults.extend(faults);
        self.browser.look(crate::support::browser::Look::DESKTOP).await;
        self.seen.insert(route.to_owned());
    }

    /// The path of a new link.
    async fn link(
        &self,
        path: &str,
        purpose: Purpose,
        email: &str,
        identity: Option<IdentityId>,
        member: Option<MemberId>,
    ) -> String {
        let mut connection = self.gateway.database.pool().acquire().await.unwrap();
        let email = email.parse().unwrap();
        let token = new_link(&mut connection, purpose, &email, identity, member).await.unwrap();
        format!("{path}?token={}", token.expose())
    }

    async fn logged_out(&self) {
        sqlx::query("delete from session where identity_id in (select id from identity where email = $1)")
            .bind(self.email())
            .execute(self.gateway.database.pool())
            .await
            .unwrap();
    }

    fn email(&self) -> String {
        format!("{}@example.com", self.language)
    }
}

async fn identity(gateway: &Gateway, email: &str) -> IdentityId {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let email = fluence::identity::email::EmailKey::of(&email.parse().unwrap());
    identities::by_email(&mut connection, &email).await.unwrap().unwrap().id
}

/// Sign-up and the links of e-mails, as a stranger opens them.
async fn as_stranger(walk: &mut Walk<'_>, account: AccountId) {
    let (language, id) = (walk.language, identity(walk.gateway, &walk.email()).await);
    walk.look("GET /console/log-in").await;
    walk.browser.type_into("#email", "nobody@example.com").await;
    walk.browser.type_into("#password", PASSWORD).await;
    walk.press().await;
    walk.browser.shows(".fault, .note.bad", "").await;
    walk.look("POST /console/log-in").await;
    walk.open("/console/reset").await;
    walk.look("GET /console/reset").await;
    walk.open("/console/sign-up").await;
    walk.look("GET /console/sign-up").await;
    walk.browser.type_into("#email", &format!("carla-{language}@example.com")).await;
    walk.press().await;
    walk.browser.shows("label[for=code]", "").await;
    walk.look("GET /console/sign-up/sent").await;
    walk.browser.type_into("#code", "AAAA-AAAA").await;
    walk.press().await;
    walk.browser.shows("#code-fault", "").await;
    walk.look("POST /console/sign-up/sent").await;
    walk.open("/console/mailbox").await;
    walk.look("GET /console/mailbox").await;

    let (own, guest) = (walk.email(), format!("guest-{language}@example.com"));
    let member = walk.gateway.member(account, &guest, Role::Member).await;
    let links = [
        ("/console/sign-up/finish", Purpose::SignUp, "dora@example.com", None, None),
        ("/console/reset/finish", Purpose::Reset, own.as_str(), Some(id), None),
        ("/console/invitation", Purpose::Invitation, guest.as_str(), None, Some(member)),
        ("/console/new-email", Purpose::NewEmail, "new@example.com", Some(id), None),
        ("/console/keep-factor", Purpose::KeepFactor, own.as_str(), Some(id), None),
        ("/console/link", Purpose::LogIn, own.as_str(), Some(id), None),
    ];
    for (path, purpose, email, identity, member) in links {
        let route = format!("GET {path}");
        // What a link says that is used up or cut.
        walk.open(&format!("{path}?token=cut")).await;
        walk.look(&route).await;
        let link = walk.link(path, purpose, email, identity, member).await;
        walk.open(&link).await;
        walk.browser.shows("main form button.primary", "").await;
        walk.look(&route).await;
        if path.ends_with("finish") {
            walk.browser.type_into("#password", "short").await;
            walk.browser.run("document.querySelector('main form').noValidate = true").await;
            walk.press().await;
            walk.browser.shows("#password-fault", "").await;
            walk.look(&format!("POST {path}")).await;
        }
        if path.ends_with("keep-factor") {
            walk.press().await;
            walk.browser.shows(".note.ok", "").await;
            walk.look("POST /console/keep-factor").await;
        }
    }
}

/// What is shown once, and what asks for a proof.
async fn as_admin(walk: &mut Walk<'_>, account: AccountId) {
    let (email, at) = (walk.email(), format!("/console/{account}"));
    enter(&walk.browser, walk.gateway, account, &email).await;
    walk.open("/console/me/password").await;
    walk.browser.type_into("#password", PASSWORD).await;
    walk.press().await;
    walk.browser.shows(".note.ok", "").await;

    walk.open(&format!("{at}/keys/new")).await;
    walk.browser.type_into("#name", "backend").await;
    walk.press().await;
    walk.browser.shows("[data-copy]", "").await;
    walk.look("POST /console/{account}/keys/new").await;
    let secret = value(&walk.browser, "#secret").await;
    walk.browser.click("a.button[href*='/keys/']").await;
    walk.browser.shows("a[href$='/rotate']", "").await;
    walk.browser.click("a[href$='/rotate']").await;
    walk.browser.click("input[value='1d']").await;
    walk.press().await;
    walk.browser.shows("[data-copy]", "").await;
    walk.look("POST /console/{account}/keys/{key}/rotate").await;
    walk.open(&format!("{at}/keys/which")).await;
    walk.browser.type_into("#key", &secret).await;
    walk.press().await;
    walk.browser.shows("main", "backend").await;
    walk.look("POST /console/{account}/keys/which").await;
    walk.open(&format!("{at}/playground")).await;
    walk.browser.click(".trial form button:not([type])").await;
    walk.browser.shows(".programs .note.ok", "").await;
    walk.look("POST /console/{account}/playground").await;

    // Somebody else's invitation, and a page that asks for the password again.
    let guest = format!("other-{}@example.com", walk.language);
    let member = walk.gateway.member(account, &guest, Role::Member).await;
    let link = walk.link("/console/invitation", Purpose::Invitation, &guest, None, Some(member)).await;
    walk.open(&link).await;
    walk.browser.shows("#other", "").await;
    walk.look("GET /console/invitation").await;
    let pool = walk.gateway.database.pool();
    let unproved = "update session set confirmed_at = now() - interval '1 hour'";
    sqlx::query(unproved).execute(pool).await.unwrap();
    walk.open(&format!("{at}/keys/new")).await;
    walk.browser.shows("label[for=password]", "").await;
    walk.look("GET /console/confirm").await;
    sqlx::query("update session set confirmed_at = now()").execute(pool).await.unwrap();

    walk.open("/console/me/second-factor").await;
    walk.browser.shows("label[for=code]", "").await;
    walk.look("GET /console/me/second-factor").await;
    let secret = value(&walk.browser, "input[name=secret]").await;
    walk.browser.type_into("#code", &code_now(&secret, 0)).await;
    walk.press().await;
    walk.browser.shows("label[for=codes]", "").await;
    walk.look("POST /console/me/second-factor").await;

    // The session ends under a form, and the log-in stops half-way.
    walk.open(&format!("{at}/keys/new")).await;
    walk.browser.type_into("#name", "typed before").await;
    walk.logged_out().await;
    walk.press().await;
    walk.browser.shows("label[for=email]", "").await;
    walk.look("POST /console/log-in").await;
    walk.open("/console/log-in").await;
    walk.browser.type_into("#email", &email).await;
    walk.browser.type_into("#password", PASSWORD).await;
    walk.press().await;
    walk.browser.shows("label[for=code]", "").await;
    walk.look("GET /console/log-in/second").await;
    walk.open("/console/log-in/lost").await;
    walk.look("GET /console/log-in/lost").await;
    walk.press().await;
    walk.browser.shows("main a[href='/console/log-in']", "").await;
    walk.look("POST /console/log-in/lost").await;
}

/// The operators' console, from the link of a new operator.
async fn as_operator(walk: &mut Walk<'_>, key: &str) {
    let email = walk.email();
    walk.look("GET /operator/log-in").await;
    walk.open("/operator/link?token=cut").await;
    walk.look("GET /operator/link").await;
    let link = added(walk.gateway, &email, OperatorRole::Admin).await;
    walk.open(&link).await;
    walk.browser.shows("label[for=password]", "").await;
    walk.look("GET /operator/link").await;
    walk.browser.type_into("#password", PASSWORD).await;
    walk.press().await;
    walk.browser.shows("label[for=code]", "").await;
    walk.look("GET /operator/log-in/set-up").await;
    let secret = value(&walk.browser, "input[name=secret]").await;
    walk.browser.type_into("#code", &code_now(&secret, 0)).await;
    walk.press().await;
    walk.browser.shows("label[for=codes]", "").await;
    walk.look("POST /operator/log-in/set-up").await;
    walk.open("/operator/explain").await;
    walk.browser.type_into("#what", key).await;
    walk.browser.click("form.card button").await;
    walk.browser.shows("main h2", "").await;
    walk.look("POST /operator/explain").await;
    walk.open("/operator/accounts").await;
    // Like a key, and none of this service.
    walk.browser.type_into("main input[name=text]", "0123456789abcdef0123456789abcdef01234567").await;
    walk.browser.click("main form button.primary").await;
    walk.browser.shows("main .note.info", "").await;
    walk.look("POST /operator/accounts").await;
    let unproved = "update session set confirmed_at = now() - interval '1 hour'";
    sqlx::query(unproved).execute(walk.gateway.database.pool()).await.unwrap();
    walk.open("/operator/accounts/new").await;
    walk.browser.shows("label[for=code]", "").await;
    walk.look("GET /operator/confirm").await;
    walk.logged_out().await;
    walk.open("/operator/log-in").await;
    walk.browser.type_into("#email", &email).await;
    walk.browser.type_into("#password", PASSWORD).await;
    walk.press().await;
    walk.browser.shows("label[for=code]", "").await;
    walk.look("GET /operator/log-in/second").await;
}

impl Walk<'_> {
    /// No page is without a sample, and none has a fault.
    fn assert_found_nothing(self, needed: &BTreeSet<String>) {
        let missing: Vec<&String> = needed.difference(&self.seen).collect();
        assert!(
            missing.is_empty(),
            "pages without a sample, or forms that are not in LEADS_ON: {missing:#?}"
        );
        assert!(self.faults.is_empty(), "{} faults:\n{}", self.faults.len(), self.faults.join("\n\n"));
    }
}

async fn walk_of_owner(language: &'static str) {
    let post = Post::new(&[("FLUENCE_CONSOLE_MAILBOX", "true")]).await;
    let account = post.gateway.professional().await.account;
    post.gateway.logged_in(account, &format!("{language}@example.com"), Role::Admin).await;
    let mut walk = Walk::start(&post.gateway, post.gateway.url(), "/console", language).await;
    as_stranger(&mut walk, account).await;
    as_admin(&mut walk, account).await;
    let without_session = [console::Access::Anyone, console::Access::AwaitingFactor];
    walk.assert_found_nothing(&needed(console::ROUTES, without_session));
}

async fn walk_of_operator(language: &'static str) {
    let gateway = Gateway::start_with(&[("FLUENCE_OPERATOR_LISTEN", "127.0.0.1:0")]).await;
    let key = gateway.professional().await.key;
    let mut walk = Walk::start(&gateway, gateway.operator_url(), "/operator", language).await;
    as_operator(&mut walk, &key).await;
    let without_session = [operator::Access::Anyone, operator::Access::AwaitingFactor];
    walk.assert_found_nothing(&needed(operator::ROUTES, without_session));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_link_a_half_log_in_or_a_form_is_accessible_and_fits_a_phone() {
    walk_of_owner("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_pages_in_portuguese_are_accessible_and_fit_a_phone() {
    walk_of_owner("pt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_an_operators_link_half_log_in_or_form_is_accessible_and_fits_a_phone() {
    walk_of_operator("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_pages_of_operators_in_portuguese_are_accessible_and_fit_a_phone() {
    walk_of_operator("pt").await;
}
