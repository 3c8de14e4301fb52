//! Whether two names mean the same company.
//!
//! "Alfa Tecnologia Ltda." and "ALFA" are one company: the legal form does not count, the trade
//! counts little, and the brand counts most. "Alfa Tecnologia" and "Beta Tecnologia" are two.

use super::CompanyName;
use super::containment::{SAME_SOUND, containment};
use super::rule::CompanyRule;
use crate::agreement::Agreement;
use crate::company_words::are_same_word;
use crate::edits::Slips;
use crate::rarity::Rarity;
use crate::transliteration::are_one_in_two_alphabets;

/// The degree of two known names of one company.
const ALIAS: f64 = 0.96;
/// The degree of a name and its initials.
const INITIALS: f64 = 0.90;
/// The factor of a former employer.
const FORMER: f64 = 0.90;

/// Compares the queried company with those where the candidate works or worked. Returns `None` if
/// it is none of them.
pub(crate) fn compare(
    query: &CompanyName,
    present: &CompanyName,
    former: &[CompanyName],
    rarity: &Rarity,
    slips: Slips,
) -> Option<Agreement<CompanyRule>> {
    compare_two(query, present, rarity, slips).or_else(|| {
        let agreeing =
            former.iter().filter_map(|company| compare_two(query, company, rarity, Slips::InLongWords));
        Agreement::best(agreeing).map(|found| Agreement::new(CompanyRule::Former, found.degree * FORMER))
    })
}

fn compare_two(
    query: &CompanyName,
    candidate: &CompanyName,
    rarity: &Rarity,
    slips: Slips,
) -> Option<Agreement<CompanyRule>> {
    if query.words.is_empty() || candidate.words.is_empty() {
        return None;
    }
    if have_same_words(query, candidate) {
        return Some(Agreement::new(CompanyRule::Exact, 1.0));
    }
    if are_one_in_two_alphabets(&query.words.concat(), &candidate.words.concat()) {
        return Some(Agreement::new(CompanyRule::Similar, SAME_SOUND));
    }
    let (query, candidate) = (&closed_up_like(query, candidate), &closed_up_like(candidate, query));
    if query.main_name().is_some_and(|name| candidate.main_name() == Some(name)) {
        return Some(Agreement::new(CompanyRule::Alias, ALIAS));
    }
    containment(query, candidate, rarity, slips).or_else(|| {
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

/// Joins two adjacent words if the other name writes them as one: "Mercado Livre" beside
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rarity::WordKind;

    fn rule(query: &str, candidate: &str) -> Option<CompanyRule> {
        let compared = compare(
            &CompanyName::parse(query),
            &CompanyName::parse(candidate),
            &[],
            &Rarity::default(),
            Slips::InLongWords,
        );
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
        assert_eq!(rule("Zyntra Coop", "Zyntra Cooperative"), Some(CompanyRule::Similar));
        assert_eq!(rule("Lanhai Keji", "蓝海科技"), Some(CompanyRule::Similar));
    }

    #[test]
    fn an_error_that_spells_another_company_is_not_forgiven() {
        let mut rarity = Rarity::new(2);
        rarity.record(WordKind::Company, "klairon", 1);
        rarity.record(WordKind::Company, "klarion", 1);
        assert_eq!(compare_names("Klairon", "Klarion", &rarity), None);
    }

    fn compare_names(query: &str, candidate: &str, rarity: &Rarity) -> Option<Agreement<CompanyRule>> {
        compare(&CompanyName::parse(query), &CompanyName::parse(candidate), &[], rarity, Slips::InLongWords)
    }

    #[test]
    fn a_similar_word_or_name_is_another_company() {
        for (one, other) in [
            ("Hospital Santa Marta", "Hospital Santa Maria"),
            ("Colégio Santa Lúcia", "Colégio Santa Luzia"),
            ("Casa Verdi", "Casa Verde"),
            ("Nova Era", "Nova Hera"),
            ("Marine Foods", "Martine Foods"),
            ("Prisma Saúde", "Prima Saúde"),
            ("Padaria Marina", "Padaria Martina"),
            ("Clínica Santa Elisa", "Clínica Santa Elias"),
        ] {
            assert_eq!((rule(one, other), rule(other, one)), (None, None), "{one} and {other}");
        }
        for (query, source) in [
            ("Magazine Luisa", "Magazine Luiza"),
            ("Sousa Cruz", "Souza Cruz"),
            ("Supermercado Cavalcante", "Supermercado Cavalcanti"),
        ] {
            assert_eq!(rule(query, source), Some(CompanyRule::Similar), "{query} and {source}");
        }
    }

    #[test]
    fn names_of_which_each_has_a_word_of_its_own_are_two_companies() {
        for (one, other) in [
            ("Colégio Estadual Rio Bravo", "Colégio Estadual Rio Manso"),
            ("Colégio Municipal Rio Manso", "Colégio Estadual Rio Manso"),
            ("Northern Star Credit Union", "Northern Light Credit Union"),
            ("First National Bank of Dallas", "First National Bank of Omaha"),
            ("Escola Municipal Dom Bosco", "Escola Municipal Dom Pedro"),
            ("Prefeitura Municipal de Campo Belo", "Prefeitura Municipal de Campo Grande"),
            ("Clínica Boa Vista Sul", "Clínica Boa Vista Norte"),
            ("North Hill Family Farm", "South Hill Family Farm"),
            ("Secretaria de Educação de Olinda", "Secretaria de Saúde de Olinda"),
            ("Zyntra Klarion Logística", "Zyntra Klarion Tecnologia"),
            ("Royal Bank of Canada", "Royal Bank of Scotland"),
            ("Grupo Sol Norte", "Grupo Sol Sul"),
            ("北京第一医院", "北京第二医院"),
        ] {
            assert_eq!((rule(one, other), rule(other, one)), (None, None), "{one} and {other}");
        }
    }

    #[test]
    fn a_query_may_add_what_a_company_is_but_no_name_or_place() {
        for (query, source) in [
            ("Zyntra Tecnologia", "Zyntra"),
            ("Padaria Zyntra", "Zyntra"),
            ("Zyntra Brewery Works", "Zyntra"),
            ("Baltic Timber OÜ", "Baltic Timber"),
            ("Nordlys A/S", "Nordlys ApS"),
        ] {
            assert_eq!(rule(query, source), Some(CompanyRule::Contained), "{query} and {source}");
        }
        for (query, source) in [
            ("Grupo Sol Norte", "Grupo Sol"),
            ("Zyntra Curitiba", "Zyntra"),
            ("Zyntra 2", "Zyntra"),
            ("Klarion Zyntra", "Klarion"),
        ] {
            assert_eq!(rule(query, source), None, "{query} and {source}");
            assert_eq!(rule(source, query), Some(CompanyRule::Contained), "{source} and {query}");
        }
    }

    #[test]
    fn a_common_word_does_not_mean_every_brand_beside_it() {
        let mut rarity = Rarity::new(400);
        rarity.record(WordKind::Company, "imperial", 40);
        rarity.record(WordKind::Company, "klarion", 1);
        let compare = |query, candidate| compare_names(query, candidate, &rarity);
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
    fn initials_match_the_whole_name() {
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
            Slips::InLongWords,
        );
        assert_eq!(compared, Some(Agreement::new(CompanyRule::Former, FORMER)));
    }

    #[test]
    fn a_name_without_words_matches_nothing() {
        assert_eq!(rule("", "Zyntra"), None);
        assert_eq!(rule("🙂", "🙂"), None);
    }
}
