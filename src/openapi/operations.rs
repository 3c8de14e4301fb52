//! The table of operations, one file a subject.

mod account;
mod analysis;
mod contacts;
mod environments;
mod forwarded;
mod keys;
mod service;

use serde_json::{Value, json};

use super::Facts;
use super::operation::{Operation, Parameter, ParameterPlace};
use super::texts::Texts;
use crate::http::paging::MAX_LIMIT;

/// Every operation, in the order of the reference.
pub fn all(facts: &Facts) -> Vec<Operation> {
    let mut operations = analysis::operations(&facts.routes.built_in);
    operations.extend(forwarded::operations(&facts.routes));
    operations.extend(account::operations());
    if facts.routes.sells_analysis() {
        operations.extend(contacts::operations());
    }
    operations.extend(keys::operations());
    operations.extend(environments::operations());
    operations.extend(service::operations());
    operations
}

/// `id` in the path.
fn id(about: Texts) -> Vec<Parameter> {
    let schema = json!({ "type": "string", "format": "uuid" });
    vec![Parameter { name: "id", place: ParameterPlace::Segment, about, schema, example: None }]
}

/// What the cursors of a list look like.
#[derive(Clone, Copy)]
enum Cursor {
    /// The number of an entry.
    Number,
    /// The id of an entry.
    Id,
    /// The groups and the place of a line of usage.
    Usage,
}

impl Cursor {
    fn schema(self) -> Value {
        match self {
            Self::Number => json!({ "type": "string", "pattern": "^[0-9]{1,18}$" }),
            Self::Id => json!({ "type": "string", "format": "uuid" }),
            Self::Usage => json!({ "type": "string", "pattern": "^[0-9a-f]{49}[A-Z_]{0,64}$" }),
        }
    }
}

/// `cursor` and `limit` of a list.
fn paging(cursor: Cursor) -> Vec<Parameter> {
    vec![
        Parameter::of_query(
            "cursor",
            [
                "The `next_cursor` of the page before; omit it for the first page.",
                "O `next_cursor` da página anterior; omita na primeira página.",
            ],
            cursor.schema(),
            None,
        ),
        Parameter::of_query(
            "limit",
            ["Most entries of the page.", "Máximo de itens da página."],
            json!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 100 }),
            Some("10"),
        ),
    ]
}
