//! Summarises a profile: title, rank, languages, and the number and age of the posts. The posts are
//! only counted.

mod seniority;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

pub use self::seniority::Seniority;
use super::reading::Reading;
use super::text::number;
use fluence_domain::language::Language;
use fluence_domain::person::Person;

/// The greatest age of a recent post.
const MAX_RECENT_DAYS: i64 = 90;
/// The greatest age of a post of the last year.
const MAX_LAST_YEAR_DAYS: i64 = 365;

/// The profile in short.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Summary {
    /// Two sentences about the profile. With traits, the findings and advice replace them.
    pub text: String,
    /// The title in the source's words.
    pub role: Option<String>,
    /// The rank, if the title states one.
    pub seniority: Option<Seniority>,
    /// ISO 639-1 codes: those that the source lists, then those of the analysed posts.
    pub languages: Vec<String>,
    /// Posts with prose by the person. Duplicates count once, and at most 50 posts are read.
    pub posts: u32,
    /// The person's words in those posts, in any language.
    pub words: u32,
    /// The date of the newest post.
    pub newest_post_at: Option<DateTime<Utc>>,
    /// The class of that post's age.
    pub freshness: Freshness,
}

/// Age of the newest post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// Within 90 days.
    Recent,
    /// Within a year.
    LastYear,
    /// Older.
    Old,
    /// No post is dated, or there is none.
    Unknown,
}

impl Summary {
    /// Summarises a profile in the language of the answer. The age of the posts is counted to
    /// `as_of`.
    pub fn of(person: &Person, reading: &Reading<'_>, answer: Language, as_of: DateTime<Utc>) -> Self {
        let newest = reading.posts_read().filter_map(|post| post.published_at).max();
        let posts = u32::try_from(reading.posts_read().count()).unwrap_or(u32::MAX);
        let role =
            person.title.as_deref().map(str::trim).filter(|title| !title.is_empty()).map(str::to_owned);
        let seniority = role.as_deref().and_then(|role| Seniority::of(role, &person.company));
        let mut summary = Self {
            text: String::new(),
            role,
            seniority,
            languages: languages(person, reading),
            posts,
            words: reading.all_words(),
            newest_post_at: newest,
            freshness: Freshness::of(newest, as_of),
        };
        summary.text = match answer {
            Language::En => summary.in_english(as_of),
            Language::Pt => summary.in_portuguese(as_of),
        };
        summary
    }

    fn in_english(&self, as_of: DateTime<Utc>) -> String {
        let role = self.role.as_deref().map_or_else(|| "No title on record.".to_owned(), as_sentence);
        let texts = match (self.posts, self.newest_post_at) {
            (0, _) => "No posts of their own on record.".to_owned(),
            (posts, newest) => {
                let newest = newest.map(|at| days_between(at, as_of));
                let which = if posts == 1 { "" } else { "the newest " };
                let age = newest.map_or_else(String::new, |days| match days {
                    0 => format!(", {which}from today"),
                    1 => format!(", {which}from yesterday"),
                    days => format!(", {which}{days} days old"),
                });
                let (noun, words) = (plural(posts, "post", "posts"), plural(self.words, "word", "words"));
                format!("{posts} {noun} on record, {} {words} in all{age}.", number(self.words, Language::En))
            }
        };
        format!("{role} {texts}")
    }

    fn in_portuguese(&self, as_of: DateTime<Utc>) -> String {
        let role = self.role.as_deref().map_or_else(|| "Sem cargo registrado.".to_owned(), as_sentence);
        let texts = match (self.posts, self.newest_post_at) {
            (0, _) => "Nenhuma publicação própria registrada.".to_owned(),
            (posts, newest) => {
                let newest = newest.map(|at| days_between(at, as_of));
                let which = if posts == 1 { "" } else { "a mais recente " };
                let age = newest.map_or_else(String::new, |days| match days {
                    0 => format!("; {which}é de hoje"),
                    1 => format!("; {which}é de ontem"),
                    days => format!("; {which}tem {days} dias"),
                });
                let noun = plural(posts, "publicação", "publicações");
                let words = plural(self.words, "palavra", "palavras");
                format!("{posts} {noun}, {} {words} ao todo{age}.", number(self.words, Language::Pt))
            }
        };
        format!("{role} {texts}")
    }
}

/// Returns the title with a full stop, unless it ends with a mark, as “Sr. Eng.” does.
fn as_sentence(title: &str) -> String {
    let has_mark = title.ends_with(['.', '!', '?', '…']);
    if has_mark { title.to_owned() } else { format!("{title}.") }
}

impl Freshness {
    fn of(newest: Option<DateTime<Utc>>, as_of: DateTime<Utc>) -> Self {
        match newest.map(|at| days_between(at, as_of)) {
            None => Self::Unknown,
            Some(..=MAX_RECENT_DAYS) => Self::Recent,
            Some(..=MAX_LAST_YEAR_DAYS) => Self::LastYear,
            Some(_) => Self::Old,
        }
    }
}

/// Returns the whole days between two dates, or 0 if the post is dated in the future.
fn days_between(at: DateTime<Utc>, as_of: DateTime<Utc>) -> i64 {
    as_of.signed_duration_since(at).num_days().max(0)
}

const fn plural<'a>(count: u32, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// Returns the codes that the source lists and those of the analysed posts, each once.
fn languages(person: &Person, reading: &Reading<'_>) -> Vec<String> {
    let written = Language::ALL.into_iter().filter(|lg| reading.texts(*lg).posts > 0);
    let all = person.languages.iter().map(|code| code.trim().to_lowercase());
    let mut codes: Vec<String> = Vec::new();
    for code in all.chain(written.map(|lg| lg.code().to_owned())) {
        if !code.is_empty() && !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(posts: u32, words: u32, role: Option<&str>) -> Summary {
        Summary {
            text: String::new(),
            role: role.map(str::to_owned),
            seniority: None,
            languages: Vec::new(),
            posts,
            words,
            newest_post_at: DateTime::from_timestamp(1_750_000_000, 0),
            freshness: Freshness::Recent,
        }
    }

    #[test]
    fn one_post_of_one_word_is_counted_in_the_singular() {
        let as_of = DateTime::from_timestamp(1_750_400_000, 0).expect("a date");
        let said = |posts, words, role| {
            let summary = summary(posts, words, role);
            (summary.in_english(as_of), summary.in_portuguese(as_of))
        };
        let (english, portuguese) = said(1, 1, Some("Sr. Eng."));
        assert_eq!(english, "Sr. Eng. 1 post on record, 1 word in all, 4 days old.");
        assert_eq!(portuguese, "Sr. Eng. 1 publicação, 1 palavra ao todo; tem 4 dias.");
        let (english, portuguese) = said(3, 6910, Some("Buyer"));
        assert_eq!(english, "Buyer. 3 posts on record, 6,910 words in all, the newest 4 days old.");
        assert_eq!(portuguese, "Buyer. 3 publicações, 6.910 palavras ao todo; a mais recente tem 4 dias.");
        assert!(said(0, 0, Some("Vendas!")).0.starts_with("Vendas! No posts"));
    }

    #[test]
    fn freshness_goes_by_days() {
        let as_of = DateTime::from_timestamp(1_750_000_000, 0).expect("a date");
        let age = |days| Freshness::of(Some(as_of - chrono::Duration::days(days)), as_of);
        assert_eq!([age(-3), age(90), age(91), age(365), age(366)], {
            use Freshness::{LastYear, Old, Recent};
            [Recent, Recent, LastYear, LastYear, Old]
        });
        assert_eq!(Freshness::of(None, as_of), Freshness::Unknown);
    }
}
