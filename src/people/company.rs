//! Whether two company names mean the same company: rarity-weighted soft containment of their telling words.
//!
//! "Alfa Tecnologia Ltda." and "ALFA" are one company: the legal form says nothing, the trade little, the brand
//! nearly all. "Alfa Tecnologia" and "Beta Tecnologia" are two.

use serde::Serialize;

use super::company_words::{
    common_spelling, filed_under, is_generic, is_joint, is_legal_form, is_trade_word,
};
use super::edits::slips_between;
use super::normalise::words;
use super::rarity::Rarity;
use super::sound::sound_key;

/// A company counts as the same from this weighted share of words on.
const CONTAINMENT_NEEDED: f64 = 0.70;
/// A word with this many times the weight of another tells far more.
const TELLS_FAR_MORE: f64 = 1.5;
/// A word that only sounds the same.
const SAME_SOUND: f64 = 0.95;
/// A word with one slip.
const ONE_SLIP: f64 = 0.88;
/// Shorter words are not forgiven a slip.
const SHORTEST_WITH_SLIP: usize = 5;
/// The company is known by another name.
const ALIAS: f64 = 0.96;
/// One name is the initials of the other.
const INITIALS: f64 = 0.90;
/// The person worked there before.
const FORMER: f64 = 0.90;
/// The query says less than the source knows: no evidence against, only an order.
const QUERY_SAYS_LESS: f64 = 0.995;
/// The query says more than the source knows.
const QUERY_SAYS_MORE: f64 = 0.97;

/// A company's name, folded and stripped to its telling words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanyName {
    words: Vec<String>,
}

/// Which rule found the companies the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanyRule {
    /// The same telling words.
    Exact,
    /// The telling words of one are among those of the other.
    Contained,
    /// Enough of the telling words agree, by weight, spelling slips allowed.
    Similar,
    /// Two known names of one company.
    Alias,
    /// One is the initials of the other.
    Initials,
    /// An earlier employer, by any of the other rules.
    Former,
}

impl CompanyName {
    /// Reads a company's name as written.
    pub fn parse(written: &str) -> Self {
        Self { words: core_words(written) }
    }

    /// Takes up a name from its stored form, see [`CompanyName::stored`].
    pub fn from_stored(stored: &str) -> Self {
        Self { words: stored.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect() }
    }

    /// The telling words, joined by single spaces.
    pub fn stored(&self) -> String {
        self.words.join(" ")
    }

    /// The telling words, in the order written.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The words that name this company rather than its trade; all of them when every word is of trade.
    pub fn brand_words(&self) -> Vec<&str> {
        let brand: Vec<&str> =
            self.words.iter().map(String::as_str).filter(|word| !is_trade_word(word)).collect();
        if brand.is_empty() { self.words.iter().map(String::as_str).collect() } else { brand }
    }

    /// The initials of three to five telling words, if there are so many.
    pub fn initials(&self) -> Option<String> {
        (3..=5)
            .contains(&self.words.len())
            .then(|| self.words.iter().filter_map(|word| word.chars().next()).collect())
    }

    /// The same name with two neighbouring words in one where the other name writes them so: "Mercado Livre" beside
    /// "MercadoLivre Pagamentos".
    fn closed_up_like(&self, other: &Self) -> Self {
        let mut words: Vec<String> = Vec::with_capacity(self.words.len());
        for word in &self.words {
            let joined = words.last().map(|before| format!("{before}{word}"));
            match joined.filter(|joined| other.words.contains(joined)) {
                Some(joined) => {
                    words.pop();
                    words.push(joined);
                }
                None => words.push(word.clone()),
            }
        }
        Self { words }
    }

    /// The name a company with several known names is filed under.
    pub fn filed_under(&self) -> Option<&'static str> {
        filed_under(&self.stored())
    }
}

/// The telling words of a company's name: legal forms, joining words and, unless little else is there, generic words
/// left out, runs of single letters closed up ("S/A" is "sa", "J.P." is "jp").
pub(super) fn core_words(written: &str) -> Vec<String> {
    let all = close_up_letters(words(written));
    let telling: Vec<String> =
        all.iter().filter(|word| !is_legal_form(word) && !is_joint(word)).cloned().collect();
    let specific: Vec<String> = telling.iter().filter(|word| !is_generic(word)).cloned().collect();
    if specific.iter().any(|word| !is_trade_word(word)) {
        specific
    } else if telling.is_empty() {
        all
    } else {
        telling
    }
}

fn close_up_letters(words: Vec<String>) -> Vec<String> {
    let mut closed: Vec<String> = Vec::with_capacity(words.len());
    let mut after_letter = false;
    for word in words {
        let is_letter = word.chars().count() == 1;
        match closed.last_mut() {
            Some(run) if is_letter && after_letter => run.push_str(&word),
            _ => closed.push(word),
        }
        after_letter = is_letter;
    }
    closed
}

