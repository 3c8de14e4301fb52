//! PHP with its extension curl.

use super::literal::{Style, single_quoted};
use super::{Call, KEY};
use crate::openapi::operation::Verb;

const PHP: Style = Style {
    null: "null",
    booleans: ["false", "true"],
    unit: "    ",
    object: ["[", "]"],
    empty_object: "new stdClass()",
    has_last_comma: true,
    text: single_quoted,
    member: |name| format!("{} => ", single_quoted(name)),
};

pub(super) fn program(call: &Call<'_>) -> String {
    let address = format!("'{}'", call.address(|name| format!("' . getenv('{name}') . '")));
    let address = address.trim_end_matches(" . ''");
    let mut headers = Vec::new();
    if call.has_key {
        headers.push(format!("'X-API-Key: ' . getenv('{KEY}')"));
    }
    if call.body.is_some() {
        headers.push("'Content-Type: application/json'".to_owned());
    }
    let mut text = format!("<?php\n$request = curl_init({address});\ncurl_setopt_array($request, [\n");
    text += &format!("    CURLOPT_CUSTOMREQUEST => '{}',\n", call.method());
    if call.verb == Verb::Head {
        text += "    CURLOPT_NOBODY => true,\n";
    }
    if !headers.is_empty() {
        let headers: String = headers.iter().map(|header| format!("        {header},\n")).collect();
        text += &format!("    CURLOPT_HTTPHEADER => [\n{headers}    ],\n");
    }
    if let Some(body) = call.body {
        text += &format!("    CURLOPT_POSTFIELDS => json_encode({}),\n", PHP.write(body, 1));
    }
    text += "    CURLOPT_RETURNTRANSFER => true,\n    CURLOPT_TIMEOUT => 30,\n]);\n";
    text += "$answer = curl_exec($request);\nif ($answer === false) {\n    exit(curl_error($request) . PHP_EOL);\n}\n";
    text + "echo curl_getinfo($request, CURLINFO_RESPONSE_CODE), ' ', $answer, PHP_EOL;\n"
}
