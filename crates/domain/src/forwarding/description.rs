//! What the documentation says of a route.

use std::collections::BTreeMap;

use serde::Serialize;

/// A text for the readers of each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Translated {
    pub en: &'static str,
    pub pt: &'static str,
}

/// A call that the documentation shows, and what comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExampleCall {
    /// Values of parameters of the path.
    pub path: BTreeMap<String, String>,
    pub query: BTreeMap<String, String>,
    /// A JSON object as text.
    pub body: Option<String>,
    /// JSON as text.
    pub answer: Option<String>,
}
