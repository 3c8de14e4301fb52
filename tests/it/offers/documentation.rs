//! What is documented is what is sold.

use fluence::domain::offer_set::SetKind;
use reqwest::Method;
use serde_json::{Value, json};

use super::shop::Shop;
use super::{applied, crm_for};
use crate::openapi::tools::{generated_client, ran, tool};
use crate::support::gateway::{Gateway, eventually};
use crate::support::scratch::Scratch;
use crate::support::upstream::Behaviour;

pub(super) const IMAGES: &str = r#"
builtin = false

[[upstream]]
upstream = "images"
targets = ["https://images.example"]

[[route]]
route = "image-resize"
title = "Resize an image"
path = "/images/{id}/sizes/{*rest}"
methods = ["GET", "PUT"]
upstream = "images"
to = "/v2/{id}/{*rest}"
access = "crm"
credits = 3
settlement = { capture = ["2xx", "404"] }

[[route]]
route = "image-list"
path = "/images"
methods = ["GET"]
upstream = "images"
access = "analyze"
credits = 0
"#;

async fn document(gateway: &Gateway) -> Value {
    gateway.request(Method::GET, "/openapi.json").send().await.unwrap().json().await.unwrap()
}

pub(super) async fn page(gateway: &Gateway, path: &str) -> (u16, String) {
    let got = gateway.request(Method::GET, path).send().await.unwrap();
    (got.status().as_u16(), got.text().await.unwrap())
}

#[tokio::test]
async fn a_new_price_stands_in_the_document_and_on_the_page() {
    let gateway = Gateway::start().await;
    assert_eq!(document(&gateway).await["paths"]["/crm"]["post"]["x-fluence-credits"], 2);
    applied(&gateway.database, SetKind::Routes, &crm_for(7)).await;
    let priced = async || document(&gateway).await["paths"]["/crm"]["post"]["x-fluence-credits"] == 7;
    eventually("the document has the new price", priced).await;
    let (_, text) = page(&gateway, "/docs/reference/crm").await;
    assert!(text.contains("7 credits"), "{text}");
}

