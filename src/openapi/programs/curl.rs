//! curl on a command line.

use super::literal::JSON;
use super::{Call, KEY};
use crate::openapi::operation::Verb;

pub(super) fn program(call: &Call<'_>) -> String {
    let address = call.address(|name| format!("${name}"));
    let mut command = format!("curl \"{address}\"");
    let is_implied = match call.verb {
        Verb::Get => true,
        Verb::Post => call.body.is_some(),
        Verb::Head | Verb::Put | Verb::Patch | Verb::Delete => false,
    };
    if call.verb == Verb::Head {
        command += " --head";
    } else if !is_implied {
        command += &format!(" -X {}", call.method());
    }
    if call.has_key {
        command += &format!(" \\\n  -H \"X-API-Key: ${KEY}\"");
    }
    if let Some(body) = call.body {
        let body = JSON.write(body, 0).replace('\'', "'\\''").replace('\n', "\n  ");
        command += &format!(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{body}'");
    }
    command + "\n"
}
