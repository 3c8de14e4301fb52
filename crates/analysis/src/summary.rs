//! What the profile itself says: no text analysis beyond counting.

mod seniority;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

pub use self::seniority::Seniority;
use super::reading::Reading;
use super::text::number;
use fluence_domain::language::Language;
use fluence_domain::person::Person;

/// Posts no older than this are recent.
const RECENT_DAYS: i64 = 90;
/// Posts no older than this are of the last year.
const YEAR_DAYS: i64 = 365;

/// The profile in short.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Summary {
    /// One or two sentences for the reader.
    pub text: String,
    /// The title as the source has it.
    pub role: Option<String>,
    /// Rank, as far as the title tells.
    pub seniority: Option<Seniority>,
    /// ISO 639-1 codes: those the source names, then those the posts are written in.
    pub languages: Vec<String>,
    /// Posts with prose of the person's own; duplicates count once, and at most fifty are read.
    pub posts: u32,
    /// Words of theirs in those posts, in every language.
    pub words: u32,
    /// When the newest post was published.
    pub newest_post_at: Option<DateTime<Utc>>,
    /// How fresh that is.
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
    /// Sums a profile up, in the language of the answer. `as_of` dates how fresh the posts are.
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
        let role = self.role.as_deref().map_or_else(|| "No title on record.".to_owned(), ended);
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
        let role = self.role.as_deref().map_or_else(|| "Sem cargo registrado.".to_owned(), ended);
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

/// The title as a sentence, with one mark at its end: “Eng.” has one.
fn ended(title: &str) -> String {
    let is_ended = title.ends_with(['.', '!', '?', '…']);
    if is_ended { title.to_owned() } else { format!("{title}.") }
}

impl Freshness {
    fn of(newest: Option<DateTime<Utc>>, as_of: DateTime<Utc>) -> Self {
        match newest.map(|at| days_between(at, as_of)) {
            None => Self::Unknown,
            Some(..=RECENT_DAYS) => Self::Recent,
            Some(..=YEAR_DAYS) => Self::LastYear,
            Some(_) => Self::Old,
        }
    }
}

/// Whole days; a post dated in the future is from today.
fn days_between(at: DateTime<Utc>, as_of: DateTime<Utc>) -> i64 {
    as_of.signed_duration_since(at).num_days().max(0)
}

const fn plural<'a>(count: u32, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// Codes the source names and codes the posts are in, each once.
fn languages(person: &Person, reading: &Reading<'_>) -> Vec<String> {
    let written = [Language::En, Language::Pt].into_iter().filter(|lg| reading.texts(*lg).posts > 0);
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
