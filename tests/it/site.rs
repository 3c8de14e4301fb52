//! The pages for readers.

mod colours;
mod product_name;
mod sitemap;
mod ways;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use reqwest::{Method, StatusCode};
use sha2::{Digest, Sha256};

use crate::support::gateway::Gateway;

/// A page as it was sent.
pub(crate) struct Sent {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    body: String,
}

async fn get(gateway: &Gateway, path: &str) -> Sent {
    let response = gateway.request(Method::GET, path).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned();
    Sent { status, headers, body }
}

/// The values of an attribute in a page.
fn attributes<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let start = format!(" {name}=\"");
    page.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Whether an address is a way into the console, whose pages are no pages for readers.
fn leads_to_console(address: &str) -> bool {
    ["/console", "/signup", "/upgrade"].contains(&address)
}

/// Every page that can be reached from the first ones.
pub(crate) async fn crawled(gateway: &Gateway) -> BTreeMap<String, Sent> {
    let mut open: Vec<String> = ["/", "/pt/"].map(str::to_owned).into();
    let mut pages = BTreeMap::new();
    for way in ["/console", "/signup", "/upgrade"] {
        assert_eq!(get(gateway, way).await.status, 200, "{way}");
    }
    while let Some(path) = open.pop() {
        if pages.contains_key(&path) {
            continue;
        }
        let sent = get(gateway, &path).await;
        assert_eq!(sent.status, 200, "{path}");
        if sent.headers["content-type"].to_str().unwrap().starts_with("text/html") {
            let links = attributes(&sent.body, "href").into_iter().chain(attributes(&sent.body, "src"));
            let own = links.filter(|link| link.starts_with('/') && !leads_to_console(link));
            open.extend(own.map(|link| link.split('#').next().unwrap().to_owned()));
        }
        pages.insert(path, sent);
    }
    pages
}

pub(crate) fn is_html(sent: &Sent) -> bool {
    sent.headers["content-type"].to_str().unwrap().starts_with("text/html")
}

