//! The example of a route: what pages show of it, and that the programs on them send it.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use super::shop::Shop;
use crate::support::gateway::Gateway;
use crate::support::scratch::Scratch;
use crate::support::upstream::Behaviour;

/// With all that is awkward in a literal of some language.
const EXAMPLE: &str = r#"
title = { en = "Resize an image", pt = "Redimensione uma imagem" }
about = { en = "Resizes.", pt = "Redimensiona." }

[route.example]
path = { id = "photo-17" }
query = { fit = "crop" }
body = '''{ "text": "it's `two`\nlines \"quoted\" \\ #{1} $HOME", "max-size": 1.5, "is_fast": true, "none": null, "empty": {}, "sizes": [1, 2], "nested": [{ "a": 1 }] }'''
answer = '{ "id": "photo-17", "bytes": [48211, 7] }'
"#;

async fn shop() -> Shop {
    let answer = Behaviour::Answers(200, "{\"bytes\":1}".to_owned());
    Shop::selling(vec![answer], &format!("credits = 3\n{EXAMPLE}"), "").await
}

async fn text_of(gateway: &Gateway, path: &str) -> String {
    gateway.request(Method::GET, path).send().await.unwrap().text().await.unwrap()
}

fn example_body() -> Value {
    json!({
        "text": "it's `two`\nlines \"quoted\" \\ #{1} $HOME", "max-size": 1.5, "is_fast": true, "none": null,
        "empty": {}, "sizes": [1, 2], "nested": [{ "a": 1 }],
    })
}

#[tokio::test]
async fn the_document_has_the_example_and_schemas_by_it() {
    let shop = shop().await;
    let document: Value = serde_json::from_str(&text_of(&shop.gateway, "/openapi.json").await).unwrap();
    let resize = &document["paths"]["/images/{id}/resize"];
    let content = &resize["post"]["requestBody"]["content"]["application/json"];
    assert_eq!(content["example"], example_body());
    let schema = &content["schema"];
    assert_eq!(schema["properties"]["max-size"], json!({ "type": "number" }));
    assert_eq!(schema["properties"]["sizes"], json!({ "type": "array", "items": { "type": "integer" } }));
    assert_eq!(schema["additionalProperties"], Value::Null, "the service may take others");
    assert_eq!(resize["get"]["requestBody"], Value::Null);
    let answer = &resize["get"]["responses"]["200"]["content"]["application/json"];
    assert_eq!(answer["example"], json!({ "id": "photo-17", "bytes": [48211, 7] }));
    let examples = resize["get"]["parameters"].as_array().unwrap()[..2].iter().map(|known| &known["example"]);
    assert_eq!(examples.collect::<Vec<_>>(), ["photo-17", "crop"]);
    assert_eq!(resize["get"]["summary"], "Resize an image");
    assert_eq!(resize["get"]["x-fluence-summary-pt"], "Redimensione uma imagem");
}

#[tokio::test]
async fn the_page_shows_the_example_and_a_form_in_the_readers_language() {
    let shop = shop().await;
    for (path, title, fields) in [
        ("/docs/reference/image-resize-post", "Resize an image", "These are the fields of the example."),
        (
            "/pt/docs/reference/image-resize-post",
            "Redimensione uma imagem",
            "Estes são os campos do exemplo.",
        ),
    ] {
        let page = text_of(&shop.gateway, path).await;
        for shown in [
            title,
            fields,
            "TEST_KEY_NOT_ALLOWED</code>.",
            "48211",
            "photo-17/resize?fit=crop",
            "name=\"body.max-size\"",
        ] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert!(page.len() <= 30_000, "{} bytes", page.len());
    }
}

#[tokio::test]
async fn the_playground_asks_for_a_live_key_where_a_test_key_is_refused() {
    let answer = Behaviour::Answers(200, "{}".to_owned());
    for (test_targets, is_live_only) in [("", true), ("test_targets = [\"http://127.0.0.1:9\"]\n", false)] {
        let routes = format!("credits = 3\n{EXAMPLE}");
        let shop = Shop::selling(vec![answer.clone()], &routes, test_targets).await;
        let mut ana = shop.gateway.admin(shop.customer.account).await;
        let path = format!("/console/{}/playground?operation=image-resize-post", shop.customer.account);
        let page = ana.get(&path).await;
        assert!(page.has("value=\"photo-17\"") && page.has("name=\"body.is_fast\""), "{}", page.body);
        assert_eq!(page.has("A live key of yours"), is_live_only, "{}", page.body);
        let required = "autocomplete=\"off\" spellcheck=\"false\" required";
        assert_eq!(page.has(required), is_live_only, "{}", page.body);
        assert_eq!(page.has("formnovalidate"), is_live_only, "code needs no key: {}", page.body);
        assert!(!page.has("Sample people"), "{}", page.body);
    }
}

#[tokio::test]
async fn the_programs_on_the_page_send_the_example() {
    let shop = shop().await;
    let page = text_of(&shop.gateway, "/docs/reference/image-resize-post.md").await;
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.path()).unwrap();
    let modules = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/node_modules");
    std::os::unix::fs::symlink(modules, scratch.path().join("node_modules")).unwrap();
    for (client, ending, program) in [
        ("curl", "sh", &["sh"][..]),
        ("Python", "py", &["python3"]),
        ("fetch", "mjs", &["node"]),
        ("axios", "mjs", &["node"]),
        ("Go", "go", &["go", "run"]),
        ("PHP", "php", &["php"]),
        ("Ruby", "rb", &["ruby"]),
    ] {
        let section = page.split_once(&format!("### {client}\n\n```")).unwrap().1;
        let (_, text) = section.split_once("```").unwrap().0.split_once('\n').unwrap();
        let file = scratch.path().join(format!("{client}.{ending}"));
        fs::write(&file, text).unwrap();
        let ran = Command::new(program[0])
            .args(&program[1..])
            .arg(&file)
            .env("FLUENCE_API_KEY", &shop.customer.key)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let ran = ran.await.unwrap();
        assert!(ran.status.success(), "{client}: {}\n{text}", String::from_utf8_lossy(&ran.stderr));
    }
    let bodies: Vec<Value> = shop
        .server
        .requests()
        .iter()
        .map(|request| {
            assert!(request.starts_with("POST /v2/photo-17?fit=crop "), "{request}");
            serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
        })
        .collect();
    assert_eq!(bodies.len(), 7);
    assert_eq!(bodies.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), 1, "{bodies:#?}");
    assert_eq!(bodies[0], example_body());
    assert_eq!(shop.balance().await, 1000 - 7 * 3);
}
