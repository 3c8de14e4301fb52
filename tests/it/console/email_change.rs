//! Another address, its undo, and a new password: what a thief in a session can do, and how the
//! mailbox that was left takes the account back.

use futures_util::future::join_all;

use super::log_in::PASSWORD;
use super::mail::{Post, account};
use super::second_factor::switched_on;
use crate::support::gateway::eventually;
use crate::support::visitor::Visitor;

const CHANGE: &str = "/console/new-email";
const RESET: &str = "/console/reset/finish";
const NEW_PASSWORD: &str = "a sentence that only I know";

/// A person with a password, whose session a thief may hold.
async fn ana_with_a_password(post: &Post) -> Visitor {
    let (_, mut ana) = account(post).await;
    ana.fill("/console/me/password", &[("password", PASSWORD)]).await;
    ana
}

/// Requests a change of address, and returns the link of its message.
async fn ask(post: &Post, who: &mut Visitor, address: &str) -> String {
    let asked = who.fill("/console/me/email", &[("email", address)]).await;
    assert_eq!(asked.status, 303, "{}", asked.body);
    post.link(address, CHANGE).await
}

/// Presses the button of a link in another browser. Returns the status and where it leads.
async fn press(post: &Post, link: &str) -> (u16, String) {
    let mut browser = Visitor::new(&post.gateway);
    let page = browser.get(link).await;
    if page.status != 200 {
        return (page.status, String::new());
    }
    let pressed = browser.submit(&page, CHANGE, &[]).await;
    (pressed.status, pressed.leads_to().to_owned())
}

/// Changes the address, and returns the link of the notice to the address that was left.
async fn change(post: &Post, who: &mut Visitor, from: &str, to: &str) -> String {
    let link = ask(post, who, to).await;
    assert_eq!(press(post, &link).await.0, 303);
    let message = post.message(from, "undo it within 7 days").await;
    post.link_of(&message, CHANGE)
}

async fn enter(post: &Post, email: &str, password: &str) -> u16 {
    let fields = [("email", email), ("password", password)];
    Visitor::new(&post.gateway).fill("/console/log-in", &fields).await.status
}

#[tokio::test]
async fn j19_a_new_address_is_confirmed_reported_to_the_old_one_and_undone_from_it() {
    let post = Post::new(&[]).await;
    let mut ana = ana_with_a_password(&post).await;
    let link = ask(&post, &mut ana, "new@example.com").await;
    for (page, text) in [
        ("/console/me", "A change to new@example.com waits"),
        ("/console/me/email", "If new@example.com can get a link"),
    ] {
        let shown = ana.get(page).await;
        assert!(shown.has("ana@example.com") && shown.has(text), "nothing has changed yet: {}", shown.body);
    }
    assert_eq!(press(&post, &link).await, (303, "/console/log-in".to_owned()));
    assert_eq!(enter(&post, "new@example.com", PASSWORD).await, 303);
    assert_eq!(enter(&post, "ana@example.com", PASSWORD).await, 422);
    let undo = post.link("ana@example.com", CHANGE).await;
    let (status, form) = press(&post, &undo).await;
    assert!(status == 303 && form.starts_with(RESET), "an undo leads to a new password: {form}");
    assert_eq!(ana.get("/console/me").await.status, 303, "all sessions have ended");
    assert_eq!(enter(&post, "ana@example.com", PASSWORD).await, 422, "a thief may know the password");
    let set = Visitor::new(&post.gateway).fill(&form, &[("password", NEW_PASSWORD)]).await;
    assert_eq!((set.status, set.leads_to()), (303, "/console"), "{}", set.body);
    assert_eq!(enter(&post, "ana@example.com", NEW_PASSWORD).await, 303);
    assert_eq!(enter(&post, "new@example.com", NEW_PASSWORD).await, 422);
    assert_eq!(press(&post, &link).await.0, 410);
    post.message("new@example.com", "was undone from an earlier address").await;
}

#[tokio::test]
async fn a_new_password_leaves_the_undo_of_the_old_mailbox_and_is_reported_to_it() {
    for by_reset in [false, true] {
        let post = Post::new(&[]).await;
        let mut thief = ana_with_a_password(&post).await;
        let undo = change(&post, &mut thief, "ana@example.com", "thief@example.com").await;
        let set = if by_reset {
            Visitor::new(&post.gateway).fill("/console/reset", &[("email", "thief@example.com")]).await;
            let link = post.link("thief@example.com", RESET).await;
            thief.fill(&link, &[("password", NEW_PASSWORD)]).await
        } else {
            thief.fill("/console/me/password", &[("password", NEW_PASSWORD)]).await
        };
        assert_eq!(set.status, 303, "{}", set.body);
        post.message("ana@example.com", "You left this address, but can still undo that").await;
        let (status, form) = press(&post, &undo).await;
        assert!(status == 303 && form.starts_with(RESET), "{by_reset}: {form}");
        assert_eq!(thief.get("/console/me").await.status, 303, "the thief's session has ended");
        assert_eq!(enter(&post, "ana@example.com", NEW_PASSWORD).await, 422, "so has the thief's password");
    }
}

#[tokio::test]
async fn an_undo_ends_the_links_of_all_later_addresses() {
    let post = Post::new(&[]).await;
    let mut thief = ana_with_a_password(&post).await;
    let first = change(&post, &mut thief, "ana@example.com", "mid@example.com").await;
    let second = change(&post, &mut thief, "mid@example.com", "end@example.com").await;
    let pending = ask(&post, &mut thief, "further@example.com").await;
    Visitor::new(&post.gateway).fill("/console/reset", &[("email", "end@example.com")]).await;
    let reset = post.link("end@example.com", RESET).await;
    assert_eq!(press(&post, &first).await.0, 303);
    for dead in [&second, &pending, &reset] {
        assert_eq!(Visitor::new(&post.gateway).get(dead).await.status, 410, "{dead}");
    }
    post.message("end@example.com", "was undone from an earlier address").await;
}

