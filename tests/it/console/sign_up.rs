//! Opening an account: by code as well as by link, on the plan for newcomers, with credits that
//! come once.

use chrono::TimeDelta;
use fluence::background::sign_up_grants::SignUpGrants;
use fluence::catalogue::plans::SHIPPED;
use fluence::domain::ids::AccountId;
use fluence::domain::offer_set::SetKind;
use fluence::storage::identity::sign_up_grants::{due, refused};
use fluence::storage::ledger::desk::LedgerDesk;

use super::log_in::PASSWORD;
use super::mail::Post;
use crate::offers::applied;
use crate::support::gateway::{Gateway, eventually};
use crate::support::visitor::{Page, Visitor};

const SENT: &str = "/console/sign-up/sent";

/// The code of the only message to an address.
async fn code(post: &Post, to: &str) -> String {
    let message = post.message(to, "within 30 minutes:").await;
    let code = message.split("within 30 minutes:").nth(1).unwrap().trim_start();
    code.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

async fn asked(post: &Post, email: &str) -> Visitor {
    let mut visitor = Visitor::new(&post.gateway);
    let sent = visitor.fill("/console/sign-up", &[("email", email)]).await;
    assert_eq!((sent.status, sent.leads_to()), (303, SENT));
    visitor
}

async fn finished(visitor: &mut Visitor, page: &Page) -> AccountId {
    let fields = [("name", "Carla"), ("account", "Zyntra"), ("password", PASSWORD)];
    let made = visitor.fill(page.leads_to(), &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    made.leads_to().rsplit('/').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn short_ways_lead_to_their_pages() {
    let gateway = Gateway::start().await;
    for (path, to) in [
        ("/signup", "/console/sign-up"),
        ("/login", "/console/log-in"),
        ("/dashboard", "/console"),
        ("/settings/api", "/console/go/keys"),
        ("/upgrade", "/console/go/credits"),
        ("/.well-known/change-password", "/console/me/password"),
    ] {
        let way = Visitor::new(&gateway).get(path).await;
        assert_eq!((way.status, way.leads_to()), (303, to), "{path}");
    }
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    for (path, page) in [("/console/go/keys", "keys"), ("/console/go/credits", "credits")] {
        assert_eq!(ana.get(path).await.leads_to(), format!("/console/{account}/{page}"));
        let stranger = Visitor::new(&gateway).get(path).await;
        assert!(stranger.leads_to().starts_with("/console/log-in?next=%2Fconsole%2Fgo%2F"), "{path}");
    }
    let without = Gateway::start_with(&[("FLUENCE_CONSOLE_ENABLED", "false")]).await;
    assert_eq!(Visitor::new(&without).get("/signup").await.status, 404);
}

#[tokio::test]
async fn sign_up_is_closed_while_the_catalogue_lacks_its_plan() {
    const CLOSED: &str = "Accounts are created by invitation here.";
    let post = Post::new(&[]).await;
    let mut carla = asked(&post, "carla@example.com").await;
    let link = post.link("carla@example.com", "/console/sign-up/finish").await;
    let mut visitor = Visitor::new(&post.gateway);
    let form = visitor.get(&link).await;
    assert!(form.has("<form"), "{}", form.body);
    let without = SHIPPED.replace("edition = \"start\"", "edition = \"begin\"");
    applied(&post.gateway.database, SetKind::Catalogue, &without).await;
    let is_closed = async || Visitor::new(&post.gateway).get("/console/sign-up").await.has(CLOSED);
    eventually("sign-up is closed", is_closed).await;
    let log_in = Visitor::new(&post.gateway).get("/console/log-in").await;
    assert!(!log_in.has("/console/sign-up"), "{}", log_in.body);
    assert!(!Visitor::new(&post.gateway).get("/").await.has("/signup"));
    assert!(carla.get(&link).await.has(CLOSED));
    let fields = [("name", "Carla"), ("account", "Zyntra"), ("password", PASSWORD)];
    let refused = visitor.submit(&form, "/console/sign-up/finish", &fields).await;
    assert!(refused.status == 409 && refused.has(CLOSED), "{}", refused.body);
    applied(&post.gateway.database, SetKind::Catalogue, SHIPPED).await;
    let is_open = async || !Visitor::new(&post.gateway).get("/console/sign-up").await.has(CLOSED);
    eventually("sign-up is open again", is_open).await;
    assert_eq!(
        visitor.submit(&form, "/console/sign-up/finish", &fields).await.status,
        303,
        "the link was not used up"
    );
}

#[tokio::test]
async fn the_code_of_the_e_mail_opens_the_account_in_the_browser_that_asked() {
    let post = Post::new(&[]).await;
    let mut carla = asked(&post, "carla@example.com").await;
    let code = code(&post, "carla@example.com").await;
    let mut other = asked(&post, "dora@example.com").await;
    let wrong = other.fill(SENT, &[("code", &code)]).await;
    assert!(wrong.status == 422 && wrong.has("4 tries left."), "{}", wrong.body);
    let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
    let right = carla.fill(SENT, &[("code", &typed)]).await;
    assert!(right.leads_to().starts_with("/console/sign-up/finish?token="), "{}", right.body);
    let link = post.link("carla@example.com", "/console/sign-up/finish").await;
    assert_eq!(Visitor::new(&post.gateway).get(&link).await.status, 410, "the code ends the link");
    finished(&mut carla, &right).await;
    assert_eq!(carla.get(SENT).await.leads_to(), "/console/sign-up", "the browser waits no more");
}

#[tokio::test]
async fn a_code_is_guessed_five_times_and_ends_after_half_an_hour() {
    let post = Post::new(&[]).await;
    let mut carla = asked(&post, "carla@example.com").await;
    let right = code(&post, "carla@example.com").await;
    let empty = carla.fill(SENT, &[("code", " ")]).await;
    assert!(empty.status == 422 && empty.has("Fill in this field."), "{}", empty.body);
    let early = carla.get(SENT).await;
    for left in [4, 3, 2, 1] {
        let wrong = carla.fill(SENT, &[("code", "AAAA-AAAA")]).await;
        assert_eq!(wrong.status, 422);
        let tries = if left == 1 { "1 try left.".to_owned() } else { format!("{left} tries left.") };
        assert!(wrong.has(&tries), "{left}: {}", wrong.body);
    }
    let fifth = carla.fill(SENT, &[("code", "AAAA-AAAA")]).await;
    let right = carla.submit(&early, SENT, &[("code", &right)]).await;
    assert_eq!((fifth.status, right.status), (422, 422));
    for over in [fifth, right, carla.get(SENT).await] {
        assert!(over.has("Too many wrong codes. Ask for a new e-mail."), "{}", over.body);
        assert!(!over.has("left.") && !over.has("name=\"code\""), "{}", over.body);
        assert!(over.has("href=\"/console/sign-up\""), "{}", over.body);
    }
    let mut dora = asked(&post, "dora@example.com").await;
    let right = code(&post, "dora@example.com").await;
    let later = "update one_time_token set created_at = created_at - interval '30 minutes'";
    sqlx::query(later).execute(post.gateway.database.pool()).await.unwrap();
    assert_eq!(dora.fill(SENT, &[("code", &right)]).await.status, 422);
}

#[tokio::test]
async fn j10_the_page_for_the_code_is_the_same_for_an_address_that_is_known() {
    let post = Post::new(&[]).await;
    let account = post.gateway.professional().await.account;
    post.gateway.admin(account).await;
    let mut known = asked(&post, "ana@example.com").await;
    let mut unknown = asked(&post, "nobody@example.com").await;
    let token = |page: &Page| page.hidden(SENT)[0].1.clone();
    for fields in [&[][..], &[("code", "AAAA-AAAA")]] {
        let (one, other) = match fields {
            [] => (known.get(SENT).await, unknown.get(SENT).await),
            fields => (known.fill(SENT, fields).await, unknown.fill(SENT, fields).await),
        };
        // The page names the address that was typed.
        let plain = |page: &Page| {
            page.body.replace(&token(page), "").replace("ana@example.com", "nobody@example.com")
        };
        assert_eq!((one.status, plain(&one)), (other.status, plain(&other)));
    }
}

#[tokio::test]
async fn l01_the_code_is_not_stored() {
    let post = Post::new(&[]).await;
    asked(&post, "carla@example.com").await;
    let code = code(&post, "carla@example.com").await;
    let rows: Vec<String> = sqlx::query_scalar("select t::text from one_time_token t")
        .fetch_all(post.gateway.database.pool())
        .await
        .unwrap();
    assert!(rows.len() == 1 && !rows[0].contains(&code) && !rows[0].contains(&code.replace('-', "")));
}

#[tokio::test]
async fn a_newcomer_is_on_the_plan_start_and_gets_25_credits_once() {
    let post = Post::new(&[]).await;
    let mut carla = asked(&post, "carla@example.com").await;
    let code = code(&post, "carla@example.com").await;
    let right = carla.fill(SENT, &[("code", &code)]).await;
    let account = finished(&mut carla, &right).await;
    let overview = carla.get(&format!("/console/{account}")).await;
    assert!(overview.has("<div class=\"big\">25</div>"), "{}", overview.body);
    let credits = carla.get(&format!("/console/{account}/credits")).await;
    assert!(
        credits.has("<b>start</b>") && credits.has("in 30 days") | credits.has("in 29 days"),
        "{}",
        credits.body
    );
    let gateway = &post.gateway;
    let desk = LedgerDesk {
        pool: gateway.database.pool().clone(),
        options: gateway.database.options(),
        node: "test".to_owned(),
        hold_life: TimeDelta::seconds(60),
    };
    let grants = SignUpGrants { desk };
    // As after a gateway that died between the grant and its mark.
    sqlx::query("update sign_up_grant set granted_at = null").execute(gateway.database.pool()).await.unwrap();
    tokio::join!(grants.give_due(), grants.give_due());
    assert_eq!(gateway.balance(account).await, 25);
    let (open,): (i64,) = sqlx::query_as("select count(*) from sign_up_grant where granted_at is null")
        .fetch_one(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(open, 0);
}

#[tokio::test]
async fn e04_another_tag_of_the_same_mailbox_brings_no_second_grant() {
    let post = Post::new(&[]).await;
    for (email, credits) in
        [("carla@gmail.com", 25), ("c.arla+work@googlemail.com", 0), ("carla@example.com", 25)]
    {
        let mut carla = asked(&post, email).await;
        let code = code(&post, email).await;
        let right = carla.fill(SENT, &[("code", &code)]).await;
        let account = finished(&mut carla, &right).await;
        assert_eq!(post.gateway.balance(account).await, credits, "{email}");
    }
}

#[tokio::test]
async fn without_a_grant_a_newcomer_begins_with_nothing() {
    let post = Post::new(&[("FLUENCE_CONSOLE_SIGN_UP_GRANT", "0")]).await;
    let mut carla = asked(&post, "carla@example.com").await;
    let code = code(&post, "carla@example.com").await;
    let right = carla.fill(SENT, &[("code", &code)]).await;
    let account = finished(&mut carla, &right).await;
    assert_eq!(post.gateway.balance(account).await, 0);
}

#[tokio::test]
async fn sign_up_is_open_on_this_machine_and_by_invitation_elsewhere() {
    let here = Gateway::start().await;
    assert!(Visitor::new(&here).get("/console/log-in").await.has("href=\"/console/sign-up\""));
    let public = Gateway::start_with(&[("FLUENCE_BASE_URL", "https://api.acme.test")]).await;
    assert!(!Visitor::new(&public).get("/console/log-in").await.has("/console/sign-up"));
}

#[tokio::test]
async fn a_refused_grant_waits_a_day_behind_all_others() {
    let gateway = Gateway::start().await;
    let pool = gateway.database.pool();
    let account = gateway.professional().await.account;
    for (person, days) in [("first", 3), ("second", 2), ("third", 1)] {
        let add = "with person as (
                       insert into identity (id, email, email_key, name, created_at)
                       values (gen_random_uuid(), $1 || '@example.com', $1 || '@example.com', $1, now()) returning id)
                   insert into sign_up_grant (identity_id, account_id, credits, expires_at, created_at)
                   select id, $2, 25, now() + interval '30 days', now() - make_interval(days => $3) from person";
        sqlx::query(add).bind(person).bind(account.as_uuid()).bind(days).execute(pool).await.unwrap();
    }
    let mut connection = pool.acquire().await.unwrap();
    let all: Vec<_> = due(&mut connection, 10).await.unwrap().iter().map(|due| due.identity_id).collect();
    refused(&mut connection, &all[..1]).await.unwrap();
    let left: Vec<_> = due(&mut connection, 10).await.unwrap().iter().map(|due| due.identity_id).collect();
    assert_eq!(left, all[1..]);
    sqlx::query("update sign_up_grant set refused_at = refused_at - interval '25 hours'")
        .execute(pool)
        .await
        .unwrap();
    let next: Vec<_> = due(&mut connection, 2).await.unwrap().iter().map(|due| due.identity_id).collect();
    assert_eq!(next, all[1..], "the line is not blocked by it");
    assert_eq!(due(&mut connection, 10).await.unwrap().len(), 3);
}
