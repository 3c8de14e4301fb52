//! Measures how often the right person is found, by thousands of queries about an invented world
//! with a fixed seed.

use fluence_people::company::CompanyName;
use fluence_people::matching::{Candidate, ParsedQuery, Resolution};
use fluence_people::name::PersonName;
use fluence_people::search_keys::{Breadth, query_keys};

use super::directory::{Decision, Directory, sorted};
use super::generator::question::Question;
use super::generator::{Chance, FREQUENT, OTHER, Vocabulary, World};

const SEED: u64 = 20_260_115;
const PEOPLE: usize = 4_000;
const COMPANIES: usize = 400;
const QUESTIONS: usize = 6_000;
/// About as many as there are brands, so that few companies share one.
const OTHER_COMPANIES: usize = 60;

fn directory_of(world: &World) -> Directory {
    Directory::of(world.people.iter().map(|person| candidate(world, person)).collect())
}

fn candidate(world: &World, person: &super::generator::Invented) -> Candidate {
    let (first_name, last_name, company) = world.written(person);
    Candidate {
        name: PersonName::parse(&first_name, &last_name),
        company: CompanyName::parse(&company),
        former_companies: person
            .former
            .map(|former| CompanyName::parse(&world.companies[former].full()))
            .into_iter()
            .collect(),
        ..Candidate::default()
    }
}

fn questions(world: &World, chance: &mut Chance) -> Vec<Question> {
    let mut questions = Vec::with_capacity(QUESTIONS);
    while questions.len() < QUESTIONS {
        if chance.percent(75) {
            let person = world.people[chance.below(world.people.len())].clone();
            questions.push(world.ask_about(chance, &person));
        } else {
            questions.extend(world.ask_about_an_unknown_person(chance));
        }
    }
    questions
}

#[derive(Debug, Default)]
struct Score {
    asked: u32,
    exact: u32,
    wrong_person: u32,
    absent: u32,
    false_hits: u32,
}

impl Score {
    fn exact_percent(&self) -> f64 {
        Self::percent(self.exact, self.asked)
    }

    fn wrong_percent(&self) -> f64 {
        Self::percent(self.wrong_person, self.asked)
    }

    fn false_hit_percent(&self) -> f64 {
        Self::percent(self.false_hits, self.absent)
    }

    fn percent(part: u32, of: u32) -> f64 {
        100.0 * f64::from(part) / f64::from(of)
    }
}

/// The people that a query means: all who fit it, or only those with exactly the intended name.
fn meant(world: &World, question: &Question) -> Decision {
    let fitting = world.meant(&question.meaning);
    let is_whole = |place: &&usize| {
        let person = &world.people[**place];
        person.given == question.meaning.given && person.surnames == question.meaning.surnames
    };
    let whole: Vec<usize> = fitting.iter().filter(is_whole).copied().collect();
    Decision::meant(if whole.is_empty() { fitting } else { whole })
}

#[test]
fn the_right_person_is_found_and_the_wrong_one_is_not() {
    let score = score(&FREQUENT, COMPANIES);
    assert!(score.asked >= 5_000 && score.absent >= 500);
    assert!(score.exact_percent() >= 97.0, "exact outcome {:.2} %", score.exact_percent());
    assert!(score.wrong_percent() <= 0.5, "wrong person {:.2} %", score.wrong_percent());
    assert!(score.false_hit_percent() <= 1.5, "false hits {:.2} %", score.false_hit_percent());
}

#[test]
fn names_that_no_list_knows_are_found_as_well() {
    let score = score(&OTHER, OTHER_COMPANIES);
    assert!(score.asked >= 5_000 && score.absent >= 500);
    assert!(score.exact_percent() >= 97.0, "exact outcome {:.2} %", score.exact_percent());
    assert!(score.wrong_percent() <= 0.5, "wrong person {:.2} %", score.wrong_percent());
    assert!(score.false_hit_percent() <= 1.5, "false hits {:.2} %", score.false_hit_percent());
}

fn score(vocabulary: &'static Vocabulary, companies: usize) -> Score {
    let mut chance = Chance::new(SEED);
    let world = World::of(vocabulary, &mut chance, PEOPLE, companies);
    let directory = directory_of(&world);
    let mut score = Score::default();
    let mut misses = Vec::new();
    for question in questions(&world, &mut chance) {
        let meant = meant(&world, &question);
        let decided = directory.decide(&question.query);
        score.asked += 1;
        score.exact += u32::from(decided == meant);
        let is_wrong = match (&decided, &meant) {
            (Decision::One(found), Decision::One(person)) => found != person,
            (Decision::One(found), Decision::Several(people)) => !people.contains(found),
            _ => false,
        };
        score.wrong_person += u32::from(is_wrong);
        if meant == Decision::None {
            score.absent += 1;
            score.false_hits += u32::from(decided != Decision::None);
        }
        if decided != meant {
            let named = |decision: &Decision| match decision {
                Decision::None => "no one".to_owned(),
                Decision::One(place) => format!("{:?}", world.written(&world.people[*place])),
                Decision::Several(places) => format!("{} people", places.len()),
            };
            misses.push(format!("{:?} meant {} found {}", question.query, named(&meant), named(&decided)));
        }
    }
    let (exact, wrong, false_hits) =
        (score.exact_percent(), score.wrong_percent(), score.false_hit_percent());
    println!("{score:?}: exact {exact:.2} %, wrong person {wrong:.2} %, false hits {false_hits:.2} %");
    println!("{}", misses.join("\n"));
    score
}

#[test]
fn stopping_at_whole_words_changes_no_answer() {
    let mut chance = Chance::new(SEED + 1);
    let world = World::new(&mut chance, 1_000, 60);
    let directory = directory_of(&world);
    let mut settled = 0;
    for question in questions(&world, &mut chance).into_iter().take(1_500) {
        let keys = query_keys(&ParsedQuery::from(&question.query), &directory.rarity);
        let (whole_places, whole) = directory.search(&question.query, &keys, Breadth::WholeWords);
        if !keys.are_settled_by(&whole) {
            continue;
        }
        settled += 1;
        let (all_places, all) = directory.search(&question.query, &keys, Breadth::WithSlips);
        assert_eq!(people(&whole, &whole_places), people(&all, &all_places), "{:?}", question.query);
    }
    assert!(settled > 500, "{settled}");
}

fn people(decided: &Resolution, places: &[usize]) -> Vec<usize> {
    match decided {
        Resolution::None => Vec::new(),
        Resolution::One(found) => vec![places[found.index]],
        Resolution::Several(found) => sorted(found.iter().map(|found| places[found.index])),
    }
}
