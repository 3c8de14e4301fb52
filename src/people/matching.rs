//! Who is meant: the pure decision between the people a source offers.
//!
//! Every field asked for must agree by a rule of its own, from "the same" down to one slip of the pen; the degrees
//! of the fields are multiplied to the confidence. A candidate that is nearly as good as the best makes the answer
//! "several": naming the wrong person is worse than naming none.

use serde::Serialize;

use super::company::{self, CompanyName, CompanyRule};
use super::edits::slips_between;
use super::name::PersonName;
use super::nicknames;
use super::rarity::Rarity;
use super::sound::sound_key;
use crate::domain::person::PersonQuery;

/// Candidates this close to the best cannot be told apart from it.
const AMBIGUITY_WINDOW: f64 = 0.015;
/// Below this, too many fields agree only by a weak rule.
const CONFIDENCE_NEEDED: f64 = 0.62;
/// Given names shorter than this are not forgiven a slip.
const SHORTEST_GIVEN_WITH_SLIP: usize = 5;
/// Surnames shorter than this are not forgiven a slip: a letter more or less makes another name.
const SHORTEST_SURNAME_WITH_SLIP: usize = 4;
/// Surnames from this length on are forgiven two slips.
const SHORTEST_SURNAME_WITH_TWO_SLIPS: usize = 8;

/// Degrees of agreement. The order of the rules is what counts; the steps between them are wider than the window.
const NICKNAME: f64 = 0.96;
const SECOND_GIVEN_NAME: f64 = 0.94;
const SAME_SOUND: f64 = 0.93;
const ALIAS: f64 = 0.96;
const SURNAME_SAME_SOUND: f64 = 0.96;
const ONE_SLIP: f64 = 0.88;
const TWO_SLIPS: f64 = 0.80;
/// Saying less than the source knows is no evidence against: with all three fields it stays inside the window.
const SAYS_LESS: f64 = 0.995;

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
        self.confidence > ONE_SLIP + AMBIGUITY_WINDOW + f64::EPSILON
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

/// Which rule found the given names the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenNameRule {
    /// The same, accents and case aside.
    Exact,
    /// The first of several given names.
    FirstOfSeveral,
    /// A later one of several given names, by which many people are called.
    LaterOfSeveral,
    /// One is a pet form of the other.
    Nickname,
    /// Another spelling that sounds the same.
    SameSound,
    /// One slip of the pen.
    OneSlip,
    /// Another name the source lists for the person.
    Alias,
}

/// Which rule found the surnames the same, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SurnameRule {
    /// All of them.
    Exact,
    /// Some of the person's surnames, each exact.
    SomeOfSeveral,
    /// Another spelling that sounds the same.
    SameSound,
    /// One slip of the pen.
    OneSlip,
    /// Two slips in a long name.
    TwoSlips,
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
    let (company, company_degree) =
        company::compare(&query.company, &candidate.company, &candidate.former_companies, rarity)?;
    let own_name = compare_names(&query.name, &candidate.name, rarity);
    let by_alias = || {
        candidate
            .aliases
            .iter()
            .filter_map(|alias| compare_names(&query.name, alias, rarity))
            .map(|(_, surname, degree)| (GivenNameRule::Alias, surname, degree * ALIAS))
            .max_by(|one, other| one.2.total_cmp(&other.2))
    };
    let (first_name, last_name, name_degree) = own_name.or_else(by_alias)?;
    let confidence = name_degree * company_degree;
    (confidence >= CONFIDENCE_NEEDED)
        .then_some((confidence, MatchEvidence { first_name, last_name, company }))
}

fn compare_names(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
) -> Option<(GivenNameRule, SurnameRule, f64)> {
    let (given_rule, given) = compare_given(query, candidate, rarity)?;
    let (surname_rule, surnames) = compare_surnames(query, candidate, rarity)?;
    Some((given_rule, surname_rule, given * surnames))
}

fn compare_given(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
) -> Option<(GivenNameRule, f64)> {
    let (asked_first, asked_rest) = query.given.split_first()?;
    let (known_first, known_rest) = candidate.given.split_first()?;
    let asked_whole = query.given.join(" ");
    let known_whole = candidate.given.join(" ");
    if query.given.concat() == candidate.given.concat() {
        return Some((GivenNameRule::Exact, 1.0));
    }
    // Malu for Maria Luíza: the pet form stands for the compound name, not for its first word.
    if nicknames::are_related(&asked_whole, &known_whole) {
        return Some((GivenNameRule::Nickname, NICKNAME));
    }
    if let Some((rule, degree)) = compare_given_word(asked_first, known_first, rarity) {
        let further = compare_further_given(asked_rest, known_rest, &candidate.surnames, rarity)?;
        let says_less = asked_rest.len() < known_rest.len();
        return Some(match (rule, says_less) {
            (GivenNameRule::Exact, true) => (GivenNameRule::FirstOfSeveral, further * SAYS_LESS),
            (GivenNameRule::Exact, false) if further < SAME_SOUND => (GivenNameRule::OneSlip, further),
            (GivenNameRule::Exact, false) if further < 1.0 => (GivenNameRule::SameSound, further),
            (rule, _) => (rule, degree * further),
        });
    }
    // Clara for Maria Clara.
    let is_later =
        asked_rest.is_empty() && known_rest.iter().any(|known| sound_key(known) == sound_key(asked_first));
    is_later.then_some((GivenNameRule::LaterOfSeveral, SECOND_GIVEN_NAME))
}

