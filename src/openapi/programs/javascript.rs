//! JavaScript modules for Node.js: with its own `fetch`, and with axios.

use super::literal::{Style, bare_or_quoted, double_quoted, single_quoted};
use super::{Call, KEY};
use crate::openapi::operation::Verb;

const JAVASCRIPT: Style = Style {
    null: "null",
    booleans: ["false", "true"],
    unit: "  ",
    object: ["{", "}"],
    empty_object: "{}",
    has_last_comma: true,
    text: on_one_line,
    member: |name| format!("{}: ", bare_or_quoted(name)),
};

/// A text in single quotes cannot contain the end of a line.
fn on_one_line(text: &str) -> String {
    if text.contains(char::is_control) { double_quoted(text) } else { single_quoted(text) }
}

fn address(call: &Call<'_>) -> String {
    let quote = if call.has_variables() { '`' } else { '\'' };
    format!("{quote}{}{quote}", call.address(|name| format!("${{process.env.{name}}}")))
}

pub(super) fn with_fetch(call: &Call<'_>) -> String {
    let mut options = String::new();
    if call.verb != Verb::Get {
        options += &format!("  method: '{}',\n", call.method());
    }
    let key = format!("'X-API-Key': process.env.{KEY}");
    match call.body {
        Some(body) => {
            let key = if call.has_key { format!("    {key},\n") } else { String::new() };
            options += &format!("  headers: {{\n{key}    'Content-Type': 'application/json',\n  }},\n");
            options += &format!("  body: JSON.stringify({}),\n", JAVASCRIPT.write(body, 1));
        }
        None if call.has_key => options += &format!("  headers: {{ {key} }},\n"),
        None => {}
    }
    let options = if options.is_empty() { options } else { format!(", {{\n{options}}}") };
    format!(
        "const response = await fetch({}{options});\nconsole.log(response.status, await response.text());\n",
        address(call)
    )
}

pub(super) fn with_axios(call: &Call<'_>) -> String {
    let mut text = "import axios from 'axios';\n\nconst response = await axios({\n".to_owned();
    text += &format!("  method: '{}',\n  url: {},\n", call.verb.as_str(), address(call));
    if call.has_key {
        text += &format!("  headers: {{ 'X-API-Key': process.env.{KEY} }},\n");
    }
    if let Some(body) = call.body {
        text += &format!("  data: {},\n", JAVASCRIPT.write(body, 1));
    }
    text += "  timeout: 30_000,\n  validateStatus: () => true,\n});\n";
    text + "console.log(response.status, JSON.stringify(response.data, null, 2));\n"
}
