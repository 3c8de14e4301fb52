//! Secrets that are guessed at once: no more are judged than of those one after the other, and a
//! right one counts against nobody.

use std::time::Instant;

use chrono::{DateTime, Utc};
use futures_util::future::{join, join_all};

use super::guessing::most_heard;
use super::log_in::{PASSWORD, with_password};
use super::mail::Post;
use super::operator;
use super::second_factor::{password, switched_on};
use crate::support::gateway::Gateway;
use crate::support::visitor::{Page, Visitor};

const LOG_IN: &str = "/console/log-in";
const CONFIRM: &str = "/console/confirm";
const CODE: &str = "/console/log-in/second";
const AT_ONCE: usize = 24;
const RIGHT: [(&str, &str); 2] = [("email", "ana@example.com"), ("password", PASSWORD)];
const WRONG: [(&str, &str); 2] = [("email", "ana@example.com"), ("password", "not the password")];
const WRONG_LOG_IN: &str = "The address or the password is wrong";
const WRONG_CODE: &str = "This code is wrong";

/// A form that is sent with a wrong secret, and what its page says if the secret was judged.
struct Guess<'v> {
    visitor: &'v Visitor,
    page: Page,
    action: &'v str,
    fields: &'v [(&'v str, &'v str)],
    wrong: &'v str,
}

impl Guess<'_> {
    /// Returns how many of many tries at once were judged.
    async fn judged(&self) -> usize {
        let sent = (0..AT_ONCE)
            .map(|_| async { self.visitor.copy().submit(&self.page, self.action, self.fields).await });
        let answers = join_all(sent).await;
        let count = |text: &str| answers.iter().filter(|page| page.status == 422 && page.has(text)).count();
        let (judged, waits) = (count(self.wrong), count("Too many attempts"));
        let busy = answers.iter().filter(|page| page.status == 503).count();
        assert_eq!(judged + waits + busy, AT_ONCE, "{}", answers[0].body);
        assert!(waits > 0, "{judged} were judged, {busy} pages were busy");
        judged
    }

    /// Checks that the free ones are judged, and one after a wait.
    async fn is_limited(&self, gateway: &Gateway) {
        let since = Instant::now();
        let judged = self.judged().await as u64;
        let most = most_heard(since.elapsed().as_secs() + 2);
        assert!(judged <= most, "{judged} were judged at once, {most} may be");
        waited(gateway).await;
        let judged = self.judged().await;
        assert!(judged <= 1, "{judged} were judged at once after a wait");
    }
}

/// Makes the waits long, and those that were counted so far over.
async fn waited(gateway: &Gateway) {
    let over = "update guess set failures = 50, last_at = now() - interval '901 seconds'";
    let counted = sqlx::query(over).execute(gateway.database.pool()).await.unwrap();
    assert!(counted.rows_affected() > 0);
}

async fn forgotten(gateway: &Gateway) {
    sqlx::query("delete from guess").execute(gateway.database.pool()).await.unwrap();
}

/// The failures that count, of all kinds.
async fn counted(gateway: &Gateway) -> i64 {
    sqlx::query_scalar(
        "select coalesce(sum(failures), 0) from guess where last_at > now() - interval '1 day'",
    )
    .fetch_one(gateway.database.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn j15_passwords_of_strangers_and_of_a_known_browser_are_counted_before_they_are_judged() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    assert_eq!(ana.fill(LOG_IN, &RIGHT).await.status, 303, "the browser is known from now on");
    let mut stranger = Visitor::new(&gateway);
    let page = stranger.get(LOG_IN).await;
    let guess = Guess { visitor: &stranger, page, action: LOG_IN, fields: &WRONG, wrong: WRONG_LOG_IN };
    let mut home = ana.copy();
    let (judged, entered) = join(guess.judged(), home.fill(LOG_IN, &RIGHT)).await;
    assert!(judged > 0 && entered.status == 303, "the owner comes in meanwhile: {judged} {}", entered.body);
    forgotten(&gateway).await;
    guess.is_limited(&gateway).await;
    forgotten(&gateway).await;
    let page = ana.get(LOG_IN).await;
    let guess = Guess { visitor: &ana, page, action: LOG_IN, fields: &WRONG, wrong: WRONG_LOG_IN };
    guess.is_limited(&gateway).await;
}

#[tokio::test]
async fn j15_one_network_guesses_at_many_addresses_no_faster_at_once() {
    let gateway = Gateway::start().await;
    let mut stranger = Visitor::new(&gateway);
    let page = stranger.get(LOG_IN).await;
    stranger.submit(&page, LOG_IN, &[("email", "x@example.com"), ("password", "wrong")]).await;
    waited(&gateway).await;
    let sent = (0..AT_ONCE).map(|number| {
        let (mut visitor, page) = (stranger.copy(), &page);
        async move {
            let email = format!("person{number}@example.com");
            visitor.submit(page, LOG_IN, &[("email", &email), ("password", "wrong")]).await
        }
    });
    let answers = join_all(sent).await;
    let judged = answers.iter().filter(|page| page.has("The address or the password is wrong")).count();
    let waits = answers.iter().filter(|page| page.has("Too many attempts")).count();
    assert!(judged <= 1 && waits > 0, "{judged} {waits}");
}

#[tokio::test]
async fn j15_a_proof_of_identity_is_guessed_no_faster_at_once() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let page = ana.get(CONFIRM).await;
    let wrong = "This is not your current password.";
    Guess { visitor: &ana, page, action: CONFIRM, fields: &WRONG[1..], wrong }.is_limited(&gateway).await;
}

