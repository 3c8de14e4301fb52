//! The public addresses of a gateway, and the dialects of its paths.

use std::borrow::Cow;

use super::dialect::{Dialect, Dialects, is_under};
use crate::domain::language::Language;
use crate::domain::placeholder::is_placeholder;
use crate::domain::refusal::{Addresses, ErrorCode};

/// This gateway's own pages that answers name: their paths below its address.
pub const PRICING: &str = "/pricing";
pub const GUIDES: &str = "/docs/";

/// Links, stage prefixes and dialects of one gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicLinks {
    /// Address of support, the `support_contact` of errors.
    pub support_contact: String,
    /// Page where plans and credits are bought. Readers get [`Self::upgrade_page`].
    pub upgrade_url: String,
    /// Address by which clients reach this gateway, without a `/` at its end. Empty: links are
    /// relative.
    pub base_url: String,
    /// Page that explains the error codes, in English where it is this gateway's own.
    pub error_docs_url: String,
    /// The beginning of the address of an error's page, before its code: the `type` of a problem.
    pub error_page_prefix: String,
    /// Path prefixes that are ignored, such as `/prod`.
    pub stage_prefixes: Vec<String>,
    pub dialects: Dialects,
}

impl PublicLinks {
    /// The stage prefix of a path.
    pub fn stage_of(&self, path: &str) -> Option<&str> {
        self.stage_prefixes.iter().find(|stage| is_under(path, stage)).map(String::as_str)
    }

    /// The path without a stage prefix: `/prod/crm` is `/crm`, `/prod` is `/`.
    pub fn without_stage<'p>(&self, path: &'p str) -> &'p str {
        match self.stage_of(path).and_then(|stage| path.strip_prefix(stage)) {
            Some("") => "/",
            Some(rest) => rest,
            None => path,
        }
    }

    /// The addresses that the texts of errors may name, for a reader of this language.
    pub fn addresses(&self, language: Language) -> Addresses<'_> {
        let page = |address| named(address).map(|address| self.in_language(address, language));
        let (upgrade, docs) = (page(&self.upgrade_url), page(&self.error_docs_url));
        Addresses { support: self.support(), upgrade, docs }
    }

    /// Where support is reached, if the operator has set it.
    pub fn support(&self) -> Option<&str> {
        named(&self.support_contact)
    }

    /// Page where plans and credits are bought, for a reader of this language.
    pub fn upgrade_page(&self, language: Language) -> Cow<'_, str> {
        self.in_language(&self.upgrade_url, language)
    }

    /// The twin of a page of this gateway in this language. Other pages have none that is known.
    fn in_language<'p>(&self, page: &'p str, language: Language) -> Cow<'p, str> {
        match (language, page.strip_prefix(&self.base_url)) {
            (Language::Pt, Some(own @ (PRICING | GUIDES))) => format!("{}/pt{own}", self.base_url).into(),
            _ => page.into(),
        }
    }

    /// Address of the page that explains an error, the same in every language: programs compare it.
    pub fn error_page(&self, code: ErrorCode) -> String {
        format!("{}{}", self.error_page_prefix, code.as_str())
    }

    /// Address of the page that explains an error to a reader of this language.
    pub fn help_page(&self, code: ErrorCode, language: Language) -> String {
        match language {
            Language::Pt if self.error_page_prefix == self.own_error_page_prefix() => {
                format!("{}/pt/docs/errors/{}", self.base_url, code.as_str())
            }
            Language::En | Language::Pt => self.error_page(code),
        }
    }

    /// The beginning of the addresses of this gateway's own pages about errors.
    pub fn own_error_page_prefix(&self) -> String {
        format!("{}/docs/errors/", self.base_url)
    }

    /// A page of the operator's on which plans and credits are bought. This gateway's own page of
    /// prices sells nothing.
    pub fn shop(&self) -> Option<&str> {
        named(&self.upgrade_url).filter(|page| page.strip_prefix(&self.base_url) != Some(PRICING))
    }

    /// Address of this gateway's own documentation pages, without a `/` at its end.
    pub fn own_docs_url(&self) -> String {
        format!("{}/docs", self.base_url)
    }

    /// The default language of a path's texts.
    pub fn language_of(&self, path: &str) -> Language {
        self.dialects.language_of(self.without_stage(path))
    }

    /// The dialect of a path, with or without a stage prefix.
    pub fn dialect_of(&self, path: &str) -> Dialect {
        self.dialects.of(self.without_stage(path))
    }
}

/// An address that a sentence may name. A placeholder is not one, and neither is a path, which
/// leads nowhere in a sentence.
fn named(address: &str) -> Option<&str> {
    Some(address).filter(|address| !is_placeholder(address) && !address.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contact::ContactLimit;
    use crate::domain::credits::Credits;
    use crate::domain::refusal::{Limit, LimitHit, Refusal};

    fn links(upgrade_url: &str) -> PublicLinks {
        PublicLinks {
            support_contact: "help@example.com".to_owned(),
            upgrade_url: upgrade_url.to_owned(),
            error_docs_url: "https://example.com/docs".to_owned(),
            error_page_prefix: "https://example.com/docs#".to_owned(),
            ..PublicLinks::default()
        }
    }

    #[test]
    fn placeholders_stay_out_of_sentences() {
        let needed = Credits::from_u32(1);
        let limited = |limit| Refusal::Limited(LimitHit { limit, size: 1, retry_after_s: 1 });
        for refusal in [
            Refusal::PlanWithoutApi { required_plan: None },
            Refusal::AccountSuspended,
            Refusal::EndpointNotFound,
            Refusal::InsufficientCredits { needed, available: Credits::ZERO, locked: None },
            Refusal::ContactLimitReached { limit: ContactLimit::Contacts(1) },
            Refusal::Internal,
            limited(Limit::Rate),
            limited(Limit::Concurrency),
            limited(Limit::Quota),
        ] {
            for language in Language::ALL {
                let text = refusal.action(language, links("https://example.com/upgrade").addresses(language));
                assert!(!text.contains("example.com") && !text.contains("/docs"), "{text}");
            }
        }
        let plans = links("https://acme.test/plans");
        let refusal = Refusal::PlanWithoutApi { required_plan: None };
        let text = refusal.action(Language::En, plans.addresses(Language::En));
        assert_eq!(text, "Choose a plan with API access at https://acme.test/plans.");
    }

    #[test]
    fn pages_of_this_gateway_are_in_the_language_of_their_reader_and_others_are_as_set() {
        for base in ["", "https://api.acme.test"] {
            let own = PublicLinks {
                base_url: base.to_owned(),
                upgrade_url: format!("{base}{PRICING}"),
                error_docs_url: format!("{base}{GUIDES}"),
                ..PublicLinks::default()
            };
            assert_eq!(own.upgrade_page(Language::En), format!("{base}/pricing"));
            assert_eq!(own.upgrade_page(Language::Pt), format!("{base}/pt/pricing"));
            let docs = own.addresses(Language::Pt).docs;
            assert_eq!(docs, (!base.is_empty()).then(|| format!("{base}/pt/docs/").into()));
            assert_eq!(own.shop(), None);
        }
        let shop = links("https://acme.test/pricing");
        assert_eq!(shop.upgrade_page(Language::Pt), "https://acme.test/pricing");
        assert_eq!(shop.shop(), Some("https://acme.test/pricing"));
    }

    #[test]
    fn a_stage_prefix_changes_nothing() {
        let stage_prefixes = vec!["/production".to_owned(), "/prod".to_owned()];
        let links = PublicLinks { stage_prefixes, ..PublicLinks::default() };
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