/// The text of a part of an address.
fn percent_decoded(part: &str) -> String {
    let mut pieces = part.split('%');
    let mut bytes = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn every_link_leads_somewhere_and_every_page_is_light_and_loads_only_from_here() {
    let gateway = Gateway::start().await;
    let pages = crawled(&gateway).await;
    let html: Vec<_> = pages.iter().filter(|(_, sent)| is_html(sent)).collect();
    assert!(html.len() > 150, "{}", html.len());
    for (path, sent) in html {
        let body = &sent.body;
        assert!(body.len() <= 30_000, "{path} has {} bytes", body.len());
        let policy = sent.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert!(sent.headers["cache-control"].to_str().unwrap().starts_with("public"), "{path}");
        for forbidden in [" style=\"", " onclick", "<iframe", "javascript:"] {
            assert!(!body.contains(forbidden), "{path} has {forbidden}");
        }
        for script in body.split("<script").skip(1) {
            assert!(
                script.starts_with(" type=\"module\" src=\"/assets/"),
                "{path} has a script: {script:.60}"
            );
            assert!(
                script.split_once('>').unwrap().1.starts_with("</script>"),
                "{path} has a script with content"
            );
        }
        for source in attributes(body, "src") {
            assert!(source.starts_with("/assets/"), "{path} loads {source}");
        }
        for image in body.split("<img ").skip(1).map(|rest| rest.split('>').next().unwrap()) {
            for part in [" width=\"", " height=\"", " loading=\"lazy\"", " alt=\""] {
                assert!(image.contains(part), "{path} has an image without{part}: {image}");
            }
        }
        let ids: Vec<&str> = attributes(body, "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{path} has an id twice: {ids:?}");
        for link in attributes(body, "href").into_iter().filter(|link| link.contains('#')) {
            let (page, fragment) = link.split_once('#').unwrap();
            if link.starts_with(['/', '#']) {
                let target = if page.is_empty() { sent } else { &pages[page] };
                let id = percent_decoded(fragment);
                assert!(target.body.contains(&format!("id=\"{id}\"")), "{path} links to {link}");
            }
        }
    }
}

#[tokio::test]
async fn the_first_visit_is_at_most_100_kilobytes() {
    let gateway = Gateway::start().await;
    // Where readers begin, and the page with the most pictures.
    for path in ["/", "/docs/first-call", "/docs/console"] {
        let bytes = weight_of_a_first_visit(&gateway, path).await;
        assert!(bytes <= 100_000, "{path}: {bytes}");
    }
}

/// What a browser loads for a page before the reader scrolls, uncompressed: pictures that are lazy
/// come later.
async fn weight_of_a_first_visit(gateway: &Gateway, path: &str) -> usize {
    let page = get(gateway, path).await;
    let style = attributes(&page.body, "href").into_iter().find(|link| link.ends_with(".css")).unwrap();
    let css = get(gateway, style).await;
    assert!(css.headers["cache-control"].to_str().unwrap().contains("immutable"));
    let mut bytes = page.body.len() + css.body.len();
    for script in attributes(&page.body, "src").into_iter().filter(|source| source.ends_with(".js")) {
        bytes += get(gateway, script).await.body.len();
    }
    let fonts = css.body.split("url(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    for font in fonts {
        let sent = gateway.request(Method::GET, font).send().await.unwrap();
        assert_eq!(sent.headers()["content-type"], "font/woff2");
        bytes += sent.bytes().await.unwrap().len();
    }
    bytes
}

#[tokio::test]
async fn every_page_is_there_in_both_languages_and_as_text() {
    let gateway = Gateway::start().await;
    let pages = crawled(&gateway).await;
    for (path, sent) in pages.iter().filter(|(_, sent)| is_html(sent)) {
        let (other, lang) = match path.strip_prefix("/pt/") {
            Some(rest) => (format!("/{rest}"), "pt"),
            None => (format!("/pt{path}"), "en"),
        };
        assert!(pages.contains_key(&other), "{other}");
        assert!(sent.body.contains(&format!("<html lang=\"{lang}\">")), "{path}");
        let text = if path.ends_with('/') { format!("{path}index.md") } else { format!("{path}.md") };
        let text = &pages[&text];
        assert!(text.body.starts_with("# "), "{path}");
        assert!(text.headers["content-type"].to_str().unwrap().starts_with("text/markdown"), "{path}");
    }
}

/// The targets of the links of a text, without those in code.
fn links_of(text: &str) -> Vec<&str> {
    let outside_code = text.split("```").step_by(2);
    let targets = outside_code.flat_map(|part| part.split("](").skip(1));
    targets.map(|rest| rest.split(')').next().unwrap().split('#').next().unwrap()).collect()
}

#[tokio::test]
async fn the_contents_name_each_guide_with_a_whole_sentence() {
    let gateway = Gateway::start().await;
    for start in ["/llms.txt", "/pt/docs/index.md"] {
        let text = get(&gateway, start).await.body;
        let leads = text.lines().filter(|line| line.contains("/docs/") && line.contains("): "));
        for line in leads.filter(|line| !line.contains("/docs/reference/") && !line.contains("/docs/errors/"))
        {
            assert!(line.ends_with('.') && !line.ends_with(".."), "{start}: {line}");
        }
    }
}

#[tokio::test]
async fn every_link_of_a_text_leads_to_a_text_and_none_leads_nowhere() {
    let gateway = Gateway::start().await;
    for start in ["/llms.txt", "/pt/docs/index.md"] {
        let mut open = vec![start.to_owned()];
        let mut known = BTreeSet::new();
        while let Some(path) = open.pop() {
            let sent = get(&gateway, &path).await;
            assert_eq!(sent.status, 200, "{path}");
            assert!(!is_html(&sent), "{path} is no text");
            if !path.ends_with(".md") && path != start {
                continue;
            }
            for link in links_of(&sent.body).into_iter().filter(|link| !link.is_empty()) {
                assert!(
                    link.starts_with(['/', 'h']) || link.starts_with("mailto:"),
                    "{path} links to {link}"
                );
                if link.starts_with('/') && !leads_to_console(link) && known.insert(link.to_owned()) {
                    open.push(link.to_owned());
                }
            }
        }
        assert!(known.len() > 100, "{start}: {}", known.len());
    }
}

#[tokio::test]
async fn every_operation_lists_the_fields_of_its_answer() {
    let gateway = Gateway::start().await;
    for (path, parts) in [
        (
            "/docs/reference/rotateKey.md",
            ["### `data.secrets[]`", "| `ends_at` | string | End of the overlap. | for the current secret |"],
        ),
        (
            "/pt/docs/reference/rotateKey.md",
            ["### `data.secrets[]`", "| `ends_at` | string | Fim da convivência. | no segredo atual |"],
        ),
        (
            "/docs/reference/crm.md",
            ["[its fields](/docs/reference/analise.md)", "[its fields](/docs/reference/dry_run.md)"],
        ),
        (
            "/docs/reference/analise.md",
            ["\n## `analise.ocean_details.openness.evidence[]`", "| `mbti_type` | string |"],
        ),
    ] {
        let page = get(&gateway, path).await.body;
        for part in parts {
            assert!(page.contains(part), "{part} is not in {page}");
        }
    }
    let pages = crawled(&gateway).await;
    let operations =
        pages.iter().filter(|(path, sent)| path.starts_with("/docs/reference/") && is_html(sent));
    for (path, page) in operations.filter(|(path, _)| !path.ends_with("/openapi") && !path.ends_with('/')) {
        assert!(
            page.body.contains("<th>Absent or <code>null</code>") || page.body.contains("<th>Meaning"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_code_that_stands_for_several_has_a_page_that_lists_them() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let refused = gateway.get("/v1/keys", &customer.key).await;
    let code = refused.body["error"]["code"].as_str().unwrap();
    assert_eq!(code, "FORBIDDEN");
    let page = get(&gateway, &format!("/docs/errors/{code}.md")).await.body;
    assert!(page.contains("(/docs/errors/INSUFFICIENT_SCOPE.md)"), "{page}");
}

#[tokio::test]
async fn every_error_has_a_page_to_which_its_answer_leads() {
    let gateway = Gateway::start().await;
    let refused = gateway.request(Method::GET, "/v1/account").send().await.unwrap();
    let link = refused.headers()["link"].to_str().unwrap().to_owned();
    assert_eq!(link, "</docs/errors/MISSING_AUTH>; rel=\"help\"");
    for code in fluence::domain::refusal::ErrorCode::ALL {
        let page = get(&gateway, &format!("/docs/errors/{}", code.as_str())).await;
        assert_eq!(page.status, 200, "{}", code.as_str());
        assert!(!page.body.contains("{upgrade") && !page.body.contains("{docs"), "{}", page.body);
    }
}

#[tokio::test]
async fn tools_find_the_description_and_the_documentation_from_every_page() {
    let gateway = Gateway::start().await;
    for path in ["/", "/pricing", "/pt/docs/keys", "/docs/nothing", "/openapi.json"] {
        let sent = get(&gateway, path).await;
        let link = sent.headers["link"].to_str().unwrap();
        for part in ["</openapi.json>; rel=\"service-desc\"", "</docs/>; rel=\"service-doc\""] {
            assert!(link.contains(part), "{path}: {link}");
        }
    }
}

#[tokio::test]
async fn the_feed_is_atom_and_has_an_entry_of_every_version() {
    let gateway = Gateway::start().await;
    let feed = get(&gateway, "/docs/changelog.atom").await;
    assert!(feed.headers["content-type"].to_str().unwrap().starts_with("application/atom+xml"));
    assert!(feed.body.contains("<feed xmlns=\"http://www.w3.org/2005/Atom\">"), "{}", feed.body);
    assert!(feed.body.contains(&format!("<id>{}/docs/changelog</id>", gateway.url())), "{}", feed.body);
    let headings = include_str!("../../CHANGELOG.md").split("\n## ").skip(1);
    let released = headings.filter(|section| section.lines().next().unwrap().contains(" - ")).count();
    assert_eq!(feed.body.matches("<entry>").count(), released);
}

#[tokio::test]
async fn the_prices_are_those_of_the_catalogue() {
    let gateway = Gateway::start().await;
    for (path, parts) in [
        (
            "/pricing.md",
            [
                "| business | 199 | 100,000 | 0.0020 |",
                "| Mega | 1,000 | 149 | 0.1490 |",
                "| `POST /crm` | 2 credits |",
            ],
        ),
        (
            "/pt/pricing.md",
            [
                "| business | 199 | 100.000 | 0,0020 |",
                "| Mega | 1.000 | 149 | 0,1490 |",
                "| `POST /crm` | 2 créditos |",
            ],
        ),
    ] {
        let page = get(&gateway, path).await.body;
        for part in parts {
            assert!(page.contains(part), "{part} is not in {page}");
        }
    }
}

#[tokio::test]
async fn an_address_without_a_page_is_a_page_that_says_so() {
    let gateway = Gateway::start().await;
    for path in ["/docs/nothing", "/docs/errors/NOTHING", "/pt/docs/nothing", "/docs/index"] {
        let sent = get(&gateway, path).await;
        assert_eq!((sent.status.as_u16(), is_html(&sent)), (404, true), "{path}");
    }
    let text = get(&gateway, "/docs/nothing.md").await;
    assert_eq!((text.status.as_u16(), is_html(&text)), (404, false));
    let moved = get(&gateway, "/docs").await;
    assert_eq!(moved.status, 200);
}

#[tokio::test]
async fn the_first_page_is_in_the_readers_language() {
    let gateway = Gateway::start().await;
    for (accepted, lang) in [("pt-BR,pt;q=0.9", "pt"), ("en", "en"), ("fr", "en")] {
        let request = gateway.request(Method::GET, "/").header("accept-language", accepted);
        let sent = request.send().await.unwrap();
        let vary: Vec<_> =
            sent.headers().get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(vary.join(", ").contains("accept-language"), "{vary:?}");
        assert!(sent.text().await.unwrap().contains(&format!("<html lang=\"{lang}\">")), "{accepted}");
    }
}

#[test]
fn files_of_others_are_those_that_the_notice_names() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/third-party");
    let notice = fs::read_to_string(folder.join("NOTICE.md")).unwrap();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(notice.contains(name) || name == "NOTICE.md", "{name}");
        if name.ends_with(".woff2") {
            let digest = Sha256::digest(fs::read(&path).unwrap());
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(notice.contains(&hex), "{name} is not the file that NOTICE.md names");
        }
    }
}

#[tokio::test]
async fn browsers_find_an_icon_and_crawlers_stay_out_of_the_console() {
    let gateway = Gateway::start_with(&[("FLUENCE_OPERATOR_LISTEN", "127.0.0.1:0")]).await;
    let icon = get(&gateway, "/favicon.ico").await;
    assert_eq!(
        (icon.status.as_u16(), &icon.headers["content-type"]),
        (200, &"image/svg+xml".parse().unwrap())
    );
    assert!(icon.body.starts_with("<svg") && icon.body.len() < 1_000, "{}", icon.body);
    let robots = get(&gateway, "/robots.txt").await;
    assert!(robots.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert!(robots.body.contains("User-agent: *\nDisallow: /console\n"), "{}", robots.body);
    let of_operators = reqwest::get(format!("{}/robots.txt", gateway.operator_url())).await.unwrap();
    assert_eq!(of_operators.text().await.unwrap(), "User-agent: *\nDisallow: /\n");
}

#[tokio::test]
async fn plans_on_offer_include_that_of_a_sign_up_and_have_no_edition() {
    let gateway = Gateway::start().await;
    for (path, row) in [
        ("/index.md", "| start | 0 | "),
        ("/pt/index.md", "| start | 0 | "),
        ("/pricing.md", "| start | 0 | "),
    ] {
        let page = get(&gateway, path).await.body;
        assert!(page.contains(row), "{path}: {page}");
    }
    for path in ["/docs/reference/crm.md", "/pt/docs/reference/crm.md"] {
        let page = get(&gateway, path).await.body;
        assert!(page.contains(": start, ") && !page.contains("2025-06/"), "{path}: {page}");
    }
}
