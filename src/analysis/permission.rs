//! Which sentences may be quoted: by permission, not for want of a prohibition.
//!
//! People speak of their body, home, faith or money without the word for it, so no list of bad words can find what is
//! private. A sentence is quoted only when it is plainly about work: every word is known and harmless, things of the
//! trade are among them, and neither it nor its neighbours in the post speak of private matters. In doubt it is not.

mod vocabulary;

use self::vocabulary::{Classes, MAX_PHRASE_WORDS, Vocabulary};
use super::lexicon::Lexicon;
use super::segment::{Sentence, Token};
use crate::domain::language::Language;

/// Words of work that a sentence needs, things included: told of others or of “we”; told of “I”; next to doubt.
const MIN_WORK: usize = 2;
const MIN_WORK_FIRST_PERSON: usize = 3;
const MIN_WORK_IN_DOUBT: usize = 3;
/// The same without any thing of the trade.
const MIN_WORK_WITHOUT_THING: usize = 3;
/// Words that carry meaning, of a clause that need not speak of work: “as always”.
const MAX_IDLE_WORDS: usize = 1;
/// Words of a sentence of one clause for which one thing of the trade is enough.
const MAX_SHORT_WORDS: usize = 10;
/// Things of a sentence that is about nothing else.
const MIN_THINGS_ALONE: usize = 2;
/// One in so many words that carry meaning is of work.
const WORK_SHARE: usize = 4;
/// Plain words of so many letters carry no meaning of their own.
const LIGHT_LETTERS: usize = 4;
/// Sentences on either side of a private one that are not quoted either.
const REACH: usize = 2;
/// Private sentences that make a whole post private.
const PRIVATE_POST: usize = 2;
/// Words between a private word and the thing it is said of.
const MAX_STEPS: usize = 3;

const ENGLISH_FIRST: &[&str] = &["i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "myself"];
const PORTUGUESE_FIRST: &[&str] = &["eu", "me", "mim", "comigo", "meu", "meus", "minha", "minhas"];
const SUBJECTS: &[&str] = &["i", "i'm", "i've", "i'd", "i'll", "eu"];
const POSSESSIVES: &[&str] = &["my", "meu", "meus", "minha", "minhas"];
/// First persons that no trade needs.
const INTIMATE: &[&str] = &["mine", "myself", "mim", "comigo"];
/// Others, of whom nothing is quoted.
const THIRD: &[&str] = &[
    "he", "she", "him", "her", "his", "hers", "himself", "herself", "he's", "she's", "he'd", "she'd",
    "he'll", "she'll", "ele", "ela", "dele", "dela", "nele", "nela",
];
/// People at large: a sentence with one of them is not about things alone.
const PEOPLE: &[&str] = &[
    "we",
    "us",
    "ourselves",
    "we're",
    "we've",
    "we'd",
    "we'll",
    "you",
    "who",
    "whom",
    "whose",
    "people",
    "person",
    "someone",
    "somebody",
    "anyone",
    "anybody",
    "everyone",
    "everybody",
    "nobody",
    "they",
    "them",
    "nós",
    "nos",
    "gente",
    "você",
    "vocês",
    "quem",
    "pessoa",
    "pessoas",
    "alguém",
    "ninguém",
    "todos",
    "todas",
];
/// “We” in the ending of a Portuguese verb.
const FIRST_PLURAL: &str = "mos";
/// What may stand between “I” and its verb.
const BEFORE_VERB: &[&str] = &[
    "have", "had", "will", "would", "can", "could", "should", "may", "might", "must", "did", "do", "don't",
    "didn't", "not", "just", "also", "never", "always", "often", "usually", "still", "already", "actually",
    "really", "recently", "am", "não", "já", "sempre", "nunca", "também", "só", "ainda",
];
/// What may stand between a private word and the thing it is said of.
const BETWEEN: &[&str] = &[
    "the", "a", "an", "our", "this", "that", "these", "those", "its", "their", "of", "old", "new", "last",
    "first", "second", "whole", "entire", "legacy", "is", "are", "was", "were", "has", "have", "been",
    "just", "finally", "still", "almost", "slow", "small", "big", "global", "lenta", "lento", "never",
    "always", "not", "no", "to", "about", "by", "for", "para", "pelo", "pela", "o", "os", "as", "um", "uma",
    "de", "do", "da", "dos", "das", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "dois", "duas", "três", "quatro", "cinco", "nossa", "nosso", "esse", "essa", "este", "esta", "velho",
    "velha", "antigo", "antiga", "novo", "nova", "é", "são", "foi", "foram", "está", "estão", "estava",
    "virou", "ao", "à", "legado", "não", "todo", "toda", "ainda", "por",
];

/// What may stand there besides, when the private sense is a mild one.
const PREPOSITIONS: &[&str] = &[
    "in", "on", "at", "from", "with", "up", "down", "em", "no", "na", "nos", "nas", "num", "numa", "pela",
    "pelo",
];
const NUMBERS: &[&str] = &[
    "three",
    "seven",
    "eight",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "second",
    "seconds",
    "minute",
    "minutes",
    "hour",
    "hours",
    "segundo",
    "segundos",
    "minuto",
    "minutos",
    "hora",
    "horas",
    "quatro",
    "cinco",
    "quinze",
    "vinte",
    "trinta",
    "quarenta",
    "cinquenta",
    "sessenta",
    "oitenta",
    "noventa",
    "segunda",
    "terceira",
    "primeira",
    "third",
    "first",
];
/// Marks and words that part clauses.
const PARTING: &[char] =
    &[',', ';', ':', '(', ')', '\u{2013}', '\u{2014}', '\u{2026}', '/', '"', '\u{201c}', '\u{201d}'];
const CONNECTORS: &[&str] = &[
    "and", "but", "so", "then", "because", "while", "before", "after", "during", "since", "until", "when",
    "though", "although", "whereas", "e", "mas", "então", "porque", "pois", "enquanto", "antes", "depois",
    "durante", "desde", "até", "quando", "embora", "aí",
];
const PERIODS: &[&str] = &[
    "day", "days", "week", "weeks", "month", "months", "year", "years", "dia", "dias", "semana", "semanas",
    "mês", "meses", "ano", "anos",
];
/// Beside a number and a period: days are counted, since or without something.
const COUNTING: &[&str] = &[
    "since", "without", "today", "again", "anymore", "ago", "now", "desde", "sem", "hoje", "faz", "há",
    "agora", "já",
];

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

/// What one sentence is, by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Speaks of a private matter.
    Private,
    /// Told of the author or of another person, and not plainly about work.
    Personal,
    /// Not plainly about work.
    Doubtful,
    /// About work; how firmly, in words of work.
    Work(usize),
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

struct Reader<'l> {
    text: &'l [char],
    own: &'static Vocabulary,
    other: &'static Vocabulary,
    language: Language,
    lexicon: &'l Lexicon,
}

