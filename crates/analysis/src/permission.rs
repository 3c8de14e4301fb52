//! Decides which sentences may be quoted. A sentence needs positive evidence that it is about work.
//!
//! People write about their body, home, faith or money without the obvious words, so a list of
//! forbidden words cannot find what is private. A sentence is quoted only if rules and a linear
//! model of its words (`worktalk`) find that it is about work, and the sentences beside it in the
//! post are not private. In doubt it is not quoted.

mod anchors;
mod grammar;
mod item;
mod judgement;
mod records;
mod roles;
mod sentence;
mod signs;
mod verdict;
mod worktalk;

use self::sentence::Reader;
use self::signs::has_private_sign;
use self::verdict::{Silence, Verdict};
use super::language::is_readable;
use super::model::Model;
use super::segment::Sentence;
use super::vocabulary::{Vocabulary, is_tag_of_work};
use fluence_domain::language::Language;

/// The number of sentences on either side of a private one that are withheld too.
const PRIVATE_REACH: usize = 2;
/// A post with at least this many private sentences is withheld as a whole.
const MIN_PRIVATE_SENTENCES: usize = 2;

/// What a sentence may be used for. Each kind allows less than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Quotations. It is about work.
    Quoted,
    /// Counts of any line, without a quotation. It may be about anything.
    Counted,
    /// Counts of measures that are rates over the whole text, without a quotation. It may be about
    /// the author or another person.
    Rated,
    /// Only the scores of the traits and the mean sentence length. It is about a private matter, or
    /// near a sentence that is.
    Withheld,
}

/// A word of a post outside the author's own prose: of a quotation, of shared text, or a hashtag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// In lower case.
    pub word: String,
    /// Whether it is a hashtag, which may be several words without blanks.
    pub is_tag: bool,
}

/// Returns the permission of each sentence of the post `text`. A private word outside the prose
/// (`asides`) withholds the whole post. A hashtag that is not plainly about work, a pictograph that
/// may be private, or a sentence that cannot be read leaves no sentence to be quoted.
pub fn permissions(
    text: &[char],
    sentences: &[Sentence],
    asides: &[Aside],
    language: Language,
    model: &Model,
) -> Vec<Permission> {
    let own = Vocabulary::of(language);
    let reader = Reader { text, own, other: Vocabulary::of(language.other()), language, model };
    let verdicts: Vec<Verdict> = sentences.iter().map(|sentence| reader.verdict(sentence)).collect();
    let private = verdicts.iter().filter(|verdict| **verdict == Verdict::Private).count();
    if private >= MIN_PRIVATE_SENTENCES || asides.iter().any(|word| reader.is_private_aside(word)) {
        return vec![Permission::Withheld; sentences.len()];
    }
    let is_unread = has_private_sign(text)
        || asides.iter().any(|aside| aside.is_tag && !is_tag_of_work(&aside.word))
        || sentences.iter().any(|sentence| !is_readable(sentence, language, model));
    let around = |at: usize, reach: usize| {
        let last = (at + reach + 1).min(verdicts.len());
        &verdicts[at.saturating_sub(reach)..last]
    };
    let is_silenced = |at: usize, silence: Silence| {
        let silences = |verdict: &Verdict| matches!(verdict, Verdict::Personal(s) | Verdict::Doubtful(s) if *s == silence);
        around(at, 1).iter().any(silences)
    };
    let permission = |(at, verdict): (usize, &Verdict)| match *verdict {
        _ if around(at, PRIVATE_REACH).contains(&Verdict::Private) => Permission::Withheld,
        Verdict::Personal(_) | Verdict::Private => Permission::Rated,
        Verdict::Work { is_sure }
            if !is_unread
                && !is_silenced(at, Silence::Full)
                && (is_sure || !is_silenced(at, Silence::UnlessSure)) =>
        {
            Permission::Quoted
        }
        Verdict::Work { .. } | Verdict::Doubtful(_) => Permission::Counted,
    };
    verdicts.iter().enumerate().map(permission).collect()
}

/// Whether the word has a private sense in some context: “sick”, “married”, “parish”. A quotation
/// about work may contain such a word, but it is never listed as a counted word.
pub fn has_private_sense(word: &str, language: Language, model: &Model) -> bool {
    let (own, other) = (Vocabulary::of(language), Vocabulary::of(language.other()));
    Reader { text: &[], own, other, language, model }.has_private_sense(word)
}

/// Loads the vocabularies and the model of work talk ahead of the first call.
pub fn prepare() {
    for language in Language::ALL {
        Vocabulary::of(language);
    }
    is_tag_of_work("");
    worktalk::worktalk();
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::model::model;
    use crate::segment;

    /// Writes the features of each sentence of the file `WORKTALK_SENTENCES` to the file
    /// `WORKTALK_FEATURES`, one line of JSON each, for `model/worktalk.py`.
    #[test]
    fn features_can_be_written_for_the_trainer() {
        let variable = |name| std::env::var_os(name);
        let (Some(from), Some(to)) = (variable("WORKTALK_SENTENCES"), variable("WORKTALK_FEATURES")) else {
            return;
        };
        let mut file = std::io::BufWriter::new(std::fs::File::create(to).unwrap());
        for line in std::fs::read_to_string(from).unwrap().lines() {
            let fields: Vec<&str> = line.splitn(4, '\t').collect();
            let language = if fields[0] == "pt" { Language::Pt } else { Language::En };
            let text: Vec<char> = fields[3].chars().collect();
            let (own, other) = (Vocabulary::of(language), Vocabulary::of(language.other()));
            let reader = Reader { text: &text, own, other, language, model: model() };
            for sentence in segment::sentences(&text, &vec![true; text.len()]) {
                let of = |tokens: &[_]| reader.features(tokens, &reader.items_of(tokens)).named();
                let side = |tokens: &[_]| {
                    let judgement = reader.judgement(tokens);
                    let (allowance, stands) = (judgement.allowance_as_a_side(), judgement.may_stand_alone());
                    serde_json::json!({ "allowance": allowance, "stands": stands, "features": of(tokens) })
                };
                let tokens = &sentence.tokens[..];
                let written: String = text[sentence.start..sentence.end].iter().collect();
                let row = serde_json::json!({
                    "language": fields[0], "set": fields[1], "topic": fields[2], "text": written,
                    "allowance": reader.judgement(tokens).allowance(), "features": of(tokens),
                    "sides": reader.sides(tokens).map(side).collect::<Vec<_>>(),
                    "verdict": format!("{:?}", reader.verdict(&sentence)),
                });
                writeln!(file, "{row}").unwrap();
            }
        }
    }
}
