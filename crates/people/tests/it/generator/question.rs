//! Queries about people of the invented world, in the variants that clients send.

use fluence_domain::person::PersonQuery;

use super::spelling::{respell, restyle, slip};
use super::tables::{GENDERS, LEGAL_FORMS, NICKNAMES, TRADE_SHORT};
use super::{Chance, Company, Invented, Meaning, World, invent_person, joint};

/// A client's query, and the person that it means.
pub(crate) struct Question {
    pub(crate) query: PersonQuery,
    pub(crate) meaning: Meaning,
}

impl World {
    /// Returns a query about a person of this world, in a random variant.
    pub(crate) fn ask_about(&self, chance: &mut Chance, person: &Invented) -> Question {
        let given = if chance.percent(50) { person.given[..1].to_vec() } else { person.given.clone() };
        let surnames = self.surnames_asked(chance, person);
        let company = match person.former {
            Some(former) if chance.percent(10) => former,
            _ => person.company,
        };
        let meaning = Meaning { given, surnames, company };
        Question { query: self.write_query(chance, &meaning), meaning }
    }

    fn surnames_asked(&self, chance: &mut Chance, person: &Invented) -> Vec<&'static str> {
        let all = &person.surnames;
        match chance.below(10) {
            0..=3 => all.clone(),
            4..=6 => all[all.len() - 1..].to_vec(),
            7 | 8 => all[all.len().saturating_sub(2)..].to_vec(),
            _ => vec![chance.pick(all)],
        }
    }

    fn write_query(&self, chance: &mut Chance, meaning: &Meaning) -> PersonQuery {
        let mut first_name = meaning.given.join(" ");
        match chance.below(100) {
            0..=13 => first_name = nickname(chance, &meaning.given).unwrap_or(first_name),
            14..=27 => first_name = respell(chance, &first_name),
            28..=33 => first_name = slip(chance, &first_name, 6),
            _ => {}
        }
        let mut surnames: Vec<String> =
            meaning.surnames.iter().map(|surname| (*surname).to_owned()).collect();
        let place = chance.below(surnames.len());
        match chance.below(100) {
            0..=13 => surnames[place] = respell(chance, &surnames[place]),
            14..=20 => surnames[place] = slip(chance, &surnames[place], 5),
            _ => {}
        }
        if chance.percent(50) {
            for (surname, meant) in surnames.iter_mut().zip(&meaning.surnames) {
                *surname = format!("{}{surname}", joint(meant));
            }
        }
        let company = write_company(chance, &self.companies[meaning.company]);
        let [first_name, last_name, company] =
            [first_name, surnames.join(" "), company].map(|text| restyle(chance, &text));
        PersonQuery { first_name, last_name, company }
    }

    /// Returns a query about a person who does not exist, made of existing parts, or `None` if the
    /// person happens to exist.
    pub(crate) fn ask_about_an_unknown_person(&self, chance: &mut Chance) -> Option<Question> {
        let mut person = chance.pick(&self.people);
        person.former = None;
        match chance.below(5) {
            0 => person.company = chance.below(self.companies.len()),
            1 => person.given = vec![chance.pick(self.vocabulary.given)],
            2 => person.surnames = vec![chance.pick(self.vocabulary.surnames)],
            3 => person.given = vec![other_gender(person.given[0])?],
            _ => person = invent_person(self.vocabulary, chance, self.companies.len()),
        }
        let question = self.ask_about(chance, &person);
        self.meant(&question.meaning).is_empty().then_some(question)
    }
}

fn write_company(chance: &mut Chance, company: &Company) -> String {
    let mut brand = company.brand.clone();
    if chance.percent(6) {
        brand = slip(chance, &brand, 6);
    } else if chance.percent(5) {
        brand = brand.replace(' ', "");
    }
    let trade = match company.trade {
        "" => "",
        trade if chance.percent(60) => trade,
        trade if chance.percent(30) => {
            TRADE_SHORT.iter().find(|(long, _)| *long == trade).map_or("", |(_, short)| short)
        }
        _ => "",
    };
    let legal_form = if chance.percent(40) { chance.pick(LEGAL_FORMS) } else { "" };
    let parts = if chance.percent(5) {
        ["Grupo", &brand, trade, legal_form]
    } else {
        ["", &brand, trade, legal_form]
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn nickname(chance: &mut Chance, given: &[&str]) -> Option<String> {
    let whole = given.join(" ");
    let known = |name: &str| NICKNAMES.iter().find(|(formal, _)| *formal == name).map(|(_, short)| *short);
    let short = known(&whole).or_else(|| known(given[0]))?;
    Some(chance.pick(short).to_owned())
}

fn other_gender(name: &str) -> Option<&'static str> {
    GENDERS.iter().find_map(|(one, other)| match name {
        name if name == *one => Some(*other),
        name if name == *other => Some(*one),
        _ => None,
    })
}
