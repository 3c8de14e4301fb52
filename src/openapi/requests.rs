//! The bodies of requests: schemas by hand, because requests are read field by field, with the
//! limits of the readers.

mod contacts;
mod keys;
mod leaks;

use serde_json::{Map, Value, json};

pub(super) use self::contacts::contact;
pub(super) use self::keys::{empty, key_cap, key_change, new_environment, new_key, rotation};
pub(super) use self::leaks::leak_report;
use super::ordered::Ordered;
use super::texts::Texts;
use crate::catalogue::interned;
use crate::domain::depth::Depth;
use crate::domain::detail::Detail;
use crate::domain::language::Language;
use crate::domain::person::MAX_NAME_CHARS;
use crate::domain::route::{Endpoint, Route};

/// A member of a body.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub schema: Value,
    pub about: Texts,
    pub is_required: bool,
    /// Another name of the same field, which may stand in place of this one.
    pub other_name: Option<&'static str>,
}

impl Field {
    fn new(name: &'static str, schema: Value, about: Texts) -> Self {
        Self { name, schema, about, is_required: false, other_name: None }
    }

    fn required(self) -> Self {
        Self { is_required: true, ..self }
    }
}

/// The JSON body of a request.
#[derive(Clone, Debug)]
pub struct RequestBody {
    pub is_required: bool,
    /// Its members, in the order in which people read them.
    pub fields: Vec<Field>,
    /// Whether these are all. Only the service behind a route knows the members that it takes.
    pub is_complete: bool,
    pub example: Ordered,
}

impl RequestBody {
    fn new(fields: Vec<Field>, example: &str) -> Self {
        Self { is_required: true, fields, is_complete: true, example: Ordered::parse(example) }
    }

    /// The body of a route of the seller, by an example of it.
    pub(super) fn by_example(example: &str) -> Self {
        let example = Ordered::parse(example);
        let field = |(name, value): &(String, Ordered)| Field::new(interned(name), value.schema(), ["", ""]);
        let fields = example.members().iter().map(field).collect();
        Self { is_required: false, fields, is_complete: false, example }
    }

    fn optional(self) -> Self {
        Self { is_required: false, ..self }
    }

    /// The JSON Schema of the body.
    pub(super) fn schema(&self) -> Value {
        let mut properties = Map::new();
        let mut either = Vec::new();
        let mut required = Vec::new();
        for field in &self.fields {
            let mut schema = field.schema.clone();
            if !field.about[0].is_empty() {
                schema["description"] = json!(field.about[0]);
            }
            properties.insert(field.name.to_owned(), schema.clone());
            match field.other_name {
                Some(other) => {
                    schema["description"] = json!(format!("The same as `{}`.", field.name));
                    properties.insert(other.to_owned(), schema);
                    either.push(if field.is_required {
                        json!({ "oneOf": [given(field.name), given(other)] })
                    } else {
                        json!({ "not": { "required": [field.name, other] } })
                    });
                }
                None if field.is_required => required.push(field.name),
                None => {}
            }
        }
        let mut schema = json!({ "type": "object", "properties": properties });
        if self.is_complete {
            schema["additionalProperties"] = json!(false);
        }
        if !either.is_empty() {
            schema["allOf"] = Value::Array(either);
        }
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }
}

/// Characters that no short text contains: control characters, ends of lines and paragraphs, and
/// marks that turn the direction of a line.
const CONTROL: &str =
    r"\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFF9-\uFFFB";

/// The pattern of a short text with a character of this class.
fn text_with(class: &str) -> String {
    format!("^[^{CONTROL}]*{class}[^{CONTROL}]*$")
}

/// A text of several lines with something in it; line breaks and tabs are part of it.
fn prose(max_chars: usize) -> Value {
    const OTHER_CONTROL: &str = r"\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F";
    let pattern = format!(r"^[^{OTHER_CONTROL}]*[^{OTHER_CONTROL}\s][^{OTHER_CONTROL}]*$");
    json!({ "type": "string", "minLength": 1, "maxLength": max_chars, "pattern": pattern })
}

/// What a body with this text obeys.
fn given(name: &str) -> Value {
    json!({ "required": [name], "properties": { name: { "type": "string" } } })
}

