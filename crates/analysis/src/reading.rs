//! Reads a person's posts: cleans them, splits them into sentences and groups them by language. The
//! order of the result does not depend on the order in which the source lists them.

use std::collections::HashSet;

use super::clean::{MAX_CHARS_PER_POST, own_prose};
use super::features::Counts;
use super::language::{Detected, Foreign, detect, foreign};
use super::lexicon::index_of;
use super::model::Model;
use super::permission::{Aside, Permission, permissions};
use super::segment::{Sentence, sentences};
use fluence_domain::language::Language;
use fluence_domain::person::Post;

/// The most posts that are read, newest first.
pub const MAX_POSTS: usize = 50;
/// The most posts that are opened to find them. Duplicates and posts without prose count here, but
/// not towards [`MAX_POSTS`].
const MAX_POSTS_OPENED: usize = 200;

/// The most hashtags of a post that are searched for private words.
const MAX_TAGS: usize = 30;

/// A sentence with its post, counts and permission.
#[derive(Debug)]
pub struct Placed {
    /// The index of its post in the person's list.
    pub post: usize,
    /// Its tokens and positions.
    pub sentence: Sentence,
    /// What it adds to the features.
    pub counts: Counts,
    /// What it may be used for.
    pub permission: Permission,
}

/// The posts of one language.
#[derive(Debug, Default)]
pub struct Texts {
    /// Sentences, by post in canonical order, then by position.
    pub sentences: Vec<Placed>,
    /// Posts with at least one sentence.
    pub posts: u32,
    /// Words as a text editor counts them.
    pub words: u32,
}

/// All posts of a person that are read.
#[derive(Debug, Default)]
pub struct Reading<'p> {
    by_language: [Texts; 2],
    /// Posts that show another language than English and Portuguese.
    pub other_posts: u32,
    /// The words of those posts.
    pub other_words: u32,
    /// The words of those posts that are certainly in another language.
    pub foreign_words: u32,
    /// The words of posts that show no language, such as “ok” and “v2.0.1”.
    unknown_words: u32,
    /// Posts that repeat the words of another post and are left out.
    pub duplicate_posts: u32,
    /// The index, code points and source of each post that was read.
    read: Vec<(usize, Vec<char>, &'p Post)>,
}

impl<'p> Reading<'p> {
    /// Reads the posts.
    pub fn of(posts: &'p [Post], model: &Model) -> Self {
        let mut reading = Self::default();
        let mut seen = HashSet::new();
        let mut used = 0;
        for index in canonical_order(posts) {
            if used == MAX_POSTS {
                break;
            }
            used += usize::from(reading.add(index, &posts[index], &mut seen, model));
        }
        reading
    }

    /// Adds a post. Returns whether it counts: it has prose and repeats no other post.
    fn add(&mut self, index: usize, post: &'p Post, seen: &mut HashSet<String>, model: &Model) -> bool {
        let chars: Vec<char> = post.text.chars().take(MAX_CHARS_PER_POST).collect();
        let keep = own_prose(&chars);
        let found = sentences(&chars, &keep);
        if found.is_empty() {
            return false;
        }
        if !seen.insert(wording(&found)) {
            self.duplicate_posts += 1;
            return false;
        }
        let words = found.iter().map(|sentence| sentence.words).sum::<u32>();
        match detect(&found, model) {
            Detected::Other => match foreign(&found, model) {
                Foreign::Unknown => self.unknown_words += words,
                shown => {
                    self.other_posts += 1;
                    self.other_words += words;
                    self.foreign_words += if shown == Foreign::Plain { words } else { 0 };
                }
            },
            Detected::Ours(language) => {
                let permissions = permissions(&chars, &found, &asides(&chars, &keep), language, model);
                let texts = &mut self.by_language[index_of(language)];
                texts.posts += 1;
                texts.words += words;
                let placed = found.into_iter().zip(permissions).map(|(sentence, permission)| {
                    let counts = Counts::of(&sentence, language, model);
                    Placed { post: index, sentence, counts, permission }
                });
                texts.sentences.extend(placed);
            }
        }
        self.read.push((index, chars, post));
        true
    }

    /// Returns the posts of a language.
    pub const fn texts(&self, language: Language) -> &Texts {
        &self.by_language[index_of(language)]
    }

    /// Returns the language with more words, or English if both have as many.
    pub const fn main_language(&self) -> Language {
        if self.by_language[1].words > self.by_language[0].words { Language::Pt } else { Language::En }
    }