#[tokio::test]
async fn the_undo_of_the_first_address_wins_over_that_of_a_later_one() {
    let post = Post::new(&[]).await;
    let mut thief = ana_with_a_password(&post).await;
    let first = change(&post, &mut thief, "ana@example.com", "mid@example.com").await;
    let second = change(&post, &mut thief, "mid@example.com", "end@example.com").await;
    assert_eq!(press(&post, &second).await.0, 303, "the thief undoes the second change");
    let (status, form) = press(&post, &first).await;
    assert!(status == 303 && form.starts_with(RESET), "{form}");
    let page = Visitor::new(&post.gateway).get(&form).await;
    assert!(page.status == 200 && page.has("ana@example.com"), "{}", page.body);
}

#[tokio::test]
async fn a_person_has_one_open_change_of_address() {
    let post = Post::new(&[]).await;
    let mut ana = ana_with_a_password(&post).await;
    let first = ask(&post, &mut ana, "one@example.com").await;
    let second = ask(&post, &mut ana, "two@example.com").await;
    assert_eq!(press(&post, &first).await.0, 410);
    assert_eq!(press(&post, &second).await.0, 303);
}

#[tokio::test]
async fn a_person_has_one_open_change_of_address_even_if_several_are_asked_for_at_once() {
    let post = Post::new(&[]).await;
    let mut ana = ana_with_a_password(&post).await;
    let page = ana.get("/console/me/email").await;
    let asked =
        ["one@example.com", "two@example.com", "three@example.com", "four@example.com"].map(|email| {
            let (mut ana, page) = (ana.copy(), &page);
            async move { ana.submit(page, "/console/me/email", &[("email", email)]).await.status }
        });
    assert_eq!(join_all(asked).await, [303; 4]);
    let open: i64 = sqlx::query_scalar(
        "select count(*) from one_time_token where purpose = 'new_email' and used_at is null and ends_at > now()",
    )
    .fetch_one(post.gateway.database.pool())
    .await
    .unwrap();
    assert_eq!(open, 1);
}

#[tokio::test]
async fn a_reset_link_ends_when_its_mailbox_is_left() {
    let post = Post::new(&[]).await;
    let mut ana = ana_with_a_password(&post).await;
    Visitor::new(&post.gateway).fill("/console/reset", &[("email", "ana@example.com")]).await;
    let reset = post.link("ana@example.com", RESET).await;
    change(&post, &mut ana, "ana@example.com", "fresh@example.com").await;
    assert_eq!(Visitor::new(&post.gateway).get(&reset).await.status, 410);
    assert_eq!(enter(&post, "fresh@example.com", PASSWORD).await, 303);
}

#[tokio::test]
async fn an_undo_takes_away_a_second_factor_that_is_younger_than_the_change() {
    let post = Post::new(&[]).await;
    let mut thief = ana_with_a_password(&post).await;
    let undo = change(&post, &mut thief, "ana@example.com", "thief@example.com").await;
    switched_on(&mut thief).await;
    ana_is_back_without_a_code(&post, &undo).await;
}

#[tokio::test]
async fn an_undo_takes_away_a_second_factor_of_the_day_before_the_change() {
    let post = Post::new(&[]).await;
    let mut thief = ana_with_a_password(&post).await;
    switched_on(&mut thief).await;
    post.message("ana@example.com", "set a new password now").await;
    factor_was_set(&post, 23.0).await;
    let undo = change(&post, &mut thief, "ana@example.com", "thief@example.com").await;
    ana_is_back_without_a_code(&post, &undo).await;
}

async fn ana_is_back_without_a_code(post: &Post, undo: &str) {
    let (status, form) = press(post, undo).await;
    assert!(status == 303 && form.starts_with(RESET), "{form}");
    let set = Visitor::new(&post.gateway).fill(&form, &[("password", NEW_PASSWORD)]).await;
    assert_eq!((set.status, set.leads_to()), (303, "/console"), "no code of the thief's is asked for");
    post.message("ana@example.com", "in the 24 hours before it, has been switched off").await;
}

async fn factor_was_set(post: &Post, hours_ago: f64) {
    let earlier = sqlx::query("update identity set totp_set_at = now() - $1 * interval '1 hour'");
    earlier.bind(hours_ago).execute(post.gateway.database.pool()).await.unwrap();
}

#[tokio::test]
async fn an_undo_leaves_the_second_factor_that_was_there_long_before_the_change() {
    let post = Post::new(&[]).await;
    let mut ana = ana_with_a_password(&post).await;
    switched_on(&mut ana).await;
    factor_was_set(&post, 25.0).await;
    let undo = change(&post, &mut ana, "ana@example.com", "new@example.com").await;
    let (_, form) = press(&post, &undo).await;
    let set = Visitor::new(&post.gateway).fill(&form, &[("password", NEW_PASSWORD)]).await;
    assert!(set.leads_to().starts_with("/console/log-in/second"), "{} {}", set.leads_to(), set.body);
}

#[tokio::test]
async fn a_change_of_the_second_factor_is_reported_to_the_mailbox_that_was_left() {
    let post = Post::new(&[]).await;
    let mut thief = ana_with_a_password(&post).await;
    change(&post, &mut thief, "ana@example.com", "thief@example.com").await;
    switched_on(&mut thief).await;
    let reported = || {
        let all = post.messages();
        let is_notice = |text: &&String| text.contains("To: ana@") && text.contains("was switched on");
        all.iter().filter(is_notice).count()
    };
    eventually("the notice is sent", async || reported() == 1).await;
}