/// How surely the company asked for is one where the candidate works, or worked: the rule and a degree from 0 to 1.
/// `None` below the containment needed.
pub fn compare(
    query: &CompanyName,
    present: &CompanyName,
    former: &[CompanyName],
    rarity: &Rarity,
) -> Option<(CompanyRule, f64)> {
    compare_two(query, present, rarity).or_else(|| {
        former
            .iter()
            .filter_map(|company| compare_two(query, company, rarity))
            .map(|(_, degree)| (CompanyRule::Former, degree * FORMER))
            .max_by(|one, other| one.1.total_cmp(&other.1))
    })
}

fn compare_two(query: &CompanyName, candidate: &CompanyName, rarity: &Rarity) -> Option<(CompanyRule, f64)> {
    if query.words.is_empty() || candidate.words.is_empty() {
        return None;
    }
    if have_same_words(query, candidate) {
        return Some((CompanyRule::Exact, 1.0));
    }
    let (query, candidate) = (&query.closed_up_like(candidate), &candidate.closed_up_like(query));
    if query.filed_under().is_some_and(|name| candidate.filed_under() == Some(name)) {
        return Some((CompanyRule::Alias, ALIAS));
    }
    soft_containment(query, candidate, rarity).or_else(|| {
        (are_initials(query, candidate) || are_initials(candidate, query))
            .then_some((CompanyRule::Initials, INITIALS))
    })
}

fn have_same_words(query: &CompanyName, candidate: &CompanyName) -> bool {
    let is_within = |some: &CompanyName, all: &CompanyName| {
        some.words.iter().all(|word| all.words.iter().any(|other| are_same_word(word, other)))
    };
    (is_within(query, candidate) && is_within(candidate, query))
        || query.words.concat() == candidate.words.concat()
}

/// Equal, or two spellings of one trade.
fn are_same_word(word: &str, other: &str) -> bool {
    common_spelling(word) == common_spelling(other)
}

fn are_initials(short: &CompanyName, long: &CompanyName) -> bool {
    matches!(&short.words[..], [letters] if long.initials().as_ref() == Some(letters))
}

/// The weighted share of one name's words that the other has too, from the side that is better contained.
fn soft_containment(
    query: &CompanyName,
    candidate: &CompanyName,
    rarity: &Rarity,
) -> Option<(CompanyRule, f64)> {
    let of_query = Found::of(query, candidate, rarity);
    let of_candidate = Found::of(candidate, query, rarity);
    let query_says_less = of_query.share() >= of_candidate.share();
    let (contained, containing) =
        if query_says_less { (of_query, of_candidate) } else { (of_candidate, of_query) };
    let share = contained.share();
    if share < CONTAINMENT_NEEDED || containing.misses_its_brand() {
        return None;
    }
    if share < 1.0 {
        // Both sides have their say, so that the fuller agreement comes first.
        return Some((CompanyRule::Similar, share - 0.02 * (share - containing.share())));
    }
    Some((CompanyRule::Contained, if query_says_less { QUERY_SAYS_LESS } else { QUERY_SAYS_MORE }))
}

/// How much of one name was found in another.
#[derive(Clone, Copy, Default)]
struct Found {
    weight_of_all: f64,
    weight_found: f64,
    heaviest_found: f64,
    heaviest_missing: f64,
    brand_found: bool,
}

impl Found {
    fn of(name: &CompanyName, within: &CompanyName, rarity: &Rarity) -> Self {
        let mut found = Self::default();
        for word in &name.words {
            let likeness = within.words.iter().map(|other| likeness(word, other, rarity)).fold(0.0, f64::max);
            let weight = rarity.company_weight(word);
            found.weight_of_all += weight;
            found.weight_found += weight * likeness;
            if likeness > 0.0 {
                found.heaviest_found = found.heaviest_found.max(weight);
                found.brand_found |= !is_trade_word(word) && !is_generic(word);
            } else {
                found.heaviest_missing = found.heaviest_missing.max(weight);
            }
        }
        found
    }

    /// The share of weight found. Without a brand word it says nothing: "Banco" alone is contained in every bank.
    fn share(&self) -> f64 {
        if self.brand_found { self.weight_found / self.weight_of_all } else { 0.0 }
    }

    /// A missing word tells far more than any that was found: "Imperial" does not mean "Klarion Imperial" where many
    /// companies are called Imperial.
    fn misses_its_brand(&self) -> bool {
        self.heaviest_missing > TELLS_FAR_MORE * self.heaviest_found
    }
}

