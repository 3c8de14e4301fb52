//! Keys, from making to revoking, as an admin does it without script.

use fluence::domain::ids::AccountId;
use fluence::domain::member::Role;

use super::log_in::guessed;
use crate::support::gateway::{Gateway, eventually};
use crate::support::visitor::{Page, Visitor, attribute};

/// The fields of a key that may read and call.
const BACKEND: [(&str, &str); 9] = [
    ("name", "backend"),
    ("environment", "default"),
    ("format", "fluence"),
    ("scope_read", "on"),
    ("scope_invoke", "on"),
    ("expires_on", ""),
    ("daily_cap", ""),
    ("monthly_cap", ""),
    ("networks", ""),
];

/// The secret on the page of a new key.
fn secret(page: &Page) -> String {
    let field = page
        .body
        .split("<input")
        .find(|tag| tag.contains("id=\"secret\""))
        .unwrap_or_else(|| panic!("{}", page.body));
    attribute(field.split('>').next().unwrap(), "value")
}

/// The address of the key of a page that shows a secret.
fn key_path(page: &Page, account: AccountId) -> String {
    let start = format!("/console/{account}/keys/");
    let links = page.body.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    links
        .filter(|link| link.starts_with(&start))
        .map(str::to_owned)
        .find(|link| link.len() == start.len() + 36)
        .unwrap()
}

struct Place {
    gateway: Gateway,
    account: AccountId,
    ana: Visitor,
}

impl Place {
    async fn new() -> Self {
        let gateway = Gateway::without_trust().await;
        let account = gateway.professional().await.account;
        let ana = gateway.admin(account).await;
        Self { gateway, account, ana }
    }

    fn path(&self, rest: &str) -> String {
        format!("/console/{}{rest}", self.account)
    }

    /// A new key: its address and its secret.
    async fn make(&mut self) -> (String, String) {
        let page = self.ana.fill(&self.path("/keys/new"), &BACKEND).await;
        assert_eq!(page.status, 200, "{}", page.body);
        (key_path(&page, self.account), secret(&page))
    }

    async fn works(&self, key: &str) -> bool {
        self.gateway.get("/v1/account", key).await.status == 200
    }
}

#[tokio::test]
async fn a_form_from_before_another_change_says_so_and_changes_nothing() {
    let mut place = Place::new().await;
    let (path, _) = place.make().await;
    let edit = format!("{path}/edit");
    let of = |name, daily_cap| {
        let rest = ["expires_on", "monthly_cap", "networks", "regions"].map(|field| (field, ""));
        [&[("name", name), ("scope_read", "on"), ("daily_cap", daily_cap)], &rest[..]].concat()
    };
    let opened_before = place.ana.get(&edit).await;
    assert_eq!(place.ana.fill(&edit, &of("backend", "1")).await.status, 303);
    let stale = place.ana.submit(&opened_before, &edit, &of("renamed", "2")).await;
    assert_eq!(stale.status, 409, "{}", stale.body);
    assert!(
        stale.has("This key has changed since you opened the form") && stale.has("value=\"renamed\""),
        "{}",
        stale.body
    );
    assert!(!place.ana.get(&path).await.has("renamed"));
    let again = place.ana.submit(&stale, &edit, &of("renamed", "2")).await;
    assert_eq!((again.status, again.leads_to()), (303, path.as_str()), "{}", again.body);
}

