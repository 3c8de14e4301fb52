//! Ruby with its standard library.

use super::literal::{Style, bare_or_quoted, single_quoted};
use super::{Call, KEY};

const RUBY: Style = Style {
    null: "nil",
    booleans: ["false", "true"],
    unit: "  ",
    object: ["{", "}"],
    empty_object: "{}",
    has_last_comma: false,
    text: single_quoted,
    member: |name| format!("{}: ", bare_or_quoted(name)),
};

pub(super) fn program(call: &Call<'_>) -> String {
    let quote = if call.has_variables() { '"' } else { '\'' };
    let address = call.address(|name| format!("#{{ENV.fetch('{name}')}}"));
    let json = if call.body.is_some() { "require 'json'\n" } else { "" };
    let (initial, rest) = call.verb.as_str().split_at(1);
    let verb = initial.to_ascii_uppercase() + rest;
    let mut text = format!("{json}require 'net/http'\n\nuri = URI({quote}{address}{quote})\n");
    text += &format!("request = Net::HTTP::{verb}.new(uri)\n");
    if call.has_key {
        text += &format!("request['X-API-Key'] = ENV.fetch('{KEY}')\n");
    }
    if let Some(body) = call.body {
        text += "request['Content-Type'] = 'application/json'\n";
        text += &format!("request.body = JSON.generate({})\n", RUBY.write(body, 0));
    }
    text += "response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https') do |http|\n";
    text + "  http.request(request)\nend\nputs \"#{response.code} #{response.body}\"\n"
}
