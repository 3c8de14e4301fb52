//! Go with its standard library.

use super::literal::{JSON, double_quoted};
use super::{Call, KEY, Piece};

const CHECK: &str = "\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n";

pub(super) fn program(call: &Call<'_>) -> String {
    let mut imports = vec!["fmt", "io", "log", "net/http"];
    if call.has_key || call.has_variables() {
        imports.push("os");
    }
    if call.body.is_some() {
        imports.push("strings");
    }
    let imports: String = imports.iter().map(|name| format!("\t\"{name}\"\n")).collect();
    let mut text = format!("package main\n\nimport (\n{imports})\n\nfunc main() {{\n");
    let body = match call.body {
        // A raw string has no backquote.
        Some(body) => {
            let json = JSON.write(body, 0).replace('`', "\\u0060");
            text += &format!("\tbody := strings.NewReader(`{json}`)\n");
            "body"
        }
        None => "nil",
    };
    let address = address(call);
    text += &format!("\trequest, err := http.NewRequest(\"{}\", {address}, {body})\n{CHECK}", call.method());
    if call.has_key {
        text += &format!("\trequest.Header.Set(\"X-API-Key\", os.Getenv(\"{KEY}\"))\n");
    }
    if call.body.is_some() {
        text += "\trequest.Header.Set(\"Content-Type\", \"application/json\")\n";
    }
    text +=
        &format!("\tresponse, err := http.DefaultClient.Do(request)\n{CHECK}\tdefer response.Body.Close()\n");
    text += &format!("\tanswer, err := io.ReadAll(response.Body)\n{CHECK}");
    text + "\tfmt.Println(response.StatusCode, string(answer))\n}\n"
}

/// The address: texts in quotes, with the variables between them.
fn address(call: &Call<'_>) -> String {
    let (mut parts, mut text) = (Vec::new(), String::new());
    for piece in &call.address {
        match piece {
            Piece::Text(more) => text += more,
            Piece::Variable(name) => {
                parts.push(double_quoted(&std::mem::take(&mut text)));
                parts.push(format!("os.Getenv(\"{name}\")"));
            }
        }
    }
    if !text.is_empty() {
        parts.push(double_quoted(&text));
    }
    parts.join("+")
}
