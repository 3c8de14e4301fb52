//! The index finds every person that the rules accept.

use proptest::prelude::*;

use super::*;
use crate::matching::tests::{ask, person};
use crate::matching::{Resolution, resolve};
use fluence_domain::person::PersonQuery;

/// Whether an index on the stored keys would offer the person for the query.
fn finds(query: &PersonQuery, candidate: &Candidate) -> bool {
    let stored = stored_keys(candidate);
    let keys = query_keys(&ParsedQuery::from(query), &Rarity::default());
    [keys.names, keys.company]
        .iter()
        .all(|field| field.for_breadth(Breadth::WithSlips).iter().any(|key| stored.contains(key)))
}

#[test]
fn every_person_the_rules_accept_is_found() {
    for (query, candidate) in [
        (ask("Zé", "Sousa", "Magalu"), person("José", "Souza", "Magazine Luiza S/A")),
        (ask("Malu", "Lemos", "Zyntra"), person("Maria Luísa", "Costa Lemos", "Zyntra Tecnologia")),
        (ask("Paula", "Lemos", "Zyntra Tech"), person("Ana Paula", "Lemos", "Zyntra Tecnologia")),
        (
            ask("Anapaula", "Castelobranco", "KVM"),
            person("Ana Paula", "Castelo Branco", "Kappa Vidros Mineiros"),
        ),
        (ask("João", "Pedro Lemos", "Zyntra"), person("João Pedro", "Lemos", "Zyntra")),
        (ask("Fernnado", "Slva", "Zyntra"), person("Fernando", "Silva", "Zyntra")),
        (ask("Marcelo", "Slivxs", "Klairon"), person("Marcelo", "Slivas", "Klarion")),
        (ask("Rui", "Lemos", "MercadoLivre"), person("Rui", "Lemos", "Mercado Livre Pagamentos")),
        (ask("Ana", "C. Lemos", "Zyntra"), person("Ana", "Costa Lemos", "Zyntra")),
        (ask("Serafina", "De La Croix", "Zyntra"), person("Serafina", "Delacroix", "Zyntra")),
        (ask("Serafina", "Delacroix", "Zyntra"), person("Serafina", "De La Croix", "Zyntra")),
        (ask("Serafina", "De La Croix PhD", "Zyntra"), person("Serafina", "Delacroix", "Zyntra")),
        (ask("Ana", "Lemos, PhD", "Zyntra"), person("Ana", "Lemos", "Zyntra")),
        (ask("Ana", "Lemos", "Zyntra"), person("Ana", "Lemos PhD", "Zyntra")),
        (ask("Thị Hương", "Nguyễn", "Zyntra"), person("Nguyễn", "Thị Hương", "Zyntra")),
        (ask("Giorgos", "Papadopoulos", "Zyntra"), person("Γιώργος", "Παπαδόπουλος", "Zyntra")),
        (ask("Γιώργος", "Παπαδόπουλος", "Zyntra"), person("Giorgos", "Papadopoulos", "Zyntra")),
        (ask("Muhammad", "Al-Ahmad", "Zyntra"), person("محمد", "الأحمد", "Zyntra")),
        (ask("محمد", "الأحمد", "Zyntra"), person("Mohammed", "Alahmad", "Zyntra")),
        (ask("Ji-hoon", "Kim", "Zyntra"), person("지훈", "김", "Zyntra")),
        (ask("Wang", "Xiaoming", "Lanhai Keji"), person("小明", "王", "蓝海科技")),
        (ask("小明", "王", "蓝海科技"), person("Xiaoming", "Wang", "Lanhai Keji")),
        (ask("Bart", "Lemos", "Zyntra"), person("Bartholomew", "Lemos", "Zyntra")),
        (ask("Kasia", "Wójcik", "Zyntra"), person("Katarzyna", "Wójcik", "Zyntra")),
    ] {
        assert!(finds(&query, &candidate), "{query:?}");
        let decided = resolve(&query, std::slice::from_ref(&candidate), &Rarity::default());
        assert!(matches!(decided, Resolution::One(_)), "{query:?}");
    }
}

#[test]
fn an_alias_and_a_former_employer_are_found() {
    let mut candidate = person("Edson", "Arantes", "Zyntra");
    candidate.aliases = vec![PersonName::parse_alias("Pelezinho", &candidate.name)];
    candidate.former_companies = vec![CompanyName::parse("Klarion")];
    assert!(finds(&ask("Pelezinho", "Arantes", "Klarion"), &candidate));
}

#[test]
fn a_trade_alone_does_not_find_a_company() {
    assert!(!finds(&ask("Ana", "Lemos", "Klarion Tecnologia"), &person("Ana", "Lemos", "Zyntra Tecnologia")));
}

/// Returns the word with one slip at the given position.
fn slip(word: &str, kind: u8, place: usize, letter: char) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = place % letters.len();
    match kind % 4 {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letter),
        2 => letters[at] = letter,
        _ if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters[at] = letter,
    }
    letters.into_iter().collect()
}

proptest! {
    #[test]
    fn one_slip_in_every_field_loses_no_person(
        given in "[a-z]{6,10}", surname in "[a-z]{5,7}", company in "[a-z]{6,10}",
        slips in prop::array::uniform3((any::<u8>(), any::<usize>(), proptest::char::range('a', 'z'))),
    ) {
        let typed: Vec<String> = [&given, &surname, &company]
            .iter().zip(slips).map(|(word, (kind, place, letter))| slip(word, kind, place, letter)).collect();
        prop_assert!(finds(&ask(&typed[0], &typed[1], &typed[2]), &person(&given, &surname, &company)));
    }
}
