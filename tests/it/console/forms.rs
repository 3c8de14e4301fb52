//! Every form with every field wrong: says so at the field and in a list above the form, keeps what
//! was typed, changes nothing. Which forms there are follows from the table of pages: a new one
//! without a case here fails.

use std::collections::BTreeSet;

use fluence::console::{Method, ROUTES, Route};
use fluence::domain::ids::{AccountId, IdentityId, MemberId};
use fluence::domain::member::Role;
use fluence::identity::email::EmailKey;
use fluence::identity::one_time::Purpose;
use fluence::management::identities::new_link;
use fluence::storage::identity::identities;

use super::log_in::{PASSWORD, with_password};
use super::mail::Post;
use super::second_factor::{password, switched_on};
use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

/// A form, what is typed into it, and which fields are wrong.
pub(super) struct Wrong {
    /// Its address in the table of pages.
    route: &'static str,
    path: String,
    typed: &'static [(&'static str, &'static str)],
    faulty: &'static [&'static str],
}

/// Forms into which nothing is typed: buttons, and choices whose every answer is right.
const NOTHING_TYPED: [&str; 18] = [
    "/console/log-in/lost",
    "/console/keep-factor",
    "/console/log-out",
    "/console/link",
    "/console/new-email",
    "/console/me/sessions",
    "/console/me/second-factor/off",
    // A filter finds or does not find: nothing that is typed is wrong.
    "/console/{account}/keys",
    "/console/{account}/keys/{key}/rotate",
    "/console/{account}/keys/{key}/end-overlap",
    "/console/{account}/keys/{key}/cancel-rotation",
    "/console/{account}/keys/{key}/disable",
    "/console/{account}/keys/{key}/enable",
    "/console/{account}/playground",
    "/console/{account}/playground/key",
    "/console/{account}/alerts/test",
    "/console/{account}/members/{member}/invite",
    "/console/{account}/members/{member}/vouch",
];

const LONG: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
const KEY: &[(&str, &str)] = &[
    ("name", LONG),
    ("expires_on", "2020-01-01"),
    ("daily_cap", "0"),
    ("monthly_cap", "1.5"),
    ("networks", "here"),
    ("regions", "São Paulo"),
];
const KEY_FAULTS: &[&str] =
    &["name", "scope_read", "expires_on", "daily_cap", "monthly_cap", "networks", "regions"];
/// Fields that no page repeats.
const SECRET: [&str; 3] = ["password", "key", "code"];

/// The cases of the forms of an account.
fn of_account() -> Vec<Wrong> {
    let of = |route: &'static str, typed, faulty| wrong(route, typed, faulty);
    vec![
        of("/console/{account}/keys/new", KEY, KEY_FAULTS),
        of("/console/{account}/keys/{key}/edit", KEY, KEY_FAULTS),
        of("/console/{account}/keys/{key}/revoke", &[("name", "another")], &["name"]),
        of("/console/{account}/keys/which", &[("key", "none")], &["key"]),
        of("/console/{account}/members/new", &[("email", "nowhere"), ("role", "admin")], &["email"]),
        // Ana is the last admin.
        of("/console/{account}/members/{member}", &[("role", "member"), ("state", "active")], &["role"]),
        of("/console/{account}/members/{member}", &[("role", "admin"), ("state", "disabled")], &["state"]),
        of("/console/{account}/environments/new", &[("name", LONG), ("mode", "live")], &["name"]),
        of("/console/{account}/environments/new", &[("name", "default"), ("mode", "live")], &["name"]),
        of("/console/{account}/environments/{environment}", &[("key_cap", "many")], &["key_cap"]),
        of("/console/{account}/settings/edit", &[("name", LONG), ("email", "nowhere")], &["name", "email"]),
        of("/console/{account}/settings/close", &[("credits", "all of them")], &["credits"]),
        of("/console/{account}/alerts/edit", &[("threshold", "few"), ("key_ends", "on")], &["threshold"]),
    ]
}