/// Further given names asked for must all be known, be it among the surnames: people split names differently.
fn compare_further_given(
    asked: &[String],
    known: &[String],
    surnames: &[String],
    rarity: &Rarity,
) -> Option<f64> {
    let best = |asked: &String| {
        if surnames.iter().chain(known).any(|known| is_same_or_initial(asked, known)) {
            return Some(1.0);
        }
        let degrees = known.iter().filter_map(|known| compare_given_word(asked, known, rarity));
        degrees.map(|(_, degree)| degree).max_by(f64::total_cmp)
    };
    asked.iter().map(best).product()
}

fn compare_given_word(asked: &str, known: &str, rarity: &Rarity) -> Option<(GivenNameRule, f64)> {
    if asked == known {
        return Some((GivenNameRule::Exact, 1.0));
    }
    if nicknames::are_related(asked, known) {
        return Some((GivenNameRule::Nickname, NICKNAME));
    }
    if sound_key(asked) == sound_key(known) {
        return Some((GivenNameRule::SameSound, SAME_SOUND));
    }
    let is_slip = shorter_length(asked, known) >= SHORTEST_GIVEN_WITH_SLIP
        && slips_between(asked, known, 1).is_some()
        && !differ_by_gender(asked, known)
        && !rarity.are_two_given_names(asked, known);
    is_slip.then_some((GivenNameRule::OneSlip, ONE_SLIP))
}

fn is_same_or_initial(asked: &str, known: &str) -> bool {
    asked == known
        || sound_key(asked) == sound_key(known)
        || (asked.chars().count() == 1 && known.starts_with(asked))
}

/// Paulo and Paula, Daniel and Daniela are two people, however close on the keyboard.
fn differ_by_gender(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.len() < long.len() {
        return long.strip_suffix(['a', 'e']) == Some(short);
    }
    let stem = |name: &str| name.strip_suffix(['a', 'o', 'e']).map(str::to_owned);
    stem(short).is_some() && stem(short) == stem(long)
}

/// Every surname asked for must be one of the person's: Brazilians carry several and use the last, the last two or
/// one of the middle. Given names after the first count too, but not alone.
fn compare_surnames(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
) -> Option<(SurnameRule, f64)> {
    if query.surnames.is_empty() || candidate.surnames.is_empty() {
        return None;
    }
    if query.surnames == candidate.surnames || are_joined(&query.surnames, &candidate.surnames) {
        return Some((SurnameRule::Exact, 1.0));
    }
    let mut weakest = SurnameRule::Exact;
    let mut degree = 1.0;
    let mut surname_found = false;
    let mut surnames_used = 0;
    for asked in &query.surnames {
        let own = best_surname(asked, &candidate.surnames, rarity);
        let (rule, found) = match own {
            Some(own) => {
                surname_found = true;
                surnames_used += 1;
                own
            }
            None => {
                let mut elsewhere = candidate.given.iter().skip(1).chain(&candidate.surnames);
                elsewhere.find(|known| is_same_or_initial(asked, known)).map(|_| (SurnameRule::Exact, 1.0))?
            }
        };
        weakest = weakest.max(rule);
        degree *= found;
    }
    if !surname_found {
        return None;
    }
    if surnames_used < candidate.surnames.len() {
        weakest = weakest.max(SurnameRule::SomeOfSeveral);
        degree *= SAYS_LESS;
    }
    Some((weakest, degree))
}

fn best_surname(asked: &str, known: &[String], rarity: &Rarity) -> Option<(SurnameRule, f64)> {
    known
        .iter()
        .filter_map(|known| compare_surname_word(asked, known, rarity))
        .max_by(|one, other| one.1.total_cmp(&other.1))
}

fn compare_surname_word(asked: &str, known: &str, rarity: &Rarity) -> Option<(SurnameRule, f64)> {
    if asked == known {
        return Some((SurnameRule::Exact, 1.0));
    }
    if sound_key(asked) == sound_key(known) {
        return Some((SurnameRule::SameSound, SURNAME_SAME_SOUND));
    }
    let length = shorter_length(asked, known);
    if length < SHORTEST_SURNAME_WITH_SLIP {
        return None;
    }
    let most = if length >= SHORTEST_SURNAME_WITH_TWO_SLIPS { 2 } else { 1 };
    let slips = slips_between(asked, known, most)?;
    if rarity.are_two_surnames(asked, known) {
        return None;
    }
    Some(if slips == 1 { (SurnameRule::OneSlip, ONE_SLIP) } else { (SurnameRule::TwoSlips, TWO_SLIPS) })
}

/// "Vas Concelos" and "Vasconcelos", "Castelobranco" and "Pires Castelo Branco".
fn are_joined(asked: &[String], known: &[String]) -> bool {
    let whole = asked.concat();
    (asked.len() > 1 && known.contains(&whole))
        || whole == known.concat()
        || (asked.len() == 1 && known.windows(2).any(|pair| pair.concat() == whole))
}

fn shorter_length(one: &str, other: &str) -> usize {
    one.chars().count().min(other.chars().count())
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
