//! Sentences that report the words of another person.

use crate::segment::Token;

/// Verbs that report the words of another person, unless the author is the subject.
const REPORTING: &[&str] = &[
    "said",
    "says",
    "saying",
    "tells",
    "told",
    "asked",
    "asks",
    "claims",
    "claimed",
    "insists",
    "insisted",
    "wrote",
    "writes",
    "replied",
    "argues",
    "argued",
    "according",
    "quote",
    "diz",
    "dizem",
    "disse",
    "disseram",
    "falou",
    "fala",
    "perguntou",
    "perguntaram",
    "escreveu",
    "respondeu",
    "afirma",
    "afirmou",
    "jura",
    "jurava",
    "insiste",
    "dizia",
    "informa",
    "contou",
    "titled",
    "promised",
    "promises",
    "announced",
    "thinks",
    "believes",
    "swears",
    "demanded",
    "demands",
    "complained",
    "complains",
    "prometeu",
    "promete",
    "prometem",
    "anunciou",
    "acredita",
    "garante",
    "garantiu",
    "jurou",
    "exigiu",
    "publicou",
    "pensa",
];
/// The author as the subject.
pub(super) const OWN: [&str; 7] = ["i", "we", "i've", "we've", "eu", "nós", "i'd"];

/// Whether the sentence reports the words of another person. The author is the subject if a word of
/// [`OWN`] is one of the two before the verb.
pub(super) fn is_reported(tokens: &[Token]) -> bool {
    (0..tokens.len()).any(|at| {
        let own = tokens[at.saturating_sub(2)..at].iter().any(|token| OWN.contains(&token.norm.as_str()));
        REPORTING.contains(&tokens[at].norm.as_str()) && !own
    })
}
