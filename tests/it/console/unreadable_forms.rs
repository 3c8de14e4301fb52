//! Bodies that are not the form of their page: each is refused for what is wrong with it, and
//! changes nothing.

use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_body_that_is_no_form_is_refused_for_what_it_is() {
    let gateway = Gateway::start().await;
    let fields = |count: usize| (0..count).map(|number| format!("f{number}=")).collect::<Vec<_>>().join("&");
    let valid = "email=ana%40example.com";
    let cases = [
        (
            FORM,
            format!("email={}", "a".repeat(1024 * 1024)),
            413,
            "at most 32 KB and 64",
            "no máximo 32 KB e 64",
        ),
        (FORM, fields(5000), 413, "at most 32 KB and 64", "no máximo 32 KB e 64"),
        (FORM, fields(65), 413, "at most 32 KB and 64", "no máximo 32 KB e 64"),
        ("text/plain", valid.into(), 415, "as application/x-www-form-urlencoded", "como application/x-www-"),
        (
            "application/json",
            "{}".into(),
            415,
            "as application/x-www-form-urlencoded",
            "como application/x-www-",
        ),
        (FORM, "email=%ed%a0%80".into(), 400, "not valid UTF-8", "não é UTF-8 válido"),
        (FORM, "email=a&email=b".into(), 422, "or a field twice", "um campo repetido"),
    ];
    for (language, place) in [("en", 0), ("pt", 1)] {
        let mut visitor = Visitor::new(&gateway);
        visitor.language = language;
        for (media, body, status, en, pt) in &cases {
            let page = visitor.post_body("/console/reset", media, body.clone()).await;
            let text = [en, pt][place];
            assert!(
                page.status == *status && page.has(text),
                "{status} {text}: {} {}",
                page.status,
                page.body
            );
            assert!(page.has(["Nothing was changed.", "Nada foi alterado."][place]), "{}", page.body);
            assert!(*en == "or a field twice" || !page.has("or a field twice"), "{}", page.body);
        }
    }
}

#[tokio::test]
async fn a_value_that_a_page_does_not_offer_is_refused_and_changes_nothing() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let before = ana.get("/console/me").await.body;
    let environment = format!("/console/{account}/environments/new");
    let member = format!("/console/{account}/members/new");
    for (path, fields) in [
        (environment.as_str(), &[("name", "staging"), ("mode", "zz")][..]),
        (&member, &[("email", "bia@example.com"), ("role", "zz")]),
        ("/console/me", &[("name", "Ana"), ("language", "zz"), ("theme", "")]),
        ("/console/me", &[("name", "Ana"), ("language", "pt"), ("theme", "zz")]),
    ] {
        let page = ana.fill(path, fields).await;
        assert!(
            page.status == 422 && page.has("a value that the page does not offer"),
            "{path}: {}",
            page.body
        );
    }
    let fields = |page: &str| page.split("name=\"language\"").nth(1).unwrap().to_owned();
    assert_eq!(fields(&ana.get("/console/me").await.body), fields(&before));
}

#[tokio::test]
async fn a_name_without_a_visible_character_is_refused() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    for name in ["\u{3164}", "\u{115F}", "\u{1160}", "\u{FFA0}", "\u{2800}", "\u{3164} \u{FE0F}"] {
        let environment = format!("/console/{account}/environments/new");
        for (path, fields) in [
            ("/console/me", &[("name", name), ("language", ""), ("theme", "")][..]),
            (&environment, &[("name", name), ("mode", "test")]),
        ] {
            let page = ana.fill(path, fields).await;
            assert!(page.status == 422 && page.has("Fill in this field."), "{name:?} {path}: {}", page.body);
        }
    }
}
