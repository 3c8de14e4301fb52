//! Alerts by e-mail: each once, however many gateways look.

use fluence::console::Alerts;
use fluence::console::base::Base;
use fluence::domain::ids::AccountId;
use fluence::domain::member::Role;
use fluence::domain::product_name::ProductName;

use super::mail::Post;
use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

struct Alerted {
    post: Post,
    account: AccountId,
    ana: Visitor,
}

impl Alerted {
    /// A customer with 1000 credits of a plan, an admin and a member.
    async fn new() -> Self {
        let post = Post::new(&[]).await;
        let account = post.gateway.professional().await.account;
        let ana = post.gateway.admin(account).await;
        post.gateway.logged_in(account, "joao@example.com", Role::Member).await;
        Self { post, account, ana }
    }

    fn gateway(&self) -> &Gateway {
        &self.post.gateway
    }

    async fn run(&self, sql: &str) {
        sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
            .execute(self.gateway().database.pool())
            .await
            .unwrap();
    }

    /// Looks as four gateways at once do, until all have looked.
    async fn look(&self) {
        let alerts = Alerts {
            pool: self.gateway().database.pool().clone(),
            peppers: self.gateway().peppers.clone(),
            product: ProductName::default(),
            base: Base::of(&self.gateway().url(), ([127, 0, 0, 1], 0).into(), false, false).unwrap(),
        };
        tokio::join!(alerts.look(), alerts.look(), alerts.look(), alerts.look());
        // One of the four was first; another look sees what it left.
        alerts.look().await;
    }

    async fn sent(&self) -> i64 {
        sqlx::query_scalar("select count(*) from email_outbox where kind = 'alert'")
            .fetch_one(self.gateway().database.pool())
            .await
            .unwrap()
    }

    async fn choose(&mut self, fields: &[(&str, &str)]) {
        let path = format!("/console/{}/alerts/edit", self.account);
        let page = self.ana.get(&path).await;
        let saved = self.ana.submit(&page, &path, fields).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
    }
}

#[tokio::test]
async fn few_credits_are_reported_once_by_several_gateways() {
    let alerted = Alerted::new().await;
    // Both write messages into one folder.
    let folder = alerted.post.folder.path().to_str().unwrap();
    let second = alerted.gateway().second_gateway(&[("FLUENCE_DATA_DIR", folder)]).await;
    alerted.gateway().leave(alerted.account, 201).await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 0, "a fifth of 1000 is 200");
    alerted.gateway().leave(alerted.account, 200).await;
    alerted.look().await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 1, "one message, to the admin");
    let message = alerted.post.message("ana@example.com", "Credits left on the account Test: 200.").await;
    assert!(message.contains(&format!("/console/{}/credits", alerted.account)), "{message}");
    alerted.gateway().leave(alerted.account, 0).await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 2);
    alerted.post.message("ana@example.com", "no credits left").await;
    second.stop().await;
}

#[tokio::test]
async fn an_alert_is_in_the_language_in_which_its_reader_last_read_the_console() {
    let mut alerted = Alerted::new().await;
    alerted.ana.language = "pt-BR,pt;q=0.9,en;q=0.8";
    let overview = alerted.ana.get(&format!("/console/{}", alerted.account)).await;
    assert!(overview.has("lang=\"pt-BR\""), "the profile says as the browser: {}", overview.body);
    alerted.gateway().leave(alerted.account, 200).await;
    alerted.look().await;
    assert_eq!(alerted.post.languages("ana@example.com", 1).await, ["pt-BR"]);

    let chosen = alerted.ana.fill("/console/me", &[("name", "Ana"), ("language", "en"), ("theme", "")]).await;
    assert_eq!(chosen.status, 303, "{}", chosen.body);
    alerted.gateway().leave(alerted.account, 0).await;
    alerted.look().await;
    let mut languages = alerted.post.languages("ana@example.com", 2).await;
    languages.sort_unstable();
    assert_eq!(languages, ["en", "pt-BR"], "a language of the profile comes first");
}

#[tokio::test]
async fn a_grant_that_was_taken_back_raises_no_alert() {
    let alerted = Alerted::new().await;
    alerted.gateway().add_pack(alerted.account, 100_000, chrono::TimeDelta::days(365)).await;
    alerted.gateway().leave(alerted.account, 1_000).await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 0, "a fifth of the plan's 1000 is 200");
}

#[tokio::test]
async fn an_alert_is_armed_again_once_credits_came_in_and_a_day_has_passed() {
    let mut alerted = Alerted::new().await;
    alerted.gateway().leave(alerted.account, 200).await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 1);
    // As if credits had come in: few is another number now.
    alerted.choose(&[("low_credits", "on"), ("threshold", "100")]).await;
    alerted.look().await;
    alerted.choose(&[("low_credits", "on"), ("threshold", "300")]).await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 1, "not twice within a day");
    alerted.run("update alert_event set fired_at = now() - interval '25 hours'").await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 1, "few credits are still left, so nothing is new");
    alerted.choose(&[("low_credits", "on"), ("threshold", "100")]).await;
    alerted.look().await;
    alerted.choose(&[("low_credits", "on"), ("threshold", "300")]).await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 2);
    alerted.run("update alert_event set fired_at = now() - interval '8 days'").await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 3, "a week of few credits is reported again");
}

