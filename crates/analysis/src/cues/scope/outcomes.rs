//! Results that are bad: what rises, falls or is delivered decides.

use super::gap;
use super::negation::{CLAUSE_MARKS, CLAUSE_WORDS};
use crate::segment::Token;

/// The most words from a verb to what rises or falls.
const REACH: usize = 6;
/// Verbs of rising. “Reached” and “exceeded” belong to a limit that nobody wants to meet.
const RAISING: &[&str] = &[
    "increased",
    "increase",
    "increases",
    "doubled",
    "tripled",
    "grew",
    "rose",
    "aumentou",
    "aumentaram",
    "aumentamos",
    "dobrou",
    "dobraram",
    "cresceu",
    "cresceram",
    "crescemos",
];
const LOWERING: &[&str] =
    &["reduced", "reduce", "reduces", "halved", "fell", "dropped", "reduziu", "reduziram", "reduzimos"];
const EXCEEDING: &[&str] = &["exceeded", "superou", "superaram", "superamos"];
const DELIVERING: &[&str] = &[
    "delivered",
    "achieved",
    "reached",
    "succeeded",
    "entregou",
    "entregamos",
    "alcançou",
    "alcançaram",
    "alcançamos",
    "atingiu",
    "atingimos",
    "conseguimos",
    "concluímos",
];
/// What is bad in more than it was, or in a delivery.
const BAD: &[&str] = &[
    "error",
    "errors",
    "mistake",
    "mistakes",
    "defect",
    "defects",
    "bug",
    "bugs",
    "fault",
    "faults",
    "failure",
    "failures",
    "complaint",
    "complaints",
    "delay",
    "delays",
    "outage",
    "outages",
    "incident",
    "incidents",
    "accident",
    "accidents",
    "loss",
    "losses",
    "damage",
    "breakage",
    "downtime",
    "backlog",
    "confusion",
    "chaos",
    "wrong",
    "erro",
    "erros",
    "defeito",
    "defeitos",
    "falha",
    "falhas",
    "reclamação",
    "reclamações",
    "atraso",
    "atrasos",
    "pane",
    "panes",
    "incidente",
    "incidentes",
    "acidente",
    "acidentes",
    "perda",
    "perdas",
    "dano",
    "danos",
    "quebra",
    "quebras",
    "confusão",
    "caos",
    "errado",
    "errada",
    "errados",
    "erradas",
];
/// What is bad only where there is more of it.
const COSTLY: &[&str] = &[
    "cost",
    "costs",
    "expense",
    "expenses",
    "waste",
    "scrap",
    "turnover",
    "risk",
    "risks",
    "debt",
    "debts",
    "queue",
    "queues",
    "churn",
    "paperwork",
    "workload",
    "waiting",
    "latency",
    "espera",
    "latência",
    "custo",
    "custos",
    "despesa",
    "despesas",
    "desperdício",
    "refugo",
    "risco",
    "riscos",
    "dívida",
    "dívidas",
    "fila",
    "filas",
    "burocracia",
    "prejuízo",
    "prejuízos",
    "rotatividade",
];
/// What is good only where there is not less of it.
const GOOD: &[&str] = &[
    "sales",
    "revenue",
    "profit",
    "profits",
    "income",
    "quality",
    "output",
    "margin",
    "margins",
    "capacity",
    "accuracy",
    "morale",
    "vendas",
    "receita",
    "lucro",
    "lucros",
    "qualidade",
    "produção",
    "margem",
    "margens",
    "capacidade",
];
/// What nobody wants to exceed.
const BOUNDS: &[&str] = &[
    "budget",
    "deadline",
    "limit",
    "limits",
    "cost",
    "costs",
    "estimate",
    "estimates",
    "orçamento",
    "prazo",
    "limite",
    "limites",
    "custo",
    "custos",
];
/// Words after a verb of rising that has no object.
const WITHOUT_OBJECT: &[&str] = &[
    "by", "to", "from", "in", "after", "since", "again", "with", "at", "on", "during", "sharply", "em",
    "para", "de", "por", "após", "depois", "desde", "com", "no", "na", "muito", "bastante",
];

/// Whether the verb at a position says that something went worse: “increased the number of errors”,
/// “delivered the list with 14 errors”, “the costs doubled”.
pub(in crate::cues) fn goes_worse(tokens: &[Token], verb: usize, text: &[char]) -> bool {
    let is = |at: usize, list: &[&str]| list.contains(&tokens[at].norm.as_str());
    let is_parted = |at: usize| {
        gap(text, &tokens[at - 1], &tokens[at]).iter().any(|c| CLAUSE_MARKS.contains(c))
            || CLAUSE_WORDS.contains(&tokens[at].norm.as_str())
    };
    let most = tokens.len().min(verb + 1 + REACH);
    let end = (verb + 1..most).find(|at| is_parted(*at)).unwrap_or(most);
    let after = |list: &[&str]| (verb + 1..end).any(|at| is(at, list));
    let least = verb.saturating_sub(REACH);
    let start = (least..verb).rev().find(|at| is_parted(at + 1)).map_or(least, |at| at + 1);
    let before = |list: &[&str]| (start..verb).any(|at| is(at, list));
    let has_no_object = end == verb + 1 || is(verb + 1, WITHOUT_OBJECT) || !tokens[verb + 1].is_word;
    let subject = |list: &[&str]| has_no_object && before(list);
    let bad = |list: &[&str]| after(list) || subject(list);
    // “Increased sales without errors” goes well.
    let is_free_of = after(&["without", "sem", "no", "zero", "fewer", "menos"]);
    is(verb, RAISING) && !is_free_of && !after(GOOD) && (bad(BAD) || bad(COSTLY))
        || is(verb, LOWERING) && !after(BAD) && !after(COSTLY) && bad(GOOD)
        || is(verb, EXCEEDING) && after(BOUNDS)
        || is(verb, DELIVERING) && !is_free_of && after(BAD)
}