#[tokio::test]
async fn j15_codes_are_guessed_no_faster_at_once() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    switched_on(&mut ana).await;
    let page = ana.get("/console/me/second-factor").await;
    code_is_limited(&gateway, &ana, page, "/console/me/second-factor/off").await;
    forgotten(&gateway).await;
    let (mut half, _) = password(&gateway).await;
    let page = half.get(CODE).await;
    code_is_limited(&gateway, &half, page, CODE).await;
}

async fn code_is_limited(gateway: &Gateway, visitor: &Visitor, page: Page, action: &str) {
    let fields = [("code", "000000")];
    Guess { visitor, page, action, fields: &fields, wrong: WRONG_CODE }.is_limited(gateway).await;
}

#[tokio::test]
async fn j15_secrets_of_operators_are_guessed_no_faster_at_once() {
    let gateway = operator::start().await;
    let mut stranger = Visitor::of_operators(&gateway);
    let action = "/operator/log-in";
    let page = stranger.get(action).await;
    let guess = Guess { visitor: &stranger, page, action, fields: &WRONG, wrong: WRONG_LOG_IN };
    guess.is_limited(&gateway).await;
    forgotten(&gateway).await;
    let mut olga = operator::admin(&gateway).await.visitor;
    let page = olga.get("/operator/confirm").await;
    code_is_limited(&gateway, &olga, page, "/operator/confirm").await;
}

#[tokio::test]
async fn j15_keys_are_searched_for_and_made_no_faster_at_once() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let which = format!("/console/{account}/keys/which");
    ana.fill(&which, &[("key", "none")]).await;
    waited(&gateway).await;
    let page = ana.get(&which).await;
    let (fields, wrong) = ([("key", "none")], "This key does not belong to this account.");
    let guess = Guess { visitor: &ana, page, action: &which, fields: &fields, wrong };
    assert!(guess.judged().await <= 1);
    let page = ana.get(&format!("/console/{account}/playground")).await;
    let token = page.body.split("data-key-token=\"").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/console/{account}/playground/key");
    let (ana, path) = (&ana, path.as_str());
    let make = || async { ana.copy().post(path, &[("form", token)]).await.status };
    assert_eq!(make().await, 200);
    waited(&gateway).await;
    let made = join_all((0..AT_ONCE).map(|_| make())).await;
    assert!(made.iter().filter(|status| **status == 200).count() <= 1, "{made:?}");
}

#[tokio::test]
async fn j15_the_code_of_a_sign_up_is_guessed_five_times_even_at_once() {
    let post = Post::new(&[]).await;
    let mut carla = Visitor::new(&post.gateway);
    carla.fill("/console/sign-up", &[("email", "carla@example.com")]).await;
    let sent = "/console/sign-up/sent";
    let page = carla.get(sent).await;
    let tries =
        (0..AT_ONCE).map(|_| async { carla.copy().submit(&page, sent, &[("code", "AAAA-AAAA")]).await });
    let answers = join_all(tries).await;
    for left in ["4 tries left.", "3 tries left.", "2 tries left.", "1 try left."] {
        assert_eq!(answers.iter().filter(|page| page.has(left)).count(), 1, "{left}");
    }
    assert_eq!(counted(&post.gateway).await, 5 + 2, "and the e-mail, by address and network");
}

#[tokio::test]
async fn j15_a_right_password_counts_against_nobody() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let other = [("email", "bia@example.com"), ("password", "wrong")];
    Visitor::new(&gateway).fill(LOG_IN, &other).await;
    let read = "select failures, last_at from guess where kind = 'network'";
    let network: (i32, DateTime<Utc>) =
        sqlx::query_as(read).fetch_one(gateway.database.pool()).await.unwrap();
    assert_eq!(Visitor::new(&gateway).fill(LOG_IN, &RIGHT).await.status, 303);
    let after = sqlx::query_as(read).fetch_one(gateway.database.pool()).await.unwrap();
    assert_eq!(network, after, "a right password is no failure of its network");
    ana.fill(LOG_IN, &RIGHT).await;
    forgotten(&gateway).await;
    let page = ana.get(LOG_IN).await;
    let sent =
        join_all((0..3).map(|_| async { ana.copy().submit(&page, LOG_IN, &RIGHT).await.status })).await;
    assert_eq!(sent, [303, 303, 303], "a form that is sent three times");
    assert_eq!(counted(&gateway).await, 0);
}

#[tokio::test]
async fn j15_a_try_that_cannot_be_judged_is_not_counted() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    gateway.member_with_factor(account, "bia@example.com").await;
    let mut half = Visitor::new(&gateway);
    half.enter(&gateway, account, "bia@example.com").await;
    let page = half.get(CODE).await;
    sqlx::query("update identity set totp = null").execute(gateway.database.pool()).await.unwrap();
    let sent = half.submit(&page, CODE, &[("code", "123456")]).await;
    assert!(sent.status == 401 && sent.has("action=\"/console/log-in\""), "{} {}", sent.status, sent.body);
    assert_eq!(counted(&gateway).await, 0);
}