#[tokio::test]
async fn a_key_is_made_used_changed_and_revoked() {
    let mut place = Place::new().await;
    let (path, key) = place.make().await;
    assert!(place.works(&key).await);
    let shown = place.ana.get(&path).await;
    assert!(shown.has("backend") && shown.has("Can spend now") && shown.has("1,000"), "{}", shown.body);
    assert!(!shown.has(&key), "the secret is shown once");
    let changed = [
        ("name", "crm-sync"),
        ("scope_read", "on"),
        ("daily_cap", "5"),
        ("expires_on", "2031-05-01"),
        ("monthly_cap", ""),
        ("networks", "127.0.0.0/8"),
        ("regions", ""),
    ];
    let saved = place.ana.fill(&format!("{path}/edit"), &changed).await;
    assert_eq!((saved.status, saved.leads_to()), (303, path.as_str()), "{}", saved.body);
    let shown = place.ana.get(&path).await;
    for text in
        ["crm-sync", "2 May 2031, 00:00 UTC", "127.0.0.0/8", "what is left of today", "changed the key"]
    {
        assert!(shown.has(text), "{text}: {}", shown.body);
    }
    assert_eq!(place.ana.fill(&format!("{path}/disable"), &[]).await.status, 303);
    assert!(!place.works(&key).await);
    assert_eq!(place.ana.fill(&format!("{path}/enable"), &[]).await.status, 303);
    assert!(place.works(&key).await);
    sqlx::query("update api_key set last_used_at = now()")
        .execute(place.gateway.database.pool())
        .await
        .unwrap();
    let unnamed = place.ana.fill(&format!("{path}/revoke"), &[("name", "backend")]).await;
    assert_eq!(unnamed.status, 422, "its name is crm-sync now");
    let revoked = place.ana.fill(&format!("{path}/revoke"), &[("name", "crm-sync")]).await;
    assert_eq!(revoked.status, 303, "{}", revoked.body);
    assert!(!place.works(&key).await);
    let address = revoked.leads_to().to_owned();
    // Gateways confirm this revocation, and not the change before it.
    let newest: i64 = sqlx::query_scalar("select max(number) from change")
        .fetch_one(place.gateway.database.pool())
        .await
        .unwrap();
    assert!(address.ends_with(&format!("?change={newest}")), "{address}, {newest}");
    let ana = tokio::sync::Mutex::new(place.ana.copy());
    eventually("this gateway confirms", async || ana.lock().await.get(&address).await.has("refuses the key"))
        .await;
    let shown = place.ana.get(&path).await;
    assert!(shown.has("Revoked on") && shown.has("Create another like this") && !shown.has("/rotate\""));
    for rest in ["/revoke", "/edit", "/rotate", "/disable", "/enable", "/end-overlap", "/cancel-rotation"] {
        let page = place.ana.get(&format!("{path}{rest}")).await;
        assert!(page.status == 200 && page.has("already revoked"), "{rest}: {}", page.body);
        assert!(page.has(&format!("href=\"{path}\"")), "{rest}: {}", page.body);
        assert!(!page.has(&format!("action=\"{path}{rest}\"")), "{rest}: {}", page.body);
    }
}

#[tokio::test]
async fn the_preset_for_a_test_key_never_leads_to_a_live_one() {
    let mut place = Place::new().await;
    let preset = place.path("/keys/new?preset=test");
    let page = place.ana.get(&preset).await;
    assert!(page.has("has no test environment") && !page.has("name=\"environment\""), "{}", page.body);
    let new = place.path("/environments/new?name=test");
    assert!(page.has(&new), "{}", page.body);
    let made = place.ana.fill(&new, &[("name", "test"), ("mode", "test")]).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let page = place.ana.get(&preset).await;
    assert!(page.has("<option value=\"test\" selected"), "{}", page.body);
}

