//! Python with the library requests.

use super::literal::{Style, double_quoted};
use super::{Call, KEY};

const PYTHON: Style = Style {
    null: "None",
    booleans: ["False", "True"],
    unit: "    ",
    object: ["{", "}"],
    empty_object: "{}",
    has_last_comma: true,
    text: double_quoted,
    member: |name| format!("{}: ", double_quoted(name)),
};

pub(super) fn program(call: &Call<'_>) -> String {
    let import = if call.has_key || call.has_variables() { "import os\n\n" } else { "" };
    let address = call.address(|name| format!("{{os.environ['{name}']}}"));
    let format = if call.has_variables() { "f" } else { "" };
    let mut text = format!("{import}import requests\n\nresponse = requests.{}(\n", call.verb.as_str());
    text += &format!("    {format}\"{address}\",\n");
    if call.has_key {
        text += &format!("    headers={{\"X-API-Key\": os.environ[\"{KEY}\"]}},\n");
    }
    if let Some(body) = call.body {
        text += &format!("    json={},\n", PYTHON.write(body, 1));
    }
    text + "    timeout=30,\n)\nprint(response.status_code, response.text)\n"
}