/// The same schema for a member that may be `null`.
fn or_null(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

/// A short text with something visible in it.
fn short_text(max_chars: usize) -> Value {
    let pattern = text_with(&format!(r"[^{CONTROL}\s]"));
    json!({ "type": "string", "minLength": 1, "maxLength": max_chars, "pattern": pattern })
}

/// ASCII characters that are neither letters nor digits. Some languages lack classes such as
/// `\p{L}`, so a pattern rules out what is surely no letter. The texts say the rest.
const MARKS: &str = r"!-/:-@\[-`{-~";

/// The names of a person's fields in English and in Portuguese, what they hold, and what they must
/// contain besides marks: a letter of any script, or for a company also a digit.
const NAMES: [([&str; 2], Texts, &str); 3] = [
    (
        ["first_name", "primeiro_nome"],
        ["Given name, with at least one letter.", "Nome, com pelo menos uma letra."],
        "0-9",
    ),
    (
        ["last_name", "ultimo_nome"],
        [
            "Surname, or several, with at least one letter.",
            "Sobrenome, um ou mais, com pelo menos uma letra.",
        ],
        "0-9",
    ),
    (
        ["company", "empresa"],
        [
            "Company, by its brand or full name, with at least one letter or digit.",
            "Empresa, pela marca ou pelo nome completo, com pelo menos uma letra ou um dígito.",
        ],
        "",
    ),
];

/// A person's names, under both spellings.
fn names(own: Language) -> Vec<Field> {
    let fields = NAMES.iter().map(|([english, portuguese], about, not_enough)| {
        let (name, other) = match own {
            Language::En => (*english, *portuguese),
            Language::Pt => (*portuguese, *english),
        };
        let pattern = text_with(&format!(r"[^{CONTROL}\s{MARKS}{not_enough}]"));
        let text =
            json!({ "type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS, "pattern": pattern });
        // The spelling that is not used may be `null`.
        let schema = or_null(text);
        Field { other_name: Some(other), ..Field::new(name, schema, *about).required() }
    });
    fields.collect()
}

/// The body of a paid call.
pub(super) fn person(route: &Route) -> RequestBody {
    let nullable = |words: &[&str]| {
        let words: Vec<Value> = words.iter().map(|word| json!(word)).chain([Value::Null]).collect();
        json!({ "enum": words })
    };
    let mut fields = names(route.language);
    let is_comprehensive = route.endpoint == Endpoint::AnalyzeComprehensive;
    if is_comprehensive {
        fields.push(Field::new(
            "tier",
            nullable(&Depth::NAMES),
            [
                "The depth of the analysis, which decides the price. `standard` if absent.",
                "A profundidade da análise, que define o preço. Padrão: `standard`.",
            ],
        ));
    }
    if is_comprehensive || route.endpoint == Endpoint::Analyze {
        fields.push(Field::new(
            "language",
            nullable(&Language::CODES),
            ["The language of the texts in the answer.", "O idioma dos textos da resposta."],
        ));
    }
    fields.push(Field::new(
        "detail",
        nullable(&Detail::NAMES),
        [
            "How much of the analysis the answer contains. `standard` if absent.",
            "Quanto da análise a resposta contém. Padrão: `standard`.",
        ],
    ));
    if is_comprehensive {
        fields.push(Field::new(
            "allow_mock_data",
            json!({ "type": ["boolean", "null"] }),
            [
                "With a key of a test environment: an invented answer about an unknown person.",
                "Com uma chave de ambiente de teste: uma resposta fictícia sobre uma pessoa desconhecida.",
            ],
        ));
    }
    let example = match (route.language, is_comprehensive) {
        (Language::Pt, _) => {
            r#"{"primeiro_nome": "Marina", "ultimo_nome": "Duarte Prado", "empresa": "Horizonte Sistemas"}"#
        }
        (Language::En, false) => {
            r#"{"first_name": "Marina", "last_name": "Duarte Prado", "company": "Horizonte Sistemas"}"#
        }
        (Language::En, true) => {
            r#"{"first_name": "Marina", "last_name": "Duarte Prado", "company": "Horizonte Sistemas", "tier": "standard"}"#
        }
    };
    RequestBody::new(fields, example)
}
