//! Decides which candidate of a source a query means. Pure.
//!
//! Every field of the query must agree by a rule, from "the same" down to one typing error. The
//! product of the fields' degrees is the confidence. A candidate that is nearly as good as the best
//! makes the answer "several": naming the wrong person is worse than naming none.

use schemars::JsonSchema;
use serde::Serialize;

use self::beyond::Beyond;
pub use self::given_names::GivenNameRule;
pub use self::surnames::SurnameRule;
use super::agreement::{Agreement, SAYS_LESS};
use super::company::{self, CompanyName, CompanyRule};
use super::edits::Slips;
use super::name::PersonName;
use super::rarity::Rarity;
use fluence_domain::person::PersonQuery;

mod beyond;
mod family_name_first;
mod given_names;
mod surnames;

/// Confidences that differ by less are equal.
const CONFIDENCE_EPSILON: f64 = 1e-9;
/// A candidate whose confidence is at most this far below the best cannot be distinguished from it.
const AMBIGUITY_WINDOW: f64 = 0.015;
/// The least confidence of a match. With less, too many fields agree only by a weak rule.
const MIN_CONFIDENCE: f64 = 0.62;
/// The factor of a match with another name that the source lists for the person.
const ALIAS: f64 = 0.96;

/// The degree of each rule by which names agree, apart from the exact ones, which have 1.
pub(super) mod degree {
    pub(crate) const NICKNAME: f64 = 0.96;
    pub(crate) const LATER_GIVEN_NAME: f64 = 0.94;
    pub(crate) const GIVEN_NAME_OF_SAME_SOUND: f64 = 0.93;
    pub(crate) const SURNAME_OF_SAME_SOUND: f64 = 0.96;
    pub(crate) const OTHER_ALPHABET: f64 = 0.95;
    pub(crate) const FAMILY_NAME_FIRST: f64 = 0.94;
    pub(crate) const ONE_SLIP: f64 = 0.88;
    pub(crate) const TWO_SLIPS: f64 = 0.80;
}

/// A person that a source offers for the decision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidate {
    pub name: PersonName,
    pub aliases: Vec<PersonName>,
    pub company: CompanyName,
    pub former_companies: Vec<CompanyName>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Resolution {
    /// One person, distinguished from every other candidate.
    One(Match),
    /// Two or more people that the query fits equally well, best first.
    Several(Vec<Match>),
    None,
}

/// One agreeing candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// Its index in the slice of candidates.
    pub index: usize,
    /// The product of the fields' degrees, 0 to 1.
    pub confidence: f64,
    /// The rule by which each field agreed.
    pub evidence: MatchEvidence,
    /// What the source has beyond the query.
    pub(super) beyond: Beyond,
}

impl Match {
    /// Returns the same match, with the confidence that a second match of the same person allows.
    #[must_use]
    pub fn confirmed_by(self, second: &Self) -> Self {
        Self { confidence: self.confidence * second.confidence, ..self }
    }

    /// Returns the confidence without the factors for fewer words than the source.
    fn confidence_but_for_length(&self) -> f64 {
        let Beyond { given, surnames, company } = self.beyond;
        let fields = i32::from(given) + i32::from(surnames) + i32::from(company);
        self.confidence / SAYS_LESS.powi(fields)
    }

    /// Whether the confidence exceeds that of any match with a slip by more than the ambiguity
    /// window.
    pub fn is_beyond_slips(&self) -> bool {
        self.confidence > degree::ONE_SLIP + AMBIGUITY_WINDOW + f64::EPSILON
    }
}

/// The rule by which each field agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MatchEvidence {
    pub first_name: GivenNameRule,
    /// The weakest rule that any of the surnames needed.
    pub last_name: SurnameRule,
    pub company: CompanyRule,
}

/// A parsed query, to be compared with any number of candidates.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedQuery {
    pub name: PersonName,
    pub company: CompanyName,
}

impl From<&PersonQuery> for ParsedQuery {
    fn from(query: &PersonQuery) -> Self {
        Self {
            name: PersonName::parse(&query.first_name, &query.last_name).without_degrees(),
            company: CompanyName::parse(&query.company),
        }
    }
}

