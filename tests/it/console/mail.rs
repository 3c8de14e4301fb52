//! What goes through the mailbox: invitations, resets, sign-up. Messages are read where they are
//! sent to: the data folder.

use std::fs;

use fluence::domain::ids::AccountId;
use fluence::domain::member::Role;
use fluence::mail::message::Message;

use super::log_in::PASSWORD;
use crate::support::gateway::{Gateway, eventually};
use crate::support::scratch::Scratch;
use crate::support::visitor::{Page, Visitor};

/// One sender, one reader, one subject, a text and the same as HTML, and no address but the
/// gateway's own.
fn assert_is_well_formed(message: &str, base: &str) {
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    let of = |name: &str| {
        let lines = head.lines().filter(|line| line.starts_with(&format!("{name}: ")));
        lines.count()
    };
    for once in ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"] {
        assert_eq!(of(once), 1, "{once}: {head}");
    }
    assert!(of("Cc") + of("Bcc") == 0 && head.contains("multipart/alternative"), "{head}");
    for part in ["text/plain", "text/html"] {
        assert_eq!(
            body.matches(&format!("Content-Type: {part}; charset=utf-8\r\n")).count(),
            1,
            "{part}: {body}"
        );
    }
    let body = body.replace("=\r\n", "").replace("=3D", "=");
    let links: Vec<&str> = body.match_indices("http").map(|(place, _)| &body[place..]).collect();
    assert!(links.iter().all(|link| link.starts_with(base)), "a link leads elsewhere: {body}");
    assert!(!body.contains("<img") && !body.contains("<style") && !body.contains("<script"), "{body}");
}

/// A gateway whose messages become files.
pub(crate) struct Post {
    pub(crate) gateway: Gateway,
    pub(crate) folder: Scratch,
}

impl Post {
    pub(crate) async fn new(settings: &[(&str, &str)]) -> Self {
        let folder = Scratch::new();
        let place = folder.path().to_str().unwrap().to_owned();
        let mut all = vec![("FLUENCE_DATA_DIR", place.as_str())];
        all.extend(settings);
        let gateway = Gateway::start_with(&all).await;
        Self { gateway, folder }
    }

    pub(crate) async fn open() -> Self {
        Self::new(&[
            ("FLUENCE_CONSOLE_SIGN_UP", "open"),
            ("FLUENCE_CONSOLE_SIGN_UP_PLAN", "2025-06/developer"),
        ])
        .await
    }

    /// The messages, without their line breaks.
    pub(crate) fn messages(&self) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.folder.path().join("mail")) else { return Vec::new() };
        let texts = files.map(|file| {
            let path = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            if path.extension().is_some_and(|ending| ending == "eml") && text.ends_with("--\r\n") {
                assert_is_well_formed(&text, &self.gateway.url());
            }
            text.replace("=\r\n", "").replace("=3D", "=")
        });
        texts.collect()
    }

    /// Waits for the only message to an address with this text.
    pub(crate) async fn message(&self, to: &str, text: &str) -> String {
        let found = || {
            let all = self.messages();
            all.into_iter().find(|message| message.contains(&format!("To: {to}")) && message.contains(text))
        };
        eventually("the message is sent", async || found().is_some()).await;
        found().unwrap()
    }

    /// Waits for so many messages to an address. Returns the languages in which they are written.
    pub(crate) async fn languages(&self, to: &str, count: usize) -> Vec<String> {
        let addressed = || {
            let texts = self.messages().into_iter().filter(|text| text.starts_with('{'));
            let all = texts.filter_map(|text| serde_json::from_str::<Message>(&text).ok());
            all.filter(|message| message.to == to).map(|message| message.language).collect::<Vec<_>>()
        };
        eventually("the messages are sent", async || addressed().len() == count).await;
        addressed()
    }

    /// The path of the link of a message.
    pub(crate) async fn link(&self, to: &str, path: &str) -> String {
        let message = self.message(to, path).await;
        self.link_of(&message, path)
    }

    /// The path of the link of this message.
    pub(crate) fn link_of(&self, message: &str, path: &str) -> String {
        let start = message
            .find(&format!("{}{path}?token=", self.gateway.url()))
            .unwrap_or_else(|| panic!("{message}"));
        let link: String =
            message[start..].chars().take_while(|c| c.is_ascii_graphic() && *c != '"' && *c != '<').collect();
        link[self.gateway.url().len()..].to_owned()
    }
}

