//! Generates people, and queries that spell their names as other people do.
//!
//! Names are drawn from this project's own tables with the long-tailed shares of real registers. A
//! company is a brand, a trade and a legal form. The same seed gives the same people and the same
//! queries.

use std::collections::HashMap;

use tables::{
    BRAND_ENDS, BRAND_MIDDLES, BRAND_STARTS, BRAND_WORDS, GIVEN, LEGAL_FORMS, SECOND_GIVEN, SURNAMES, TRADES,
    other,
};

pub(crate) use self::chance::Chance;

mod chance;
pub(crate) mod question;
mod spelling;
mod tables;

/// The names that a world uses.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    given: &'static [&'static str],
    second_given: &'static [&'static str],
    surnames: &'static [&'static str],
    /// Brands come from this list only, or are made of syllables.
    brands: Option<&'static [&'static str]>,
}

/// The frequent names of Brazil.
pub(crate) const FREQUENT: Vocabulary =
    Vocabulary { given: GIVEN, second_given: SECOND_GIVEN, surnames: SURNAMES, brands: None };

/// Names that are mostly unknown to the matcher's lists, many of them a letter away from another.
pub(crate) const OTHER: Vocabulary = Vocabulary {
    given: other::GIVEN,
    second_given: other::SECOND_GIVEN,
    surnames: other::SURNAMES,
    brands: Some(other::BRANDS),
};

/// A company of the invented world.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    pub(crate) brand: String,
    pub(crate) trade: &'static str,
    pub(crate) legal_form: &'static str,
}

impl Company {
    /// The name in full.
    pub(crate) fn full(&self) -> String {
        [self.brand.as_str(), self.trade, self.legal_form]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A person of the invented world.
#[derive(Clone, Debug)]
pub(crate) struct Invented {
    pub(crate) given: Vec<&'static str>,
    pub(crate) surnames: Vec<&'static str>,
    pub(crate) company: usize,
    pub(crate) former: Option<usize>,
}

/// The invented world.
pub(crate) struct World {
    vocabulary: &'static Vocabulary,
    pub(crate) companies: Vec<Company>,
    pub(crate) people: Vec<Invented>,
}

impl World {
    /// Invents this number of people and companies. One person in twenty shares name and company
    /// with another.
    pub(crate) fn new(chance: &mut Chance, people: usize, companies: usize) -> Self {
        Self::of(&FREQUENT, chance, people, companies)
    }

    /// As [`World::new`], with other names.
    pub(crate) fn of(
        vocabulary: &'static Vocabulary,
        chance: &mut Chance,
        people: usize,
        companies: usize,
    ) -> Self {
        let companies = invent_companies(vocabulary, chance, companies);
        let mut world = Self { vocabulary, companies, people: Vec::with_capacity(people) };
        for _ in 0..people {
            let person = if !world.people.is_empty() && chance.percent(5) {
                world.invent_namesake(chance)
            } else {
                invent_person(vocabulary, chance, world.companies.len())
            };
            world.people.push(person);
        }
        world
    }

    /// A person with the first given name, the last surname and the company of another.
    fn invent_namesake(&self, chance: &mut Chance) -> Invented {
        let mut namesake = chance.pick(&self.people);
        namesake.former = None;
        if chance.percent(50) && namesake.surnames.len() > 1 {
            namesake.surnames[0] = chance.pick_common(self.vocabulary.surnames);
        }
        namesake
    }

    /// A person's name and company as a source writes them: first name, last name, company.
    pub(crate) fn written(&self, person: &Invented) -> (String, String, String) {
        let joints: Vec<&str> = person.surnames.iter().map(|surname| joint(surname)).collect();
        let last: Vec<String> =
            person.surnames.iter().zip(joints).map(|(surname, joint)| format!("{joint}{surname}")).collect();
        (person.given.join(" "), last.join(" "), self.companies[person.company].full())
    }

    /// Returns all people who fit a query before slips and respellings: current employees or, if
    /// there are none, former ones.
    pub(crate) fn meant(&self, meaning: &Meaning) -> Vec<usize> {
        let has_name = |person: &Invented| {
            person.given[0] == meaning.given[0]
                && meaning.given.iter().all(|name| person.given.contains(name))
                && meaning.surnames.iter().all(|name| person.surnames.contains(name))
        };
        let named: Vec<usize> =
            (0..self.people.len()).filter(|index| has_name(&self.people[*index])).collect();
        let at = |company: fn(&Invented) -> Option<usize>| -> Vec<usize> {
            named
                .iter()
                .copied()
                .filter(|index| company(&self.people[*index]) == Some(meaning.company))
                .collect()
        };
        let present = at(|person| Some(person.company));
        if present.is_empty() { at(|person| person.former) } else { present }
    }
}

/// The names of the person that a query means, without slips.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    pub(crate) given: Vec<&'static str>,
    pub(crate) surnames: Vec<&'static str>,
    pub(crate) company: usize,
}

/// Particles always precede some surnames.
fn joint(surname: &str) -> &'static str {
    match surname {
        "Silva" | "Costa" | "Cunha" | "Rocha" | "Rosa" | "Luz" | "Mata" => "da ",
        "Souza" | "Oliveira" | "Araújo" | "Castro" | "Paula" | "Assis" => "de ",
        "Nascimento" | "Carmo" | "Prado" | "Amaral" => "do ",
        "Santos" | "Anjos" | "Reis" | "Passos" => "dos ",
        _ => "",
    }
}

