//! Which shape of body a route speaks, and in which language its sentences are.

use crate::domain::language::Language;

/// The shape of error bodies. `Accept: application/problem+json` overrules it on any route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `error` is an object with a message and an action; `error_code` is its neighbour.
    #[default]
    Fluence,
    /// `error` is an object with a code and a message. All 401 share a code, and so do all missing
    /// rights.
    Fluenzr,
    /// `error` is a message; `code` is its neighbour.
    Influtics,
}

/// Which dialect and language a path speaks, unknown paths included: the longest matching prefix
/// decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialects {
    /// Longest prefix first.
    rules: Vec<(String, Dialect)>,
    /// Paths whose texts are in Portuguese.
    portuguese: Vec<String>,
}

impl Dialects {
    /// A table of path prefixes such as `/v1`; each holds for whole segments. What none matches
    /// speaks `fluence`.
    pub fn new(mut rules: Vec<(String, Dialect)>) -> Self {
        rules.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Self { rules, portuguese: Vec::new() }
    }

    /// The same, with sentences in Portuguese on these paths.
    #[must_use]
    pub fn in_portuguese(self, portuguese: Vec<String>) -> Self {
        Self { portuguese, ..self }
    }

    /// The language of a path without its stage prefix.
    pub fn language_of(&self, path: &str) -> Language {
        if self.portuguese.iter().any(|known| known == path) { Language::Pt } else { Language::En }
    }

    /// The dialect of a path without its stage prefix.
    pub fn of(&self, path: &str) -> Dialect {
        self.rules
            .iter()
            .find(|(prefix, _)| is_under(path, prefix))
            .map_or(Dialect::Fluence, |(_, dialect)| *dialect)
    }
}

impl Default for Dialects {
    fn default() -> Self {
        Self::new(vec![("/v1".to_owned(), Dialect::Fluenzr), ("/v1/account".to_owned(), Dialect::Influtics)])
    }
}

/// Whether `path` is `prefix` itself or lies below it.
pub(crate) fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_of_whole_segments_decides() {
        let dialects = Dialects::default();
        for (path, expected) in [
            ("/crm", Dialect::Fluence),
            ("/", Dialect::Fluence),
            ("/v10", Dialect::Fluence),
            ("/v1", Dialect::Fluenzr),
            ("/v1/contacts", Dialect::Fluenzr),
            ("/v1/accounts", Dialect::Fluenzr),
            ("/v1/account", Dialect::Influtics),
            ("/v1/account/usage", Dialect::Influtics),
        ] {
            assert_eq!(dialects.of(path), expected, "{path}");
        }
    }
}
