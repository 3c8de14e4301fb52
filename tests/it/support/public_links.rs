//! Public links as tests use them.

use fluence::http::dialect::Dialects;
use fluence::http::public_links::PublicLinks;

/// Public links with invented addresses and both stage prefixes.
pub(crate) fn links() -> PublicLinks {
    PublicLinks {
        support_contact: "help@fluence.example".to_owned(),
        upgrade_url: "https://fluence.example/plans".to_owned(),
        base_url: String::new(),
        error_docs_url: "https://fluence.example/docs/errors".to_owned(),
        error_page_prefix: "https://fluence.example/docs/errors#".to_owned(),
        stage_prefixes: vec!["/production".to_owned(), "/prod".to_owned()],
        dialects: Dialects::default(),
    }
}
