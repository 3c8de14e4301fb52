//! Whether two company names mean the same company: rarity-weighted soft containment of their telling words.
//!
//! "Alfa Tecnologia Ltda." and "ALFA" are one company: the legal form says nothing, the trade little, the brand
//! nearly all. "Alfa Tecnologia" and "Beta Tecnologia" are two.

use serde::Serialize;

use super::CompanyName;
use crate::people::agreement::Agreement;
use crate::people::company_words::{common_spelling, is_generic, is_trade_word};
use crate::people::edits::{shorter_length, slips_between};
use crate::people::rarity::Rarity;
use crate::people::sound::sound_key;

/// A company counts as the same from this weighted share of words on.
const CONTAINMENT_NEEDED: f64 = 0.70;
/// How much of the other side's lack of containment is taken off.
const FULLER: f64 = 0.02;
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

/// How surely the company asked for is one where the candidate works, or worked; `None` below the containment needed.
pub fn compare(
    query: &CompanyName,
    present: &CompanyName,
    former: &[CompanyName],
    rarity: &Rarity,
) -> Option<Agreement<CompanyRule>> {
    compare_two(query, present, rarity).or_else(|| {
        let agreeing = former.iter().filter_map(|company| compare_two(query, company, rarity));
        Agreement::best(agreeing).map(|found| Agreement::new(CompanyRule::Former, found.degree * FORMER))
    })
}

fn compare_two(
    query: &CompanyName,
    candidate: &CompanyName,
    rarity: &Rarity,
) -> Option<Agreement<CompanyRule>> {
    if query.words.is_empty() || candidate.words.is_empty() {
        return None;
    }
    if have_same_words(query, candidate) {
        return Some(Agreement::new(CompanyRule::Exact, 1.0));
    }
    let (query, candidate) = (&closed_up_like(query, candidate), &closed_up_like(candidate, query));
    if query.filed_under().is_some_and(|name| candidate.filed_under() == Some(name)) {
        return Some(Agreement::new(CompanyRule::Alias, ALIAS));
    }
    soft_containment(query, candidate, rarity).or_else(|| {
        (are_initials(query, candidate) || are_initials(candidate, query))
            .then_some(Agreement::new(CompanyRule::Initials, INITIALS))
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

/// The same name with two neighbouring words in one where the other name writes them so: "Mercado Livre" beside
/// "MercadoLivre Pagamentos".
fn closed_up_like(name: &CompanyName, other: &CompanyName) -> CompanyName {
    let mut words: Vec<String> = Vec::with_capacity(name.words.len());
    for word in &name.words {
        let joined = words.last().map(|before| format!("{before}{word}"));
        match joined.filter(|joined| other.words.contains(joined)) {
            Some(joined) => {
                words.pop();
                words.push(joined);
            }
            None => words.push(word.clone()),
        }
    }
    CompanyName { words }
}

fn are_initials(short: &CompanyName, long: &CompanyName) -> bool {
    matches!(&short.words[..], [letters] if long.initials().as_ref() == Some(letters))
}

/// The weighted share of one name's words that the other has too, from the side that is better contained.
fn soft_containment(
    query: &CompanyName,
    candidate: &CompanyName,
    rarity: &Rarity,
) -> Option<Agreement<CompanyRule>> {
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
        let degree = share - FULLER * (share - containing.share());
        return Some(Agreement::new(CompanyRule::Similar, degree));
    }
    let degree = if query_says_less { QUERY_SAYS_LESS } else { QUERY_SAYS_MORE };
    Some(Agreement::new(CompanyRule::Contained, degree))
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
    // A word that some company of the directory bears is that company's word, not a slip.
    let both_known = rarity.is_company_word(word) && rarity.is_company_word(other);
    if shorter_length(word, other) >= SHORTEST_WITH_SLIP
        && !both_known
        && slips_between(word, other, 1).is_some()
    {
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
        compared.map(|found| found.rule)
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
        assert_eq!(compared, Some(Agreement::new(CompanyRule::Former, FORMER)));
    }

    #[test]
    fn a_name_without_words_matches_nothing() {
        assert_eq!(rule("", "Zyntra"), None);
        assert_eq!(rule("🙂", "🙂"), None);
    }
}