pub(crate) async fn account(post: &Post) -> (AccountId, Visitor) {
    let account = post.gateway.professional().await.account;
    let ana = post.gateway.admin(account).await;
    (account, ana)
}

#[tokio::test]
async fn an_invited_person_chooses_a_password_and_is_a_member() {
    let post = Post::new(&[]).await;
    let (account, mut ana) = account(&post).await;
    let path = format!("/console/{account}/members/new");
    let invited = ana.fill(&path, &[("email", "Bia@example.com"), ("role", "member")]).await;
    assert_eq!(invited.status, 303, "{}", invited.body);
    let again = ana.fill(&path, &[("email", "bia@Example.com"), ("role", "admin")]).await;
    assert!(again.status == 422 && again.has("has already been invited"), "{}", again.body);
    post.message("Bia@example.com", "as a member.").await;
    let link = post.link("Bia@example.com", "/console/invitation").await;
    let mut bia = Visitor::new(&post.gateway);
    let weak = bia.fill(&link, &[("name", "Bia"), ("password", "short")]).await;
    assert_eq!(weak.status, 422);
    let joined = bia.submit(&weak, "/console/invitation", &[("name", "Bia"), ("password", PASSWORD)]).await;
    assert_eq!(
        (joined.status, joined.leads_to()),
        (303, format!("/console/{account}").as_str()),
        "{}",
        joined.body
    );
    let again = ana.fill(&path, &[("email", "bia@Example.com"), ("role", "admin")]).await;
    assert!(again.status == 422 && again.has("already belongs to a member"), "{}", again.body);
    let members = bia.get(&format!("/console/{account}/members")).await;
    assert!(members.has("<b>Bia</b>") && !members.has("Invitation until"), "{}", members.body);
    assert_eq!(Visitor::new(&post.gateway).get(&link).await.status, 410, "an invitation is accepted once");
    let entered = Visitor::new(&post.gateway)
        .fill("/console/log-in", &[("email", "bia@example.com"), ("password", PASSWORD)])
        .await;
    assert_eq!(entered.status, 303);
}

#[tokio::test]
async fn k04_an_invitation_is_accepted_only_with_the_password_of_its_address() {
    let post = Post::new(&[]).await;
    let (first, mut bia) = account(&post).await;
    // Bia has a password through the first account.
    bia.fill("/console/me/password", &[("password", PASSWORD)]).await;
    let second = post.gateway.professional().await.account;
    let mut owner = post.gateway.logged_in(second, "owner@example.com", Role::Admin).await;
    let path = format!("/console/{second}/members/new");
    owner.fill(&path, &[("email", "ana@example.com"), ("role", "admin")]).await;
    let link = post.link("ana@example.com", "/console/invitation").await;
    // Being logged in as another person, or having only the link, is not enough.
    let wrong = owner.fill(&link, &[("password", "another long password here")]).await;
    assert_eq!(wrong.status, 422);
    let right = Visitor::new(&post.gateway).fill(&link, &[("password", PASSWORD)]).await;
    assert_eq!(right.leads_to(), format!("/console/{second}"));
    let _ = first;
}

