//! Splits a post into sentences and tokens.
//!
//! Positions are offsets in Unicode code points from the start of the stored post. The rules are
//! those of `model/text.py`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::clean::is_sentence_end;
use super::quotation::quoted;

/// A word or a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Position of the first code point.
    pub start: usize,
    /// Position after the last code point.
    pub end: usize,
    /// The form that the lexicon and the word vectors list: NFKC, lower case, straight apostrophe.
    pub norm: String,
    /// False for a number.
    pub is_word: bool,
    /// Whether the first letter is a capital and the second character is not: “Ana”, but not “CRM”.
    pub titlecase: bool,
}

impl Token {
    /// Returns the number of its letters, without apostrophes and digits.
    pub fn letters(&self) -> usize {
        self.norm.chars().filter(|c| c.is_alphabetic()).count()
    }
}

/// The counts of a sentence's punctuation, numbers and emoji.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// `?`
    pub question: u32,
    /// `!`
    pub exclamation: u32,
    /// `,`
    pub comma: u32,
    /// `..`, `...` or `…`
    pub ellipsis: u32,
    /// `(`
    pub parenthesis: u32,
    /// `:` and `;`
    pub colon: u32,
    /// Tokens that are numbers.
    pub number: u32,
    /// Characters of the main blocks of emoji.
    pub emoji: u32,
}

/// A sentence of the author's own prose. It has at least one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Position of the first code point of prose.
    pub start: usize,
    /// Position after the last code point of prose.
    pub end: usize,
    /// Words as a text editor counts them: runs of non-blank characters with a letter or digit.
    pub words: u32,
    /// Words and numbers, in order.
    pub tokens: Vec<Token>,
    /// Its punctuation, numbers and emoji.
    pub marks: Marks,
    /// Whether it has a question mark outside a quotation.
    pub asks: bool,
    /// Whether it has an exclamation mark outside a quotation.
    pub exclaims: bool,
}

const ABBREVIATIONS: [&str; 21] = [
    "mr", "mrs", "ms", "dr", "dra", "sr", "sra", "prof", "profa", "st", "vs", "jr", "exmo", "ltda", "cia",
    "av", "tel", "pág", "núm", "inc", "ltd",
];

/// Returns the sentences of `text`. `keep` marks the code points that are the author's own prose;
/// the others are skipped.
pub fn sentences(text: &[char], keep: &[bool]) -> Vec<Sentence> {
    let quoted = quoted(text);
    let reader = Reader { text, keep, quoted: &quoted };
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        match reader.boundary(at) {
            Some(end) => {
                found.extend(reader.sentence(start, end));
                start = end;
                at = end;
            }
            None => at += 1,
        }
    }
    found.extend(reader.sentence(start, text.len()));
    found
}

struct Reader<'a> {
    text: &'a [char],
    keep: &'a [bool],
    quoted: &'a [bool],
}

