//! Praise and thanks that may be ironic, and sentences that dismiss what they name.

use super::machines::is_machine_at;
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
    "mentira",
    "lie",
    "bluff",
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

/// The most words before “are for” in a sentence that dismisses its subject.
const MAX_BEFORE_FOR: usize = 3;
/// Words of excess, by which “plans are for architects with too much paper” dismisses plans.
const EXCESS: &[[&str; 2]] = &[
    ["too", "much"],
    ["too", "many"],
    ["who", "cannot"],
    ["who", "can't"],
    ["quem", "não"],
    ["que", "não"],
    ["de", "sobra"],
];
/// Words that open a sentence of resignation: “of course the printer was broken”.
const RESIGNED: &[[&str; 2]] = &[
    ["of", "course"],
    ["é", "claro"],
    ["claro", "que"],
    ["é", "óbvio"],
    ["óbvio", "que"],
    ["lógico", "que"],
    ["com", "certeza"],
    ["é", "evidente"],
];
/// Bad news that a sentence of resignation may report, besides [`ADVERSE`].
const BREAKDOWNS: &[&str] = &[
    "jammed",
    "blank",
    "stuck",
    "deleted",
    "missing",
    "gone",
    "parou",
    "sumiu",
    "apagou",
    "emperrou",
    "quebraram",
    "falharam",
    "caíram",
    "atrasaram",
];
/// Words between praise and the machine that earned it: “great work by the printer”.
const BY: &[&str] = &[
    "to", "by", "from", "do", "da", "dos", "das", "ao", "à", "aos", "the", "a", "o", "work", "job",
    "trabalho", "para", "serviço", "you", "dear", "old", "caro", "cara", "querido", "querida", "our",
    "nosso", "nossa",
];

/// Whether the sentence dismisses what it names.
pub(super) fn is_dismissed(tokens: &[Token]) -> bool {
    let has_word = tokens.iter().any(|token| DISMISSING.contains(&token.norm.as_str()));
    let pair = |at: usize, pairs: &[[&str; 2]]| is_any_pair(&tokens[at..], pairs);
    let is_for = (1..tokens.len().min(MAX_BEFORE_FOR + 1))
        .find(|at| pair(*at, &[["are", "for"], ["is", "for"], ["são", "para"], ["é", "para"]]));
    let is_excessive =
        |at: usize| (at + 2..tokens.len()).any(|after| pair(after, EXCESS) || tokens[after].norm == "demais");
    has_word
        || is_for.is_some_and(is_excessive)
        || (0..tokens.len()).any(|at| is_any_pair(&tokens[at..], DISMISSING_PAIRS))
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

/// Whether a machine is praised or thanked, which is irony: “great work by the printer”, “parabéns
/// ao sistema”. “Thanks to the pump” names a cause, and “thanks to the pump team” is sincere.
pub(super) fn praises_a_machine(tokens: &[Token]) -> bool {
    let is_praise = |token: &Token| {
        PRAISE.contains(&token.norm.as_str())
            || THANKS.contains(&token.norm.as_str())
            || matches!(token.norm.as_str(), "bom" | "done" | "kudos" | "palmas")
    };
    let Some(praise) = tokens.iter().take(2).position(is_praise) else { return false };
    let between = tokens[praise + 1..].iter().take_while(|token| BY.contains(&token.norm.as_str())).count();
    is_machine_at(tokens, praise + 1 + between)
}

/// Whether the sentence resigns itself to bad news: “of course the printer was broken”.
pub(super) fn is_resigned(tokens: &[Token]) -> bool {
    let opens = is_any_pair(tokens, RESIGNED) || is_any_pair(tokens.get(1..).unwrap_or(&[]), RESIGNED);
    let rest = tokens.get(2..).unwrap_or(&[]);
    let is_claim = |token: &Token| matches!(token.norm.as_str(), "claro" | "sure");
    let breaks = |token: &Token| BREAKDOWNS.contains(&token.norm.as_str());
    opens && (is_adverse(rest) && !rest.iter().any(is_claim) || rest.iter().any(breaks))
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
