//! Words that negate or suppose what a sentence says.

/// Words that negate.
const NEGATIONS: &[&str] = &[
    "not",
    "no",
    "never",
    "nobody",
    "nothing",
    "neither",
    "nor",
    "without",
    "cannot",
    "hardly",
    "barely",
    "não",
    "nunca",
    "jamais",
    "nem",
    "nenhum",
    "nenhuma",
    "ninguém",
    "nada",
    "sem",
    "none",
    "zero",
    "seldom",
    "rarely",
    "raramente",
    "dificilmente",
    "lack",
    "lacks",
    "lacked",
    "refuse",
    "refuses",
    "hate",
    "hates",
    "hated",
    "dislike",
    "dislikes",
    "almost",
    "quase",
    "odeio",
    "odeia",
    "odeiam",
    "detesto",
    "detesta",
];
/// Pairs of words that negate what follows: it is replaced, stopped, missed or did not happen.
pub(super) const NEGATING_PAIRS: &[[&str; 2]] = &[
    ["instead", "of"],
    ["rather", "than"],
    ["would", "have"],
    ["could", "have"],
    ["should", "have"],
    ["tired", "of"],
    ["sick", "of"],
    ["enough", "of"],
    ["fed", "up"],
    ["far", "from"],
    ["stopped", "doing"],
    ["em", "vez"],
    ["ao", "invés"],
    ["no", "lugar"],
    ["chega", "de"],
    ["cansado", "de"],
    ["cansada", "de"],
    ["longe", "de"],
    ["falta", "de"],
    ["deixou", "de"],
    ["deixamos", "de"],
    ["parou", "de"],
    ["paramos", "de"],
    ["poderia", "ter"],
    ["poderíamos", "ter"],
    ["teria", "sido"],
    ["abri", "mão"],
    ["abrimos", "mão"],
];
/// Words that, at the start of a sentence, make its first clause a supposition.
pub(super) const SUPPOSITIONS: [&str; 9] =
    ["if", "unless", "suppose", "should", "had", "were", "se", "caso", "supondo"];
/// Words that make the rest of their clause a supposition, at any place.
pub(super) const MID_SUPPOSITIONS: &[&str] = &["if", "whether"];
/// Punctuation that ends the reach of a negation.
pub(super) const CLAUSE_MARKS: [char; 9] = [',', ';', ':', '(', ')', '\u{2014}', '\u{2013}', '.', '!'];
/// Words that end the reach of a negation.
pub(super) const CLAUSE_WORDS: [&str; 10] =
    ["but", "however", "because", "although", "mas", "porém", "porque", "embora", "so", "então"];

/// Whether a negation also negates the words before it: “photos never show it”, but not “a target
/// without milestones”.
pub(super) fn negates_backwards(word: &str) -> bool {
    matches!(word, "not" | "never" | "não" | "nunca" | "jamais") || word.ends_with("n't")
}

/// Whether a normalised word negates.
pub fn is_negation(word: &str) -> bool {
    NEGATIONS.contains(&word) || word.ends_with("n't")
}
