//! Every form with every field wrong: says so at the field, keeps what was typed, changes nothing.

use fluence::domain::ids::AccountId;

use super::log_in::{PASSWORD, with_password};
use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

/// A form, what is typed into it, and which fields are wrong.
struct Wrong {
    path: String,
    typed: &'static [(&'static str, &'static str)],
    faulty: &'static [&'static str],
}

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

fn wrong(
    path: String,
    typed: &'static [(&'static str, &'static str)],
    faulty: &'static [&'static str],
) -> Wrong {
    Wrong { path, typed, faulty }
}

fn of_account(account: AccountId, key: &str, environment: &str) -> Vec<Wrong> {
    let at = |path: &str| format!("/console/{account}{path}");
    vec![
        wrong(at("/keys/new"), KEY, KEY_FAULTS),
        wrong(at(&format!("/keys/{key}/edit")), KEY, KEY_FAULTS),
        wrong(at(&format!("/keys/{key}/revoke")), &[("name", "another")], &["name"]),
        wrong(at("/keys/which"), &[("key", "none")], &["key"]),
        wrong(at("/members/new"), &[("email", "nowhere"), ("role", "admin")], &["email"]),
        wrong(at("/environments/new"), &[("name", LONG), ("mode", "live")], &["name"]),
        wrong(at("/environments/new"), &[("name", "default"), ("mode", "live")], &["name"]),
        wrong(at(&format!("/environments/{environment}")), &[("key_cap", "many")], &["key_cap"]),
        wrong(at("/settings/edit"), &[("name", LONG), ("email", "nowhere")], &["name", "email"]),
        wrong(at("/alerts/edit"), &[("threshold", "few"), ("key_ends", "on")], &["threshold"]),
    ]
}

fn of_person() -> Vec<Wrong> {
    let at = |path: &str| format!("/console{path}");
    vec![
        wrong(at("/sign-up"), &[("email", "nowhere")], &["email"]),
        wrong(at("/reset"), &[("email", "no one@example.com")], &["email"]),
        wrong(at("/confirm"), &[("password", "not this one at all")], &["password"]),
        wrong(at("/me"), &[("name", LONG), ("language", "pt"), ("theme", "dark")], &["name"]),
        wrong(at("/me/email"), &[("email", "nowhere")], &["email"]),
        wrong(at("/me/password"), &[("password", "passwordpassword1")], &["password"]),
        wrong(at("/me/second-factor"), &[("code", "12")], &["code"]),
    ]
}

/// Everything that a form could change, as one text.
async fn state(gateway: &Gateway) -> String {
    sqlx::query_scalar(
        "select concat_ws('; ',
            (select string_agg(a::text, ',' order by a.id) from account a),
            (select string_agg(k::text, ',' order by k.id) from api_key k),
            (select string_agg(e::text, ',' order by e.id) from environment e),
            (select string_agg(m::text, ',' order by m.id) from member m),
            (select string_agg(i::text, ',' order by i.id) from identity i),
            (select string_agg(r::text, ',') from alert_rule r),
            (select count(*) from email_outbox), (select count(*) from audit_entry), (select count(*) from one_time_token))",
    )
    .fetch_one(gateway.database.pool())
    .await
    .unwrap()
}

/// What is wrong with the page that answers a form.
async fn faults(visitor: &mut Visitor, wrong: &Wrong) -> Vec<String> {
    let page = visitor.fill(&wrong.path, wrong.typed).await;
    let mut faults = Vec::new();
    if page.status != 422 {
        return vec![format!("status {}", page.status)];
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
    for (name, value) in wrong.typed {
        let shown = [
            format!("value=\"{value}\""),
            format!(">{value}</textarea>"),
            format!("name=\"{name}\" checked"),
        ];
        let is_shown = shown.iter().any(|shown| page.body.contains(shown));
        if is_shown == SECRET.contains(name) {
            faults.push(format!("{} {name}", if is_shown { "repeats" } else { "forgets" }));
        }
    }
    faults
}

#[tokio::test]
async fn every_form_says_what_is_wrong_at_the_field_keeps_what_was_typed_and_changes_nothing() {
    let gateway = Gateway::start().await;
    let pool = gateway.database.pool();
    let mut ana = with_password(&gateway).await;
    let account: AccountId =
        ana.get("/console").await.leads_to().rsplit('/').next().unwrap().parse().unwrap();
    sqlx::query("update api_key set last_used_at = now()").execute(pool).await.unwrap();
    let (key, environment): (uuid::Uuid, uuid::Uuid) =
        sqlx::query_as("select id, environment_id from api_key limit 1").fetch_one(pool).await.unwrap();
    let forms = of_account(account, &key.to_string(), &environment.to_string());
    let before = state(&gateway).await;
    let mut found = Vec::new();
    for wrong in forms.into_iter().chain(of_person()) {
        let faults = faults(&mut ana, &wrong).await;
        found.extend(faults.into_iter().map(|fault| format!("{} {fault}", wrong.path)));
        if state(&gateway).await != before {
            found.push(format!("{} changes something", wrong.path));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    let log_in = [("email", "ana@example.com"), ("password", "not this one at all")];
    let refused = Visitor::new(&gateway).fill("/console/log-in", &log_in).await;
    assert!(refused.status == 422 && refused.has("value=\"ana@example.com\"") && !refused.has(PASSWORD));
}
