//! Who is meant: the pure decision between the people a source offers.
//!
//! Every field asked for must agree by a rule of its own, from "the same" down to one slip of the pen; the degrees
//! of the fields are multiplied to the confidence. A candidate that is nearly as good as the best makes the answer
//! "several": naming the wrong person is worse than naming none.

use serde::Serialize;

pub use self::given_names::GivenNameRule;
pub use self::surnames::SurnameRule;
use super::agreement::Agreement;
use super::company::{self, CompanyName, CompanyRule};
use super::name::PersonName;
use super::rarity::Rarity;
use crate::domain::person::PersonQuery;

mod given_names;
mod surnames;

/// Candidates this close to the best cannot be told apart from it.
const AMBIGUITY_WINDOW: f64 = 0.015;
/// Below this, too many fields agree only by a weak rule.
const CONFIDENCE_NEEDED: f64 = 0.62;
/// A name the source lists besides the person's own.
const ALIAS: f64 = 0.96;

/// The degrees by which names agree. The order of the rules is what counts; the steps between them are wider than
/// the window.
pub(super) mod degree {
    pub(crate) const NICKNAME: f64 = 0.96;
    pub(crate) const LATER_GIVEN_NAME: f64 = 0.94;
    pub(crate) const GIVEN_NAME_OF_SAME_SOUND: f64 = 0.93;
    pub(crate) const SURNAME_OF_SAME_SOUND: f64 = 0.96;
    pub(crate) const ONE_SLIP: f64 = 0.88;
    pub(crate) const TWO_SLIPS: f64 = 0.80;
    /// Saying less than the source knows is no evidence against: with all three fields it stays inside the window.
    pub(crate) const SAYS_LESS: f64 = 0.995;
}

/// A person as a source offers them for the decision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidate {
    /// The name the source has.
    pub name: PersonName,
    /// Other names of the person.
    pub aliases: Vec<PersonName>,
    /// Present employer.
    pub company: CompanyName,
    /// Employers before.
    pub former_companies: Vec<CompanyName>,
}

/// The decision.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolution {
    /// One person, told apart from every other candidate.
    One(Match),
    /// People whom the query does not tell apart, best first; always two or more.
    Several(Vec<Match>),
    /// Nobody.
    None,
}

/// One agreeing candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// Place in the slice of candidates.
    pub index: usize,
    /// The degrees of the fields multiplied, 0 to 1.
    pub confidence: f64,
    /// By which rule each field agreed.
    pub evidence: MatchEvidence,
}

impl Match {
    /// Whether no candidate whose given name or surname has a slip could come near this one.
    pub fn is_beyond_slips(&self) -> bool {
        self.confidence > degree::ONE_SLIP + AMBIGUITY_WINDOW + f64::EPSILON
    }
}

/// By which rule each field agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MatchEvidence {
    /// The given name.
    pub first_name: GivenNameRule,
    /// The surnames: the weakest rule any of them needed.
    pub last_name: SurnameRule,
    /// The company.
    pub company: CompanyRule,
}

/// A query read once, to be compared with any number of candidates.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedQuery {
    /// The name asked for.
    pub name: PersonName,
    /// The company asked for.
    pub company: CompanyName,
}

impl From<&PersonQuery> for ParsedQuery {
    fn from(query: &PersonQuery) -> Self {
        Self {
            name: PersonName::parse(&query.first_name, &query.last_name),
            company: CompanyName::parse(&query.company),
        }
    }
}

/// Decides which of the candidates the query means.
pub fn resolve(query: &PersonQuery, candidates: &[Candidate], rarity: &Rarity) -> Resolution {
    let query = ParsedQuery::from(query);
    let mut matches: Vec<Match> = candidates
        .iter()
        .enumerate()
        .filter_map(|(index, candidate)| {
            let (confidence, evidence) = agreement(&query, candidate, rarity)?;
            Some(Match { index, confidence, evidence })
        })
        .collect();
    matches
        .sort_by(|one, other| other.confidence.total_cmp(&one.confidence).then(one.index.cmp(&other.index)));
    let Some(best) = matches.first().copied() else { return Resolution::None };
    matches.retain(|candidate| best.confidence - candidate.confidence <= AMBIGUITY_WINDOW + f64::EPSILON);
    if matches.len() == 1 { Resolution::One(best) } else { Resolution::Several(matches) }
}

