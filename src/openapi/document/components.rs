//! What operations refer to.

use serde_json::{Map, Value, json};

use super::Writer;
use super::responses::name_of;
use crate::domain::language::Language;
use crate::domain::refusal::ErrorCode;
use crate::http::billing_info::BillingInfo;
use crate::http::dialect::Dialect;
use crate::openapi::examples::error_body;
use crate::openapi::members::{add_billing, meaning_of};

impl Writer<'_> {
    pub(super) fn components(&mut self) -> Value {
        let responses = self.responses_to_heads();
        self.schemas.subschema_for::<BillingInfo<'static>>();
        let mut schemas = self.schemas.take_definitions(true);
        for name in &self.billed {
            if let Some(schema) = schemas.get_mut(name) {
                add_billing(name, schema);
            }
        }
        schemas.values_mut().for_each(with_listed_values);
        schemas.iter_mut().for_each(|(name, schema)| describe(name, schema));
        json!({
            "securitySchemes": {
                "apiKey": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
                "bearer": { "type": "http", "scheme": "bearer", "description": "The same key." },
            },
            "parameters": parameters(),
            "headers": headers(),
            "responses": responses,
            "examples": self.examples(),
            "schemas": schemas,
        })
    }

    /// The body of every error in every dialect.
    fn examples(&self) -> Value {
        let shapes = [Some(Dialect::Fluence), Some(Dialect::Fluenzr), Some(Dialect::Influtics), None];
        let mut examples = Map::new();
        for dialect in shapes {
            for code in ErrorCode::ALL {
                if let Some(value) = error_body(*code, dialect, Language::En, self.facts) {
                    let entry = json!({ "summary": code.title(Language::En), "value": value });
                    examples.insert(format!("{}.{}", name_of(dialect), code.as_str()), entry);
                }
            }
        }
        examples.into()
    }
}

/// Writes a choice of constant texts as an `enum`, which generators of clients understand; what
/// each text means moves into the description.
fn with_listed_values(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(with_listed_values);
            let Some(choices) = members.get("oneOf").and_then(Value::as_array) else { return };
            let texts: Vec<&Value> = choices
                .iter()
                .filter_map(|choice| choice.get("const").filter(|text| text.is_string()))
                .collect();
            if texts.len() != choices.len() || texts.is_empty() {
                return;
            }
            let about = |choice: &Value| {
                let (text, about) = (choice["const"].as_str()?, choice.get("description")?.as_str()?);
                Some(format!("`{text}`: {about}"))
            };
            let lines: Vec<String> = members
                .get("description")
                .and_then(Value::as_str)
                .map(str::to_owned)
                .into_iter()
                .chain(choices.iter().filter_map(about))
                .collect();
            let texts = json!(texts);
            members.remove("oneOf");
            members.insert("type".to_owned(), json!("string"));
            members.insert("enum".to_owned(), texts);
            members.insert("description".to_owned(), json!(lines.join("\n")));
        }
        Value::Array(items) => items.iter_mut().for_each(with_listed_values),
        _ => {}
    }
}

/// A bare key, or a quoted one.
const IDEMPOTENCY_KEY: &str = r#"^([!#-~]{1,255}|"([!#-\[\]-~]|\\["\\]){1,255}")$"#;

/// Says what the members of an object of an answer mean, as the reference does.
fn describe(name: &str, schema: &mut Value) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (member, schema) in properties {
        if let (Some(([about, _], absent)), Value::Object(schema)) = (meaning_of(name, member), schema) {
            let absent = absent.map(|[absent, _]| format!(" Absent or `null` {absent}."));
            schema.insert("description".to_owned(), json!(format!("{about}{}", absent.unwrap_or_default())));
        }
    }
}

fn parameters() -> Value {
    json!({
        "AcceptLanguage": {
            "name": "Accept-Language", "in": "header",
            "description": "`en` or `pt`: the language of the sentences in errors.",
            "schema": { "type": "string" },
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header",
            "description": "1 to 255 visible ASCII characters, bare, or in double quotes with `\\\"` and `\\\\`. The same key with the same request counts once, for 24 hours.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 512, "pattern": IDEMPOTENCY_KEY },
        },
        "DryRun": {
            "name": "X-Dry-Run", "in": "header",
            "description": "`true`: checks everything, charges nothing, and answers the price and the balance after it.",
            "schema": { "enum": ["true", "false"] },
        },
    })
}

fn headers() -> Value {
    let number = |about: &str| json!({ "description": about, "schema": { "type": "integer", "minimum": 0 } });
    let text = |about: &str| json!({ "description": about, "schema": { "type": "string" } });
    json!({
        "X-Request-Id": {
            "description": "The id of the request; of a paid call, also the id of its receipt.",
            "schema": { "type": "string", "format": "uuid" },
        },
        "Cache-Control": text("Whether caches may keep the answer: `no-store` for every answer that depends on a key."),
        "X-Content-Type-Options": {
            "description": "Browsers do not guess the media type.", "schema": { "const": "nosniff" },
        },
        "X-Credits-Used": number("Credits of this request."),
        "X-Credits-Held": number("The most that this request can cost, while its price is not known."),
        "X-Credits-Remaining": number("Credits left on the account."),
        "X-RateLimit-Limit": number("Requests in a row (the burst); on a 429, the size of the limit that refused the request."),
        "X-RateLimit-Remaining": number("How much of it is left."),
        "X-RateLimit-Reset": number("When it is whole again, in Unix seconds; on a 429, when to send the request again."),
        "RateLimit": text("What is left of the limit, as the IETF draft writes it."),
        "RateLimit-Policy": text("The limit, as the IETF draft writes it."),
        "WWW-Authenticate": text("`Bearer`, with an `error` if a key was sent (RFC 6750)."),
        "Retry-After": number("Seconds after which to send the request again."),
        "X-Original-Request-Id": text("The `X-Request-Id` of the call whose stored answer this is: the id of its receipt."),
        "Idempotent-Replayed": { "description": "The answer is a stored one.", "schema": { "const": "true" } },
        "Location": text("The path of what was created."),
        "Link": text("The page that explains the error, with `rel=\"help\"`."),
    })
}
