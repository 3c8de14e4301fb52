//! Beginnings that are no initiative: of harm, of a machine, of an entry in the books.

use super::machines::{is_determiner, is_machine_at};
use super::outcomes::words::{BAD, FREE, HARMING};
use crate::segment::Token;

/// Verbs that may only switch a machine on.
const SWITCHING: &[&str] = &["started", "start", "iniciamos", "iniciei"];
/// Verbs that may only enter a sum in the books.
const BOOKING: &[&str] = &["lancei", "lançamos"];
/// What is entered in the books.
const BOOKED: &[&str] = &[
    "despesa",
    "despesas",
    "nota",
    "notas",
    "fatura",
    "faturas",
    "crédito",
    "créditos",
    "débito",
    "débitos",
    "hora",
    "horas",
    "pagamento",
    "pagamentos",
    "valor",
    "valores",
    "imposto",
    "impostos",
    "recibo",
    "recibos",
    "compra",
    "compras",
    "boleto",
    "boletos",
];
/// What people create, open or install every day.
const ROUTINE: &[&str] = &[
    "ticket",
    "tickets",
    "folder",
    "folders",
    "file",
    "copy",
    "duplicate",
    "browser",
    "terminal",
    "driver",
    "drivers",
    "projector",
    "film",
    "chamado",
    "chamados",
    "pasta",
    "pastas",
    "arquivo",
    "cópia",
    "navegador",
    "impressora",
    "projetor",
    "andaime",
    "filme",
    "caixas",
];
/// Longer words that end an object. Shorter ones are prepositions.
const AFTER_OBJECT: &[&str] = &["with", "from", "into", "after", "that", "para", "entre", "após", "sobre"];
const MAX_SHORT: usize = 3;
const WITH: &[&str] = &["with", "com"];
/// Words between a verb and its object besides determiners.
const BETWEEN: &[&str] = &[
    "to", "a", "os", "as", "up", "new", "another", "support", "first", "printer", "broken", "mais", "outro",
    "outra",
];

fn is_short(token: &Token) -> bool {
    token.norm.chars().count() <= MAX_SHORT
}

/// Whether the verb at a position begins nothing of worth: “we began to lose orders”, “we launched
/// the browser”, “lancei a despesa na planilha”.
pub(in crate::cues) fn begins_nothing(tokens: &[Token], verb: usize) -> bool {
    let is =
        |at: usize, list: &[&str]| tokens.get(at).is_some_and(|token| list.contains(&token.norm.as_str()));
    let is_skipped = |at: usize| is(at, BETWEEN) || tokens.get(at).is_some_and(is_determiner);
    let object = (verb + 1..tokens.len()).find(|at| !is_skipped(*at)).unwrap_or(tokens.len());
    // “Started error tracking” is a beginning, “built a mess of cables” is none.
    let is_last = tokens.get(object + 1).is_none_or(|next| is_short(next) || is(object + 1, AFTER_OBJECT));
    let is_faulty =
        is(object + 1, WITH) && (object + 2..object + 4).any(|at| is(at, BAD) && !is(at - 1, FREE));
    is_faulty
        || is(object, HARMING)
        || is_last && is(object, BAD)
        || is_last && is(object, ROUTINE)
        || is(verb, BOOKING) && is(object, BOOKED)
        || is(verb, SWITCHING) && is_last && is_machine_at(tokens, object)
}