fn of_person() -> Vec<Wrong> {
    vec![
        wrong("/console/confirm", &[("password", "not this one at all")], &["password"]),
        wrong("/console/me", &[("name", LONG), ("language", "pt"), ("theme", "dark")], &["name"]),
        wrong("/console/me/email", &[("email", "nowhere")], &["email"]),
        wrong("/console/me/password", &[("password", "passwordpassword1")], &["password"]),
        wrong("/console/me/second-factor", &[("code", "12")], &["code"]),
    ]
}

/// The cases of who is not logged in.
fn of_stranger() -> Vec<Wrong> {
    // Of a log-in one sentence says that it failed, never which field was wrong.
    let log_in = &[("email", "ana@example.com"), ("password", "not this one at all")];
    vec![
        wrong("/console/log-in", log_in, &[]),
        wrong("/console/reset", &[("email", "no one@example.com")], &["email"]),
        wrong("/console/sign-up", &[("email", "nowhere")], &["email"]),
        wrong("/console/sign-up/sent", &[("code", "AAAA-AAAA")], &["code"]),
        wrong(
            "/console/sign-up/finish",
            &[("name", LONG), ("account", LONG), ("password", "short")],
            &["name", "account", "password"],
        ),
        wrong("/console/reset/finish", &[("password", "short")], &["password"]),
        wrong("/console/invitation", &[("name", LONG), ("password", "short")], &["name", "password"]),
    ]
}

fn of_half() -> Wrong {
    wrong("/console/log-in/second", &[("code", "000000")], &["code"])
}

pub(super) fn wrong(
    route: &'static str,
    typed: &'static [(&'static str, &'static str)],
    faulty: &'static [&'static str],
) -> Wrong {
    Wrong { route, path: route.to_owned(), typed, faulty }
}

impl Wrong {
    /// With the ids of things in its path.
    pub(super) fn at(mut self, ids: &[(&str, String)]) -> Self {
        self.path = ids.iter().fold(self.path, |path, (name, id)| path.replace(name, id));
        self
    }

    /// With a token, if its page is opened by a link.
    fn with_link(mut self, links: &[String]) -> Self {
        let link = links.iter().find(|link| link.split('?').next() == Some(self.route));
        self.path = link.cloned().unwrap_or(self.path);
        self
    }
}

/// Every form of a table has a case, or nothing is typed into it.
pub(super) fn assert_all_have_a_case<A>(table: &'static [Route<A>], cases: &[Wrong], nothing_typed: &[&str]) {
    let forms = table.iter().filter(|route| route.method == Method::Post).map(|route| route.path);
    let known: BTreeSet<&str> =
        cases.iter().map(|case| case.route).chain(nothing_typed.iter().copied()).collect();
    let forms: BTreeSet<&str> = forms.collect();
    let differing: Vec<_> = forms.symmetric_difference(&known).collect();
    assert!(differing.is_empty(), "forms without a case, or cases without a form: {differing:#?}");
}

/// Everything that a form could change, as one text: not the language that each page notes.
pub(super) async fn state(gateway: &Gateway) -> String {
    sqlx::query_scalar(
        "select concat_ws('; ',
            (select string_agg(a::text, ',' order by a.id) from account a),
            (select string_agg(k::text, ',' order by k.id) from api_key k),
            (select string_agg(e::text, ',' order by e.id) from environment e),
            (select string_agg(m::text, ',' order by m.id) from member m),
            (select string_agg((to_jsonb(i) - 'last_language')::text, ',' order by i.id) from identity i),
            (select string_agg(r::text, ',') from alert_rule r),
            (select string_agg(f::text, ',' order by f.created_at) from factor_reset f),
            (select string_agg(n::text, ',' order by n.id) from account_note n),
            (select string_agg(b::text, ',' order by b.account_id) from ledger_account b),
            (select string_agg(p::text, ',' order by p.id) from plan_move p),
            (select string_agg(t.used_at::text, ',' order by t.used_at) from one_time_token t),
            (select count(*) from email_outbox), (select count(*) from audit_entry), (select count(*) from one_time_token))",
    )
    .fetch_one(gateway.database.pool())
    .await
    .unwrap()
}

