//! Which sentences may be quoted: by permission, not for want of a prohibition.
//!
//! People speak of their body, home, faith or money without the word for it, so no list of bad
//! words can find what is private. A sentence is quoted only when it is plainly about work: every
//! word is known and harmless, things of the trade are among them, and neither it nor its
//! neighbours in the post speak of private matters. In doubt it is not.

mod anchors;
mod grammar;
mod item;
mod judgement;
mod roles;
mod sentence;
mod verdict;
mod worktalk;

use self::sentence::Reader;
use self::verdict::{Silence, Verdict};
use super::model::Model;
use super::segment::Sentence;
use super::vocabulary::Vocabulary;
use fluence_domain::language::Language;

/// Sentences on either side of a private one that are not quoted either.
const REACH: usize = 2;
/// Private sentences that make a whole post private.
const PRIVATE_POST: usize = 2;

/// What may be made of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It is plainly about work: it may be quoted.
    Quoted,
    /// It may be about anything: a line may count its words, and nothing shows them.
    Counted,
    /// It may be about the author or another person: it enters rates over the whole text alone.
    Rated,
    /// It speaks of a private matter, or stands near one that does: it enters the scores of the
    /// traits alone.
    Withheld,
}

/// A word of a post that is not the author's own prose: of a quotation, of shared text, or a
/// hashtag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// In lower case.
    pub word: String,
    /// Whether it is a hashtag, and may be several words in one.
    pub is_tag: bool,
}

/// What may be made of each sentence of the post `text`.
pub fn permissions(
    text: &[char],
    sentences: &[Sentence],
    aside: &[Aside],
    language: Language,
    model: &Model,
) -> Vec<Permission> {
    let own = Vocabulary::of(language);
    let reader = Reader { text, own, other: Vocabulary::of(language.other()), language, model };
    let verdicts: Vec<Verdict> = sentences.iter().map(|sentence| reader.verdict(sentence)).collect();
    let private = verdicts.iter().filter(|verdict| **verdict == Verdict::Private).count();
    if private >= PRIVATE_POST || aside.iter().any(|word| reader.is_private_aside(word)) {
        return vec![Permission::Withheld; sentences.len()];
    }
    let around = |at: usize, reach: usize| {
        let last = (at + reach + 1).min(verdicts.len());
        &verdicts[at.saturating_sub(reach)..last]
    };
    let is_beside = |at: usize, silence: Silence| {
        let silences = |verdict: &Verdict| matches!(verdict, Verdict::Personal(s) | Verdict::Doubtful(s) if *s == silence);
        around(at, 1).iter().any(silences)
    };
    let permission = |(at, verdict): (usize, &Verdict)| match *verdict {
        _ if around(at, REACH).contains(&Verdict::Private) => Permission::Withheld,
        Verdict::Personal(_) | Verdict::Private => Permission::Rated,
        Verdict::Work { is_sure }
            if !is_beside(at, Silence::Full) && (is_sure || !is_beside(at, Silence::UnlessSure)) =>
        {
            Permission::Quoted
        }
        Verdict::Work { .. } | Verdict::Doubtful(_) => Permission::Counted,
    };
    verdicts.iter().enumerate().map(permission).collect()
}

/// Whether the word has a private sense, whatever it says here: “sick”, “married”, “parish”. Such a
/// word may stand in a quotation about a build or a customer, and is never singled out.
pub fn has_private_sense(word: &str, language: Language, model: &Model) -> bool {
    let (own, other) = (Vocabulary::of(language), Vocabulary::of(language.other()));
    Reader { text: &[], own, other, language, model }.has_private_sense(word)
}

/// Loads the vocabularies, so that the first call need not.
pub fn prepare() {
    for language in [Language::En, Language::Pt] {
        Vocabulary::of(language);
    }
    worktalk::worktalk();
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::model::model;
    use crate::segment;

    /// Writes what the model of work talk reads of each sentence of the file that
    /// `WORKTALK_SENTENCES` names, for `model/worktalk.py`: a line of JSON each.
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
