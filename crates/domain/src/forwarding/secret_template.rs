//! Secrets in files of the seller: named there, and kept in the environment of each gateway.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A text with `{env:NAME}` in it: the secret itself is in the environment of each gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct SecretTemplate {
    before: String,
    variable: String,
    after: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must name one variable as {{env:NAME}}, with capital letters, digits and `_`: the secret itself has no place in the file"
)]
pub struct SecretTemplateError;

impl SecretTemplate {
    /// The variable that holds the secret.
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// The text with the secret in it.
    pub fn filled(&self, secret: &str) -> String {
        format!("{}{secret}{}", self.before, self.after)
    }
}

impl FromStr for SecretTemplate {
    type Err = SecretTemplateError;
    fn from_str(text: &str) -> Result<Self, SecretTemplateError> {
        let (before, rest) = text.split_once("{env:").ok_or(SecretTemplateError)?;
        let (variable, after) = rest.split_once('}').ok_or(SecretTemplateError)?;
        let is_name = (1..=100).contains(&variable.len())
            && variable.starts_with(|c: char| c.is_ascii_uppercase())
            && variable.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_');
        let is_plain =
            |part: &str| part.len() <= 100 && part.bytes().all(|c| (b' '..=b'~').contains(&c) && c != b'{');
        if !is_name || !is_plain(before) || !is_plain(after) {
            return Err(SecretTemplateError);
        }
        Ok(Self { before: before.into(), variable: variable.into(), after: after.into() })
    }
}

impl fmt::Display for SecretTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{{env:{}}}{}", self.before, self.variable, self.after)
    }
}

impl From<SecretTemplate> for String {
    fn from(template: SecretTemplate) -> Self {
        template.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_stands_in_the_environment() {
        let template: SecretTemplate = "Bearer {env:IMAGES_TOKEN}".parse().unwrap();
        assert_eq!((template.variable(), template.filled("x").as_str()), ("IMAGES_TOKEN", "Bearer x"));
        assert_eq!(template.to_string(), "Bearer {env:IMAGES_TOKEN}");
        for text in ["", "Bearer x", "{env:}", "{env:lower}", "{env:A", "{env:A}{env:B}", "a\n{env:A}"] {
            assert!(text.parse::<SecretTemplate>().is_err(), "{text}");
        }
    }
}
