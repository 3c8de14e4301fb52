//! Whose plan it is and of what, whom a sentence speaks to, and scorn.

use super::words::OWN;
use crate::segment::Token;
use std::ops::Range;

/// Others whose plans and habits tell nothing of the author.
const OTHERS: &[&str] = &[
    "vendor",
    "vendor's",
    "vendors",
    "supplier",
    "supplier's",
    "suppliers",
    "consultant",
    "consultants",
    "consultancy",
    "contractor",
    "contractors",
    "subcontractor",
    "agency",
    "agencies",
    "competitor",
    "competitors",
    "broker",
    "brokers",
    "carrier",
    "landlord",
    "ministry",
    "council",
    "railway",
    "airline",
    "league",
    "fornecedor",
    "fornecedora",
    "fornecedores",
    "consultor",
    "consultora",
    "consultores",
    "consultoria",
    "empreiteira",
    "empreiteiro",
    "terceirizada",
    "agência",
    "agências",
    "concorrente",
    "concorrentes",
    "corretora",
    "operadora",
    "transportadora",
    "prefeitura",
    "ministério",
    "liga",
];
/// Words by which the author has a part in it.
const OWN_PART: &[&str] =
    &["my", "our", "us", "we're", "let's", "nosso", "nossa", "nossos", "nossas", "meu", "minha", "conosco"];
/// What a plan or a schedule is of that nobody's work follows: before the noun in English, after “of”
/// or “de” in both languages.
const OBJECTS: &[&str] = &[
    "seat",
    "seating",
    "roof",
    "site",
    "street",
    "city",
    "town",
    "wall",
    "ceiling",
    "ground",
    "deck",
    "cabin",
    "table",
    "floor",
    "evacuation",
    "escape",
    "dental",
    "medical",
    "health",
    "pension",
    "savings",
    "insurance",
    "benefit",
    "benefits",
    "tariff",
    "phone",
    "data",
    "price",
    "rate",
    "fee",
    "tax",
    "bus",
    "train",
    "trains",
    "buses",
    "tram",
    "ferry",
    "flight",
    "flights",
    "metro",
    "subway",
    "airline",
    "railway",
    "bin",
    "prayer",
    "tide",
    "tv",
    "match",
    "game",
    "league",
    "tournament",
    "championship",
    "race",
    "cup",
    "tour",
    "stage",
    "season",
    "contract",
    "agreement",
    "lease",
    "policy",
    "treaty",
    "act",
    "statute",
    "assets",
    "rates",
    "prices",
    "crew",
    "phones",
    "trem",
    "trens",
    "ônibus",
    "metrô",
    "barca",
    "balsa",
    "voo",
    "voos",
    "avião",
    "campeonato",
    "corrida",
    "corridas",
    "prova",
    "copa",
    "rali",
    "volta",
    "torneio",
    "rodada",
    "liga",
    "maratona",
    "novela",
    "televisão",
    "tv",
    "maré",
    "marés",
    "coleta",
    "validade",
    "garantia",
    "vencimento",
    "carência",
    "prescrição",
    "consumo",
    "saúde",
    "celular",
    "telefone",
    "internet",
    "dados",
    "assinatura",
    "previdência",
    "dentista",
    "odontologia",
    "assento",
    "assentos",
    "assinaturas",
    "contrato",
    "apólice",
    "lei",
    "mundial",
    "circuito",
    "vida",
    "lixo",
];
const OF: &[&str] = &["of", "for", "to", "de", "do", "da", "dos", "das", "para"];
const DETERMINERS: &[&str] = &["the", "a", "an", "this", "that", "o", "a", "os", "as", "um", "uma"];
/// Those who are spoken to where there are several.
const SEVERAL: &[&str] = &[
    "all",
    "everyone",
    "everybody",
    "guys",
    "folks",
    "both",
    "two",
    "three",
    "vocês",
    "cês",
    "vcs",
    "todos",
    "todas",
];
/// What scorn calls a thing, and how it says that others like it.
const SCORNFUL: &[&str] = &[
    "poster",
    "joke",
    "fiction",
    "myth",
    "decoration",
    "wallpaper",
    "fantasy",
    "farce",
    "ritual",
    "ornament",
    "souvenir",
    "pôster",
    "piada",
    "ficção",
    "mito",
    "enfeite",
    "fantasia",
    "farsa",
    "quadro",
    "lenda",
];
const IS: &[&str] = &["is", "are", "was", "were", "é", "são", "era", "foi", "virou", "become", "became"];
const A: &[&str] = &["a", "an", "just", "only", "pure", "um", "uma", "só", "pura", "puro"];
const ADORES: &[&str] = &[
    "love",
    "loves",
    "adore",
    "adores",
    "worship",
    "worships",
    "adora",
    "adoram",
    "amam",
    "idolatram",
    "veneram",
];

fn is(token: Option<&Token>, list: &[&str]) -> bool {
    token.is_some_and(|token| list.contains(&token.norm.as_str()))
}

fn has(tokens: &[Token], list: &[&str]) -> bool {
    tokens.iter().any(|token| list.contains(&token.norm.as_str()))
}

/// Whether it tells of a vendor or another party, and the author has no part in it: “the supplier
/// promised a schedule”.
pub(super) fn is_of_others(tokens: &[Token]) -> bool {
    has(tokens, OTHERS) && !has(tokens, &OWN) && !has(tokens, OWN_PART)
}

/// Whether it speaks to several people: “thank you all, you made it”.
pub(super) fn speaks_to_several(tokens: &[Token]) -> bool {
    let after_you = |pair: &[Token]| pair[0].norm == "you" && is(pair.get(1), SEVERAL);
    tokens.windows(2).any(after_you) || has(tokens, &["vocês", "cês", "vcs", "y'all"])
}

/// Whether these words name a plan or a schedule that is no work of the author: “the roof plan”,
/// “o cronograma do trem”, “a schedule of the contract”.
pub(in crate::cues) fn names_another_thing(tokens: &[Token], words: Range<usize>) -> bool {
    let before = words.start.checked_sub(1).and_then(|at| tokens.get(at));
    let after = tokens.get(words.end..).unwrap_or(&[]);
    let skipped = 1 + usize::from(is(after.get(1), DETERMINERS));
    is(before, OBJECTS) || is(after.first(), OF) && is(after.get(skipped), OBJECTS)
}

/// Whether it scorns what it names: “the roadmap is a poster”, “the consultants love milestones”.
pub(super) fn is_scornful(tokens: &[Token]) -> bool {
    let calls = |part: &[Token]| is(part.first(), IS) && is(part.get(1), A) && is(part.get(2), SCORNFUL);
    tokens.windows(3).any(calls) || has(tokens, ADORES) && is_of_others(tokens)
}
