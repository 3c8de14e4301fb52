//! Sentences and words of a post, with their places in it.
//!
//! Positions are Unicode code points of the post as stored. The rules are those of `model/text.py`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::clean::ends_sentence_mark;

/// A word or number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// Compatibility form, lower case, straight apostrophe: what the lexicon and the vectors know
    /// it by.
    pub norm: String,
    /// False for a number.
    pub is_word: bool,
    /// Written like a name: a capital, then none.
    pub titlecase: bool,
}

/// Marks that are counted, in the order of the model's features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// `?`
    pub question: u32,
    /// `!`
    pub exclamation: u32,
    /// `,`
    pub comma: u32,
    /// Two dots or more, or the one character for them.
    pub ellipsis: u32,
    /// `(`
    pub parenthesis: u32,
    /// `:` and `;`
    pub colon: u32,
    /// Tokens that are numbers.
    pub number: u32,
    /// Pictographs.
    pub emoji: u32,
}

/// A run of text between two boundaries that holds at least one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// First code point of its own prose.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Words as an editor counts them: runs between blanks with a letter or digit.
    pub words: u32,
    /// Words and numbers, in order.
    pub tokens: Vec<Token>,
    /// What it is punctuated with.
    pub marks: Marks,
}

const ABBREVIATIONS: [&str; 20] = [
    "mr", "mrs", "ms", "dr", "dra", "sr", "sra", "prof", "profa", "st", "vs", "jr", "exmo", "ltda", "cia",
    "av", "tel", "pág", "núm", "inc",
];
const ABBREVIATION_LTD: &str = "ltd";

/// The sentences of `text`, reading only what `keep` marks as the author's own.
pub fn sentences(text: &[char], keep: &[bool]) -> Vec<Sentence> {
    let reader = Reader { text, keep };
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
}

impl Reader<'_> {
    /// The character at `at` when there is one and it is the author's.
    fn own(&self, at: usize) -> Option<char> {
        self.text.get(at).copied().filter(|_| self.keep[at])
    }

    /// Where the sentence ends, when the character at `at` ends one.
    fn boundary(&self, at: usize) -> Option<usize> {
        match self.text[at] {
            '\n' => self.ends_line(at).then_some(at + 1),
            c if self.keep[at] && ends_sentence_mark(c) => self.after_mark(at),
            _ => None,
        }
    }

    /// A newline ends a sentence unless the next line goes on in lower case.
    fn ends_line(&self, at: usize) -> bool {
        let next = self.text[at + 1..].iter().find(|c| **c == '\n' || !c.is_whitespace());
        next.is_none_or(|c| !c.is_lowercase())
    }

    /// A mark ends a sentence when a blank follows, and it is not the dot of an abbreviation or an
    /// initial.
    fn after_mark(&self, at: usize) -> Option<usize> {
        let closes = |c: char| {
            ends_sentence_mark(c) || matches!(c, '"' | '\'' | '\u{201d}' | '\u{2019}' | '\u{bb}' | ')' | ']')
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
        ABBREVIATIONS.contains(&word.as_str()) || word == ABBREVIATION_LTD
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
        Some(Sentence { start: first, end: last + 1, words, tokens, marks })
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

/// NFKC, lower case, NFKC again (lower case may undo it), and the straight apostrophe.
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