impl Reader<'_> {
    /// Returns the character at a position, if it is the author's own prose.
    fn own(&self, at: usize) -> Option<char> {
        self.text.get(at).copied().filter(|_| self.keep[at])
    }

    /// Returns the end of the sentence if the character at `at` ends it.
    fn boundary(&self, at: usize) -> Option<usize> {
        match self.text[at] {
            '\n' => self.ends_line(at).then_some(at + 1),
            c if self.keep[at] && is_sentence_end(c) => self.after_mark(at),
            _ => None,
        }
    }

    /// Whether the newline at `at` ends a sentence: it does unless the next line begins in lower
    /// case.
    fn ends_line(&self, at: usize) -> bool {
        let next = self.text[at + 1..].iter().find(|c| **c == '\n' || !c.is_whitespace());
        next.is_none_or(|c| !c.is_lowercase())
    }

    /// Returns the end of the sentence after the mark at `at` and the closing marks behind it. The
    /// mark ends a sentence only before a blank, and not as the dot of an abbreviation or initial.
    fn after_mark(&self, at: usize) -> Option<usize> {
        let closes = |c: char| {
            is_sentence_end(c) || matches!(c, '"' | '\'' | '\u{201d}' | '\u{2019}' | '\u{bb}' | ')' | ']')
        };
        let mut end = at + 1;
        while self.own(end).is_some_and(closes) {
            end += 1;
        }
        if self.own(end).is_some_and(|c| !c.is_whitespace()) {
            return None;
        }
        let abbreviates = self.text[at] == '.' && end == at + 1 && self.is_abbreviation(at);
        (!abbreviates).then_some(end)
    }

    fn is_abbreviation(&self, dot: usize) -> bool {
        let mut start = dot;
        while start > 0 && self.own(start - 1).is_some_and(char::is_alphabetic) {
            start -= 1;
        }
        let before = &self.text[start..dot];
        if let [initial] = before {
            return initial.is_uppercase() && *initial != 'I';
        }
        let word = before.iter().collect::<String>().to_lowercase();
        ABBREVIATIONS.contains(&word.as_str())
    }

    fn sentence(&self, start: usize, end: usize) -> Option<Sentence> {
        let tokens = self.tokens(start, end);
        if !tokens.iter().any(|token| token.is_word) {
            return None;
        }
        let is_prose = |at: &usize| self.own(*at).is_some_and(|c| !c.is_whitespace());
        let first = (start..end).find(is_prose)?;
        let last = (start..end).rfind(is_prose)?;
        let (words, mut marks) = self.words_and_marks(first, last + 1);
        marks.number = count(tokens.iter().filter(|token| !token.is_word));
        let has_own = |mark: char| (first..=last).any(|at| self.own(at) == Some(mark) && !self.quoted[at]);
        let (asks, exclaims) = (marks.question > 0 && has_own('?'), marks.exclamation > 0 && has_own('!'));
        Some(Sentence { start: first, end: last + 1, words, tokens, marks, asks, exclaims })
    }

    fn words_and_marks(&self, start: usize, end: usize) -> (u32, Marks) {
        let (mut words, mut marks) = (0, Marks::default());
        let (mut in_word, mut dots) = (false, 0);
        for at in start..end {
            let c = self.own(at).unwrap_or(' ');
            if c.is_whitespace() {
                in_word = false;
            } else if c.is_alphanumeric() && !in_word {
                in_word = true;
                words += 1;
            }
            dots = if c == '.' { dots + 1 } else { 0 };
            match c {
                '?' => marks.question += 1,
                '!' => marks.exclamation += 1,
                ',' => marks.comma += 1,
                '(' => marks.parenthesis += 1,
                ':' | ';' => marks.colon += 1,
                '\u{2026}' => marks.ellipsis += 1,
                '.' if dots == 2 => marks.ellipsis += 1,
                c if is_emoji(c) => marks.emoji += 1,
                _ => {}
            }
        }
        (words, marks)
    }

    fn tokens(&self, start: usize, end: usize) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut at = start;
        while at < end {
            if !self.own(at).is_some_and(char::is_alphanumeric) {
                at += 1;
                continue;
            }
            let first = at;
            at += 1;
            while at < end && self.continues_word(at, end) {
                at += 1;
            }
            tokens.push(token(&self.text[first..at], first));
        }
        tokens
    }

    fn continues_word(&self, at: usize, end: usize) -> bool {
        self.own(at).is_some_and(|c| {
            let joins = matches!(c, '\'' | '\u{2019}')
                && self.text[at - 1].is_alphabetic()
                && at + 1 < end
                && self.own(at + 1).is_some_and(char::is_alphabetic);
            c.is_alphanumeric() || is_combining_mark(c) || joins
        })
    }
}

fn token(raw: &[char], start: usize) -> Token {
    let norm = normalise(raw);
    let titlecase = raw[0].is_uppercase() && raw.get(1).is_some_and(|c| !c.is_uppercase());
    let is_word = norm.chars().any(char::is_alphabetic);
    Token { start, end: start + raw.len(), norm, is_word, titlecase }
}

/// Converts to NFKC, lower case, NFKC again because lower case may undo it, and straight
/// apostrophes.
fn normalise(raw: &[char]) -> String {
    if raw.iter().all(char::is_ascii) {
        return raw.iter().map(char::to_ascii_lowercase).collect();
    }
    let lower = raw.iter().copied().nfkc().collect::<String>().to_lowercase();
    lower.nfkc().map(|c| if c == '\u{2019}' { '\'' } else { c }).collect()
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1F300}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}')
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
