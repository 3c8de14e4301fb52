//! The list of the pages for search engines.

use std::collections::BTreeSet;

use super::{crawled, get, is_html};
use crate::support::gateway::Gateway;

const BASE: &str = "https://api.acme.test";

#[tokio::test]
async fn the_sitemap_lists_the_pages_that_links_lead_to() {
    let gateway = Gateway::start_with(&[("FLUENCE_BASE_URL", BASE)]).await;
    let sitemap = get(&gateway, "/sitemap.xml").await;
    assert_eq!(sitemap.status, 200);
    assert!(sitemap.headers["content-type"].to_str().unwrap().starts_with("application/xml"));
    assert!(sitemap.body.contains("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"));
    let urls = sitemap.body.split("<loc>").skip(1).map(|rest| rest.split("</loc>").next().unwrap());
    let listed: BTreeSet<&str> = urls.map(|url| url.strip_prefix(BASE).unwrap()).collect();
    for page in ["/", "/pt/", "/pricing", "/docs/first-call", "/docs/reference/crm", "/pt/docs/errors/"] {
        assert!(listed.contains(page), "{page} is not listed");
    }
    let pages = crawled(&Gateway::start().await).await;
    let linked: BTreeSet<&str> =
        pages.iter().filter(|(_, sent)| is_html(sent)).map(|(path, _)| path.as_str()).collect();
    assert_eq!(listed, linked);
    let robots = get(&gateway, "/robots.txt").await.body;
    assert!(robots.ends_with(&format!("\nSitemap: {BASE}/sitemap.xml\n")), "{robots}");
}

#[tokio::test]
async fn a_gateway_without_an_address_has_no_sitemap() {
    let gateway = Gateway::start().await;
    assert_eq!(get(&gateway, "/sitemap.xml").await.status, 404);
    assert!(!get(&gateway, "/robots.txt").await.body.contains("Sitemap"));
}