#[tokio::test]
async fn the_routes_of_the_seller_are_documented_and_what_is_not_sold_is_not() {
    let gateway = Gateway::start().await;
    assert_eq!(page(&gateway, "/docs/reference/crm").await.0, 200);
    applied(&gateway.database, SetKind::Routes, IMAGES).await;
    let sold = async || document(&gateway).await["paths"]["/images"].is_object();
    eventually("the route is documented", sold).await;
    let document = document(&gateway).await;
    let resize = &document["paths"]["/images/{id}/sizes/{rest}"];
    for method in ["get", "put"] {
        let operation = &resize[method];
        assert_eq!(operation["summary"], "Resize an image");
        assert_eq!(operation["operationId"], format!("image-resize-{method}"));
        assert_eq!(operation["x-fluence-credits"], 3);
        assert_eq!(
            operation["x-fluence-settlement"],
            json!({ "capture": ["2xx", "404"], "broke_off": "release", "left": "finish" })
        );
        assert_eq!(operation["x-fluence-access"]["plans"][0], "2025-01/professional");
        assert!(operation["responses"]["402"].is_object() && operation["responses"]["default"].is_object());
        let names: Vec<_> = operation["parameters"].as_array().unwrap().iter().map(|p| &p["name"]).collect();
        assert_eq!(names[..2], ["id", "rest"]);
    }
    assert!(
        document["paths"]["/images"]["get"]["responses"]["402"].is_null(),
        "a free route needs no credits"
    );
    assert_eq!(document["paths"]["/crm"], Value::Null);
    let (status, text) = page(&gateway, "/docs/reference/image-resize-put").await;
    assert_eq!(status, 200);
    for shown in ["Resize an image", "3 credits", "2xx, 404", "-X PUT", "/images/{id}/sizes/{*rest}"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    let (status, text) = page(&gateway, "/pt/docs/reference/image-list-get").await;
    assert!(status == 200 && text.contains("grátis"), "{text}");
    assert_eq!(page(&gateway, "/docs/reference/crm").await.0, 404);
    let (_, home) = page(&gateway, "/").await;
    assert!(home.contains("/images") && !home.contains("<code>/crm</code>"), "{home}");
}

/// The gateway's pages in both languages, once they show what these routes sell.
pub(super) async fn texts_of(routes: &str, path: &str, shown: &str) -> [String; 2] {
    let gateway = Gateway::start().await;
    applied(&gateway.database, SetKind::Routes, routes).await;
    let sold = async || page(&gateway, "/llms.txt").await.1.contains(shown);
    eventually("the pages follow the set", sold).await;
    [page(&gateway, path).await.1, page(&gateway, &format!("/pt{path}")).await.1]
}

#[tokio::test]
async fn numbers_of_examples_are_shown_as_the_seller_wrote_them() {
    let example = r#"access = "analyze"
credits = 0
example = { body = '{"total": 19.90, "items": [{"each": 1.10}]}', answer = '{"rate": 2.50, "fee": 0}' }
"#;
    let routes = IMAGES.replace("access = \"analyze\"\ncredits = 0\n", example);
    let routes =
        routes.replace("path = \"/images\"\nmethods = [\"GET\"]", "path = \"/images\"\nmethods = [\"POST\"]");
    for text in texts_of(&routes, "/docs/reference/image-list-post.md", "/images").await {
        for number in ["19.90", "1.10", "2.50"] {
            assert!(text.contains(number), "{number}: {text}");
        }
    }
    let [document, _] = texts_of(&routes, "/openapi.json", "/images").await;
    for written in [r#"{"total":19.90,"items":[{"each":1.10}]}"#, r#"{"rate":2.50,"fee":0}"#] {
        assert!(document.contains(&format!(r#""example":{written}"#)), "{written}: {document}");
    }
}

#[tokio::test]
async fn a_bar_in_a_title_is_text() {
    let routes = IMAGES.replace("Resize an image", "Resize | crop");
    for path in ["/index.md", "/docs/reference/index.md"] {
        let [english, _] = texts_of(&routes, path, "/images").await;
        assert!(english.contains("| Resize \\| crop |"), "{english}");
    }
}

#[tokio::test]
async fn the_page_of_a_route_says_what_its_figures_cost_and_how_calls_end() {
    let counted = IMAGES.replacen("credits = 3", "
credits = { base = 1, counts = [{ of = \"json:/usage/words\", each = 1000, costs = 2 }], hold = 10, missing = \"min\" }", 1);
    let streamed = counted.replacen(
        "settlement = { capture = [\"2xx\", \"404\"] }",
        "stream = {}\nsettlement = { broke_off = \"counted\" }",
        1,
    );
    let page = "/docs/reference/image-resize-get.md";
    for (routes, said) in [
        (
            IMAGES,
            &[
                "one of these statuses: 2xx, 404.",
                "If the service breaks off its answer, the credits are given back.",
                "the gateway reads the rest, for at most 30 seconds and 8 MiB, and charges it",
            ][..],
        ),
        (
            &counted,
            &[
                "1 credit + 2 credits for every 1,000 of `/usage/words` (member of the answer).",
                "At least 1 credit, and at most 10 credits",
                "does not say what was used, the least is charged.",
            ],
        ),
        (
            &streamed,
            &[
                "An answer that the service breaks off costs what was used until then.",
                "If you leave before the end, what was used until then is charged.",
            ],
        ),
        (
            &streamed.replacen("missing = \"min\"", "missing = \"hold\"", 1),
            &[
                "An answer that the service breaks off before it has said what was used costs all that is held.",
                "If you leave before the answer has said what was used, all that is held is charged.",
            ],
        ),
        (
            &streamed.replacen("missing = \"min\"", "missing = \"release\"", 1),
            &[
                "An answer that the service breaks off before it has said what was used costs nothing.",
                "If you leave before the answer has said what was used, nothing is charged.",
            ],
        ),
    ] {
        let [english, portuguese] = texts_of(routes, page, "/images").await;
        for sentence in said {
            assert!(english.contains(sentence), "{sentence}: {english}");
        }
        assert!(!portuguese.contains("{of}") && portuguese.contains("Se você sai antes"), "{portuguese}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_calls_a_route_of_the_seller() {
    const PROGRAM: &str = "
import io, os
from fluence_client import AuthenticatedClient
from fluence_client.api.routes import image_resize_get, image_resize_post
from fluence_client.types import File

with AuthenticatedClient(base_url=os.environ['GATEWAY'], token=os.environ['FLUENCE_API_KEY']) as client:
    got = image_resize_get.sync_detailed('7', client=client)
    body = File(payload=io.BytesIO(b'pixels'))
    sent = image_resize_post.sync_detailed('8', client=client, body=body)
    print(got.status_code.value, got.content.decode(), sent.status_code.value, sent.headers['x-credits-used'])
";
    let answer = r#"{"resized":true}"#;
    let shop = Shop::with(vec![Behaviour::Answers(200, answer.into())]).await;
    let scratch = Scratch::new();
    let client = generated_client(&shop.gateway, &scratch).await;
    let mut call = tool("python");
    call.args(["-c", PROGRAM]).env("PYTHONPATH", &client);
    call.env("FLUENCE_API_KEY", &shop.customer.key).env("GATEWAY", shop.gateway.url());
    assert_eq!(ran(call).await, format!("200 {answer} 200 3\n"));
}