#[tokio::test]
async fn requests_of_the_plan_are_reported_at_80_and_100_percent() {
    let alerted = Alerted::new().await;
    for (used, sent) in
        [("requests_limit * 79 / 100", 0), ("requests_limit * 8 / 10", 1), ("requests_limit", 2)]
    {
        alerted.run(&format!("update ledger_account set requests_used = {used}")).await;
        alerted.look().await;
        alerted.look().await;
        assert_eq!(alerted.sent().await, sent, "{used}");
    }
    alerted.post.message("ana@example.com", "of the 1,000 requests").await;
}

#[tokio::test]
async fn keys_that_end_and_keys_that_nothing_uses_are_reported_and_named() {
    let mut alerted = Alerted::new().await;
    alerted.run("update api_key set last_used_at = now(), created_at = now() - interval '300 days'").await;
    for (end, sent) in [("31 days", 0), ("29 days", 1), ("6 days", 2), ("20 hours", 3), ("-1 minute", 4)] {
        alerted.run(&format!("update api_key set expires_at = now() + interval '{end}'")).await;
        alerted.look().await;
        alerted.look().await;
        assert_eq!(alerted.sent().await, sent, "{end}");
    }
    alerted.post.message("ana@example.com", "Programs that use it are refused.").await;
    let alerts = format!("/console/{}/alerts", alerted.account);
    let page = alerted.ana.get(&alerts).await;
    assert_eq!(page.body.matches("“test key” expires soon").count(), 3, "{}", page.body);
    assert!(page.has("“test key” has expired</a>"), "{}", page.body);
    // As the version before wrote it down.
    alerted.run("update alert_event set name = null").await;
    assert!(alerted.ana.get(&alerts).await.has("“test key” has expired</a>"));
    alerted.run("update api_key set expires_at = null, last_used_at = now() - interval '91 days'").await;
    alerted.look().await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 5);
    alerted.post.message("ana@example.com", "Nothing has used 1 key").await;
    assert!(alerted.ana.get(&alerts).await.has("Unused for 90 days: test key"));
}

#[tokio::test]
async fn a_key_is_not_reported_at_the_hour_of_its_birth() {
    let alerted = Alerted::new().await;
    alerted.run("update api_key set expires_at = now() + interval '60 minutes'").await;
    alerted.look().await;
    alerted.run("update api_key set expires_at = now() + interval '5 days'").await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 0);
}

#[tokio::test]
async fn what_is_switched_off_is_not_sent_and_the_choice_stands_in_the_audit_log() {
    let mut alerted = Alerted::new().await;
    let (account, path) = (alerted.account, format!("/console/{}/alerts", alerted.account));
    let wrong = alerted.ana.fill(&format!("{path}/edit"), &[("threshold", "few")]).await;
    assert!(
        wrong.status == 422 && wrong.has("value=\"few\"") && wrong.has("id=\"threshold-fault\""),
        "{}",
        wrong.body
    );
    let large = alerted.ana.fill(&format!("{path}/edit"), &[("threshold", "9999999999999999")]).await;
    assert!(large.status == 422 && large.has("Enter a number up to 1,000,000,000,000."), "{}", large.body);
    alerted.choose(&[("no_credits", "on"), ("threshold", "1.000")]).await;
    let kept = alerted.ana.get(&format!("{path}/edit")).await;
    assert!(kept.has("value=\"1000\""), "{}", kept.body);
    alerted.choose(&[("no_credits", "on")]).await;
    alerted.gateway().leave(account, 10).await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 0);
    let page = alerted.ana.get(&path).await;
    assert!(page.has("ana@example.com") && !page.has("joao@example.com"), "{}", page.body);
    let log = alerted.ana.get(&format!("/console/{account}/audit")).await;
    assert!(log.has("chose other alerts"), "{}", log.body);
    let tried = alerted.ana.submit(&page, &format!("{path}/test"), &[]).await;
    assert_eq!((tried.status, tried.leads_to()), (303, format!("{path}?tried=1").as_str()));
    assert!(alerted.ana.get(tried.leads_to()).await.has("A test e-mail is on its way."));
    alerted.post.message("ana@example.com", "arrive at this address").await;
    for _ in 0..2 {
        alerted.ana.submit(&page, &format!("{path}/test"), &[]).await;
    }
    let fourth = alerted.ana.submit(&page, &format!("{path}/test"), &[]).await;
    let said = alerted.ana.get(fourth.leads_to()).await;
    assert!(said.has("No test e-mail was sent") && !said.has("on its way"), "{}", said.body);
    alerted.run("update account set state = 'suspended'").await;
    alerted.gateway().leave(account, 0).await;
    alerted.look().await;
    assert_eq!(alerted.sent().await, 0, "a suspended account has other worries");
}
