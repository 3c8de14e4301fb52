//! Invented people, and how others write their names: for measuring how well people are found.
//!
//! Names are drawn from this project's own tables with the long-tailed shares of real registers. A
//! company is a brand, a trade and a legal form. The same seed gives the same people and the same
//! queries.

use std::collections::HashMap;

use fluence_domain::person::PersonQuery;

use tables::{
    BRAND_ENDS, BRAND_MIDDLES, BRAND_STARTS, BRAND_WORDS, GENDERS, GIVEN, LEGAL_FORMS, NICKNAMES,
    SECOND_GIVEN, SURNAMES, TRADE_SHORT, TRADES, other,
};

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

/// A small reproducible random generator (SplitMix64, Steele, Lea and Flood 2014).
pub(crate) struct Chance(u64);

impl Chance {
    /// The same seed, the same draws.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True in this percentage of cases.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// Prefers earlier entries, about as 1/rank.
    fn pick_common<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below_common(of.len())].clone()
    }

    /// A number below `end`, preferring small ones, about as 1/√rank: the largest of 50,000
    /// companies has half a percent of the people.
    fn below_skewed(&mut self, end: usize) -> usize {
        let place = self.below(end);
        place * place / end
    }

    /// A number below `end`, preferring small ones, about as 1/rank.
    fn below_common(&mut self, end: usize) -> usize {
        #[expect(clippy::cast_precision_loss, reason = "a table is short")]
        let ranks = end as f64;
        #[expect(clippy::cast_precision_loss, reason = "53 bits are kept")]
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the table's length"
        )]
        let rank = (ranks.powf(share) - 1.0) as usize;
        rank.min(end - 1)
    }
}

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

    /// Everyone who fits a query as it was meant, before slips and respellings: current employees,
    /// or else former ones.
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

/// The person that a query is about, in clean words.
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

/// What a client types who means a person, and that person.
pub(crate) struct Question {
    pub(crate) query: PersonQuery,
    pub(crate) meaning: Meaning,
}

impl World {
    /// A query about a person of this world, with the usual liberties.
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

    /// A query about a person who does not exist, though parts of it do. `None` if one exists by
    /// chance.
    pub(crate) fn ask_about_an_unknown_person(&self, chance: &mut Chance) -> Option<Question> {
        let mut somebody = chance.pick(&self.people);
        somebody.former = None;
        match chance.below(5) {
            0 => somebody.company = chance.below(self.companies.len()),
            1 => somebody.given = vec![chance.pick(self.vocabulary.given)],
            2 => somebody.surnames = vec![chance.pick(self.vocabulary.surnames)],
            3 => somebody.given = vec![other_gender(somebody.given[0])?],
            _ => somebody = invent_person(self.vocabulary, chance, self.companies.len()),
        }
        let question = self.ask_about(chance, &somebody);
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

/// The same letters in another form.
fn restyle(chance: &mut Chance, text: &str) -> String {
    let text = if chance.percent(50) { without_accents(text) } else { text.to_owned() };
    match chance.below(6) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        2 => format!(" {text}  "),
        _ => text,
    }
}

pub(crate) fn without_accents(text: &str) -> String {
    const ACCENTED: [(char, char); 13] = [
        ('á', 'a'),
        ('ã', 'a'),
        ('â', 'a'),
        ('é', 'e'),
        ('ê', 'e'),
        ('í', 'i'),
        ('ó', 'o'),
        ('ô', 'o'),
        ('õ', 'o'),
        ('ú', 'u'),
        ('ç', 'c'),
        ('É', 'E'),
        ('Á', 'A'),
    ];
    text.chars()
        .map(|letter| ACCENTED.iter().find(|(from, _)| *from == letter).map_or(letter, |(_, to)| *to))
        .collect()
}

/// A slip in a word of at least this many letters, never in its first.
fn slip(chance: &mut Chance, text: &str, shortest: usize) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let Some(place) = (0..words.len()).find(|place| words[*place].chars().count() >= shortest) else {
        return text.to_owned();
    };
    let mut letters: Vec<char> = words[place].chars().collect();
    let at = 1 + chance.below(letters.len() - 2);
    match chance.below(4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, chance.pick(&['a', 'e', 'r', 's', 'n', 'o'])),
        2 => letters[at] = chance.pick(&['q', 'w', 'k', 'x', 'p', 'b']),
        _ => letters.swap(at, at + 1),
    }
    let slipped: String = letters.into_iter().collect();
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    words[place] = slipped;
    words.join(" ")
}

/// A respelling that sounds the same, if the name has one.
fn respell(chance: &mut Chance, name: &str) -> String {
    const WAYS: [(&str, &str); 22] = [
        ("z", "s"),
        ("Th", "T"),
        ("th", "t"),
        ("ph", "f"),
        ("Ph", "F"),
        ("y", "i"),
        ("ll", "l"),
        ("nn", "n"),
        ("W", "V"),
        ("K", "C"),
        ("ss", "ç"),
        ("ei ", "ey "),
        ("Lu", "Lu"),
        ("sa", "za"),
        ("Ti", "Thi"),
        ("teu", "theu"),
        ("Fe", "Phe"),
        ("Vi", "Vy"),
        ("ana", "anna"),
        ("tt", "t"),
        ("io", "yo"),
        ("Is", "Iz"),
    ];
    let ways: Vec<_> =
        WAYS.iter().filter(|(from, to)| from != to && *to != "ç" && name.contains(from)).collect();
    if ways.is_empty() {
        return name.to_owned();
    }
    let (from, to) = chance.pick(&ways);
    name.replacen(from, to, 1)
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
