//! Invented professionals of many trades and tones, from `model/posts`. The norms of style are
//! fitted to their posts and tested on them.

use fluence_analysis::reading::Reading;
use fluence_analysis::style::Style;
use fluence_analysis::{model, segment};
use fluence_domain::language::Language;
use fluence_domain::person::{Person, Post};

use super::people::{post, sample, writer_of};

const ENGLISH: [&str; 4] = [
    include_str!("../../../../model/posts/en_1.txt"),
    include_str!("../../../../model/posts/en_2.txt"),
    include_str!("../../../../model/posts/en_3.txt"),
    include_str!("../../../../model/posts/en_4.txt"),
];
const PORTUGUESE: [&str; 3] = [
    include_str!("../../../../model/posts/pt_1.txt"),
    include_str!("../../../../model/posts/pt_2.txt"),
    include_str!("../../../../model/posts/pt_3.txt"),
];
/// The fewest words of a part of a person's posts that is used as a text of its own.
const MIN_PART_WORDS: usize = 130;

/// Returns the invented people of a language, each with a short description.
pub(super) fn voices(language: Language) -> Vec<(String, Person)> {
    let files: &[&str] = match language {
        Language::En => &ENGLISH,
        Language::Pt => &PORTUGUESE,
    };
    people_in(files)
}

/// Returns the sample people and the invented people of both languages.
pub(super) fn all_people() -> Vec<Person> {
    let invented = [Language::En, Language::Pt].into_iter().flat_map(voices).map(|(_, person)| person);
    sample().into_iter().chain(invented).collect()
}

/// Returns the people of the later draws of the precision study.
pub(super) fn of_the_study(language: Language) -> Vec<(String, Person)> {
    people_in(match language {
        Language::En => &[
            include_str!("precision_posts_en.txt"),
            include_str!("precision_posts_2_en.txt"),
            include_str!("precision_posts_3_en.txt"),
            include_str!("precision_posts_4_en.txt"),
        ],
        Language::Pt => &[
            include_str!("precision_posts_pt.txt"),
            include_str!("precision_posts_2_pt.txt"),
            include_str!("precision_posts_3_pt.txt"),
            include_str!("precision_posts_4_pt.txt"),
        ],
    })
}

fn people_in(files: &[&str]) -> Vec<(String, Person)> {
    let mut found: Vec<(String, Vec<Post>)> = Vec::new();
    for line in files.iter().flat_map(|file| file.lines()) {
        match (line.strip_prefix("@ "), found.last_mut()) {
            (Some(name), _) => found.push((name.to_owned(), Vec::new())),
            (None, Some((_, posts))) => posts.push(post(line)),
            (None, None) => {}
        }
    }
    found.into_iter().map(|(name, posts)| (name, writer_of(posts))).collect()
}

/// Returns the sample people who write in a language.
pub(super) fn sample_in(language: Language) -> Vec<Person> {
    let writes = |person: &Person| Reading::of(&person.posts, model()).main_language() == language;
    sample().into_iter().filter(writes).collect()
}

/// Splits a person into two with alternate sentences.
pub(super) fn halves(person: &Person) -> [Person; 2] {
    let mut halves: [Vec<Post>; 2] = [Vec::new(), Vec::new()];
    let mut at = 0;
    for whole in &person.posts {
        let chars: Vec<char> = whole.text.chars().collect();
        let mut parts = [String::new(), String::new()];
        for sentence in segment::sentences(&chars, &vec![true; chars.len()]) {
            let text: String = chars[sentence.start..sentence.end].iter().collect();
            parts[at % 2] += &format!("{text} ");
            at += 1;
        }
        for (half, part) in halves.iter_mut().zip(parts) {
            if !part.is_empty() {
                half.push(post(&part));
            }
        }
    }
    halves.map(writer_of)
}

/// Splits a person into people with at least [`MIN_PART_WORDS`] words each. Drops the rest.
pub(super) fn parts(person: &Person) -> Vec<Person> {
    let mut found = Vec::new();
    let mut posts: Vec<Post> = Vec::new();
    for post in &person.posts {
        posts.push(post.clone());
        let words: usize = posts.iter().map(|post| post.text.split_whitespace().count()).sum();
        if words >= MIN_PART_WORDS {
            found.push(writer_of(std::mem::take(&mut posts)));
        }
    }
    found
}

/// Returns the counts of a person's posts in a language.
pub(super) fn style_of(person: &Person, language: Language) -> Style {
    let reading = Reading::of(&person.posts, model());
    Style::of(reading.texts(language), &reading, language, model())
}
