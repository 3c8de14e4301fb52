//! Which sentences may be quoted: by permission, not for want of a prohibition.
//!
//! People speak of their body, home, faith or money without the word for it, so no list of bad words can find what is
//! private. A sentence is quoted only when it is plainly about work: every word is known and harmless, things of the
//! trade are among them, and neither it nor its neighbours in the post speak of private matters. In doubt it is not.

mod anchors;
mod classes;
mod grammar;
mod item;
mod judgement;
mod sentence;
mod vocabulary;

use self::judgement::Verdict;
use self::sentence::Reader;
use self::vocabulary::Vocabulary;
use super::lexicon::Lexicon;
use super::segment::Sentence;
use fluence_domain::language::Language;

/// Words of work next to a sentence told of a person.
const MIN_WORK_IN_DOUBT: usize = 3;
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
    /// It speaks of a private matter, or stands near one that does: it enters the scores of the traits alone.
    Withheld,
}

/// A word of a post that is not the author's own prose: of a quotation, of shared text, or a hashtag.
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
    lexicon: &Lexicon,
) -> Vec<Permission> {
    let own = Vocabulary::of(language);
    let reader = Reader { text, own, other: Vocabulary::of(language.other()), language, lexicon };
    let verdicts: Vec<Verdict> = sentences.iter().map(|sentence| reader.verdict(sentence)).collect();
    let private = verdicts.iter().filter(|verdict| **verdict == Verdict::Private).count();
    if private >= PRIVATE_POST || aside.iter().any(|word| reader.is_private_aside(word)) {
        return vec![Permission::Withheld; sentences.len()];
    }
    let near = |at: usize, reach: usize, what: Verdict| {
        let last = (at + reach + 1).min(verdicts.len());
        verdicts[at.saturating_sub(reach)..last].contains(&what)
    };
    let permission = |(at, verdict): (usize, &Verdict)| match *verdict {
        _ if near(at, REACH, Verdict::Private) => Permission::Withheld,
        Verdict::Personal | Verdict::Private => Permission::Rated,
        Verdict::Work(words) if words >= MIN_WORK_IN_DOUBT || !near(at, 1, Verdict::Personal) => {
            Permission::Quoted
        }
        Verdict::Work(_) | Verdict::Doubtful => Permission::Counted,
    };
    verdicts.iter().enumerate().map(permission).collect()
}

/// Loads the vocabularies, so that the first call need not.
pub fn prepare() {
    for language in [Language::En, Language::Pt] {
        Vocabulary::of(language);
    }
}
