//! The decision, case by case.

use super::*;

pub(crate) fn person(first_name: &str, last_name: &str, company: &str) -> Candidate {
    Candidate {
        name: PersonName::parse(first_name, last_name),
        company: CompanyName::parse(company),
        ..Candidate::default()
    }
}

pub(crate) fn ask(first_name: &str, last_name: &str, company: &str) -> PersonQuery {
    PersonQuery { first_name: first_name.into(), last_name: last_name.into(), company: company.into() }
}

fn decide(query: &PersonQuery, candidates: &[Candidate]) -> Resolution {
    resolve(query, candidates, &Rarity::default())
}

fn given_rule(queried: &str, known: &str) -> Option<GivenNameRule> {
    match decide(&ask(queried, "Zabatiero", "Zyntra"), &[person(known, "Zabatiero", "Zyntra")]) {
        Resolution::One(found) => Some(found.evidence.first_name),
        _ => None,
    }
}

fn surname_rule(queried: &str, known: &str) -> Option<SurnameRule> {
    match decide(&ask("Marina", queried, "Zyntra"), &[person("Marina", known, "Zyntra")]) {
        Resolution::One(found) => Some(found.evidence.last_name),
        _ => None,
    }
}

#[test]
fn the_same_name_and_company_is_certain() {
    let found = decide(&ask("JOSÉ", "da Conceição", "Zyntra Ltda"), &[person("Jose", "Conceicao", "Zyntra")]);
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
    for (queried, known) in [
        ("Luca", "Lula"),
        ("Paulo", "Paula"),
        ("Daniel", "Daniela"),
        ("Marcos", "Marcus"),
        ("Ferando", "Ferdinando"),
        ("J", "José"),
        ("Ana Clara", "Ana"),
        ("Ana Clara", "Ana Paula"),
    ] {
        assert_eq!(given_rule(queried, known), None, "{queried} is not {known}");
    }
}

#[test]
fn a_name_one_slip_from_another_name_is_another_person_in_both_directions() {
    for (one, other) in [
        ("Elias", "Elisa"),
        ("Christian", "Christina"),
        ("Kevin", "Kelvin"),
        ("Eduardo", "Edgardo"),
        ("Lúcia", "Luzia"),
    ] {
        assert_eq!((given_rule(one, other), given_rule(other, one)), (None, None), "{one} {other}");
    }
    for (one, other) in [
        ("Prado", "Pardo"),
        ("Castro", "Castor"),
        ("Wagner", "Warner"),
        ("Carter", "Cartier"),
        ("Walker", "Waller"),
        ("Pereira", "Perera"),
        ("Carvalho", "Carvalhal"),
        ("Silva", "Silvia"),
        ("Oliveira", "Olivera"),
        ("Almeida", "Almeda"),
        ("Gonçalves", "Gonzales"),
        ("Hartley", "Harley"),
    ] {
        assert_eq!((surname_rule(one, other), surname_rule(other, one)), (None, None), "{one} {other}");
    }
}

#[test]
fn any_of_several_surnames_is_enough() {
    for queried in ["Costa Ferraz Lemos", "Lemos", "Ferraz Lemos", "Ferraz", "Costa e Lemos"] {
        assert!(surname_rule(queried, "Costa Ferraz de Lemos").is_some(), "{queried}");
    }
    assert_eq!(surname_rule("Ferraz", "Costa Ferraz"), Some(SurnameRule::SomeOfSeveral));
}

#[test]
fn every_queried_surname_must_be_known() {
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
fn a_second_given_name_may_be_among_the_surnames() {
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
fn people_that_the_query_fits_equally_are_several() {
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
fn the_exact_name_precedes_names_that_contain_it() {
    let ana = person("Ana", "Souza", "Zyntra Tecnologia");
    for longer in [
        person("Ana Paula", "Souza", "Zyntra Tecnologia"),
        person("Ana", "Souza Júnior", "Zyntra Tecnologia"),
        person("Ana", "Souza Lima", "Zyntra Tecnologia"),
    ] {
        let candidates = [longer, ana.clone()];
        for company in ["Zyntra Tecnologia", "Zyntra"] {
            let decided = decide(&ask("Ana", "Souza", company), &candidates);
            assert!(matches!(decided, Resolution::One(found) if found.index == 1), "{company}: {decided:?}");
        }
    }
    let twins = [ana.clone(), ana, person("Ana Paula", "Souza", "Zyntra Tecnologia")];
    let decided = decide(&ask("Ana", "Souza", "Zyntra Tecnologia"), &twins);
    assert!(matches!(decided, Resolution::Several(ref matches) if matches.len() == 2), "{decided:?}");
}

#[test]
fn the_exact_name_does_not_decide_between_two_companies() {
    let candidates =
        [person("Ana Paula", "Souza", "Zyntra Indústria"), person("Ana", "Souza", "Zyntra Logística")];
    let decided = decide(&ask("Ana", "Souza", "Zyntra"), &candidates);
    assert!(matches!(decided, Resolution::Several(ref matches) if matches.len() == 2), "{decided:?}");
    let decided = decide(&ask("Ana", "Souza", "Zyntra Indústria"), &candidates);
    assert!(matches!(decided, Resolution::One(found) if found.index == 0), "{decided:?}");
}

#[test]
fn a_name_in_its_evident_order_is_not_swapped() {
    let rules = (GivenNameRule::FamilyNameFirst, SurnameRule::FamilyNameFirst);
    let decided = decide(&ask("王", "小明", "Zyntra"), &[person("小明", "王", "Zyntra")]);
    assert!(
        matches!(decided, Resolution::One(found) if (found.evidence.first_name, found.evidence.last_name) == rules),
        "{decided:?}"
    );
    assert_eq!(decide(&ask("Ana", "Rosa", "Zyntra"), &[person("Rosa", "Ana", "Zyntra")]), Resolution::None);
    assert_eq!(decide(&ask("王", "小", "Zyntra"), &[person("小明", "王", "Zyntra")]), Resolution::None);
}

#[test]
fn a_single_letter_matches_only_itself() {
    assert_eq!(surname_rule("E", "E"), Some(SurnameRule::Exact));
    for other in ["I", "Y", "Lemos", "H"] {
        assert_eq!(surname_rule("E", other), None, "{other}");
    }
}

#[test]
fn weak_agreement_in_every_field_is_no_match() {
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
fn a_name_of_ten_thousand_letters_matches_only_itself() {
    let long = "ab".repeat(5_000);
    let candidates = [person(&long, &long, &long), person("Ana", "Lemos", "Zyntra")];
    let decided = decide(&ask(&long, &long, &long), &candidates);
    assert!(matches!(decided, Resolution::One(found) if found.index == 0), "{decided:?}");
    assert_eq!(decide(&ask("Ana", &long, "Zyntra"), &candidates), Resolution::None);
    assert_eq!(decide(&ask("Ana", "Lemos", &long), &candidates), Resolution::None);
}

#[test]
fn an_empty_company_matches_no_one() {
    let candidates = [person("Ana", "Lemos", "Zyntra"), person("Ana", "Lemos", "")];
    for company in ["", " ", "Ltda", "S.A."] {
        let decided = decide(&ask("Ana", "Lemos", company), &candidates);
        assert_eq!(decided, Resolution::None, "{company:?}");
    }
}

#[test]
fn names_without_letters_match_no_one() {
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
