//! The body of a report of a leaked key.

use super::{Field, RequestBody, or_null, short_text};
use crate::api::leaks::MAX_TOKEN_CHARS;
use crate::domain::key::leak::MAX_URL_CHARS;

/// A report. The example has a placeholder, so that no secret scanner takes it for a key.
pub(in crate::openapi) fn leak_report() -> RequestBody {
    let fields = vec![
        Field::new("token", short_text(MAX_TOKEN_CHARS), ["The whole key.", "A chave inteira."]).required(),
        Field::new(
            "url",
            or_null(short_text(MAX_URL_CHARS)),
            [
                "The http or https address where you found it. Its owner reads this.",
                "O endereço http ou https em que você a encontrou. O dono da chave o lê.",
            ],
        ),
    ];
    RequestBody::new(
        fields,
        r#"{"token": "THE-WHOLE-KEY-THAT-YOU-FOUND", "url": "https://gist.example/anna/1f3c"}"#,
    )
}
