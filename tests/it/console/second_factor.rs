//! The second factor, with codes computed as an app does.

use fluence::clock::now;
use fluence::identity::totp;
use fluence::identity::totp::secret_of;
use futures_util::future::join_all;

use super::log_in::{PASSWORD, guessed, with_password};
use crate::support::gateway::Gateway;
use crate::support::visitor::{Page, Visitor};

const PATH: &str = "/console/me/second-factor";

pub(crate) fn code_now(secret: &str, shift: i64) -> String {
    totp::code(&secret_of(secret).unwrap(), totp::step_at(now()) + shift)
}

/// Switches the factor on. Returns the app's secret and the page with the recovery codes.
pub(super) async fn switched_on(ana: &mut Visitor) -> (String, Page) {
    let page = ana.get(PATH).await;
    assert!(page.has("<svg") && page.has("role=\"img\""), "{}", page.body);
    let secret = page.hidden(PATH).into_iter().find(|(name, _)| name == "secret").unwrap().1;
    let wrong = ana.submit(&page, PATH, &[("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    let page = ana.submit(&wrong, PATH, &[("code", &code_now(&secret, -1))]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    (secret, page)
}

pub(super) async fn password(gateway: &Gateway) -> (Visitor, Page) {
    let mut visitor = Visitor::new(gateway);
    let fields = [("email", "ana@example.com"), ("password", PASSWORD)];
    let page = visitor.fill("/console/log-in", &fields).await;
    (visitor, page)
}

#[tokio::test]
async fn a_password_alone_opens_nothing_once_the_factor_is_on() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let (secret, _) = switched_on(&mut ana).await;
    let (mut visitor, page) = password(&gateway).await;
    assert_eq!((page.status, page.leads_to()), (303, "/console/log-in/second?next=%2Fconsole"));
    assert!(visitor.get("/console/me").await.leads_to().starts_with("/console/log-in?"));
    assert!(!visitor.cookies.contains_key("fluence-local-known"), "a browser is known after both factors");
    let before = visitor.cookies["fluence-local"].clone();
    let code = code_now(&secret, 1);
    let entered = visitor.fill(page.leads_to(), &[("code", &code)]).await;
    assert_eq!((entered.status, entered.leads_to()), (303, "/console"), "{}", entered.body);
    assert_ne!(visitor.cookies["fluence-local"], before, "j02");
    assert_eq!(visitor.get("/console/me").await.status, 200);
    // The same code again, in another browser.
    let (mut second, page) = password(&gateway).await;
    assert_eq!(second.fill(page.leads_to(), &[("code", &code)]).await.status, 422);
}

#[tokio::test]
async fn a_recovery_code_opens_the_log_in_once() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let (_, page) = switched_on(&mut ana).await;
    let codes = codes(&page);
    assert_eq!(codes.len(), 10);
    assert_eq!(codes.iter().collect::<std::collections::BTreeSet<_>>().len(), 10);
    let (mut visitor, asked) = password(&gateway).await;
    let entered = visitor.fill(asked.leads_to(), &[("code", &codes[3].to_lowercase())]).await;
    assert_eq!(entered.status, 303, "{}", entered.body);
    assert!(visitor.get(PATH).await.has("9 recovery codes left."));
    let (mut second, asked) = password(&gateway).await;
    assert_eq!(second.fill(asked.leads_to(), &[("code", &codes[3])]).await.status, 422);
}

/// The recovery codes of the page that shows them.
pub(super) fn codes(page: &Page) -> Vec<String> {
    let field = page.body.split("<textarea").nth(1).unwrap().split_once('>').unwrap().1;
    field.split("</textarea>").next().unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn recovery_codes_are_copied_saved_or_printed_and_the_page_is_left_by_a_tick() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let (_, page) = switched_on(&mut ana).await;
    for way in ["data-copy=\"codes\"", "data-download=\"codes\"", "data-print", "type=\"checkbox\" required"]
    {
        assert!(page.has(way), "{way}: {}", page.body);
    }
    assert!(page.has("<dd>ana@example.com</dd>"), "paper says whose codes they are: {}", page.body);
}

#[tokio::test]
async fn the_page_of_a_person_says_whether_password_and_second_factor_are_set() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let security = "/console/me/security";
    let mut bia = gateway.logged_in(account, "bia@example.com", fluence::domain::member::Role::Admin).await;
    let page = bia.get(security).await;
    assert!(page.has("Not set: you log in with a link") && page.has(">Set a password<"), "{}", page.body);
    assert!(page.has("○ Off") && page.has("Set up the second factor"), "{}", page.body);
    let mut ana = with_password(&gateway).await;
    switched_on(&mut ana).await;
    let page = ana.get(security).await;
    assert!(page.has("● Set") && page.has(">Change the password<"), "{}", page.body);
    assert!(page.has("● On") && page.has("10 recovery codes left."), "{}", page.body);
}

