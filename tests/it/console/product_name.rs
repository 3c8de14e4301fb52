//! Account owners and operators see the seller's name: on pages, in e-mails, in their app.

use std::fs;

use fluence::identity::operator::OperatorRole;

use super::log_in::{PASSWORD, with_password};
use super::mail::Post;
use super::operator::{added, operator};
use crate::support::browser::base64;
use crate::support::gateway::{Gateway, eventually};
use crate::support::qr;
use crate::support::visitor::{Page, Visitor, attribute};

const NAMED: (&str, &str) = ("FLUENCE_PRODUCT_NAME", "Ação & Cia");
const OPERATORS: (&str, &str) = ("FLUENCE_OPERATOR_LISTEN", "127.0.0.1:0");

fn assert_named(page: &Page) {
    assert!(page.has(" · Ação &amp; Cia</title>") && page.has("</svg>Ação &amp; Cia</a>"), "{}", page.body);
    assert!(!page.has("Fluence"), "{}", page.body);
}

/// The text of the QR code of a page.
fn scanned(page: &Page) -> String {
    let square = page.body.split("<svg class=\"square\"").nth(1).unwrap();
    let view = attribute(square, "viewBox");
    let size: usize = view.split(' ').nth(2).unwrap().parse().unwrap();
    qr::read_path(size - 8, &attribute(square, "d"))
}

/// The text of a header, whose words of other letters are in base64 (RFC 2047).
fn decoded(header: &str) -> String {
    let mut parts = header.split("=?utf-8?b?");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let (word, rest) = part.split_once("?=").unwrap();
        let rest = if rest.trim().is_empty() { "" } else { rest };
        text + &String::from_utf8(base64(word)).unwrap() + rest
    })
}

/// Sender and subject of every e-mail, as its reader sees them.
fn headers(post: &Post) -> Vec<[String; 2]> {
    let Ok(files) = fs::read_dir(post.folder.path().join("mail")) else { return Vec::new() };
    let paths = files.map(|file| file.unwrap().path());
    let emails = paths.filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
    emails
        .map(|path| {
            let head = fs::read_to_string(path).unwrap().replace("\r\n ", " ");
            ["From: ", "Subject: "].map(|name| {
                let line = head.lines().find_map(|line| line.strip_prefix(name));
                decoded(line.unwrap_or_default()).replace('"', "")
            })
        })
        .collect()
}

#[tokio::test]
async fn every_frame_of_both_consoles_has_the_name() {
    let gateway = Gateway::start_with(&[NAMED, OPERATORS]).await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let mut olga = operator(&gateway, "olga@example.com", OperatorRole::Admin).await;
    for path in [format!("/console/{account}"), "/console/me".into(), "/console/nothing".into()] {
        assert_named(&ana.get(&path).await);
    }
    assert_named(&Visitor::new(&gateway).get("/console/log-in").await);
    assert_named(&olga.visitor.get("/operator").await);
    // Refused before a console reads the request.
    let sent = gateway.request(reqwest::Method::DELETE, "/console/log-in").send().await.unwrap();
    let refused = sent.text().await.unwrap();
    assert!(refused.contains(" · Ação &amp; Cia</title>"), "{refused}");
}

#[tokio::test]
async fn apps_list_the_secret_under_the_name() {
    let gateway = Gateway::start_with(&[NAMED, OPERATORS]).await;
    let mut ana = with_password(&gateway).await;
    let uri = scanned(&ana.get("/console/me/second-factor").await);
    assert!(uri.starts_with("otpauth://totp/A%C3%A7%C3%A3o%20%26%20Cia:ana%40example.com?secret="), "{uri}");
    assert!(uri.contains("&issuer=A%C3%A7%C3%A3o%20%26%20Cia&"), "{uri}");
    let link = added(&gateway, "olga@example.com", OperatorRole::Admin).await;
    let mut olga = Visitor::of_operators(&gateway);
    olga.fill(&link, &[("password", PASSWORD)]).await;
    let uri = scanned(&olga.get("/operator/log-in/set-up").await);
    assert!(uri.contains("&issuer=A%C3%A7%C3%A3o%20%26%20Cia%20operators&"), "{uri}");
}

#[tokio::test]
async fn e_mails_name_the_service_in_the_subject_and_the_sender() {
    for (settings, subjects, sender) in [
        (
            vec![NAMED],
            ["An invitation to Ação & Cia", "Ação & Cia: uma nova senha"],
            "Ação & Cia <no-reply@localhost>",
        ),
        (vec![], ["An invitation to Fluence", "Fluence: uma nova senha"], "Fluence <no-reply@localhost>"),
    ] {
        let post = Post::new(&settings).await;
        let account = post.gateway.professional().await.account;
        let mut ana = post.gateway.admin(account).await;
        let path = format!("/console/{account}/members/new");
        ana.fill(&path, &[("email", "bia@example.com"), ("role", "member")]).await;
        // The next e-mail is in the language that she reads now.
        ana.language = "pt-BR";
        ana.get("/console/me").await;
        Visitor::new(&post.gateway).fill("/console/reset", &[("email", "ana@example.com")]).await;
        for subject in subjects {
            let expected = [sender, subject].map(str::to_owned);
            eventually(subject, async || headers(&post).contains(&expected)).await;
        }
    }
}