/// What is wrong with the page that answers a form.
pub(super) async fn faults(visitor: &mut Visitor, wrong: &Wrong) -> Vec<String> {
    let page = visitor.fill(&wrong.path, wrong.typed).await;
    let mut faults = Vec::new();
    if page.status != 422 {
        return vec![format!("status {}", page.status)];
    }
    if !page.has(&format!("<html lang=\"{}", visitor.language)) {
        faults.push("is in another language".to_owned());
    }
    let error = if visitor.language == "en" { "<title>Error: " } else { "<title>Erro: " };
    if !page.has(error) {
        faults.push("does not begin its title with the error".to_owned());
    }
    if !page.has("role=\"alert\" tabindex=\"-1\" autofocus") {
        faults.push("leaves the focus where it was".to_owned());
    }
    for field in wrong.faulty {
        // The field, or the legend of its group, and the fault beside it.
        let place = page.body.find(&format!("id=\"{field}\""));
        let place = place.unwrap_or_else(|| panic!("{} has no {field}: {}", wrong.path, page.body));
        let before = page.body[..place].rfind("<p class=\"fault\"").map_or(usize::MAX, |fault| place - fault);
        let after = page.body[place..].find("<p class=\"fault\"").unwrap_or(usize::MAX);
        if before.min(after) > 500 {
            faults.push(format!("says nothing at {field}"));
        }
    }
    faults.extend(faults_of_list(&page.body, wrong.faulty));
    for (name, value) in wrong.typed {
        let shown = [
            format!("value=\"{value}\""),
            format!(">{value}</textarea>"),
            format!("name=\"{name}\" checked"),
            format!("value=\"{value}\" checked"),
        ];
        let is_shown = shown.iter().any(|shown| page.body.contains(shown));
        if is_shown == SECRET.contains(name) {
            faults.push(format!("{} {name}", if is_shown { "repeats" } else { "forgets" }));
        }
    }
    faults
}

/// The label of a field, or the legend of its group.
fn label<'p>(page: &'p str, field: &str) -> Option<&'p str> {
    let text = match page.split_once(&format!("<label for=\"{field}\">")) {
        Some((_, text)) => text,
        None => page.split_once(&format!("id=\"{field}\""))?.1.split_once("<legend>")?.1,
    };
    Some(text.split('<').next()?.trim())
}

/// What is wrong with the list above the form: each line links to a field and begins with its
/// label.
fn faults_of_list(page: &str, faulty: &[&str]) -> Vec<String> {
    let list = page.split_once("role=\"alert\"").map_or("", |(_, rest)| rest.split("</ul>").next().unwrap());
    let lines = list.split("<a href=\"#").skip(1);
    let lines: Vec<(&str, &str)> =
        lines.map(|line| line.split("</a>").next().unwrap().split_once("\">").unwrap()).collect();
    let fields: Vec<&str> = lines.iter().map(|(field, _)| *field).collect();
    let mut faults = Vec::new();
    if fields != faulty {
        faults.push(format!("lists {fields:?}"));
    }
    for (field, line) in lines {
        match label(page, field) {
            None => faults.push(format!("has no label of {field}")),
            Some(label) if line.len() > label.len() + 2 && line.starts_with(&format!("{label}: ")) => {}
            Some(label) => faults.push(format!("lists {line:?} for {label:?}")),
        }
    }
    faults
}

/// What is wrong with the answers to these forms in both languages, and with what they changed.
pub(super) async fn all_faults(gateway: &Gateway, visitor: &mut Visitor, cases: &[Wrong]) -> Vec<String> {
    let before = state(gateway).await;
    let mut found = Vec::new();
    for (language, case) in
        ["en", "pt"].into_iter().flat_map(|language| cases.iter().map(move |case| (language, case)))
    {
        visitor.language = language;
        let faults = faults(visitor, case).await;
        found.extend(faults.into_iter().map(|fault| format!("{language} {} {fault}", case.path)));
        if state(gateway).await != before {
            found.push(format!("{} changes something", case.path));
        }
    }
    found
}

