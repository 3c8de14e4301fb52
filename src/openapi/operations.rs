//! The table of operations, one file a subject.

mod account;
mod analysis;
mod contacts;
mod forwarded;
mod keys;
mod service;

use serde_json::json;

use super::Facts;
use super::operation::{Operation, Parameter, Texts};
use crate::http::paging::MAX_LIMIT;

/// Every operation, in the order of the reference.
pub fn all(facts: &Facts) -> Vec<Operation> {
    let mut operations = analysis::operations(&facts.routes.built_in);
    operations.extend(forwarded::operations(&facts.routes.forwarded));
    operations.extend(account::operations());
    operations.extend(contacts::operations());
    operations.extend(keys::operations());
    operations.extend(service::operations());
    operations
}

/// `id` in the path.
fn id(about: Texts) -> Vec<Parameter> {
    let schema = json!({ "type": "string", "format": "uuid" });
    vec![Parameter { name: "id", is_in_path: true, about, schema }]
}

/// `cursor` and `limit` of a list.
fn paging() -> Vec<Parameter> {
    let of_query = |name, about, schema| Parameter { name, is_in_path: false, about, schema };
    vec![
        of_query(
            "cursor",
            [
                "The `next_cursor` of the page before; omit it for the first page.",
                "O `next_cursor` da página anterior; omita na primeira página.",
            ],
            json!({ "type": "string" }),
        ),
        of_query(
            "limit",
            ["Most entries of the page.", "Máximo de itens da página."],
            json!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 100 }),
        ),
    ]
}
