//! Pages follow what is sold: the analysis, routes of the seller, or both.

use super::documentation::{IMAGES, page, texts_of};
use super::shop::Shop;
use crate::support::browser::Browser;
use crate::support::gateway::Gateway;
use crate::support::upstream::Behaviour;

#[tokio::test]
async fn the_first_call_that_pages_show_is_one_that_is_sold() {
    let more = IMAGES.replace("builtin = false", "builtin = true");
    for path in ["/index.md", "/docs/first-call.md"] {
        let [english, portuguese] = texts_of(&more, path, "/images").await;
        for (text, call, person) in
            [(&english, "/analyze\"", "first_name"), (&portuguese, "/crm\"", "primeiro_nome")]
        {
            assert!(text.contains(call) && text.contains(person), "{text}");
        }
        for text in texts_of(IMAGES, path, "/images").await {
            assert!(text.contains("/images\" \\\n  -H \"X-API-Key"), "{text}");
            assert!(!text.contains("_nome") && !text.contains("/crm"), "{text}");
        }
        for text in texts_of("builtin = false\n", path, "# Fluence\n\n> HTTP APIs").await {
            assert!(!text.contains("/crm") && !text.contains("{call}") && !text.contains("{sold}"), "{text}");
        }
    }
}

#[tokio::test]
async fn guides_speak_of_the_analysis_only_where_it_is_sold() {
    for guide in ["api", "credits", "first-call", "testing", "connections", "limits", "keys"] {
        let path = format!("/docs/{guide}.md");
        for text in texts_of(IMAGES, &path, "/images").await {
            let words = ["a search was done", "uma busca foi feita", "sample people", "pessoas fictícias"];
            for gone in ["<!--", "/crm", "/analyze", "_nome", "_name\"", "Marina"].into_iter().chain(words) {
                assert!(!text.contains(gone), "{guide}, {gone}: {text}");
            }
        }
    }
    let gateway = Gateway::start().await;
    for (path, kept) in [("/docs/api.md", "POST /crm"), ("/pt/docs/testing.md", "Marina")] {
        let text = page(&gateway, path).await.1;
        assert!(text.contains(kept) && !text.contains("<!--"), "{text}");
    }
}

#[tokio::test]
async fn the_reference_and_the_errors_are_those_of_what_is_sold() {
    for path in ["/docs/reference/index.md", "/docs/errors/index.md", "/docs/errors/ACCESS_DENIED.md"] {
        for text in texts_of(IMAGES, path, "/images").await {
            for gone in ["/v1/contacts", "CONTACT_", "/crm", "PROFILE_NOT_FOUND", "INSUFFICIENT_DATA"] {
                assert!(!text.contains(gone), "{path}, {gone}: {text}");
            }
        }
    }
    let gateway = Gateway::start().await;
    for (path, kept) in [
        ("/docs/reference/index.md", "/v1/contacts"),
        ("/docs/errors/index.md", "PROFILE_NOT_FOUND"),
        ("/docs/errors/ACCESS_DENIED.md", "/crm"),
    ] {
        let text = page(&gateway, path).await.1;
        assert!(text.contains(kept), "{text}");
    }
}

#[tokio::test]
async fn a_form_sends_the_rest_of_a_path_in_as_many_segments_as_it_was_typed() {
    const FILES: &str = r#"
credits = 3

[[route]]
route = "files"
path = "/files/{owner}/{*file}"
methods = ["GET"]
upstream = "images"
to = "/{owner}/{*file}"
access = "images"
credits = 0
"#;
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".to_owned())], FILES, "").await;
    let browser = Browser::start().await;
    browser.open(&format!("{}/docs/reference/files-get", shop.gateway.url())).await;
    browser.type_into(".trial [type=password]", &shop.customer.key).await;
    browser.type_into(".trial [data-name=owner]", "a b").await;
    browser.type_into(".trial [data-name=file]", "2026/a b?.png").await;
    browser.click(".trial button").await;
    browser.shows(".trial pre", "HTTP 200").await;
    let sent = shop.server.requests();
    assert!(sent[0].starts_with("GET /a%20b/2026/a%20b%3F.png "), "{sent:?}");
}

#[tokio::test]
async fn the_first_page_lists_the_routes_of_the_seller_beside_the_analysis_or_without_it() {
    let list = "| [`GET /images`](/docs/reference/image-list-get) | image-list | free |";
    let more = IMAGES.replace("builtin = false", "builtin = true");
    let [english, portuguese] = texts_of(&more, "/index.md", "/images").await;
    assert!(english.contains("# Know who you are talking to") && english.contains("## More calls"));
    assert!(english.contains(&list.replace(")", ".md)")), "{english}");
    assert!(
        portuguese.contains("## Outras chamadas") && portuguese.contains("| 3 créditos |"),
        "{portuguese}"
    );
    let [english, _] = texts_of(IMAGES, "/index.md", "/images").await;
    assert!(english.contains("# Calls by the credit") && english.contains(&list.replace(")", ".md)")));
    assert!(!english.contains("analys"), "{english}");
}

#[tokio::test]
async fn the_first_page_lists_twenty_routes_and_leads_to_the_others() {
    let route = |number: usize| {
        format!(
            "[[route]]\nroute = \"r{number}\"\npath = \"/r{number}\"\nmethods = [\"GET\"]\nupstream = \"images\"\naccess = \"crm\"\ncredits = 1\n"
        )
    };
    let (upstream, _) = IMAGES.split_once("[[route]]").unwrap();
    for (routes, leads_on) in [(20, false), (21, true)] {
        let file = upstream.to_owned() + &(0..routes).map(route).collect::<String>();
        for text in texts_of(&file, "/index.md", "/r19").await {
            assert_eq!(text.matches("| [`GET /r").count(), 20, "{text}");
            assert_eq!(text.contains("[All endpoints]") || text.contains("[Todos os endpoints]"), leads_on);
        }
    }
}

#[tokio::test]
async fn guides_about_the_analysis_are_listed_where_it_is_sold() {
    let [english, portuguese] = texts_of(IMAGES, "/docs/index.md", "/images").await;
    for of_analysis in ["/docs/analysis.md", "/docs/contacts.md", "/docs/enrichment.md"] {
        assert!(!english.contains(of_analysis) && !portuguese.contains(of_analysis), "{english}");
    }
    let [english, _] = texts_of("builtin = true\n", "/docs/index.md", "/crm").await;
    assert!(english.contains("/docs/analysis.md"), "{english}");
}

#[tokio::test]
async fn prices_and_search_speak_of_searches_for_people_where_these_are_sold() {
    for (routes, is_sold, shown) in [(IMAGES, false, "/images"), ("builtin = true\n", true, "/crm")] {
        let [english, portuguese] = texts_of(routes, "/pricing.md", shown).await;
        assert_eq!(english.contains("a search was done"), is_sold, "{english}");
        assert_eq!(portuguese.contains("uma busca foi feita"), is_sold, "{portuguese}");
        let [index, _] = texts_of(routes, "/docs/search.json", shown).await;
        assert_eq!(index.contains("/docs/analysis"), is_sold);
    }
}
