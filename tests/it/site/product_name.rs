//! Readers see the seller's name wherever the service names itself.

use serde_json::Value;

use super::get;
use crate::support::gateway::Gateway;

/// What pages and documents have that name the service, by their paths.
fn named(markdown: &str, json: &str) -> Vec<(&'static str, Vec<String>)> {
    let html = markdown.replace('&', "&amp;");
    let brand = format!("</svg>{html}</a>");
    let titled = |title: &str| vec![format!("<title>{title}{html}</title>"), brand.clone()];
    vec![
        ("/", titled("")),
        ("/pt/", titled("")),
        ("/pricing", titled("Pricing · ")),
        ("/docs/first-call", titled("First call · ")),
        ("/pt/docs/errors/", titled("Erros · ")),
        ("/docs/reference/crm", vec![format!(" · {html}</title>"), brand.clone()]),
        ("/index.md", vec![format!("company. {markdown} finds the person")]),
        ("/pt/index.md", vec![format!("pessoa. {markdown} encontra a pessoa")]),
        ("/docs/changelog.atom", vec![format!("<title>{html}</title>"), format!("<name>{html}</name>")]),
        ("/llms.txt", vec![format!("# {markdown}\n\n> An HTTP API")]),
        ("/openapi.json", vec![format!("\"title\":{json}")]),
    ]
}

async fn assert_named(gateway: &Gateway, markdown: &str, json: &str) {
    for (path, parts) in named(markdown, json) {
        let body = get(gateway, path).await.body;
        for part in parts {
            assert!(body.contains(&part), "{path} lacks {part}: {body:.2000}");
        }
    }
}

#[tokio::test]
async fn pages_and_documents_have_the_name_of_the_settings() {
    let gateway = Gateway::start_with(&[("FLUENCE_PRODUCT_NAME", "Ação & Cia")]).await;
    assert_named(&gateway, "Ação & Cia", "\"Ação & Cia\"").await;
    for path in
        ["/", "/pt/", "/docs/", "/pt/docs/", "/docs/first-call", "/pricing", "/docs/nothing", "/llms.txt"]
    {
        let body = get(&gateway, path).await.body;
        let other = body.match_indices("Fluence").next().map(|(at, _)| &body[at..]);
        assert_eq!(other, None, "{path}");
    }
}

#[tokio::test]
async fn pages_and_documents_have_the_name_of_the_program_by_default() {
    let gateway = Gateway::start().await;
    assert_named(&gateway, "Fluence", "\"Fluence\"").await;
}

#[tokio::test]
async fn a_name_is_never_markup() {
    let gateway = Gateway::start_with(&[("FLUENCE_PRODUCT_NAME", "<b>\"A\" {plans}</b> *x* [y](z)")]).await;
    for path in ["/", "/docs/api", "/docs/changelog.atom"] {
        let body = get(&gateway, path).await.body;
        assert!(body.contains("&lt;b&gt;&quot;A&quot; {plans}&lt;/b&gt; *x* [y](z)"), "{path}: {body}");
        assert!(!body.contains("<b>\"A") && !body.contains("<em>x"), "{path}");
    }
    let document: Value = serde_json::from_str(&get(&gateway, "/openapi.json").await.body).unwrap();
    assert_eq!(document["info"]["title"], "<b>\"A\" {plans}</b> *x* [y](z)");
}