/// A word or phrase of a sentence with its classes.
struct Item<'s> {
    word: &'s str,
    classes: Classes,
    is_phrase: bool,
    /// Whether it counts as what it is: an ambiguous word does only when it is said of a thing.
    is_firm: bool,
    /// Whether a mark that parts clauses stands before it.
    is_parted: bool,
}

impl Reader<'_> {
    fn verdict(&self, sentence: &Sentence) -> Verdict {
        let mut items = self.items(&sentence.tokens);
        for at in 0..items.len() {
            items[at].is_firm = !is_ambiguous(&items[at]) || is_of_a_thing(&items, at);
        }
        let items = items;
        let has = |class| items.iter().any(|item| item.classes.meets(class));
        let says = |list: &[&str]| items.iter().any(|item| list.contains(&item.word));
        let first = says(self.first_person()) || has(Classes::FIRST);
        let personal = first || says(THIRD);
        let of_things_alone = !personal
            && !says(PEOPLE)
            && !items.iter().any(|item| self.language == Language::Pt && item.word.ends_with(FIRST_PLURAL))
            && items.iter().any(is_thing)
            && count(&items, is_work_or_thing) >= MIN_THINGS_ALONE + usize::from(has(Classes::PERSON));
        let is_clear =
            |item: &&Item<'_>| item.is_firm || of_things_alone && item.classes.meets(Classes::MILD);
        let unclear: Vec<&Item<'_>> = items.iter().filter(|item| !is_clear(item)).collect();
        let grave = unclear
            .iter()
            .any(|item| !item.classes.meets(Classes::MILD) && !item.classes.meets(Classes::BOUND));
        let of_people = personal && !unclear.is_empty() || grave && says(PEOPLE);
        if has(Classes::PRIVATE) || of_people || unclear.len() > 1 {
            return Verdict::Private;
        }
        let unless_work = if personal { Verdict::Personal } else { Verdict::Doubtful };
        let is_unknown =
            |item: &Item<'_>| item.classes == Classes::NONE || first && item.classes.is_learnt_alone();
        let unknown = items.iter().any(is_unknown);
        let things = count(&items, is_thing);
        if unknown || !unclear.is_empty() || counts_days(&items) || says(THIRD) || says(INTIMATE) {
            return unless_work;
        }
        if first
            && (items.iter().any(is_ambiguous)
                || has(Classes::CLOCK)
                || says(PERIODS)
                || !speaks_of_work(&items))
        {
            return unless_work;
        }
        let phrases = count(&items, |item| is_thing(item) && item.is_phrase);
        let work = things + phrases + count(&items, |item| !is_thing(item) && is_work(item));
        let weighty = count(&items, is_weighty);
        let needed = match (first, things) {
            (true, 0) => return unless_work,
            (true, _) => MIN_WORK_FIRST_PERSON,
            (false, 0) => MIN_WORK_WITHOUT_THING,
            (false, 1) if is_plain_and_short(&items) => 1,
            (false, _) => MIN_WORK,
        };
        if work < needed || !is_work_throughout(&items) || work * WORK_SHARE < weighty {
            return unless_work;
        }
        Verdict::Work(work)
    }

    const fn first_person(&self) -> &'static [&'static str] {
        match self.language {
            Language::En => ENGLISH_FIRST,
            Language::Pt => PORTUGUESE_FIRST,
        }
    }

    fn items<'s>(&self, tokens: &'s [Token]) -> Vec<Item<'s>> {
        let mut items = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let (length, classes) = self.phrase(&tokens[at..]).unwrap_or_else(|| {
                let previous = at.checked_sub(1).map_or("", |before| tokens[before].norm.as_str());
                (1, self.classes(previous, token))
            });
            let before = at.checked_sub(1).map_or(token.start, |before| tokens[before].end);
            let is_parted =
                self.text.get(before..token.start).is_some_and(|gap| gap.iter().any(|c| PARTING.contains(c)));
            items.push(Item { word: &token.norm, classes, is_phrase: length > 1, is_firm: true, is_parted });
            at += length;
        }
        items
    }

    /// The longest phrase that begins here, in words, and its classes.
    fn phrase(&self, tokens: &[Token]) -> Option<(usize, Classes)> {
        let first = &tokens.first()?.norm;
        if !self.own.opens_phrase(first) {
            return None;
        }
        (2..=MAX_PHRASE_WORDS.min(tokens.len())).rev().find_map(|length| {
            let words: Vec<&str> = tokens[..length].iter().map(|token| token.norm.as_str()).collect();
            Some((length, self.own.phrase(&words.join(" "))?))
        })
    }

    fn classes(&self, previous: &str, token: &Token) -> Classes {
        let word = token.norm.as_str();
        let known = self.own.word(word);
        if known.is_known() {
            return known;
        }
        if self.is_private(previous, word) {
            return Classes::PRIVATE;
        }
        let is_letter = word.chars().nth(1).is_none();
        if is_letter || word.chars().any(|c| c.is_ascii_digit()) {
            return Classes::PLAIN;
        }
        let lent = self.other.word(word);
        if lent.meets(Classes::THING) { Classes::THING } else { Classes::NONE }
    }

    fn is_private(&self, previous: &str, word: &str) -> bool {
        let listed = |language| self.lexicon.is_sensitive(previous, word, language);
        self.other.word(word).meets(Classes::PRIVATE) || listed(Language::En) || listed(Language::Pt)
    }

    fn is_private_aside(&self, aside: &Aside) -> bool {
        let word = aside.word.as_str();
        let known = self.own.word(word);
        let hides =
            || aside.is_tag && [self.own, self.other].iter().any(|words| words.hides_private_word(word));
        known.meets(Classes::PRIVATE) || !known.is_known() && (self.is_private("", word) || hides())
    }
}

