//! A person without the phone, the codes and another admin: an operator ends the second factor
//! after 72 hours and three notices.

use fluence::console::Alerts;
use fluence::console::base::Base;
use fluence::domain::ids::AccountId;
use fluence::domain::member::Role;
use fluence::domain::product_name::ProductName;
use fluence::identity::operator::OperatorRole;

use super::{Operator, operator};
use crate::console::log_in::PASSWORD;
use crate::console::mail::Post;
use crate::console::second_factor::{password, switched_on};
use crate::support::visitor::Visitor;

const KEEP: &str = "/console/keep-factor";

struct Lost {
    post: Post,
    account: AccountId,
    support: Operator,
    /// The page on which an operator ends Ana's factor.
    page: String,
}

impl Lost {
    /// Ana is the only admin and has a second factor.
    async fn new() -> Self {
        let post = Post::new(&[("FLUENCE_OPERATOR_LISTEN", "127.0.0.1:0")]).await;
        let account = post.gateway.professional().await.account;
        let mut ana = post.gateway.admin(account).await;
        assert_eq!(ana.fill("/console/me/password", &[("password", PASSWORD)]).await.status, 303);
        switched_on(&mut ana).await;
        let support = operator(&post.gateway, "sara@example.com", OperatorRole::Support).await;
        let mut lost = Self { post, account, support, page: String::new() };
        let members = lost.support.visitor.get(&format!("/operator/accounts/{account}/members")).await;
        let mut links = members.body.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let link = links.find(|link| link.ends_with("/factor"));
        lost.page = link.unwrap_or_else(|| panic!("{}", members.body)).to_owned();
        lost
    }

    async fn ended(&mut self) {
        let reason = [("reason", "Called back on the number of the contract")];
        let done = self.support.visitor.fill(&self.page.clone(), &reason).await;
        assert!(done.leads_to().ends_with("?done=factor"), "{} {}", done.status, done.body);
    }

    async fn hours_pass(&self, hours: i32) {
        let earlier = "update factor_reset set created_at = created_at - make_interval(hours => $1),
                              due_at = due_at - make_interval(hours => $1),
                              next_notice_at = next_notice_at - make_interval(hours => $1)";
        sqlx::query(earlier).bind(hours).execute(self.post.gateway.database.pool()).await.unwrap();
        // As two gateways at once look.
        let gateway = &self.post.gateway;
        let base = Base::of(&gateway.url(), gateway.address(), false, true).unwrap();
        let pool = gateway.database.pool().clone();
        let (peppers, product) = (gateway.peppers.clone(), ProductName::default());
        let alerts = Alerts { pool, peppers, product, base };
        tokio::join!(alerts.remind_of_resets(), alerts.remind_of_resets());
    }

    async fn notices(&self) -> i64 {
        sqlx::query_scalar("select count(*) from email_outbox where kind = 'factor_reset'")
            .fetch_one(self.post.gateway.database.pool())
            .await
            .unwrap()
    }

    async fn asks_for_a_code(&self) -> bool {
        let (_, page) = password(&self.post.gateway).await;
        page.leads_to().starts_with("/console/log-in/second")
    }
}

#[tokio::test]
async fn after_three_notices_and_72_hours_the_password_is_enough() {
    let mut lost = Lost::new().await;
    lost.ended().await;
    assert_eq!(lost.notices().await, 1);
    for (hours, notices) in [(23, 1), (2, 2), (22, 2), (2, 3), (22, 3)] {
        lost.hours_pass(hours).await;
        assert_eq!(lost.notices().await, notices);
        assert!(lost.asks_for_a_code().await, "the wait is 72 hours");
    }
    lost.hours_pass(2).await;
    assert_eq!(lost.notices().await, 3);
    let (mut ana, page) = password(&lost.post.gateway).await;
    assert_eq!(page.leads_to(), "/console");
    let log = ana.get(&format!("/console/{}/audit", lost.account)).await;
    assert!(log.has("began to end the second factor of"), "{}", log.body);
    assert!(log.has("Called back on the number of the contract"), "{}", log.body);
    lost.post.message("ana@example.com", "The second factor was switched off").await;
}

#[tokio::test]
async fn each_notice_can_stop_it_and_ends_the_link_of_the_one_before() {
    let mut lost = Lost::new().await;
    lost.ended().await;
    let first = lost.post.link("ana@example.com", KEEP).await;
    let mut stranger = Visitor::new(&lost.post.gateway);
    assert_eq!(stranger.get(&first).await.status, 200);
    std::fs::remove_dir_all(lost.post.folder.path().join("mail")).unwrap();
    lost.hours_pass(25).await;
    let second = lost.post.link("ana@example.com", KEEP).await;
    assert_ne!(first, second);
    assert_eq!(stranger.get(&first).await.status, 410);
    let kept = stranger.fill(&second, &[]).await;
    assert!(kept.has("The second factor stays."), "{}", kept.body);
    lost.hours_pass(72).await;
    assert!(lost.asks_for_a_code().await);
    assert_eq!(lost.notices().await, 2, "no further notice is sent");
}

#[tokio::test]
async fn it_takes_a_reason_a_role_and_a_member_with_a_factor() {
    let mut lost = Lost::new().await;
    let faulty = lost.support.visitor.fill(&lost.page.clone(), &[("reason", "")]).await;
    assert!(faulty.status == 422 && faulty.has("id=\"reason-fault\""), "{}", faulty.body);
    let bia = lost.post.gateway.member(lost.account, "bia@example.com", Role::Member).await;
    let page = format!("/operator/accounts/{}/members/{bia}/factor", lost.account);
    assert_eq!(lost.support.visitor.fill(&page, &[("reason", "asked")]).await.status, 404);
    let other = lost.post.gateway.professional().await.account;
    let page = lost.page.replace(&lost.account.to_string(), &other.to_string());
    assert_eq!(lost.support.visitor.get(&page).await.status, 404, "a member of another account");
    let mut viewer = operator(&lost.post.gateway, "vera@example.com", OperatorRole::Viewer).await.visitor;
    assert_eq!(viewer.get(&lost.page).await.status, 403);
    assert_eq!(lost.notices().await, 0);
    // A second act neither begins again nor shortens the wait.
    lost.ended().await;
    lost.hours_pass(48).await;
    lost.ended().await;
    lost.hours_pass(25).await;
    assert!(!lost.asks_for_a_code().await);
}