#[tokio::test]
async fn a_recovery_code_opens_the_log_in_when_the_secret_of_the_app_cannot_be_opened() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let (secret, page) = switched_on(&mut ana).await;
    let spoilt =
        "update identity set totp = substr(totp, 1, 4) || decode(repeat('00', length(totp) - 4), 'hex')";
    sqlx::query(spoilt).execute(gateway.database.pool()).await.unwrap();
    let (mut visitor, asked) = password(&gateway).await;
    let refused = visitor.fill(asked.leads_to(), &[("code", &code_now(&secret, 1))]).await;
    assert_eq!(refused.status, 422, "the app's code cannot be checked");
    let entered = visitor.submit(&refused, "/console/log-in/second", &[("code", &codes(&page)[0])]).await;
    assert_eq!(entered.status, 303, "{}", entered.body);
}

#[tokio::test]
async fn a_link_and_a_reset_ask_for_the_factor_too() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let account = ana.get("/console").await.leads_to().split('/').nth(2).unwrap().parse().unwrap();
    switched_on(&mut ana).await;
    let mut visitor = Visitor::new(&gateway);
    let entered = visitor.enter(&gateway, account, "ana@example.com").await;
    assert!(entered.leads_to().starts_with("/console/log-in/second?next="), "{}", entered.leads_to());
}

#[tokio::test]
async fn guessing_codes_waits_and_half_a_session_ends_in_five_minutes() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let (secret, _) = switched_on(&mut ana).await;
    let (mut visitor, asked) = password(&gateway).await;
    assert_eq!(visitor.fill(asked.leads_to(), &[("code", "123456")]).await.status, 422);
    guessed(&gateway, "code", 1).await;
    let waits = visitor.fill(asked.leads_to(), &[("code", &code_now(&secret, 1))]).await;
    assert!(waits.has("Too many attempts"), "{}", waits.body);
    sqlx::query("update session set half_until = now() where half_until is not null")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    assert!(visitor.get(asked.leads_to()).await.leads_to().starts_with("/console/log-in?"));
}

#[tokio::test]
async fn l01_no_row_holds_the_secret_of_the_app_or_a_code() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let (secret, page) = switched_on(&mut ana).await;
    let dump: Vec<String> =
        sqlx::query_scalar("select i::text from identity i union all select r::text from recovery_code r")
            .fetch_all(gateway.database.pool())
            .await
            .unwrap();
    let dump = dump.join("\n");
    let hex: String = secret_of(&secret).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!dump.contains(&secret) && !dump.contains(&hex));
    let code = codes(&page)[0].replace('-', "");
    assert!(!dump.contains(&code));
}

#[tokio::test]
async fn the_factor_is_switched_off_with_a_code_of_the_app_or_a_recovery_code() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    for by_recovery_code in [false, true] {
        let (secret, page) = switched_on(&mut ana).await;
        let code = if by_recovery_code { codes(&page)[0].clone() } else { code_now(&secret, 0) };
        let page = ana.get(PATH).await;
        for wrong in ["", "000000"] {
            let kept = ana.submit(&page, "/console/me/second-factor/off", &[("code", wrong)]).await;
            assert_eq!(kept.status, 422, "{}", kept.body);
        }
        let off = ana.submit(&page, "/console/me/second-factor/off", &[("code", &code)]).await;
        assert_eq!(off.status, 303, "{}", off.body);
        let (_, page) = password(&gateway).await;
        assert_eq!(page.leads_to(), "/console");
    }
}

#[tokio::test]
async fn a_factor_is_not_replaced_by_another_without_its_code() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let early = ana.get(PATH).await;
    let (secret, _) = switched_on(&mut ana).await;
    let other = early.hidden(PATH).into_iter().find(|(name, _)| name == "secret").unwrap().1;
    let refused = ana.submit(&early, PATH, &[("code", &code_now(&other, 0))]).await;
    assert_eq!(refused.status, 303, "{}", refused.body);
    let (mut visitor, asked) = password(&gateway).await;
    assert_eq!(visitor.fill(asked.leads_to(), &[("code", &code_now(&secret, 1))]).await.status, 303);
}

#[tokio::test]
async fn of_two_factors_that_are_set_up_at_once_one_is_on() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let pages = [ana.get(PATH).await, ana.get(PATH).await, ana.get(PATH).await];
    let sent = pages.iter().map(|page| async {
        let secret = page.hidden(PATH).into_iter().find(|(name, _)| name == "secret").unwrap().1;
        ana.copy().submit(page, PATH, &[("code", &code_now(&secret, 0))]).await.status
    });
    let mut answers = join_all(sent).await;
    answers.sort_unstable();
    assert_eq!(answers, [200, 303, 303], "one shows its recovery codes");
}
