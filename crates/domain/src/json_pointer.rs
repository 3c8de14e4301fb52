//! Where a member stands in a JSON value (RFC 6901).

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde_json::Value;

/// A JSON pointer of at least one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct JsonPointer(Vec<String>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a JSON pointer such as /usage/total_tokens, at most 256 characters and 16 names")]
pub struct JsonPointerError;

impl JsonPointer {
    /// The names from the outermost member to the innermost.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Returns the member to which it leads, only through objects.
    pub fn member_of<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(root, |object, name| object.as_object()?.get(name))
    }

    /// Whether the other one leads to this member, or to one within it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The innermost name.
    pub fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
}

impl FromStr for JsonPointer {
    type Err = JsonPointerError;
    fn from_str(text: &str) -> Result<Self, JsonPointerError> {
        let inner = text.strip_prefix('/').ok_or(JsonPointerError)?;
        let is_escaped = inner.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        let names: Vec<String> =
            inner.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
        let is_bounded = text.len() <= 256 && names.len() <= 16;
        let is_named = names.iter().all(|name| !name.is_empty() && !name.chars().any(char::is_control));
        (is_escaped && is_bounded && is_named).then_some(Self(names)).ok_or(JsonPointerError)
    }
}

impl fmt::Display for JsonPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|name| write!(f, "/{}", name.replace('~', "~0").replace('/', "~1")))
    }
}

impl From<JsonPointer> for String {
    fn from(pointer: JsonPointer) -> Self {
        pointer.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_has_at_most_sixteen_names_and_escapes_two_characters() {
        let pointer: JsonPointer = "/a~1b/~01".parse().unwrap();
        assert_eq!((pointer.names(), pointer.last()), (&["a/b".to_owned(), "~1".to_owned()][..], "~1"));
        assert!("/a".repeat(17).parse::<JsonPointer>().is_err());
    }
}
