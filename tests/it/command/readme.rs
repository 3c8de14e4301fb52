//! The README's commands for operators, run as they stand there, and its call with the key that
//! they make.

use reqwest::Client;
use serde_json::Value;

use super::program::{Program, text};
use super::serving::Serving;

const README: &str = include_str!("../../../README.md");

/// The words of each line of the shell block that begins like this.
fn block(beginning: &str) -> Vec<Vec<String>> {
    let start = README.find(&format!("```sh\n{beginning}")).expect("the block is there") + "```sh\n".len();
    let block = README[start..].split("```").next().unwrap().replace("\\\n", " ");
    block.lines().map(words).collect()
}

/// Splits a line as a shell does, as far as the README goes: quotes, and a comment at the end.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote, mut word) = (Vec::new(), None, String::new());
    for c in line.chars() {
        match (c, quote) {
            ('#', None) if word.is_empty() => break,
            (' ', None) if !word.is_empty() => words.push(std::mem::take(&mut word)),
            (' ', None) => {}
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (c, _) => word.push(c),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_the_first_commands_is_taken_by_the_first_call() {
    let program = Program::new().await;
    // The sample people are there after `make run`.
    program.json(&["demo"]);
    let (mut account, mut key_id, mut key) = (String::new(), String::new(), String::new());
    let people = std::env::temp_dir().join(format!("fluence-readme-{}.jsonl", std::process::id()));
    std::fs::write(&people, r#"{"first_name":"Iara","last_name":"Quental","company":"Moinho Alto"}"#)
        .unwrap();
    for line in block("fluence account create") {
        let line: Vec<String> = line
            .into_iter()
            .skip(1)
            .map(|word| match word.as_str() {
                "ID" => account.clone(),
                "KEYID" => key_id.clone(),
                "people.jsonl" => people.display().to_string(),
                _ => word,
            })
            .collect();
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let said = program.json(&line);
        match line[..2] {
            ["account", "create"] => account = text(&said, "id"),
            ["key", "create"] => (key_id, key) = (text(&said, "id"), text(&said, "key")),
            _ => {}
        }
    }
    let call = block("curl -s localhost:8000/crm").remove(0);
    let path = call.iter().find_map(|word| word.strip_prefix("localhost:8000")).unwrap();
    let body = call.iter().skip_while(|word| *word != "-d").nth(1).unwrap();
    assert!(call.contains(&"X-API-Key: $KEY".to_owned()), "{call:?}");

    let serving = Serving::start(program.command(&["serve", "--listen", "127.0.0.1:0"]));
    let url = format!("{}{path}", serving.address());
    let client = Client::builder().no_proxy().build().unwrap();
    let send = |key: &str| {
        let request = client.post(&url).header("x-api-key", key).header("content-type", "application/json");
        request.body(body.clone()).send()
    };
    assert_eq!(send(&key).await.unwrap().status(), 200);

    // A plan without the endpoint: what the refusal names is what `--plan` takes.
    let professional = program.account("2025-06", "professional");
    let key = text(&program.json(&["key", "create", "--account", &professional, "--name", "k"]), "key");
    let refused = send(&key).await.unwrap();
    assert_eq!(refused.status(), 403);
    let refused: Value = refused.json().await.unwrap();
    program.json(&["account", "move", &professional, "--plan", &text(&refused, "required_tier")]);
    assert_eq!(send(&key).await.unwrap().status(), 200);
    serving.stop();
}
