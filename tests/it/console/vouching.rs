//! A person who has lost the phone and the codes: an admin vouches, and a day later the second
//! factor ends.

use fluence::domain::ids::AccountId;
use fluence::domain::member::Role;

use super::log_in::PASSWORD;
use super::mail::Post;
use super::second_factor::{code_now, password, switched_on};
use crate::support::visitor::Visitor;

const KEEP: &str = "/console/keep-factor";

struct Lost {
    post: Post,
    account: AccountId,
    bia: Visitor,
    /// Of the app, which is lost.
    secret: String,
}

/// Ana has a second factor, Bia is another admin.
async fn lost() -> Lost {
    let post = Post::new(&[]).await;
    let account = post.gateway.professional().await.account;
    let mut ana = post.gateway.admin(account).await;
    assert_eq!(ana.fill("/console/me/password", &[("password", PASSWORD)]).await.status, 303);
    let (secret, _) = switched_on(&mut ana).await;
    let bia = post.gateway.logged_in(account, "bia@example.com", Role::Admin).await;
    Lost { post, account, bia, secret }
}

impl Lost {
    /// Ana asks, and Bia follows the e-mail.
    async fn vouched(&mut self) {
        let (mut ana, page) = password(&self.post.gateway).await;
        let second = ana.get(page.leads_to()).await;
        assert!(second.has("href=\"/console/log-in/lost\""), "{}", second.body);
        let asked = ana.fill("/console/log-in/lost", &[]).await;
        assert!(asked.status == 200 && asked.has("get an e-mail"), "{}", asked.body);
        let message = self.post.message("bia@example.com", "cannot log in").await;
        let start = format!("{}/console/{}/members/", self.post.gateway.url(), self.account);
        let link = &message[message.find(&start).unwrap_or_else(|| panic!("{message}"))..];
        let link: String = link.chars().take_while(|c| c.is_ascii_graphic() && !"<\"".contains(*c)).collect();
        let path = link[self.post.gateway.url().len()..].to_owned();
        let page = self.bia.get(&path).await;
        assert!(page.has("on the phone or face to face"), "{}", page.body);
        let done = self.bia.submit(&page, &path, &[]).await;
        assert!(done.status == 303 && done.leads_to().ends_with("?vouched=1"), "{}", done.body);
        assert!(self.bia.get(done.leads_to()).await.has("ends in 24 hours"));
    }

    async fn a_day_passes(&self) {
        let later = "update factor_reset set created_at = created_at - interval '1 day', due_at = due_at - interval '1 day'";
        sqlx::query(later).execute(self.post.gateway.database.pool()).await.unwrap();
    }
}

#[tokio::test]
async fn a_day_after_an_admin_vouched_the_password_is_enough() {
    let mut lost = lost().await;
    lost.vouched().await;
    let (_, page) = password(&lost.post.gateway).await;
    assert!(page.leads_to().starts_with("/console/log-in/second"), "the wait is a whole day");
    lost.a_day_passes().await;
    let (mut ana, page) = password(&lost.post.gateway).await;
    assert_eq!(page.leads_to(), "/console");
    assert_eq!(ana.get("/console/me").await.status, 200);
    lost.post.message("ana@example.com", "The second factor was switched off").await;
    let log = lost.bia.get(&format!("/console/{}/audit", lost.account)).await;
    assert!(log.has("vouched for"), "{}", log.body);
}

#[tokio::test]
async fn a_reset_that_was_not_used_within_a_week_of_its_end_is_void() {
    let mut lost = lost().await;
    lost.vouched().await;
    for _ in 0..9 {
        lost.a_day_passes().await;
    }
    let (_, page) = password(&lost.post.gateway).await;
    assert!(page.leads_to().starts_with("/console/log-in/second"), "{}", page.leads_to());
    lost.vouched().await;
    lost.a_day_passes().await;
    let (_, page) = password(&lost.post.gateway).await;
    assert_eq!(page.leads_to(), "/console", "vouching again begins another day");
}

#[tokio::test]
async fn the_person_keeps_the_factor_by_the_link_of_the_notice() {
    let mut lost = lost().await;
    lost.vouched().await;
    let link = lost.post.link("ana@example.com", KEEP).await;
    let mut stranger = Visitor::new(&lost.post.gateway);
    for _ in 0..3 {
        assert_eq!(stranger.get(&link).await.status, 200, "opening the link changes nothing");
    }
    let kept = stranger.fill(&link, &[]).await;
    assert!(kept.status == 200 && kept.has("The second factor stays."), "{}", kept.body);
    lost.a_day_passes().await;
    let (_, page) = password(&lost.post.gateway).await;
    assert!(page.leads_to().starts_with("/console/log-in/second"), "{}", page.leads_to());
}

#[tokio::test]
async fn a_code_of_the_app_ends_the_wait() {
    let mut lost = lost().await;
    lost.vouched().await;
    let (mut ana, page) = password(&lost.post.gateway).await;
    let entered = ana.fill(page.leads_to(), &[("code", &code_now(&lost.secret, 1))]).await;
    assert_eq!(entered.status, 303, "{}", entered.body);
    lost.a_day_passes().await;
    let (_, page) = password(&lost.post.gateway).await;
    assert!(page.leads_to().starts_with("/console/log-in/second"), "{}", page.leads_to());
}

#[tokio::test]
async fn members_cannot_vouch_for_themselves_or_for_a_person_without_a_factor() {
    let mut lost = lost().await;
    let members = lost.bia.get(&format!("/console/{}/members", lost.account)).await;
    let start = format!("/console/{}/members/", lost.account);
    let links = members.body.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let own = links.filter(|link| link.starts_with(&start) && !link.ends_with("/new"));
    let mut refused = 0;
    for member in own.collect::<Vec<_>>() {
        let page = lost.bia.get(&member).await;
        let may = page.has("/vouch\"");
        let path = format!("{member}/vouch");
        let page = lost.bia.get(&path).await;
        if may {
            continue;
        }
        refused += 1;
        assert_eq!(lost.bia.submit(&page, &path, &[]).await.status, 404);
    }
    assert!(refused >= 1, "{refused}");
    let (waiting,): (i64,) = sqlx::query_as("select count(*) from factor_reset")
        .fetch_one(lost.post.gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(waiting, 0);
}