fn likeness(word: &str, other: &str, rarity: &Rarity) -> f64 {
    if are_same_word(word, other) {
        return 1.0;
    }
    if sound_key(word) == sound_key(other) {
        return SAME_SOUND;
    }
    let shortest = word.chars().count().min(other.chars().count());
    // A word that some company of the directory bears is that company's word, not a slip.
    let both_known = rarity.is_company_word(word) && rarity.is_company_word(other);
    if shortest >= SHORTEST_WITH_SLIP && !both_known && slips_between(word, other, 1).is_some() {
        return ONE_SLIP;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::rarity::WordKind;

    fn rule(query: &str, candidate: &str) -> Option<CompanyRule> {
        let compared =
            compare(&CompanyName::parse(query), &CompanyName::parse(candidate), &[], &Rarity::default());
        compared.map(|(rule, _)| rule)
    }

    #[test]
    fn legal_forms_and_generic_words_do_not_count() {
        for written in [
            "Zyntra Ltda.",
            "ZYNTRA S/A",
            "Zyntra S.A.",
            "Grupo Zyntra",
            "Zyntra do Brasil EIRELI",
            "Zyntra, Inc",
        ] {
            assert_eq!(rule("Zyntra", written), Some(CompanyRule::Exact), "{written}");
        }
    }

    #[test]
    fn a_name_of_generic_words_alone_keeps_them() {
        assert_eq!(rule("Banco do Brasil", "Banco do Brasil S.A."), Some(CompanyRule::Exact));
        assert_eq!(rule("Banco do Brasil", "Banco Safra"), None);
        assert_eq!(rule("Banco", "Banco Safra"), None);
    }

    #[test]
    fn the_brand_counts_more_than_the_trade() {
        assert_eq!(rule("Zyntra", "Zyntra Tecnologia"), Some(CompanyRule::Contained));
        assert_eq!(rule("Zyntra Tech", "Zyntra Tecnologias Ltda"), Some(CompanyRule::Exact));
        assert_eq!(rule("Zyntra Tecnologia", "Klarion Tecnologia"), None);
    }

    #[test]
    fn spacing_sound_and_one_slip_are_forgiven() {
        assert_eq!(rule("MercadoLivre", "Mercado Livre"), Some(CompanyRule::Exact));
        assert_eq!(rule("MercadoLivre", "Mercado Livre Pagamentos"), Some(CompanyRule::Contained));
        assert_eq!(rule("Mercado Livre Log", "MercadoLivre"), Some(CompanyRule::Contained));
        assert_eq!(rule("Horisonte", "Horizonte"), Some(CompanyRule::Similar));
        assert_eq!(rule("Klairon", "Klarion"), Some(CompanyRule::Similar));
        assert_eq!(rule("Klrn", "Klarion"), None);
    }

    #[test]
    fn a_slip_that_is_another_company_is_none() {
        let mut rarity = Rarity::new(2);
        rarity.record(WordKind::Company, "solaris", 1);
        rarity.record(WordKind::Company, "polaris", 1);
        let compared = compare(&CompanyName::parse("Solaris"), &CompanyName::parse("Polaris"), &[], &rarity);
        assert_eq!(compared, None);
    }

    #[test]
    fn a_common_word_does_not_mean_every_brand_beside_it() {
        let mut rarity = Rarity::new(400);
        rarity.record(WordKind::Company, "imperial", 40);
        rarity.record(WordKind::Company, "klarion", 1);
        let compare = |query, candidate| {
            compare(&CompanyName::parse(query), &CompanyName::parse(candidate), &[], &rarity)
        };
        assert_eq!(compare("Imperial", "Klarion Imperial"), None);
        assert!(compare("Klarion", "Klarion Imperial").is_some());
    }

    #[test]
    fn known_names_of_one_company_are_one() {
        assert_eq!(rule("Magalu", "Magazine Luiza S/A"), Some(CompanyRule::Alias));
        assert_eq!(rule("BB", "Banco do Brasil"), Some(CompanyRule::Alias));
        assert_eq!(rule("P&G", "Procter & Gamble"), Some(CompanyRule::Alias));
    }

    #[test]
    fn initials_stand_for_the_whole_name() {
        assert_eq!(rule("KVM", "Kappa Vidros Mineiros"), Some(CompanyRule::Initials));
        assert_eq!(rule("KV", "Kappa Vidros"), None);
    }

    #[test]
    fn a_former_employer_is_lower_evidence() {
        let former = [CompanyName::parse("Klarion")];
        let compared = compare(
            &CompanyName::parse("Klarion"),
            &CompanyName::parse("Zyntra"),
            &former,
            &Rarity::default(),
        );
        assert_eq!(compared, Some((CompanyRule::Former, FORMER)));
    }

    #[test]
    fn a_name_without_words_matches_nothing() {
        assert_eq!(rule("", "Zyntra"), None);
        assert_eq!(rule("🙂", "🙂"), None);
    }

    #[test]
    fn the_stored_form_reads_back() {
        let name = CompanyName::parse("J.P. Morgan & Co");
        assert_eq!(name.stored(), "jp morgan");
        assert_eq!(CompanyName::from_stored(&name.stored()), name);
    }
}