/// The confidence that the candidate is meant, and by which rules; `None` when a field disagrees.
fn agreement(query: &ParsedQuery, candidate: &Candidate, rarity: &Rarity) -> Option<(f64, MatchEvidence)> {
    let company =
        company::likeness::compare(&query.company, &candidate.company, &candidate.former_companies, rarity)?;
    let own_name = compare_names(&query.name, &candidate.name, rarity);
    let by_alias = || {
        let agreeing = candidate.aliases.iter().filter_map(|alias| compare_names(&query.name, alias, rarity));
        let best = Agreement::best(agreeing)?;
        Some(Agreement::new((GivenNameRule::Alias, best.rule.1), best.degree * ALIAS))
    };
    let names = own_name.or_else(by_alias)?;
    let (first_name, last_name) = names.rule;
    let confidence = names.degree * company.degree;
    let evidence = MatchEvidence { first_name, last_name, company: company.rule };
    (confidence >= CONFIDENCE_NEEDED).then_some((confidence, evidence))
}

fn compare_names(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
) -> Option<Agreement<(GivenNameRule, SurnameRule)>> {
    let given = given_names::compare(query, candidate, rarity)?;
    let surnames = surnames::compare(query, candidate, rarity)?;
    Some(Agreement::new((given.rule, surnames.rule), given.degree * surnames.degree))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(first_name: &str, last_name: &str, company: &str) -> Candidate {
        Candidate {
            name: PersonName::parse(first_name, last_name),
            company: CompanyName::parse(company),
            ..Candidate::default()
        }
    }

    fn ask(first_name: &str, last_name: &str, company: &str) -> PersonQuery {
        PersonQuery { first_name: first_name.into(), last_name: last_name.into(), company: company.into() }
    }

    fn decide(query: &PersonQuery, candidates: &[Candidate]) -> Resolution {
        resolve(query, candidates, &Rarity::default())
    }

    fn given_rule(asked: &str, known: &str) -> Option<GivenNameRule> {
        match decide(&ask(asked, "Zabatiero", "Zyntra"), &[person(known, "Zabatiero", "Zyntra")]) {
            Resolution::One(found) => Some(found.evidence.first_name),
            _ => None,
        }
    }

    fn surname_rule(asked: &str, known: &str) -> Option<SurnameRule> {
        match decide(&ask("Marina", asked, "Zyntra"), &[person("Marina", known, "Zyntra")]) {
            Resolution::One(found) => Some(found.evidence.last_name),
            _ => None,
        }
    }

    #[test]
    fn the_same_name_and_company_is_certain() {
        let found =
            decide(&ask("JOSÉ", "da Conceição", "Zyntra Ltda"), &[person("Jose", "Conceicao", "Zyntra")]);
        let Resolution::One(found) = found else { panic!("{found:?}") };
        assert!((found.confidence - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn given_names_agree_by_the_rules_in_their_order() {
        assert_eq!(given_rule("Luiz", "Luiz"), Some(GivenNameRule::Exact));
        assert_eq!(given_rule("Anapaula", "Ana Paula"), Some(GivenNameRule::Exact));
        assert_eq!(given_rule("Ana", "Ana Paula"), Some(GivenNameRule::FirstOfSeveral));
        assert_eq!(given_rule("Paula", "Ana Paula"), Some(GivenNameRule::LaterOfSeveral));
        assert_eq!(given_rule("Zé", "José"), Some(GivenNameRule::Nickname));
        assert_eq!(given_rule("Malu", "Maria Luiza"), Some(GivenNameRule::Nickname));
        assert_eq!(given_rule("Luís", "Luiz"), Some(GivenNameRule::SameSound));
        assert_eq!(given_rule("Fernnado", "Fernando"), Some(GivenNameRule::OneSlip));
    }

    #[test]
    fn a_further_name_by_sound_or_by_its_first_letter_is_not_exact() {
        assert_eq!(given_rule("Ana Luísa", "Ana Luiza"), Some(GivenNameRule::SameSound));
        assert_eq!(given_rule("Ana L.", "Ana Luiza"), Some(GivenNameRule::Initial));
        assert_eq!(given_rule("Ana L.", "Ana Luiza Maria"), Some(GivenNameRule::Initial));
        assert_eq!(given_rule("Ana Luiza", "Ana Luiza"), Some(GivenNameRule::Exact));
        assert_eq!(surname_rule("C. Lemos", "Costa Lemos"), Some(SurnameRule::Initial));
    }

    #[test]
    fn given_names_are_never_fuzzier() {
        for (asked, known) in [
            ("Luca", "Lula"),
            ("Paulo", "Paula"),
            ("Daniel", "Daniela"),
            ("Marcos", "Marcus"),
            ("Ferando", "Ferdinando"),
            ("J", "José"),
            ("Ana Clara", "Ana"),
            ("Ana Clara", "Ana Paula"),
        ] {
            assert_eq!(given_rule(asked, known), None, "{asked} is not {known}");
        }
    }

    #[test]
    fn any_of_several_surnames_will_do() {
        for asked in ["Costa Ferraz Lemos", "Lemos", "Ferraz Lemos", "Ferraz", "Costa e Lemos"] {
            assert!(surname_rule(asked, "Costa Ferraz de Lemos").is_some(), "{asked}");
        }
        assert_eq!(surname_rule("Ferraz", "Costa Ferraz"), Some(SurnameRule::SomeOfSeveral));
    }

    #[test]
    fn every_surname_asked_for_must_be_there() {
        assert_eq!(surname_rule("Costa Lemos", "Lemos"), None);
        assert_eq!(surname_rule("Lemos Filho", "Lemos Neto"), None);
    }

    #[test]
    fn surnames_may_sound_the_same_or_slip() {
        assert_eq!(surname_rule("Souza", "Sousa"), Some(SurnameRule::SameSound));
        assert_eq!(surname_rule("Slva", "Silva"), Some(SurnameRule::OneSlip));
        assert_eq!(surname_rule("Figeuiredoo", "Figueiredo"), Some(SurnameRule::TwoSlips));
        assert_eq!(surname_rule("Slvva", "Silva"), None);
        assert_eq!(surname_rule("Pereira", "Ferreira"), None);
        assert_eq!(surname_rule("Lira", "Lima"), None);
    }

    #[test]
    fn a_second_given_name_may_stand_with_the_surnames() {
        let candidates = [person("João Pedro", "Lemos", "Zyntra")];
        assert!(matches!(decide(&ask("João", "Pedro Lemos", "Zyntra"), &candidates), Resolution::One(_)));
        assert!(matches!(decide(&ask("João", "Pedro", "Zyntra"), &candidates), Resolution::None));
    }

    #[test]
    fn a_middle_initial_must_fit() {
        let candidates = [person("Ana", "Costa Lemos", "Zyntra")];
        assert!(matches!(decide(&ask("Ana", "C. Lemos", "Zyntra"), &candidates), Resolution::One(_)));
        assert!(matches!(decide(&ask("Ana", "P. Lemos", "Zyntra"), &candidates), Resolution::None));
    }

    #[test]
    fn people_the_query_does_not_tell_apart_are_several() {
        let candidates =
            [person("Ana", "Costa Silva", "Zyntra"), person("Ana", "Souza Silva", "Zyntra Tecnologia")];
        let decided = decide(&ask("Ana", "Silva", "Zyntra"), &candidates);
        assert!(matches!(decided, Resolution::Several(ref matches) if matches.len() == 2), "{decided:?}");
        let decided = decide(&ask("Ana", "Costa Silva", "Zyntra"), &candidates);
        assert!(matches!(decided, Resolution::One(found) if found.index == 0), "{decided:?}");
    }

    #[test]
    fn a_better_rule_decides_between_two() {
        let candidates = [person("Luiz", "Sousa", "Zyntra"), person("Luís", "Souza", "Zyntra")];
        let decided = decide(&ask("Luís", "Souza", "Zyntra"), &candidates);
        assert!(matches!(decided, Resolution::One(found) if found.index == 1), "{decided:?}");
    }

    #[test]
    fn weak_agreement_in_every_field_is_none() {
        let candidates = [person("Fernando", "Figueiredo", "Klarion")];
        let decided = decide(&ask("Fernnado", "Figeuiredoo", "Klairon"), &candidates);
        assert_eq!(decided, Resolution::None);
    }

    #[test]
    fn another_name_of_the_person_is_lower_evidence() {
        let mut candidate = person("Edson", "Arantes", "Zyntra");
        candidate.aliases = vec![PersonName::parse_alias("Pelezinho", &candidate.name)];
        let decided = decide(&ask("Pelezinho", "Arantes", "Zyntra"), &[candidate]);
        let Resolution::One(found) = decided else { panic!("{decided:?}") };
        assert_eq!(found.evidence.first_name, GivenNameRule::Alias);
    }

    #[test]
    fn one_name_written_in_several_ways_is_one_name() {
        let candidates = [person("Ana", "Conceição", "Istanbul Bilişim")];
        for query in [
            ask("Ａｎａ", "Ｃｏｎｃｅｉｃａｏ", "ＩＳＴＡＮＢＵＬ Bilişim"),
            ask("Ana", "Conceic\u{327}a\u{303}o", "Istanbul Bilis\u{327}im"),
            ask("ANA", "CONCEIÇÃO", "İstanbul Bilişım"),
        ] {
            let Resolution::One(found) = decide(&query, &candidates) else { panic!("{query:?}") };
            assert_eq!(found.evidence.last_name, SurnameRule::Exact, "{query:?}");
        }
    }

    #[test]
    fn a_name_of_ten_thousand_letters_is_itself_and_nobody_else() {
        let long = "ab".repeat(5_000);
        let candidates = [person(&long, &long, &long), person("Ana", "Lemos", "Zyntra")];
        let decided = decide(&ask(&long, &long, &long), &candidates);
        assert!(matches!(decided, Resolution::One(found) if found.index == 0), "{decided:?}");
        assert_eq!(decide(&ask("Ana", &long, "Zyntra"), &candidates), Resolution::None);
        assert_eq!(decide(&ask("Ana", "Lemos", &long), &candidates), Resolution::None);
    }

    #[test]
    fn an_empty_company_is_nobodys() {
        let candidates = [person("Ana", "Lemos", "Zyntra"), person("Ana", "Lemos", "")];
        for company in ["", " ", "Ltda", "S.A."] {
            let decided = decide(&ask("Ana", "Lemos", company), &candidates);
            assert_eq!(decided, Resolution::None, "{company:?}");
        }
    }

    #[test]
    fn names_without_letters_match_nobody() {
        let candidates = [person("🙂", "🙂", "🙂")];
        assert_eq!(decide(&ask("🙂", "🙂", "🙂"), &candidates), Resolution::None);
    }

    #[test]
    fn evidence_reads_as_rule_names() {
        let evidence = MatchEvidence {
            first_name: GivenNameRule::SameSound,
            last_name: SurnameRule::SomeOfSeveral,
            company: CompanyRule::Contained,
        };
        let json = serde_json::to_value(evidence).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"first_name": "same_sound", "last_name": "some_of_several", "company": "contained"})
        );
    }
}