fn is_thing(item: &Item<'_>) -> bool {
    item.classes.meets(Classes::THING) || item.classes.meets(Classes::PAIR)
}

fn is_ambiguous(item: &Item<'_>) -> bool {
    [Classes::FAR, Classes::BOUND, Classes::NEAR].iter().any(|class| item.classes.meets(*class))
}

fn is_work(item: &Item<'_>) -> bool {
    let is_any = |classes: &[Classes]| classes.iter().any(|class| item.classes.meets(*class));
    match is_ambiguous(item) {
        true => item.is_firm && is_any(&[Classes::FAR, Classes::NEAR]),
        false => is_any(&[Classes::WORK, Classes::PERSON, Classes::ACT]),
    }
}

fn is_work_or_thing(item: &Item<'_>) -> bool {
    is_thing(item) || is_work(item)
}

fn count(items: &[Item<'_>], which: impl Fn(&Item<'_>) -> bool) -> usize {
    items.iter().filter(|item| which(item)).count()
}

/// Whether a word with a private sense is said of a thing: beside it, or few small words away.
fn is_of_a_thing(items: &[Item<'_>], at: usize) -> bool {
    let item = &items[at];
    let steps = if item.classes.meets(Classes::NEAR) { 0 } else { MAX_STEPS };
    let passes = |next: &&Item<'_>| {
        let small = BETWEEN.contains(&next.word)
            || next.classes.meets(Classes::WORK)
            || item.classes.meets(Classes::MILD) && PREPOSITIONS.contains(&next.word);
        small && !is_thing(next) && !is_ambiguous(next) && !next.classes.meets(Classes::PERSON)
    };
    let first = |side: &mut dyn Iterator<Item = &Item<'_>>| {
        let skipped = side.take(steps + 1).find(|item| !passes(item)).map(is_thing);
        skipped.unwrap_or(false)
    };
    first(&mut items[at + 1..].iter()) || first(&mut items[..at].iter().rev())
}