#[tokio::test]
async fn j18_one_form_makes_one_key_however_often_it_is_sent() {
    let mut place = Place::new().await;
    let form = place.ana.get(&place.path("/keys/new")).await;
    let action = place.path("/keys/new");
    let sent = (0..20).map(|_| {
        let (mut ana, form, action) = (place.ana.copy(), &form, &action);
        async move { ana.submit(form, action, &BACKEND).await }
    });
    let answers: Vec<Page> = futures_util::future::join_all(sent).await;
    let count = |status: u16| answers.iter().filter(|page| page.status == status).count();
    assert_eq!(count(200), 1, "{:?}", answers.iter().map(|page| page.status).collect::<Vec<_>>());
    assert_eq!(count(200) + count(303) + count(503), 20);
    let path = key_path(answers.iter().find(|page| page.status == 200).unwrap(), place.account);
    assert!(answers.iter().filter(|page| page.status == 303).all(|page| page.leads_to() == path));
    let again = place.ana.submit(&form, &action, &BACKEND).await;
    assert_eq!((again.status, again.leads_to()), (303, path.as_str()));
    let (keys,): (i64,) = sqlx::query_as("select count(*) from api_key where name = 'backend'")
        .fetch_one(place.gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(keys, 1);
}

#[tokio::test]
async fn a_form_with_faults_names_each_and_can_be_sent_again() {
    let mut place = Place::new().await;
    let faulty = [
        ("name", ""),
        ("environment", "default"),
        ("format", "sk_test"),
        ("daily_cap", "0"),
        ("expires_on", "2020-01-01"),
        ("networks", "nowhere"),
    ];
    let page = place.ana.fill(&place.path("/keys/new"), &faulty).await;
    assert_eq!(page.status, 422);
    for text in [
        "Fill in this field.",
        "Choose at least one.",
        "not a day in the future",
        "Enter a whole number, 1 or more.",
        "“nowhere” is not an address or network.",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    assert!(page.has("value=\"2020-01-01\""), "what was typed stays");
    // The key would end in the year 10000, which no answer can write.
    let endless =
        [("name", "x"), ("scope_read", "on"), ("environment", "default"), ("expires_on", "9999-12-31")];
    let page = place.ana.fill(&place.path("/keys/new"), &endless).await;
    assert!(page.status == 422 && page.has("30 Dec 9999 or an earlier day"), "{}", page.body);
    let odd = [
        ("name", "x"),
        ("scope_read", "on"),
        ("environment", "default"),
        ("daily_cap", "9999999999999999999999"),
        ("monthly_cap", "1,5"),
        ("networks", "10.0.0.1/8"),
    ];
    let page = place.ana.submit(&page, &place.path("/keys/new"), &odd).await;
    for text in [
        "Enter a number up to 1,000,000,000,000.",
        "Enter a whole number, 1 or more.",
        "“10.0.0.1/8” has bits set after its prefix. For the whole network, enter 10.0.0.0/8.",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let wrong_mode = [
        ("name", "x"),
        ("scope_read", "on"),
        ("environment", "default"),
        ("format", "sk_test"),
        ("daily_cap", ""),
        ("expires_on", ""),
        ("networks", ""),
    ];
    let page = place.ana.submit(&page, &place.path("/keys/new"), &wrong_mode).await;
    assert!(page.status == 422 && page.has("is for another mode"), "{}", page.body);
    // The very form whose change was taken back still makes its key.
    let again = place.ana.submit(&page, &place.path("/keys/new"), &BACKEND).await;
    assert_eq!(again.status, 200, "{}", again.body);
    // A number is read as these pages write it, in either language.
    let (path, _) = place.make().await;
    let edit = format!("{path}/edit");
    let capped =
        [("name", "backend"), ("scope_read", "on"), ("daily_cap", "1,000"), ("monthly_cap", "2.000")];
    let changed = place.ana.fill(&edit, &capped).await;
    assert_eq!(changed.status, 303, "{}", changed.body);
    let shown = place.ana.get(&edit).await;
    assert!(shown.has("value=\"1000\"") && shown.has("value=\"2000\""), "{}", shown.body);
}

#[tokio::test]
async fn only_admins_end_an_overlap_from_the_list() {
    let mut place = Place::new().await;
    let (path, _) = place.make().await;
    assert_eq!(place.ana.fill(&format!("{path}/rotate"), &[("overlap", "1d")]).await.status, 200);
    let list = place.path("/keys");
    assert!(place.ana.get(&list).await.has(&format!("{path}/end-overlap")));
    let mut bia = place.gateway.logged_in(place.account, "bia@example.com", Role::Member).await;
    let shown = bia.get(&list).await;
    assert!(shown.has("Rotating"), "{}", shown.body);
    assert!(!shown.has("/end-overlap") && !shown.has("/cancel-rotation"), "{}", shown.body);
}

#[tokio::test]
async fn rotation_shows_who_still_uses_the_old_secret() {
    let mut place = Place::new().await;
    let (path, old) = place.make().await;
    let page = place.ana.fill(&format!("{path}/rotate"), &[("overlap", "1d")]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let new = secret(&page);
    assert_ne!(new, old);
    assert!(place.works(&old).await && place.works(&new).await);
    sqlx::query(
        "update key_secret set last_used_at = now() - interval '3 minutes' where ends_at is not null",
    )
    .execute(place.gateway.database.pool())
    .await
    .unwrap();
    let list = place.ana.get(&place.path("/keys")).await;
    assert!(list.has("Old secret") && list.has("works until") && list.has("End it now"), "{}", list.body);
    assert!(!place.ana.get(&format!("{path}/rotate")).await.has("name=\"overlap\""), "two secrets at most");
    assert_eq!(place.ana.fill(&format!("{path}/end-overlap"), &[]).await.status, 303);
    assert!(!place.works(&old).await && place.works(&new).await);
    let page = place.ana.fill(&format!("{path}/rotate"), &[("overlap", "1h")]).await;
    let lost = secret(&page);
    assert_eq!(place.ana.fill(&format!("{path}/cancel-rotation"), &[]).await.status, 303);
    assert!(place.works(&new).await && !place.works(&lost).await);
    for rest in ["/end-overlap", "/cancel-rotation"] {
        let page = place.ana.get(&format!("{path}{rest}")).await;
        assert!(page.has("its secret is not being replaced"), "{rest}: {}", page.body);
        assert!(!page.has(&format!("action=\"{path}{rest}\"")), "{rest}: {}", page.body);
    }
}

#[tokio::test]
async fn a_form_that_the_key_has_outrun_says_so_in_words_of_these_pages() {
    let mut place = Place::new().await;
    let (path, _) = place.make().await;
    let form = |rest: &str| format!("{path}{rest}");
    let stale = place.ana.get(&form("/rotate")).await;
    assert_eq!(place.ana.fill(&form("/rotate"), &[("overlap", "1d")]).await.status, 200);
    let cancel = place.ana.get(&form("/cancel-rotation")).await;
    let end = place.ana.get(&form("/end-overlap")).await;
    let refused = place.ana.submit(&stale, &form("/rotate"), &[("overlap", "1d")]).await;
    assert!(refused.status == 409 && refused.has("already being replaced"), "{}", refused.body);
    assert_eq!(place.ana.submit(&end, &form("/end-overlap"), &[]).await.status, 303);
    let disable = place.ana.get(&form("/disable")).await;
    for (page, rest) in [(&cancel, "/cancel-rotation"), (&end, "/end-overlap")] {
        let refused = place.ana.submit(page, &form(rest), &[]).await;
        assert!(refused.status == 409 && refused.has("is not being replaced"), "{rest}: {}", refused.body);
    }
    let rotate = place.ana.get(&form("/rotate")).await;
    place.ana.fill(&form("/revoke"), &[("name", "backend")]).await;
    for (page, rest) in [(&disable, "/disable"), (&rotate, "/rotate"), (&cancel, "/cancel-rotation")] {
        let overlap: &[(&str, &str)] = if rest == "/rotate" { &[("overlap", "1d")] } else { &[] };
        let refused = place.ana.submit(page, &form(rest), overlap).await;
        assert!(refused.status == 409 && refused.has("already revoked"), "{rest}: {}", refused.body);
        for of_programs in ["/v1/", "GET ", "POST ", "retry_after"] {
            assert!(!refused.has(of_programs), "{rest}, {of_programs}: {}", refused.body);
        }
    }
}

#[tokio::test]
async fn an_expired_key_has_no_form_for_another_secret() {
    let mut place = Place::new().await;
    let (path, _) = place.make().await;
    let stale = place.ana.get(&format!("{path}/rotate")).await;
    sqlx::query("update api_key set expires_at = now() where name = 'backend'")
        .execute(place.gateway.database.pool())
        .await
        .unwrap();
    let shown = place.ana.get(&format!("{path}/rotate")).await;
    assert!(shown.has("The key has expired") && !shown.has("name=\"overlap\""), "{}", shown.body);
    let refused = place.ana.submit(&stale, &format!("{path}/rotate"), &[("overlap", "1d")]).await;
    assert!(refused.status == 409 && refused.has("The key has expired"), "{}", refused.body);
}

#[tokio::test]
async fn a_pasted_key_is_found_with_why_it_is_refused() {
    let mut place = Place::new().await;
    let which = place.path("/keys/which");
    let empty = place.ana.fill(&which, &[("key", "")]).await;
    assert!(empty.status == 422 && empty.has("Fill in this field."), "{}", empty.body);
    let (path, old) = place.make().await;
    assert!(place.ana.fill(&which, &[("key", &old)]).await.has("This secret works."));
    let rotated = place.ana.fill(&format!("{path}/rotate"), &[("overlap", "0s")]).await;
    let new = secret(&rotated);
    let found = place.ana.fill(&which, &[("key", &old)]).await;
    assert!(found.has("This secret ended on") && !found.has("This secret works."), "{}", found.body);
    assert!(place.ana.fill(&which, &[("key", &new)]).await.has("This secret works."));
    for (sql, reason) in [
        ("update api_key set state = 'disabled' where name = 'backend'", "The key is disabled"),
        (
            "update api_key set state = 'active', expires_at = now() where name = 'backend'",
            "The key expired on",
        ),
        (
            "update key_secret set exposed_at = now() where ends_at is null",
            "A leak of this secret was reported",
        ),
    ] {
        sqlx::query(sql).execute(place.gateway.database.pool()).await.unwrap();
        let found = place.ana.fill(&which, &[("key", &new)]).await;
        assert!(found.has(reason) && !found.has("This secret works."), "{reason}: {}", found.body);
    }
    place.ana.fill(&format!("{path}/revoke"), &[("name", "backend")]).await;
    let found = place.ana.fill(&which, &[("key", &new)]).await;
    assert!(found.has("The key was revoked on"), "{}", found.body);
}

#[tokio::test]
async fn the_row_of_a_key_is_found_by_the_key_and_by_no_stranger() {
    let mut place = Place::new().await;
    let (path, key) = place.make().await;
    let found = place.ana.fill(&place.path("/keys/which"), &[("key", &key)]).await;
    assert!(found.status == 200 && found.has(&path) && !found.has(&key), "{}", found.body);
    let other = place.gateway.professional().await;
    let none = place.ana.fill(&place.path("/keys/which"), &[("key", &other.key)]).await;
    assert_eq!(none.status, 422, "a key of another account");
    guessed(&place.gateway, "search", 1).await;
    let waits = place.ana.fill(&place.path("/keys/which"), &[("key", &key)]).await;
    assert!(waits.has("Too many attempts"), "{}", waits.body);
}

#[tokio::test]
async fn the_list_is_filtered_and_says_what_it_hides() {
    let mut place = Place::new().await;
    let (first, _) = place.make().await;
    let named = |name: &'static str| {
        BACKEND.map(|(field, value)| if field == "name" { (field, name) } else { (field, value) })
    };
    let page = place.ana.fill(&place.path("/keys/new"), &named("crm-sync")).await;
    assert_eq!(page.status, 200);
    place.ana.fill(&format!("{first}/revoke"), &[("name", "backend")]).await;
    let list = place.ana.get(&place.path("/keys")).await;
    assert!(
        list.has("crm-sync") && !list.has("<b>backend</b>") && list.has("1 ended key hidden"),
        "{}",
        list.body
    );
    let ended = place.ana.get(&place.path("/keys?state=ended")).await;
    assert!(ended.has("<b>backend</b>") && ended.has("Revoked") && !ended.has("crm-sync"));
    let (root, page) = (place.path("/keys"), place.ana.get(&place.path("/keys")).await);
    let asked = place.ana.submit(&page, &root, &[("text", "CRM")]).await;
    assert_eq!(asked.leads_to(), format!("{root}?environment=&state=&text=CRM"));
    let key = crate::support::customer::new_secret();
    let pasted = place.ana.submit(&page, &root, &[("text", key.expose())]).await;
    assert_eq!(pasted.leads_to(), place.path("/keys/which"), "l01: a key stands in no address");
    let left = place.ana.get(&format!("{root}?text={}", key.expose())).await;
    assert_eq!((left.status, left.leads_to()), (303, root.as_str()));
    let found = place.ana.get(&place.path("/keys?text=CRM")).await;
    assert!(found.has("crm-sync") && !found.has("test key"));
    assert!(place.ana.get(&place.path("/keys?text=%25")).await.has("No key matches"));
    assert!(list.has("ana@example.com"), "made by whom");
}

#[tokio::test]
async fn an_environment_is_made_and_its_keys_are_limited() {
    let mut place = Place::new().await;
    let made =
        place.ana.fill(&place.path("/environments/new"), &[("name", "staging"), ("mode", "test")]).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let again =
        place.ana.fill(&place.path("/environments/new"), &[("name", "staging"), ("mode", "live")]).await;
    assert!(again.status == 422 && again.has("an environment of this name"), "{}", again.body);
    let list = place.ana.get(&place.path("/environments")).await;
    assert!(list.has("staging"), "{}", list.body);
    let links = list.body.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let start = place.path("/environments/");
    let limits: Vec<String> =
        links.filter(|link| link.starts_with(&start) && !link.ends_with("/new")).collect();
    assert_eq!(limits.len(), 2);
    for (cap, status) in [("1", 303), ("0", 422), ("x", 422), ("", 303)] {
        assert_eq!(place.ana.fill(&limits[1], &[("key_cap", cap)]).await.status, status, "{cap}");
    }
    place.ana.fill(&limits[1], &[("key_cap", "1")]).await;
    let of_test = BACKEND
        .map(|(field, value)| if field == "environment" { (field, "staging") } else { (field, value) });
    let first = place.ana.fill(&place.path("/keys/new"), &of_test).await;
    assert!(first.status == 200 && first.has("Test environment"), "{}", first.body);
    let full = place.ana.fill(&place.path("/keys/new"), &of_test).await;
    assert!(full.status == 422 && full.has("value=\"backend\""), "{}", full.body);
    assert!(full.has("The environment “staging” has as many keys as it may have."), "{}", full.body);
    let sql = "insert into environment (id, account_id, name, mode, created_at)
               select gen_random_uuid(), $1, 'more ' || n, 'test', now() from generate_series(1, 48) n";
    sqlx::query(sql).bind(place.account.as_uuid()).execute(place.gateway.database.pool()).await.unwrap();
    let many =
        place.ana.fill(&place.path("/environments/new"), &[("name", "one more"), ("mode", "test")]).await;
    assert!(many.status == 422 && many.has("already has 50 environments"), "{}", many.body);
}

#[tokio::test]
async fn j07_a_hostile_name_is_text_on_every_page_of_its_key() {
    let mut place = Place::new().await;
    let name = "<script>alert(1)</script>\"'><img src=x onerror=x>";
    let fields = BACKEND.map(|(field, value)| if field == "name" { (field, name) } else { (field, value) });
    let page = place.ana.fill(&place.path("/keys/new"), &fields).await;
    let path = key_path(&page, place.account);
    let mut pages = vec![page];
    for rest in ["", "/edit", "/rotate", "/disable", "/revoke"] {
        pages.push(place.ana.get(&format!("{path}{rest}")).await);
    }
    pages.push(place.ana.get(&place.path("/keys")).await);
    pages.push(place.ana.get(&place.path("")).await);
    for page in pages {
        assert!(page.has("&lt;script&gt;"), "{}", page.path);
        assert!(!page.has("<script>alert") && !page.has("<img src=x"), "{}", page.path);
    }
}

#[tokio::test]
async fn k02_a_member_looks_and_changes_nothing() {
    let mut place = Place::new().await;
    let (path, _) = place.make().await;
    let mut bia = place.gateway.logged_in(place.account, "bia@example.com", Role::Member).await;
    let shown = bia.get(&path).await;
    assert!(shown.status == 200 && shown.has("backend") && !shown.has("/revoke\""), "{}", shown.body);
    for rest in ["/edit", "/rotate", "/disable", "/revoke", "/end-overlap"] {
        assert_eq!(bia.get(&format!("{path}{rest}")).await.status, 403, "{rest}");
    }
    // A form that was opened as an admin is refused once the role is another.
    let form = place.ana.get(&format!("{path}/disable")).await;
    sqlx::query("update member set role = 'member' where email = 'ana@example.com'")
        .execute(place.gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(place.ana.submit(&form, &format!("{path}/disable"), &[]).await.status, 403);
    assert!(place.ana.get(&path).await.has("Active"));
}

#[tokio::test]
async fn k01_a_key_of_another_account_does_not_exist() {
    let mut place = Place::new().await;
    let other = place.gateway.professional().await;
    for rest in ["", "/edit", "/rotate", "/disable", "/revoke", "/revoked?change=1"] {
        let page = place.ana.get(&place.path(&format!("/keys/{}{rest}", other.key_id))).await;
        assert_eq!(page.status, 404, "{rest}");
    }
    assert_eq!(place.ana.get(&place.path(&format!("/keys/new?like={}", other.key_id))).await.status, 404);
}

#[tokio::test]
async fn l01_a_secret_is_in_one_answer_only() {
    let mut place = Place::new().await;
    let (path, key) = place.make().await;
    for page in [path.clone(), place.path("/keys"), place.path(""), format!("{path}/edit")] {
        assert!(!place.ana.get(&page).await.has(&key), "{page}");
    }
    let rows: Vec<String> = sqlx::query_scalar(
        "select a::text from audit_entry a union all select f::text from spent_form f union all select s::text from key_secret s
         union all select k::text from api_key k",
    )
    .fetch_all(place.gateway.database.pool())
    .await
    .unwrap();
    assert!(!rows.join("\n").contains(&key));
}
