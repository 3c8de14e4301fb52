//! Invented people for tests: those of the sample directory, and people with given posts.

use chrono::{DateTime, Utc};
use fluence_analysis::{Analysis, InsufficientData, analyse};
use fluence_domain::depth::Depth;
use fluence_domain::ids::PersonId;
use fluence_domain::language::Language;
use fluence_domain::person::{Person, Post};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    external_id: String,
    first_name: String,
    last_name: String,
    company: String,
    title: Option<String>,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    posts: Vec<Post>,
}

/// Returns a date after every sample post.
pub(super) fn today() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// Returns a person with these posts.
pub(super) fn writer_of(posts: Vec<Post>) -> Person {
    Person {
        id: PersonId::from_uuid(uuid::Uuid::nil()),
        first_name: "Ana".to_owned(),
        last_name: "Lima".to_owned(),
        company: "Horizonte".to_owned(),
        title: None,
        location: None,
        bio: None,
        languages: Vec::new(),
        aliases: Vec::new(),
        former_companies: Vec::new(),
        posts,
    }
}

/// Returns a post without a date.
pub(super) fn post(text: &str) -> Post {
    Post { text: text.to_owned(), published_at: None, language: None }
}

/// Returns the people of the sample directory whose posts support traits.
pub(super) fn sample() -> Vec<Person> {
    let lines = include_str!("../../../../sample/people.jsonl").lines();
    let people = lines.map(|line| {
        let line: Line = serde_json::from_str(line).unwrap();
        let mut person = writer_of(line.posts);
        (person.first_name, person.last_name, person.company) =
            (line.first_name, line.last_name, line.company);
        (person.title, person.languages) = (line.title, line.languages);
        (line.external_id, person)
    });
    people.map(|(_, person)| person).filter(|person| premium(person).is_ok()).collect()
}

/// Returns the premium analysis in Portuguese.
pub(super) fn premium(person: &Person) -> Result<Analysis, InsufficientData> {
    analyse(person, Depth::Premium, Language::Pt, today())
}

/// Returns the premium analysis in Portuguese as JSON.
pub(super) fn premium_json(person: &Person) -> serde_json::Value {
    serde_json::to_value(premium(person).unwrap()).unwrap()
}

/// Returns an English text of this many words, in sentences of ten.
pub(super) fn english_words(words: usize) -> String {
    let stock = ["we", "planned", "the", "launch", "with", "our", "team", "and", "it", "worked"];
    let mut text = String::new();
    for at in 0..words {
        text.push_str(stock[at % stock.len()]);
        text.push_str(if at % stock.len() == stock.len() - 1 { ". " } else { " " });
    }
    text
}
