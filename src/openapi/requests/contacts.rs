//! The bodies of contacts.

use serde_json::{Value, json};

use super::{Field, RequestBody, names, or_null, prose, short_text};
use crate::domain::contact::limits;
use crate::domain::language::Language;

fn post() -> Value {
    json!({
        "type": "object",
        "properties": {
            "text": prose(limits::POST_CHARS),
            "published_at": {
                "anyOf": [
                    { "type": "string", "format": "date" },
                    { "type": "string", "format": "date-time" },
                    { "type": "null" },
                ],
                "description": "A date or an RFC 3339 time.",
            },
            "language": or_null(short_text(limits::LANGUAGE_CHARS)),
        },
        "required": ["text"],
        "additionalProperties": false,
    })
}

/// A new contact, or changes to one.
pub(in crate::openapi) fn contact(is_new: bool) -> RequestBody {
    let mut fields = names(Language::En);
    for field in &mut fields {
        field.is_required = is_new;
    }
    fields.extend([
        Field::new("title", or_null(short_text(limits::TITLE_CHARS)), ["Job title.", "Cargo."]),
        Field::new(
            "email",
            json!({ "type": ["string", "null"], "format": "email" }),
            ["E-mail address.", "Endereço de e-mail."],
        ),
        Field::new(
            "bio",
            or_null(prose(limits::BIO_CHARS)),
            ["What the person writes about themselves.", "O que a pessoa escreve sobre si."],
        ),
        Field::new(
            "posts",
            json!({ "type": ["array", "null"], "maxItems": limits::POSTS, "items": post() }),
            [
                "Texts that the person has written: `text`, and if known `published_at` and `language`.",
                "Textos que a pessoa escreveu: `text` e, se conhecidos, `published_at` e `language`.",
            ],
        ),
    ]);
    let example = if is_new {
        r#"{"first_name": "Ana", "last_name": "Prates", "company": "Zyntra", "title": "Head of Sales",
            "posts": [{"text": "We opened an office in Recife.", "published_at": "2026-01-15"}]}"#
    } else {
        r#"{"title": "Chief Revenue Officer", "bio": null}"#
    };
    RequestBody::new(fields, example)
}
