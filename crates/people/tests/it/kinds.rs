//! Measures how often the right person is found, for kinds of names that are too rare in the
//! general measurement.

use fluence_domain::person::PersonQuery;
use fluence_people::company::CompanyName;
use fluence_people::matching::Candidate;
use fluence_people::name::PersonName;

use super::ask;
use super::directory::{Decision, Directory};
use super::generator::Chance;

const SEED: u64 = 20_261_126;

/// First name, last name, company.
type Written = (String, String, String);

/// A query, and the index of the person meant, or `None`.
type Asked = (PersonQuery, Option<usize>);

const COMPANIES: [&str; 6] =
    ["Farol Ltda", "Orion Sistemas", "Vetor", "Prisma", "Safira", "Lotus Tecnologia"];
const HAN_SURNAMES: [&str; 12] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "森", "林"];
const HAN_GIVEN: [&str; 10] = ["伟", "小明", "芳", "秀英", "敏", "静", "磊", "洋", "艳", "勇"];
/// The same names in two alphabets.
const CYRILLIC_GIVEN: [(&str, &str); 8] = [
    ("Владимир", "Vladimir"),
    ("Дмитрий", "Dmitry"),
    ("Алексей", "Alexey"),
    ("Сергей", "Sergey"),
    ("Наталья", "Natalia"),
    ("Марина", "Marina"),
    ("Никита", "Nikita"),
    ("Антон", "Anton"),
];
const CYRILLIC_SURNAMES: [(&str, &str); 8] = [
    ("Иванов", "Ivanov"),
    ("Смирнов", "Smirnov"),
    ("Достоевский", "Dostoevsky"),
    ("Горбачёв", "Gorbachev"),
    ("Чехов", "Chekhov"),
    ("Павлов", "Pavlov"),
    ("Зайцев", "Zaytsev"),
    ("Михайлов", "Mikhailov"),
];
const SHORT_SURNAMES: [&str; 8] = ["Mota", "Rola", "Piva", "Zago", "Kato", "Goto", "Hata", "Vidi"];
const GIVEN: [&str; 10] = [
    "Veridiana",
    "Romualdo",
    "Ludmila",
    "Siegfried",
    "Palmira",
    "Kenji",
    "Solveig",
    "Quirino",
    "Bettina",
    "Helmut",
];

fn candidates(people: &[Written]) -> Vec<Candidate> {
    let candidate = |(first, last, company): &Written| Candidate {
        name: PersonName::parse(first, last),
        company: CompanyName::parse(company),
        ..Candidate::default()
    };
    people.iter().map(candidate).collect()
}