fn invent_person(vocabulary: &Vocabulary, chance: &mut Chance, companies: usize) -> Invented {
    let mut given = vec![chance.pick_common(vocabulary.given)];
    if chance.percent(22) {
        let second = chance.pick_common(vocabulary.second_given);
        if second != given[0] {
            given.push(second);
        }
    }
    let count = 1 + usize::from(chance.percent(65)) + usize::from(chance.percent(20));
    let mut surnames: Vec<&'static str> = Vec::new();
    while surnames.len() < count {
        let surname = chance.pick_common(vocabulary.surnames);
        if !surnames.contains(&surname) {
            surnames.push(surname);
        }
    }
    let company = chance.below_skewed(companies);
    let former =
        chance.percent(10).then(|| chance.below_skewed(companies)).filter(|former| *former != company);
    Invented { given, surnames, company, former }
}

fn invent_companies(vocabulary: &Vocabulary, chance: &mut Chance, count: usize) -> Vec<Company> {
    let mut trades_of: HashMap<String, Vec<&str>> = HashMap::new();
    let mut companies: Vec<Company> = Vec::with_capacity(count);
    while companies.len() < count {
        let brand = invent_brand(vocabulary, chance);
        let trade = if chance.percent(70) { chance.pick(TRADES) } else { "" };
        // Two companies with one brand are two only if their trades differ.
        let trades = trades_of.entry(brand.clone()).or_default();
        if trades.is_empty() || !(trade.is_empty() || trades.contains(&trade) || trades.contains(&"")) {
            trades.push(trade);
            companies.push(Company { brand, trade, legal_form: chance.pick(LEGAL_FORMS) });
        }
    }
    companies
}

fn invent_brand(vocabulary: &Vocabulary, chance: &mut Chance) -> String {
    if let Some(brands) = vocabulary.brands {
        let brand = chance.pick(brands).to_owned();
        return if chance.percent(25) {
            format!("{brand} {}", chance.pick::<&str>(BRAND_WORDS))
        } else {
            brand
        };
    }
    let mut brand = if chance.percent(25) {
        chance.pick(BRAND_WORDS).to_owned()
    } else {
        [chance.pick(BRAND_STARTS), chance.pick(BRAND_MIDDLES), chance.pick(BRAND_ENDS)].concat()
    };
    if chance.percent(15) {
        brand.push(' ');
        brand.push_str(chance.pick::<&str>(BRAND_WORDS));
    }
    brand
}
