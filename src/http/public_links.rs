//! What every answer may have to name: where help, upgrades and explanations are found.

use super::dialect::{Dialect, Dialects, is_under};
use crate::domain::language::Language;
use crate::domain::placeholder::is_placeholder;

/// Links, stage prefixes and dialects of one gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicLinks {
    /// Address of support, as `support_contact` shows it.
    pub support_contact: String,
    /// Page where plans and credits are bought.
    pub upgrade_url: String,
    /// Page that explains the error codes; a problem's `type` is this with `#ERROR_CODE` behind it.
    pub error_docs_url: String,
    /// Path prefixes that mean the same as none, such as `/prod`.
    pub stage_prefixes: Vec<String>,
    /// Which path speaks which dialect.
    pub dialects: Dialects,
}

impl PublicLinks {
    /// The path without a stage prefix: `/prod/crm` is `/crm`, `/prod` is `/`.
    pub fn without_stage<'p>(&self, path: &'p str) -> &'p str {
        let stage = self.stage_prefixes.iter().find(|stage| is_under(path, stage));
        match stage.and_then(|stage| path.strip_prefix(stage.as_str())) {
            Some("") => "/",
            Some(rest) => rest,
            None => path,
        }
    }

    /// Where help is found, unless nobody has filled it in.
    pub fn support(&self) -> Option<&str> {
        filled_in(&self.support_contact)
    }

    /// Where plans and credits are bought, unless nobody has filled it in.
    pub fn upgrade(&self) -> Option<&str> {
        filled_in(&self.upgrade_url)
    }

    /// Where errors are explained, unless nobody has filled it in.
    pub fn docs(&self) -> Option<&str> {
        filled_in(&self.error_docs_url)
    }

    /// The language of a path's sentences where the request names none.
    pub fn language_of(&self, path: &str) -> Language {
        self.dialects.language_of(self.without_stage(path))
    }

    /// The dialect of a path, with or without a stage prefix.
    pub fn dialect_of(&self, path: &str) -> Dialect {
        self.dialects.of(self.without_stage(path))
    }
}

fn filled_in(address: &str) -> Option<&str> {
    (!is_placeholder(address)).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_prefix_changes_nothing() {
        let links = PublicLinks {
            support_contact: String::new(),
            upgrade_url: String::new(),
            error_docs_url: String::new(),
            stage_prefixes: vec!["/production".to_owned(), "/prod".to_owned()],
            dialects: Dialects::default(),
        };
        for (path, bare) in [
            ("/crm", "/crm"),
            ("/prod/crm", "/crm"),
            ("/production/v1/account", "/v1/account"),
            ("/products", "/products"),
            ("/prod", "/"),
            ("/prod/prod/crm", "/prod/crm"),
        ] {
            assert_eq!(links.without_stage(path), bare);
        }
        assert_eq!(links.dialect_of("/production/v1/account"), Dialect::Influtics);
    }
}