/// Runs all queries, prints the figures, and returns the share of right outcomes and the number of
/// wrong people.
fn measure(kind: &str, people: &[Written], questions: &[Asked]) -> (f64, usize) {
    let directory = Directory::of(candidates(people));
    let (mut right, mut wrong) = (0_u32, 0);
    for (query, meant) in questions {
        let decided = directory.decide(query);
        let expected = meant.map_or(Decision::None, Decision::One);
        if decided == expected {
            right += 1;
        } else {
            println!("{query:?} meant {expected:?} found {decided:?}");
            wrong += usize::from(matches!(decided, Decision::One(_)));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let percent = 100.0 * f64::from(right) / questions.len() as f64;
    println!("{kind}: {percent:.1} % of {} right, {wrong} wrong people", questions.len());
    (percent, wrong)
}

fn written(first: &str, last: &str, company: &str) -> Written {
    (first.to_owned(), last.to_owned(), company.to_owned())
}

/// Every given name with every surname, each at one of the companies.
fn everybody(given: &[&str], surnames: &[&str]) -> Vec<Written> {
    let names = given.iter().flat_map(|given| surnames.iter().map(move |surname| (given, surname)));
    let at = |place: usize| COMPANIES[place % COMPANIES.len()];
    names.enumerate().map(|(place, (given, surname))| written(given, surname, at(place))).collect()
}

fn asked((first, last, company): &Written) -> PersonQuery {
    ask(first, last, company)
}

#[test]
fn surnames_of_one_character_are_found() {
    let mut people = everybody(&HAN_GIVEN, &HAN_SURNAMES);
    people.extend(everybody(&GIVEN, &["O", "E", "Y", "Ng", "Sá"]));
    let questions: Vec<Asked> =
        people.iter().enumerate().map(|(place, person)| (asked(person), Some(place))).collect();
    assert_eq!(measure("one character", &people, &questions), (100.0, 0));
}

#[test]
fn the_exact_name_precedes_longer_ones() {
    let short = everybody(&GIVEN, &["Zanatta", "Kleim", "Rigo"]);
    let longer = short.iter().flat_map(|(first, last, company)| {
        [
            written(&format!("{first} Ilse"), last, company),
            written(first, &format!("{last} Júnior"), company),
            written(first, &format!("{last} Vettori"), company),
            written(first, last, &format!("{company} Sul")),
        ]
    });
    let people: Vec<Written> = short.iter().cloned().chain(longer).collect();
    let questions: Vec<Asked> =
        people.iter().enumerate().map(|(place, person)| (asked(person), Some(place))).collect();
    assert_eq!(measure("exact among longer", &people, &questions), (100.0, 0));
}

#[test]
fn a_name_with_the_family_name_first_is_found() {
    let mut people = everybody(&HAN_GIVEN, &HAN_SURNAMES);
    people.extend(everybody(&["Xiaoming", "Thanh", "Minjun"], &["Wang", "Nguyen", "Choi"]));
    people.extend(everybody(&["João", "Beatriz", "Helmut"], &["Silva", "Ferreira", "Kleim"]));
    let swapped = |(first, last, company): &Written| ask(last, first, company);
    let questions: Vec<Asked> =
        people.iter().enumerate().map(|(place, person)| (swapped(person), Some(place))).collect();
    assert_eq!(measure("family name first", &people, &questions), (100.0, 0));
}

#[test]
fn one_person_is_found_under_two_alphabets() {
    let foreign = everybody(&CYRILLIC_GIVEN.map(|name| name.0), &CYRILLIC_SURNAMES.map(|name| name.0));
    let latin = everybody(&CYRILLIC_GIVEN.map(|name| name.1), &CYRILLIC_SURNAMES.map(|name| name.1));
    let ask_for = |people: &[Written]| -> Vec<Asked> {
        people.iter().enumerate().map(|(place, person)| (asked(person), Some(place))).collect()
    };
    let (in_latin, wrong) = measure("Latin for Cyrillic", &foreign, &ask_for(&latin));
    let (in_cyrillic, wrong_too) = measure("Cyrillic for Latin", &latin, &ask_for(&foreign));
    assert!(in_latin >= 97.0 && in_cyrillic >= 97.0, "{in_latin} {in_cyrillic}");
    assert_eq!((wrong, wrong_too), (0, 0));
}

/// Returns a word without one of its inner letters.
fn without_a_letter(chance: &mut Chance, word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    letters.remove(1 + chance.below(letters.len() - 2));
    letters.into_iter().collect()
}

#[test]
fn a_letter_missing_from_a_short_name_is_forgiven_if_all_else_is_exact() {
    let mut chance = Chance::new(SEED);
    let people = everybody(&GIVEN, &SHORT_SURNAMES);
    let mut questions: Vec<Asked> = Vec::new();
    for (place, (first, last, company)) in people.iter().enumerate() {
        let brand = company.split(' ').next().unwrap();
        questions.push((ask(first, &without_a_letter(&mut chance, last), company), Some(place)));
        if brand.chars().count() == 5 {
            questions.push((ask(first, last, &without_a_letter(&mut chance, brand)), Some(place)));
        }
    }
    let (percent, wrong) = measure("short slips", &people, &questions);
    assert!(percent >= 97.0, "{percent}");
    assert_eq!(wrong, 0);
}

/// Pairs of surnames and of brands that differ by a letter and are both names.
const NEIGHBOURS: [(&str, &str); 37] = [
    ("Mota", "Nota"),
    ("Rossi", "Rosso"),
    ("Tanaka", "Tanaki"),
    ("Becker", "Decker"),
    ("Zanetti", "Zanotti"),
    ("Ferrari", "Ferraro"),
    ("Marino", "Marini"),
    ("Moretti", "Moretto"),
    ("Weber", "Heber"),
    ("Sato", "Kato"),
    ("Lang", "Lange"),
    ("Farol", "Garol"),
    ("Solar", "Polar"),
    ("Ponte", "Fonte"),
    ("Vertex", "Vortex"),
    ("Vigor", "Rigor"),
    ("Prisma", "Prima"),
    ("Serra", "Terra"),
    ("Marco", "Barco"),
    ("Dallari", "Dallara"),
    ("Campos", "Campo"),
    ("Faria", "Farias"),
    ("Orion", "Arion"),
    ("Fernández", "Hernández"),
    ("Harrison", "Garrison"),
    ("Martinelli", "Bartinelli"),
    ("Santoro", "Cantoro"),
    ("Marchetti", "Marchetto"),
    ("Giordani", "Giordano"),
    ("Montanari", "Montanaro"),
    ("Silveira", "Silveiro"),
    ("Kowalski", "Kowalska"),
    ("Bertolini", "Bartolini"),
    ("Christensen", "Christenson"),
    ("Luna", "Lina"),
    ("Соколов", "Соколова"),
    ("Παπαδόπουλος", "Παπαδοπούλου"),
];

#[test]
fn a_person_of_another_surname_or_company_is_not_returned() {
    let mut people = Vec::new();
    let mut questions: Vec<Asked> = Vec::new();
    for (one, other) in NEIGHBOURS {
        for given in GIVEN {
            people.push(written(given, one, "Safira"));
            people.push(written(given, "Zabatiero", one));
            questions.push((ask(given, other, "Safira"), None));
            questions.push((ask(given, "Zabatiero", other), None));
        }
    }
    let (percent, wrong) = measure("neighbours", &people, &questions);
    assert!(percent >= 97.0, "{percent} {wrong}");
}
