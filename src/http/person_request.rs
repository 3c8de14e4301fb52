//! Who is asked about: the fields of a paid request, under their Portuguese or English names.

use super::fields::Fields;
use super::profile_url::refuse_profile_urls;
use crate::domain::depth::Depth;
use crate::domain::detail::Detail;
use crate::domain::language::Language;
use crate::domain::person::{MAX_NAME_CHARS, NameOf, PersonQuery};
use crate::domain::refusal::Refusal;

/// The fields of a route besides the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonFields {
    /// The language of the field names in faults.
    pub spelling: Language,
    /// Whether `language` may be given.
    pub takes_language: bool,
    /// Whether `tier` and `allow_mock_data` may be given.
    pub takes_tier: bool,
}

impl PersonFields {
    /// `/crm_basico` and `/crm`.
    pub const CRM: Self = Self { spelling: Language::Pt, takes_language: false, takes_tier: false };
    /// `/analyze`.
    pub const ANALYZE: Self = Self { spelling: Language::En, takes_language: true, takes_tier: false };
    /// `/analyze-comprehensive`.
    pub const COMPREHENSIVE: Self = Self { spelling: Language::En, takes_language: true, takes_tier: true };
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRequest {
    /// Who is meant; names are trimmed and in Unicode normalisation form C.
    pub query: PersonQuery,
    /// The requested language of the answer's texts.
    pub texts: Option<Language>,
    /// The requested depth.
    pub depth: Option<Depth>,
    /// How much of the analysis the answer contains.
    pub detail: Detail,
    /// Whether sample people may answer.
    pub allow_mock_data: bool,
}

impl PersonRequest {
    /// Checks the fields of a request; every fault is reported at once.
    pub fn parse(mut fields: Fields, route: PersonFields) -> Result<Self, Refusal> {
        refuse_profile_urls(&fields)?;
        let first_name = take_name(&mut fields, "first_name", "primeiro_nome", NameOf::Person, route);
        let last_name = take_name(&mut fields, "last_name", "ultimo_nome", NameOf::Person, route);
        let company = take_name(&mut fields, "company", "empresa", NameOf::Company, route);
        let texts = take_if(route.takes_language, || {
            fields.take_word("language", &Language::CODES, Language::from_code)
        });
        let depth = take_if(route.takes_tier, || fields.take_word("tier", &Depth::NAMES, Depth::from_name));
        let mock = take_if(route.takes_tier, || fields.take_bool("allow_mock_data"));
        let detail = fields.take_word("detail", &Detail::NAMES, Detail::from_name);
        let ((first_name, last_name), company) =
            fields.finish_with(first_name.zip(last_name).zip(company))?;
        let query = PersonQuery { first_name, last_name, company };
        Ok(Self {
            query,
            texts,
            depth,
            detail: detail.unwrap_or_default(),
            allow_mock_data: mock.unwrap_or(false),
        })
    }
}

/// Takes an optional field where the route has it; elsewhere it stays among the unknown ones.
fn take_if<T>(taken: bool, take: impl FnOnce() -> Option<T>) -> Option<T> {
    if taken { take() } else { None }
}

/// Takes a name under either of its spellings.
fn take_name(
    fields: &mut Fields,
    english: &'static str,
    portuguese: &'static str,
    name_of: NameOf,
    route: PersonFields,
) -> Option<String> {
    let (own, other) = match route.spelling {
        Language::En => (english, portuguese),
        Language::Pt => (portuguese, english),
    };
    fields.take_name_of_two(own, other, name_of, MAX_NAME_CHARS)
}

#[cfg(test)]
mod tests;
