//! Answers of a gateway, read whole.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::documented;

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body to the letter.
    pub(crate) text: String,
    /// The same as JSON; null if it is none.
    pub(crate) body: Value,
}

/// Headers that a golden answer shows when they are there.
const SHOWN_HEADERS: [&str; 4] = ["www-authenticate", "retry-after", "allow", "idempotent-replayed"];
/// What differs from one run to the next.
const REDACTED_FIELDS: [&str; 5] = ["request_id", "instance", "renovacao_proxima", "resets_at", "timestamp"];

impl Answer {
    /// Whether it repeats the answer of an earlier request under the same idempotency key.
    pub(crate) fn is_replay(&self) -> bool {
        self.header("idempotent-replayed") == "true"
    }

    /// A header as text; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A header that is a number.
    pub(crate) fn number(&self, name: &str) -> i64 {
        let text = self.header(name);
        text.parse().unwrap_or_else(|_| panic!("{name} is {text:?} in {} {}", self.status, self.text))
    }

    /// The error code, in whatever dialect.
    pub(crate) fn code(&self) -> &str {
        let body = &self.body;
        [&body["error_code"], &body["code"], &body["error"]["code"]]
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or("")
    }

    /// Status and error code.
    pub(crate) fn outcome(&self) -> (u16, &str) {
        (self.status, self.code())
    }

    /// `billing_info` of the body.
    pub(crate) fn billing(&self) -> &Value {
        &self.body["billing_info"]
    }

    /// Status, the headers that matter and the body to the letter, without what differs from run to
    /// run.
    pub(crate) fn golden(&self) -> String {
        self.golden_without(&[])
    }

    /// The same without these fields of the body, and without a `Retry-After` that is told by
    /// `retry_after`.
    pub(crate) fn golden_without(&self, fields: &[&str]) -> String {
        let media_type = Some(self.header("content-type")).filter(|text| *text != "application/json");
        let shown = SHOWN_HEADERS.into_iter().filter(|name| self.headers.contains_key(*name)).map(|name| {
            let hidden = name == "retry-after" && fields.contains(&"retry_after");
            format!("{name}: {}", if hidden { "…" } else { self.header(name) })
        });
        let body =
            REDACTED_FIELDS.iter().chain(fields).fold(self.text.clone(), |text, name| redacted(&text, name));
        let status = self.status.to_string();
        let head = std::iter::once(status).chain(media_type.map(str::to_owned)).chain(shown);
        format!("{}\n{}", head.collect::<Vec<_>>().join(" | "), indented(&body))
    }
}

/// A compact JSON text with each member and item on a line of its own. Anything else stays as it
/// is.
pub(crate) fn indented(json: &str) -> String {
    let (mut text, mut depth) = (String::new(), 0);
    let (mut is_string, mut is_escaped) = (false, false);
    let mut letters = json.chars().peekable();
    while let Some(letter) = letters.next() {
        let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
        let is_empty = letters.peek().is_some_and(|next| matches!(next, '}' | ']'));
        match letter {
            _ if is_string => text.push(letter),
            '{' | '[' if is_empty => text.extend([letter, letters.next().unwrap()]),
            '{' | '[' => {
                depth += 1;
                text.push(letter);
                text += &line(depth);
            }
            '}' | ']' => {
                depth -= 1;
                text += &line(depth);
                text.push(letter);
            }
            ',' => text += &format!(",{}", line(depth)),
            ':' => text += ": ",
            _ => text.push(letter),
        }
        is_string ^= letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
    }
    text
}

/// A JSON text with the plain value of a field taken out, wherever the field stands.
fn redacted(json: &str, field: &str) -> String {
    let name = format!("\"{field}\":");
    let mut parts = json.split(&name);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = match part.strip_prefix('"') {
            Some(rest) => rest.find('"').unwrap() + 2,
            None => part.find([',', '}']).unwrap(),
        };
        text += &format!("{name}\"…\"{}", &part[end..]);
    }
    text
}

/// Sends a request and reads the answer, which must be one that the OpenAPI document describes.
pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, url) = (request.method().clone(), request.url().clone());
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    let answer = Answer { status, headers, text, body };
    documented::check(&method, &url, &answer);
    answer
}

#[test]
fn a_golden_text_keeps_all_but_what_differs_from_run_to_run() {
    let text = r#"{"request_id":"0198","a":{"retry_after":77,"request_id":"1"},"resets_at":"x"}"#;
    let without =
        ["request_id", "retry_after", "resets_at"].iter().fold(text.to_owned(), |t, f| redacted(&t, f));
    assert_eq!(without, r#"{"request_id":"…","a":{"retry_after":"…","request_id":"…"},"resets_at":"…"}"#);
}

#[test]
fn indented_text_is_the_same_json() {
    let text = r#"{"a":{"b":[1,{}],"c":"x: {\"y\"}, \\"},"d":[]}"#;
    let expected = "{\n  \"a\": {\n    \"b\": [\n      1,\n      {}\n    ],\n    \"c\": \"x: {\\\"y\\\"}, \\\\\"\n  },\n  \"d\": []\n}";
    assert_eq!(indented(text), expected);
    assert_eq!(
        serde_json::from_str::<Value>(expected).unwrap(),
        serde_json::from_str::<Value>(text).unwrap()
    );
}