#[tokio::test]
async fn nobody_is_invited_at_an_address_that_no_message_can_reach() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let path = format!("/console/{account}/members/new");
    for address in
        ["<script>@x.test".to_owned(), format!("{}@x.test", "x".repeat(80)), "a..b@x.test".to_owned()]
    {
        let refused = ana.fill(&path, &[("email", &address), ("role", "member")]).await;
        assert!(refused.status == 422 && refused.has("This is not an e-mail address"), "{address}");
    }
    // One that was accepted before is not written to again.
    let old = gateway.member(account, "a..b@x.test", Role::Member).await;
    let page = ana.get(&format!("/console/{account}/members/{old}")).await;
    let again = ana.submit(&page, &format!("/console/{account}/members/{old}/invite"), &[]).await;
    assert!(again.status == 422 && again.has("This is not an e-mail address"), "{}", again.body);
    let written: i64 = sqlx::query_scalar("select count(*) from email_outbox where kind = 'invitation'")
        .fetch_one(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(written, 0);
}

#[tokio::test]
async fn a_newer_invitation_ends_the_older_one_and_a_withdrawn_one_fails() {
    let post = Post::new(&[]).await;
    let (account, mut ana) = account(&post).await;
    ana.fill(&format!("/console/{account}/members/new"), &[("email", "bia@example.com"), ("role", "member")])
        .await;
    let older = post.link("bia@example.com", "/console/invitation").await;
    let members = ana.get(&format!("/console/{account}/members")).await;
    let start = format!("/console/{account}/members/");
    let links = members.body.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let member = links.filter(|link| link.starts_with(&start) && !link.ends_with("/new")).last().unwrap();
    let page = ana.get(&member).await;
    let again = ana.submit(&page, &format!("{member}/invite"), &[]).await;
    assert_eq!(again.status, 303, "{}", again.body);
    assert_eq!(Visitor::new(&post.gateway).get(&older).await.status, 410);
    let disabled = ana.fill(&member, &[("role", "member"), ("state", "disabled")]).await;
    assert_eq!(disabled.status, 303, "{}", disabled.body);
    eventually("both invitations are sent", async || post.messages().len() == 2).await;
    for message in post.messages() {
        let token = message.split("?token=").nth(1).unwrap().chars().take(64).collect::<String>();
        let page = Visitor::new(&post.gateway).get(&format!("/console/invitation?token={token}")).await;
        assert_eq!(page.status, 410);
    }
}

#[tokio::test]
async fn an_invited_stranger_gets_three_messages_an_hour_and_no_link_of_the_sender() {
    let post = Post::new(&[]).await;
    let (account, mut ana) = account(&post).await;
    sqlx::query("update account set name = 'blocked, unlock at evil.test/login' where id = $1")
        .bind(account.as_uuid())
        .execute(post.gateway.database.pool())
        .await
        .unwrap();
    let new = format!("/console/{account}/members/new");
    ana.fill(&new, &[("email", "bia@example.com"), ("role", "member")]).await;
    let message = post.message("bia@example.com", "unlock at").await;
    assert!(!message.contains("evil.test"), "{message}");
    let members = ana.get(&format!("/console/{account}/members")).await;
    let start = format!("/console/{account}/members/");
    let links = members.body.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let member = links.filter(|link| link.starts_with(&start) && !link.ends_with("/new")).last().unwrap();
    for status in [303, 303, 422, 422] {
        let page = ana.get(&member).await;
        let again = ana.submit(&page, &format!("{member}/invite"), &[]).await;
        assert_eq!(again.status, status, "{}", again.body);
    }
    let page = ana.get(&member).await;
    assert!(ana.submit(&page, &format!("{member}/invite"), &[]).await.has("Too many invitations"));
}