#[test]
fn every_form_has_a_case() {
    let mut cases: Vec<Wrong> = of_account().into_iter().chain(of_person()).chain(of_stranger()).collect();
    cases.push(of_half());
    assert_all_have_a_case(ROUTES, &cases, &NOTHING_TYPED);
}

#[tokio::test]
async fn every_form_says_what_is_wrong_at_the_field_keeps_what_was_typed_and_changes_nothing() {
    let gateway = Gateway::start().await;
    let pool = gateway.database.pool();
    let mut ana = with_password(&gateway).await;
    let account: AccountId =
        ana.get("/console").await.leads_to().rsplit('/').next().unwrap().parse().unwrap();
    sqlx::query("update api_key set last_used_at = now()").execute(pool).await.unwrap();
    let (key, environment, member): (uuid::Uuid, uuid::Uuid, uuid::Uuid) = sqlx::query_as(
        "select k.id, k.environment_id, m.id from api_key k join member m using (account_id) limit 1",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    let ids = [
        ("{account}", account.to_string()),
        ("{key}", key.to_string()),
        ("{environment}", environment.to_string()),
        ("{member}", member.to_string()),
    ];
    let cases: Vec<Wrong> = of_account().into_iter().chain(of_person()).map(|case| case.at(&ids)).collect();
    let found = all_faults(&gateway, &mut ana, &cases).await;
    assert!(found.is_empty(), "{found:#?}");
}

/// The path of a new link.
async fn link(
    gateway: &Gateway,
    path: &str,
    purpose: Purpose,
    email: &str,
    (identity, member): (Option<IdentityId>, Option<MemberId>),
) -> String {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let email = email.parse().unwrap();
    let token = new_link(&mut connection, purpose, &email, identity, member).await.unwrap();
    format!("{path}?token={}", token.expose())
}

#[tokio::test]
async fn so_do_the_forms_of_who_is_not_logged_in() {
    let post = Post::new(&[]).await;
    let gateway = &post.gateway;
    let mut ana = with_password(gateway).await;
    let account: AccountId =
        ana.get("/console").await.leads_to().rsplit('/').next().unwrap().parse().unwrap();
    let member = gateway.member(account, "bia@example.com", Role::Member).await;
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let key = EmailKey::of(&"ana@example.com".parse().unwrap());
    let id = identities::by_email(&mut connection, &key).await.unwrap().unwrap().id;
    let links = [
        link(gateway, "/console/sign-up/finish", Purpose::SignUp, "dora@example.com", (None, None)).await,
        link(gateway, "/console/reset/finish", Purpose::Reset, "ana@example.com", (Some(id), None)).await,
        link(gateway, "/console/invitation", Purpose::Invitation, "bia@example.com", (None, Some(member)))
            .await,
    ];
    let mut stranger = Visitor::new(gateway);
    // The browser that waits for a code.
    let sent = stranger.fill("/console/sign-up", &[("email", "carla@example.com")]).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let cases: Vec<Wrong> = of_stranger().into_iter().map(|case| case.with_link(&links)).collect();
    let mut found = all_faults(gateway, &mut stranger, &cases).await;

    switched_on(&mut ana).await;
    let (mut half, page) = password(gateway).await;
    assert!(page.leads_to().starts_with("/console/log-in/second"), "{}", page.body);
    found.extend(all_faults(gateway, &mut half, &[of_half()]).await);
    assert!(found.is_empty(), "{found:#?}");
    let log_in = [("email", "ana@example.com"), ("password", PASSWORD)];
    let refused =
        Visitor::new(gateway).fill("/console/log-in", &[log_in[0], ("password", "another one")]).await;
    assert!(!refused.has("another one"), "{}", refused.body);
}