    /// Returns the number of words, in any language or none.
    pub const fn all_words(&self) -> u32 {
        self.by_language[0].words + self.by_language[1].words + self.other_words + self.unknown_words
    }

    /// Returns the posts that were read, in any language.
    pub fn posts_read(&self) -> impl Iterator<Item = &'p Post> {
        self.read.iter().map(|(_, _, post)| *post)
    }

    /// Returns the code points of a post that was read, by its index in the person's list.
    pub fn chars_of(&self, post: usize) -> &[char] {
        self.read.iter().find(|(index, _, _)| *index == post).map_or(&[], |(_, chars, _)| chars)
    }
}

/// Returns the indexes of the posts to open: newest first, undated last, equal dates by text.
fn canonical_order(posts: &[Post]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..posts.len()).collect();
    let key = |index: &usize| (std::cmp::Reverse(posts[*index].published_at), &posts[*index].text);
    order.sort_by(|a, b| key(a).cmp(&key(b)));
    order.truncate(MAX_POSTS_OPENED);
    order
}

/// Returns the words of a post outside its author's own prose. Only the first [`MAX_TAGS`] hashtags
/// are marked as such.
fn asides(text: &[char], keep: &[bool]) -> Vec<Aside> {
    let mut found = Vec::new();
    let mut tags = 0;
    let mut at = 0;
    while at < text.len() {
        let is_aside = |at: usize| text.get(at).is_some_and(|c| !keep[at] && c.is_alphanumeric());
        if !is_aside(at) {
            at += 1;
            continue;
        }
        let first = at;
        while is_aside(at) {
            at += 1;
        }
        let is_tag = first > 0 && text[first - 1] == '#' && tags < MAX_TAGS;
        tags += usize::from(is_tag);
        found.push(Aside { word: text[first..at].iter().collect::<String>().to_lowercase(), is_tag });
    }
    found
}

/// Returns the normalised words of a post. Posts with equal words are duplicates, whatever their
/// punctuation, links and letter case.
fn wording(sentences: &[Sentence]) -> String {
    let tokens = sentences.iter().flat_map(|sentence| &sentence.tokens);
    tokens.fold(String::new(), |mut words, token| {
        words.push_str(&token.norm);
        words.push(' ');
        words
    })
}

#[cfg(test)]
mod tests {
    use super::super::model::model;
    use super::*;

    fn post(text: &str) -> Post {
        Post { text: text.to_owned(), published_at: None, language: None }
    }

    #[test]
    fn a_duplicate_counts_once_whatever_its_links_and_letter_case() {
        let posts = [
            post("We met the team in Recife and it was good."),
            post("we met the team in recife and it was good! https://x.example"),
        ];
        let reading = Reading::of(&posts, model());
        assert_eq!((reading.texts(Language::En).posts, reading.duplicate_posts), (1, 1));
    }

    #[test]
    fn posts_are_grouped_by_language() {
        let posts = [
            post("We met the team and it was good."),
            post("A gente conheceu o time e foi muito bom para todos."),
            post("Hoy hemos hablado con los clientes sobre lo que más les importa."),
        ];
        let reading = Reading::of(&posts, model());
        assert_eq!(reading.main_language(), Language::Pt);
        assert_eq!((reading.texts(Language::En).posts, reading.texts(Language::Pt).posts), (1, 1));
        assert_eq!((reading.other_posts, reading.other_words), (1, 12));
    }

    #[test]
    fn posts_of_no_language_are_in_no_other_language() {
        let none = ["lgtm", "👍", "v2.0.1", "Done.", "ok", "Q3 results", "Zylkor Brintek 4.2"].map(post);
        let reading = Reading::of(&none, model());
        assert_eq!((reading.other_posts, reading.other_words, reading.foreign_words), (0, 0, 0));
        assert_eq!(reading.all_words(), 9);
        let foreign = ["Merci pour les photos.", "Danke für das Gespräch."].map(post);
        let reading = Reading::of(&foreign, model());
        assert_eq!((reading.other_posts, reading.other_words), (2, 8));
    }

    #[test]
    fn at_most_fifty_posts_count() {
        let posts: Vec<Post> =
            (0..80).map(|n| post(&format!("This is the post that we wrote {n}."))).collect();
        assert_eq!(Reading::of(&posts, model()).texts(Language::En).posts, 50);
    }

    #[test]
    fn a_post_of_links_only_does_not_count() {
        assert_eq!(Reading::of(&[post("https://a.example #x @y")], model()).all_words(), 0);
    }
}
