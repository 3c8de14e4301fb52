//! Praise and thanks that may be ironic, and sentences that dismiss what they name.

use super::{gap, is_any_pair};
use crate::segment::Token;

/// Words by which a sentence dismisses a thing: “deadlines are overrated”.
const DISMISSING: &[&str] = &[
    "overrated",
    "pointless",
    "useless",
    "worthless",
    "nonsense",
    "theatre",
    "theater",
    "superestimado",
    "superestimada",
    "inútil",
    "inúteis",
    "bobagem",
    "furada",
    "balela",
    "enganação",
];
/// Pairs of words that do the same.
const DISMISSING_PAIRS: &[[&str; 2]] = &[
    ["waste", "of"],
    ["wish", "list"],
    ["de", "desejos"],
    ["no", "use"],
    ["is", "expensive"],
    ["perda", "de"],
    ["conversa", "fiada"],
    ["para", "inglês"],
];
/// Praise that may open a sentence of bad news ironically. “Of course” expresses no certainty
/// there.
const PRAISE: &[&str] = &[
    "great",
    "lovely",
    "brilliant",
    "wonderful",
    "fantastic",
    "perfect",
    "bravo",
    "congratulations",
    "course",
    "óbvio",
    "lógico",
    "ótimo",
    "excelente",
    "maravilha",
    "parabéns",
    "lindo",
    "perfeito",
    "genial",
    "beleza",
];
/// Words that begin the name of a thing after praise.
const ARTICLES: &[&str] =
    &["the", "a", "an", "another", "now", "o", "a", "os", "as", "um", "uma", "mais", "agora"];
/// Words of bad news, some of two words joined by `_`. Beside them, thanks and praise may be
/// ironic.
const ADVERSE: &[&str] = &[
    "another",
    "outage",
    "down",
    "late",
    "delay",
    "delayed",
    "delays",
    "broken",
    "broke",
    "crash",
    "crashed",
    "failed",
    "fails",
    "failure",
    "bug",
    "bugs",
    "wrong",
    "again",
    "lost",
    "refused",
    "worst",
    "nothing",
    "sure",
    "ignoring",
    "apparently",
    "queda",
    "caiu",
    "falha",
    "falhou",
    "quebrou",
    "quebrado",
    "quebrada",
    "atraso",
    "atrasou",
    "atrasada",
    "atrasado",
    "pane",
    "travou",
    "erro",
    "perdeu",
    "perdemos",
    "pior",
    "claro",
    "imagina",
    "errado",
    "errada",
    "mais_um",
    "mais_uma",
    "de_novo",
    "fora_do",
];
/// Single words of thanks and praise, which may be ironic beside bad news.
const THANKS: &[&str] = &[
    "thank",
    "thanks",
    "thankful",
    "grateful",
    "generous",
    "delighted",
    "obrigado",
    "obrigada",
    "agradeço",
    "agradecemos",
    "linda",
    "maravilhoso",
    "maravilhosa",
    "brilhante",
    "grato",
    "grata",
];

/// Whether the sentence dismisses what it names.
pub(super) fn is_dismissed(tokens: &[Token]) -> bool {
    let has_word = tokens.iter().any(|token| DISMISSING.contains(&token.norm.as_str()));
    has_word || (0..tokens.len()).any(|at| is_any_pair(&tokens[at..], DISMISSING_PAIRS))
}

/// Whether one of the first two words is praise: “Great, another migration”, “que maravilha”.
pub(super) fn opens_with_praise(tokens: &[Token]) -> bool {
    tokens.iter().take(2).any(|token| PRAISE.contains(&token.norm.as_str()))
}

/// Whether praise is followed by a comma and a thing, which thanks no person: “Wonderful, the form
/// now has eleven steps”.
pub(super) fn praises_a_thing(tokens: &[Token], text: &[char]) -> bool {
    let [praise, next, ..] = tokens else { return false };
    PRAISE.contains(&praise.norm.as_str())
        && gap(text, praise, next).contains(&',')
        && ARTICLES.contains(&next.norm.as_str())
}

/// Whether the sentence has praise or thanks, sincere or not.
pub(super) fn praises(tokens: &[Token]) -> bool {
    let is_praise = |word: &str| PRAISE.contains(&word) || THANKS.contains(&word);
    tokens.iter().any(|token| is_praise(token.norm.as_str()))
}

/// Whether the sentence has words of bad news.
pub(super) fn is_adverse(tokens: &[Token]) -> bool {
    let is_word = |token: &Token| ADVERSE.contains(&token.norm.as_str());
    let is_pair = |pair: &[Token]| ADVERSE.contains(&format!("{}_{}", pair[0].norm, pair[1].norm).as_str());
    tokens.iter().any(is_word) || tokens.windows(2).any(is_pair)
}
