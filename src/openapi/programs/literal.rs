//! JSON values as the literals of a language.

use serde_json::Value;

use crate::openapi::ordered::Ordered;

/// How a language writes values.
pub(super) struct Style {
    pub(super) null: &'static str,
    pub(super) booleans: [&'static str; 2],
    pub(super) unit: &'static str,
    /// What opens and closes an object.
    pub(super) object: [&'static str; 2],
    pub(super) empty_object: &'static str,
    pub(super) has_last_comma: bool,
    pub(super) text: fn(&str) -> String,
    /// The name of a member with what separates it from the value.
    pub(super) member: fn(&str) -> String,
}

impl Style {
    /// The value, whose first line is already indented.
    pub(super) fn write(&self, value: &Ordered, depth: usize) -> String {
        match value {
            Ordered::Null => self.null.to_owned(),
            Ordered::Bool(value) => self.booleans[usize::from(*value)].to_owned(),
            Ordered::Number(digits) => digits.clone(),
            Ordered::Text(text) => (self.text)(text),
            Ordered::List(items) if items.iter().all(is_scalar) => {
                let items: Vec<String> = items.iter().map(|item| self.write(item, depth)).collect();
                format!("[{}]", items.join(", "))
            }
            Ordered::List(items) => {
                let items = items.iter().map(|item| self.write(item, depth + 1)).collect();
                self.block(["[", "]"], items, depth)
            }
            Ordered::Object(members) if members.is_empty() => self.empty_object.to_owned(),
            Ordered::Object(members) => {
                let member = |(name, value): &(String, Ordered)| {
                    format!("{}{}", (self.member)(name), self.write(value, depth + 1))
                };
                self.block(self.object, members.iter().map(member).collect(), depth)
            }
        }
    }

    /// Items on a line each, one step deeper than what encloses them.
    fn block(&self, [open, close]: [&str; 2], items: Vec<String>, depth: usize) -> String {
        let indent = self.unit.repeat(depth + 1);
        let last = if self.has_last_comma { "," } else { "" };
        let separator = format!(",\n{indent}");
        format!("{open}\n{indent}{}{last}\n{}{close}", items.join(&separator), self.unit.repeat(depth))
    }
}

const fn is_scalar(value: &Ordered) -> bool {
    !matches!(value, Ordered::List(_) | Ordered::Object(_))
}

/// A text in double quotes, as JSON writes it.
pub(super) fn double_quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A text in single quotes, in which a backslash escapes those and itself.
pub(super) fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The name of a member, in quotes where it is no identifier.
pub(super) fn bare_or_quoted(name: &str) -> String {
    let is_identifier = !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_identifier { name.to_owned() } else { single_quoted(name) }
}

/// JSON itself, with short lists on one line.
pub(super) const JSON: Style = Style {
    null: "null",
    booleans: ["false", "true"],
    unit: "  ",
    object: ["{", "}"],
    empty_object: "{}",
    has_last_comma: false,
    text: double_quoted,
    member: |name| format!("{}: ", double_quoted(name)),
};