/// Returns the candidates that the query means.
pub fn resolve(query: &PersonQuery, candidates: &[Candidate], rarity: &Rarity) -> Resolution {
    let query = ParsedQuery::from(query);
    let mut matches: Vec<Match> = candidates
        .iter()
        .enumerate()
        .filter_map(|(index, candidate)| {
            agreement(&query, candidate, rarity).map(|found| Match { index, ..found })
        })
        .collect();
    matches
        .sort_by(|one, other| other.confidence.total_cmp(&one.confidence).then(one.index.cmp(&other.index)));
    let Some(best) = matches.first().copied() else { return Resolution::None };
    matches.retain(|candidate| best.confidence - candidate.confidence <= AMBIGUITY_WINDOW + f64::EPSILON);
    // A candidate with exactly the query's name or company precedes those whose names contain it.
    let all = matches.clone();
    matches.retain(|found| !all.iter().any(|other| exceeds(found, other, candidates)));
    if matches.len() == 1 { Resolution::One(best) } else { Resolution::Several(matches) }
}

/// Whether candidate `one` agrees by the same rules as the other, but has a longer name, or works
/// at another unit of the company. If the query may mean either company, neither exceeds the other.
fn exceeds(one: &Match, other: &Match, candidates: &[Candidate]) -> bool {
    let [longer, company] =
        [one, other].map(|found| candidates.get(found.index).map(|candidate| &candidate.company));
    let is_another_unit = || longer.zip(company).is_some_and(|(longer, company)| longer.is_unit_of(company));
    let difference = one.confidence_but_for_length() - other.confidence_but_for_length();
    other.beyond.is_within(one.beyond)
        && difference.abs() < CONFIDENCE_EPSILON
        && (!other.beyond.company || longer == company)
        && (other.beyond.is_whole_name() || (!other.beyond.company && is_another_unit()))
}

/// Compares a query with a candidate. Returns `None` if a field disagrees or the confidence is
/// below [`MIN_CONFIDENCE`].
fn agreement(query: &ParsedQuery, candidate: &Candidate, rarity: &Rarity) -> Option<Match> {
    let compare_company = |slips| {
        company::likeness::compare(
            &query.company,
            &candidate.company,
            &candidate.former_companies,
            rarity,
            slips,
        )
    };
    let compare_names = |slips| compare_any_name(&query.name, candidate, rarity, slips);
    let (company, names) = match (compare_company(Slips::InLongWords), compare_names(Slips::InLongWords)) {
        (Some(company), Some(names)) => (company, names),
        // A slip in a short word is accepted only if everything else agrees exactly.
        (Some(company), None) if company.rule == CompanyRule::Exact => {
            let names = compare_names(Slips::InShortWordsToo)?;
            (company, (names.given.rule == GivenNameRule::Exact).then_some(names)?)
        }
        (None, Some(names)) if names.are_exact() => (compare_company(Slips::InShortWordsToo)?, names),
        _ => return None,
    };
    let NamesAgreement { given, surnames } = names;
    let confidence = given.degree * surnames.degree * company.degree;
    let evidence = MatchEvidence { first_name: given.rule, last_name: surnames.rule, company: company.rule };
    let beyond = Beyond { given: given.says_less, surnames: surnames.says_less, company: company.says_less };
    (confidence >= MIN_CONFIDENCE).then_some(Match { index: 0, confidence, evidence, beyond })
}

/// The agreement of both parts of a name.
#[derive(Clone, Copy, Debug)]
struct NamesAgreement {
    given: Agreement<GivenNameRule>,
    surnames: Agreement<SurnameRule>,
}

impl NamesAgreement {
    fn degree(&self) -> f64 {
        self.given.degree * self.surnames.degree
    }

    fn are_exact(&self) -> bool {
        self.given.rule == GivenNameRule::Exact && self.surnames.rule == SurnameRule::Exact
    }
}

/// Compares with the candidate's own name, and if that disagrees, with the other names of the
/// source.
fn compare_any_name(
    query: &PersonName,
    candidate: &Candidate,
    rarity: &Rarity,
    slips: Slips,
) -> Option<NamesAgreement> {
    let compare = |name| {
        compare_names(query, name, rarity, slips)
            .or_else(|| family_name_first::compare(query, name, rarity, slips))
    };
    compare(&candidate.name.clone().without_degrees()).or_else(|| {
        let agreeing = candidate.aliases.iter().filter_map(compare);
        let best = agreeing.max_by(|one, other| one.degree().total_cmp(&other.degree()))?;
        Some(NamesAgreement {
            given: Agreement::new(GivenNameRule::Alias, best.given.degree * ALIAS),
            surnames: best.surnames,
        })
    })
}

fn compare_names(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
    slips: Slips,
) -> Option<NamesAgreement> {
    let given = given_names::compare(query, candidate, rarity)?;
    let surnames = surnames::compare(query, candidate, rarity, slips)?;
    Some(NamesAgreement { given, surnames })
}

#[cfg(test)]
pub(super) mod tests;