#[tokio::test]
async fn requests_at_once_cause_no_more_messages_than_one_after_the_other() {
    let post = Post::new(&[]).await;
    account(&post).await;
    let asked = (0..12).map(|_| async {
        let mut stranger = Visitor::new(&post.gateway);
        stranger.fill("/console/reset", &[("email", "ana@example.com")]).await
    });
    for answered in futures_util::future::join_all(asked).await {
        assert!(matches!(answered.status, 200 | 503), "{}", answered.body);
    }
    let caused: i64 = sqlx::query_scalar("select count(*) from email_outbox where kind = 'reset'")
        .fetch_one(post.gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(caused, 3);
}

#[tokio::test]
async fn an_invitation_that_has_expired_says_so_and_is_sent_again() {
    let post = Post::new(&[]).await;
    let (account, mut ana) = account(&post).await;
    let members = format!("/console/{account}/members");
    ana.fill(&format!("{members}/new"), &[("email", "bia@example.com"), ("role", "member")]).await;
    let page = ana.get(&members).await;
    assert!(page.has("Invitation until") && !page.has("expired"), "{}", page.body);
    sqlx::query(
        "update one_time_token set created_at = created_at - interval '8 days', ends_at = ends_at - interval '8 days' where purpose = 'invitation'",
    )
    .execute(post.gateway.database.pool())
    .await
    .unwrap();
    let page = ana.get(&members).await;
    assert!(page.has("Invitation expired") && page.has("Send the invitation again"), "{}", page.body);
    let member = page.body.split(&format!("href=\"{members}/")).find_map(|rest| {
        let id = rest.split('"').next()?;
        (id.len() == 36 && rest.contains("Send the invitation again")).then(|| format!("{members}/{id}"))
    });
    let member = member.unwrap();
    let form = ana.get(&member).await;
    assert!(form.has("has expired"), "{}", form.body);
    let again = ana.submit(&form, &format!("{member}/invite"), &[]).await;
    assert_eq!(again.status, 303, "{}", again.body);
    assert!(!ana.get(&members).await.has("Invitation expired"));
}

#[tokio::test]
async fn an_account_invites_twenty_addresses_an_hour() {
    let post = Post::new(&[]).await;
    let (account, mut ana) = account(&post).await;
    let new = format!("/console/{account}/members/new");
    for number in 0..21 {
        let email = format!("stranger{number}@example.com");
        let invited = ana.fill(&new, &[("email", &email), ("role", "member")]).await;
        assert_eq!(invited.status, if number < 20 { 303 } else { 422 }, "{number}: {}", invited.body);
    }
    assert!(!ana.get(&format!("/console/{account}/members")).await.has("stranger20"), "nothing is half done");
}

#[tokio::test]
async fn k05_the_last_admin_stays() {
    let post = Post::new(&[]).await;
    let (account, mut ana) = account(&post).await;
    let members = ana.get(&format!("/console/{account}/members")).await;
    let start = format!("/console/{account}/members/");
    let links = members.body.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let member = links.filter(|link| link.starts_with(&start) && !link.ends_with("/new")).last().unwrap();
    for (role, state) in [("member", "active"), ("admin", "disabled")] {
        let refused = ana.fill(&member, &[("role", role), ("state", state)]).await;
        assert!(refused.status == 422 && refused.has("must have an active admin"), "{}", refused.body);
    }
}

/// A page without what differs from form to form.
fn plain(page: &Page) -> (u16, String) {
    (page.status, format!("{}{}", page.leads_to(), page.body))
}

#[tokio::test]
async fn j10_sign_up_and_reset_answer_the_same_for_every_address() {
    let post = Post::open().await;
    let (_, mut ana) = account(&post).await;
    ana.fill("/console/me/password", &[("password", PASSWORD)]).await;
    for path in ["/console/sign-up", "/console/reset"] {
        let known = Visitor::new(&post.gateway).fill(path, &[("email", "ana@example.com")]).await;
        let unknown = Visitor::new(&post.gateway).fill(path, &[("email", "nobody@example.com")]).await;
        // A page names the address that was typed.
        let (status, body) = plain(&known);
        assert_eq!(
            (status, body.replace("ana@example.com", "nobody@example.com")),
            plain(&unknown),
            "{path}"
        );
        assert!(known.status == 303 || known.has("Check your mailbox"), "{}", known.body);
    }
    post.message("ana@example.com", "You already have an account with this address").await;
    post.message("nobody@example.com", "Finish your account").await;
}

#[tokio::test]
async fn a_stranger_opens_an_account_and_makes_the_first_key() {
    let post = Post::open().await;
    let mut carla = Visitor::new(&post.gateway);
    let sent = carla.fill("/console/sign-up", &[("email", "carla@example.com")]).await;
    assert_eq!((sent.status, sent.leads_to()), (303, "/console/sign-up/sent"));
    let waiting = carla.get("/console/sign-up/sent").await;
    assert!(waiting.has("If carla@example.com can get a link"), "{}", waiting.body);
    let again = carla.get("/console/sign-up").await;
    assert!(again.has("value=\"carla@example.com\""), "to be corrected: {}", again.body);
    let link = post.link("carla@example.com", "/console/sign-up/finish").await;
    assert_eq!(carla.get(&link).await.status, 200);
    let fields = [("name", "Carla"), ("account", "Zyntra"), ("password", PASSWORD)];
    let made = carla.fill(&link, &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let overview = carla.get(made.leads_to()).await;
    assert!(overview.has("Zyntra") && overview.has("First steps"), "{}", overview.body);
    let environments = carla.get(&format!("{}/environments", made.leads_to())).await;
    assert!(environments.has("default") && environments.has("<b>test</b>"));
    let key = carla
        .fill(
            &format!("{}/keys/new?preset=test", made.leads_to()),
            &[("name", "first"), ("environment", "test"), ("format", "fluence"), ("scope_read", "on")],
        )
        .await;
    assert!(key.status == 200 && key.has("id=\"secret\""), "{}", key.body);
    let used = Visitor::new(&post.gateway).get(&link).await;
    assert_eq!(used.status, 410, "one link opens one account");
    assert!(used.has("You already have an account: log in."), "{}", used.body);
}

#[tokio::test]
async fn a_reset_sets_a_password_ends_sessions_and_tells_the_person() {
    let post = Post::new(&[]).await;
    let (_, mut ana) = account(&post).await;
    ana.fill("/console/me/password", &[("password", PASSWORD)]).await;
    Visitor::new(&post.gateway).fill("/console/reset", &[("email", "ana@example.com")]).await;
    let link = post.link("ana@example.com", "/console/reset/finish").await;
    let mut at_home = Visitor::new(&post.gateway);
    let new = "another sentence of my own";
    let set = at_home.fill(&link, &[("password", new)]).await;
    assert_eq!(set.status, 303, "{}", set.body);
    assert_eq!(at_home.get("/console/me").await.status, 200);
    assert_eq!(ana.get("/console/me").await.status, 303, "earlier sessions have ended");
    post.message("ana@example.com", "Your password was changed").await;
    for (password, status) in [(PASSWORD, 422), (new, 303)] {
        let fields = [("email", "ana@example.com"), ("password", password)];
        assert_eq!(Visitor::new(&post.gateway).fill("/console/log-in", &fields).await.status, status);
    }
    assert_eq!(Visitor::new(&post.gateway).get(&link).await.status, 410);
}

#[tokio::test]
async fn a_person_without_a_password_sets_one_where_a_proof_is_asked_for() {
    let post = Post::new(&[]).await;
    let (_, mut ana) = account(&post).await;
    sqlx::query("update session set confirmed_at = now() - interval '16 minutes'")
        .execute(post.gateway.database.pool())
        .await
        .unwrap();
    let asked = ana.get("/console/me/password").await.leads_to().to_owned();
    let page = ana.get(&asked).await;
    assert!(page.has("no password yet") && page.has("ana@example.com"), "{}", page.body);
    assert!(!page.has("fluence account link"), "a customer has no shell: {}", page.body);
    let sent = ana.submit(&page, "/console/reset", &[]).await;
    assert!(sent.status == 200 && sent.has("Check your mailbox"), "{}", sent.body);
    let link = post.link("ana@example.com", "/console/reset/finish").await;
    let set = ana.fill(&link, &[("password", PASSWORD)]).await;
    assert_eq!(set.status, 303, "{}", set.body);
    assert_eq!(ana.get("/console/me/password").await.status, 200);
}

#[tokio::test]
async fn a_stranger_causes_three_messages_an_hour_and_no_more() {
    let post = Post::open().await;
    for _ in 0..6 {
        let sent =
            Visitor::new(&post.gateway).fill("/console/sign-up", &[("email", "dora@example.com")]).await;
        assert_eq!(sent.status, 303);
    }
    let (rows,): (i64,) = sqlx::query_as("select count(*) from email_outbox")
        .fetch_one(post.gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(rows, 3);
}

#[tokio::test]
async fn without_open_sign_up_no_account_can_be_created() {
    let post = Post::new(&[("FLUENCE_CONSOLE_SIGN_UP", "invited")]).await;
    let mut visitor = Visitor::new(&post.gateway);
    assert!(visitor.get("/console/sign-up").await.has("created by invitation"));
    assert!(!visitor.get("/console/log-in").await.has("/console/sign-up"));
}

#[tokio::test]
async fn l01_the_outbox_holds_no_link_in_the_clear() {
    let post = Post::open().await;
    Visitor::new(&post.gateway).fill("/console/sign-up", &[("email", "eva@example.com")]).await;
    let rows: Vec<String> = sqlx::query_scalar("select e::text from email_outbox e")
        .fetch_all(post.gateway.database.pool())
        .await
        .unwrap();
    let hex: String = "?token=".bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(rows.len() == 1 && !rows[0].contains("token") && !rows[0].contains(&hex), "{rows:?}");
    let message = post.message("eva@example.com", "token").await;
    assert!(
        message.contains("text/plain") && message.contains("text/html") && !message.contains("<img"),
        "{message}"
    );
    eventually("it is wiped once it is sent", async || {
        let (left,): (i64,) = sqlx::query_as("select count(*) from email_outbox where sealed is not null")
            .fetch_one(post.gateway.database.pool())
            .await
            .unwrap();
        left == 0
    })
    .await;
}

#[tokio::test]
async fn the_page_of_messages_is_there_where_it_is_asked_for_and_on_loopback() {
    let post = Post::new(&[
        ("FLUENCE_CONSOLE_MAILBOX", "true"),
        ("FLUENCE_CONSOLE_SIGN_UP", "open"),
        ("FLUENCE_CONSOLE_SIGN_UP_PLAN", "2025-06/developer"),
    ])
    .await;
    let mut visitor = Visitor::new(&post.gateway);
    assert!(visitor.get("/console/mailbox").await.has("No message yet."));
    visitor.fill("/console/sign-up", &[("email", "eva@example.com")]).await;
    // The file that the page reads is written after the message.
    let shows_it = async || Visitor::new(&post.gateway).get("/console/mailbox").await.has("eva@example.com");
    eventually("the page shows the message", shows_it).await;
    let shown = visitor.get("/console/mailbox").await;
    assert!(
        shown.has("eva@example.com") && shown.has("href=\"/console/sign-up/finish?token="),
        "{}",
        shown.body
    );
    let other = Post::new(&[]).await;
    assert_eq!(Visitor::new(&other.gateway).get("/console/mailbox").await.status, 404);
}

#[tokio::test]
async fn a_new_browser_is_reported_once() {
    let post = Post::new(&[]).await;
    let (_, mut ana) = account(&post).await;
    ana.fill("/console/me/password", &[("password", PASSWORD)]).await;
    let mut elsewhere = Visitor::new(&post.gateway);
    for _ in 0..2 {
        let fields = [("email", "ana@example.com"), ("password", PASSWORD)];
        assert_eq!(elsewhere.fill("/console/log-in", &fields).await.status, 303);
    }
    let message = post.message("ana@example.com", "from a new browser").await;
    assert!(message.contains("Test browser") && message.contains("127.0.0.1"), "{message}");
    let reported: i64 = sqlx::query_scalar("select count(*) from email_outbox where kind = 'new_browser'")
        .fetch_one(post.gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(reported, 1);
}