/// Whether the sentence is one short clause without an ambiguous word and without people.
fn is_plain_and_short(items: &[Item<'_>]) -> bool {
    let is_plain = |item: &Item<'_>| {
        !is_ambiguous(item)
            && !CONNECTORS.contains(&item.word)
            && !PEOPLE.contains(&item.word)
            && !item.is_parted
            && !item.classes.is_learnt_alone()
    };
    items.len() <= MAX_SHORT_WORDS && items.iter().all(is_plain)
}

/// Whether every clause is about work: “they found it early, so the roadmap stays” is not.
fn is_work_throughout(items: &[Item<'_>]) -> bool {
    let parts = |item: &Item<'_>| item.is_parted || CONNECTORS.contains(&item.word);
    let mut clauses = vec![(false, 0)];
    let idle = |item: &Item<'_>| match is_weighty(item) && !CONNECTORS.contains(&item.word) {
        true if !item.is_firm => MAX_IDLE_WORDS + 1,
        weighs => usize::from(weighs),
    };
    for item in items {
        if parts(item) {
            clauses.push((false, 0));
        }
        if let Some((works, says)) = clauses.last_mut() {
            *works |= is_thing(item) || is_work(item);
            *says += idle(item);
        }
    }
    clauses.iter().all(|(works, says)| *works || *says <= MAX_IDLE_WORDS)
}

/// Whether a word means something by itself: not a small word, a number, a period or a time of day.
fn is_weighty(item: &Item<'_>) -> bool {
    let is_time = PERIODS.contains(&item.word) || item.classes.meets(Classes::CLOCK);
    let is_small = item.word.chars().count() <= LIGHT_LETTERS && item.classes.meets(Classes::PLAIN);
    !is_time && !is_small && !NUMBERS.contains(&item.word)
}

/// Whether a period is counted as the sober and the bereaved count it: “day 214”, “six months today”.
fn counts_days(items: &[Item<'_>]) -> bool {
    let is_period = |item: &Item<'_>| PERIODS.contains(&item.word);
    let is_number = |item: &Item<'_>| item.word.chars().all(|c| c.is_ascii_digit());
    let numbered = items.windows(2).any(|pair| is_period(&pair[0]) && is_number(&pair[1]));
    numbered
        || items.iter().any(is_period)
            && !items.iter().any(is_thing)
            && items.iter().any(|item| COUNTING.contains(&item.word))
}

/// Whether all that the author says of themselves is an act or a view of work, and all they call theirs is of work.
fn speaks_of_work(items: &[Item<'_>]) -> bool {
    let is_verb = |item: &Item<'_>| item.classes.meets(Classes::ACT) || item.classes.meets(Classes::SAY);
    (0..items.len()).all(|at| {
        let word = items[at].word;
        let after = &items[at + 1..];
        if SUBJECTS.contains(&word) {
            let going_on = word == "i'm" || after.first().is_some_and(|item| item.word == "am");
            let verb = after.iter().find(|item| !BEFORE_VERB.contains(&item.word));
            return verb.is_some_and(|verb| is_verb(verb) && (!going_on || verb.word.ends_with("ing")));
        }
        !POSSESSIVES.contains(&word) || after.iter().take(2).any(|item| item.classes.meets(Classes::OWN))
    })
}
