//! Figures, durations and remarks in brackets: what a number or a bracket must be to count.

use crate::segment::{Sentence, Token};
use fluence_domain::language::Language;

/// What numbers a thing: the number after it is its name.
const LABELS: &[&str] = &[
    "page",
    "lot",
    "lote",
    "section",
    "room",
    "line",
    "version",
    "release",
    "step",
    "level",
    "phase",
    "article",
    "clause",
    "number",
    "item",
    "chapter",
    "gate",
    "bay",
    "floor",
    "day",
    "route",
    "slide",
    "question",
    "row",
    "column",
    "cell",
    "página",
    "seção",
    "sala",
    "linha",
    "versão",
    "passo",
    "nível",
    "fase",
    "artigo",
    "cláusula",
    "número",
    "etapa",
    "andar",
    "forno",
    "molde",
    "turno",
    "revisão",
    "laudo",
    "capítulo",
    "portão",
    "dia",
    "no",
    "nº",
    "rota",
    "dock",
    "machine",
    "forklift",
    "bus",
    "coach",
    "truck",
    "lorry",
    "van",
    "trailer",
    "wagon",
    "container",
    "block",
    "building",
    "tower",
    "wing",
    "hall",
    "ward",
    "bed",
    "table",
    "desk",
    "seat",
    "locker",
    "box",
    "crate",
    "shelf",
    "rack",
    "aisle",
    "lane",
    "track",
    "platform",
    "station",
    "zone",
    "sector",
    "unit",
    "silo",
    "tank",
    "vat",
    "bin",
    "field",
    "plot",
    "greenhouse",
    "barn",
    "pen",
    "shed",
    "warehouse",
    "depot",
    "store",
    "shop",
    "branch",
    "pump",
    "valve",
    "oven",
    "kiln",
    "reactor",
    "boiler",
    "furnace",
    "press",
    "lathe",
    "printer",
    "server",
    "node",
    "port",
    "channel",
    "socket",
    "breaker",
    "panel",
    "circuit",
    "cabinet",
    "camera",
    "sensor",
    "meter",
    "pit",
    "hole",
    "borehole",
    "mine",
    "shaft",
    "pier",
    "berth",
    "terminal",
    "runway",
    "carriage",
    "crew",
    "shift",
    "squad",
    "grade",
    "exercise",
    "figure",
    "annex",
    "appendix",
    "schedule",
    "volume",
    "edition",
    "batch",
    "ticket",
    "invoice",
    "file",
    "exit",
    "doca",
    "máquina",
    "empilhadeira",
    "ônibus",
    "caminhão",
    "carreta",
    "carro",
    "vagão",
    "contêiner",
    "bloco",
    "prédio",
    "torre",
    "ala",
    "leito",
    "mesa",
    "cadeira",
    "assento",
    "armário",
    "caixa",
    "palete",
    "prateleira",
    "estante",
    "corredor",
    "baia",
    "pista",
    "faixa",
    "plataforma",
    "estação",
    "parada",
    "zona",
    "setor",
    "unidade",
    "tanque",
    "tonel",
    "talhão",
    "gleba",
    "canteiro",
    "estufa",
    "galpão",
    "curral",
    "aviário",
    "armazém",
    "depósito",
    "loja",
    "filial",
    "bomba",
    "válvula",
    "reator",
    "caldeira",
    "prensa",
    "torno",
    "impressora",
    "servidor",
    "porta",
    "canal",
    "tomada",
    "disjuntor",
    "painel",
    "quadro",
    "circuito",
    "câmera",
    "medidor",
    "poço",
    "furo",
    "mina",
    "píer",
    "berço",
    "turma",
    "série",
    "exercício",
    "figura",
    "anexo",
    "apêndice",
    "edição",
    "pedido",
    "chamado",
    "nota",
    "ficha",
    "processo",
    "saída",
    "guichê",
    "esteira",
    "elevador",
    "quadra",
    "casa",
    "apartamento",
    "bancada",
];
/// Words that begin something else: a number before them counts nothing.
const FUNCTION: [&str; 66] = [
    "and", "or", "of", "in", "on", "at", "to", "for", "from", "with", "by", "is", "are", "was", "were",
    "the", "a", "an", "we", "i", "it", "they", "he", "she", "that", "this", "than", "then", "but", "so",
    "if", "as", "has", "had", "will", "can", "did", "e", "de", "do", "da", "dos", "das", "em", "no", "na",
    "nos", "nas", "para", "por", "com", "que", "o", "os", "as", "um", "uma", "é", "são", "foi", "foram",
    "mas", "ou", "se", "como", "já",
];
/// Units that are written with few letters.
const SHORT_UNITS: [&str; 18] =
    ["mm", "cm", "kg", "km", "g", "h", "ms", "mb", "gb", "tb", "m", "l", "t", "s", "kb", "kw", "hz", "pp"];
const NUMBER_WORDS: [&str; 42] = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "ninety",
    "several",
    "half",
    "dois",
    "duas",
    "três",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "quinze",
    "vinte",
    "trinta",
    "quarenta",
    "cinquenta",
    "sessenta",
    "noventa",
    "poucos",
    "poucas",
    "meia",
];
const ENGLISH_TIME: [&str; 8] = ["minute", "minutes", "hour", "hours", "day", "days", "week", "weeks"];
const PORTUGUESE_TIME: [&str; 8] = ["minuto", "minutos", "hora", "horas", "dia", "dias", "semana", "semanas"];
/// Words of a remark in brackets; a single one is an abbreviation.
const MIN_ASIDE_WORDS: usize = 2;

/// Numbers that say how much or how many: first token and how many tokens each takes. Versions,
/// list numbers, years, times, dates, and numbers that name a thing are none.
pub(super) fn figures(sentence: &Sentence, text: &[char]) -> Vec<(usize, usize)> {
    let tokens = &sentence.tokens;
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is_word {
            at += 1;
            continue;
        }
        let end = end_of_number(tokens, at, text);
        if counts_something(tokens, at, end, text) {
            found.push((at, end - at));
        }
        at = end;
    }
    found
}

/// One past the last token of a number such as 48,000 or 3.5.
fn end_of_number(tokens: &[Token], at: usize, text: &[char]) -> usize {
    let mut end = at + 1;
    while end < tokens.len()
        && !tokens[end].is_word
        && matches!(gap(text, tokens, end), ['.' | ',' | ':' | '/' | '-'])
    {
        end += 1;
    }
    end
}

/// Whether the number goes on from the one before it: the 4 of 8.4.
pub(crate) fn is_decimal(tokens: &[Token], at: usize, text: &[char]) -> bool {
    !tokens[at].is_word && !tokens[at - 1].is_word && matches!(gap(text, tokens, at), ['.' | ','])
}

fn gap<'t>(text: &'t [char], tokens: &[Token], at: usize) -> &'t [char] {
    text.get(tokens[at - 1].end..tokens[at].start).unwrap_or(&[])
}

fn counts_something(tokens: &[Token], at: usize, end: usize, text: &[char]) -> bool {
    let after = text.get(tokens[end - 1].end).copied().unwrap_or(' ');
    let is_plain = (at + 1..end).all(|place| matches!(gap(text, tokens, place), ['.' | ',']));
    let is_grouped = tokens[at + 1..end].iter().all(|token| token.norm.len() == 3);
    if !is_plain || end - at > 2 && !is_grouped || after == ')' && at == 0 {
        return false;
    }
    let is_label = |token: &Token| LABELS.contains(&token.norm.as_str());
    if at > 0 && is_label(&tokens[at - 1]) {
        return false;
    }
    let before = &text[tokens[at].start.saturating_sub(2)..tokens[at].start];
    if before.iter().any(|c| matches!(c, '$' | '€' | '£')) || matches!(after, '%' | '‰' | '€') {
        return true;
    }
    let is_year = end == at + 1 && tokens[at].norm.len() == 4 && tokens[at].norm.starts_with(['1', '2']);
    let Some(next) = tokens.get(end).filter(|_| gap(text, tokens, end) == [' ']) else { return false };
    let word = next.norm.as_str();
    let is_lower = text.get(next.start).is_some_and(|c| c.is_lowercase());
    let is_unit = SHORT_UNITS.contains(&word) || word.chars().count() >= 3 && !FUNCTION.contains(&word);
    next.is_word && is_lower && is_unit && !is_year
}

/// Lengths of time, such as “20 minutes” or “duas semanas”.
pub(super) fn durations(sentence: &Sentence, text: &[char], language: Language) -> Vec<(usize, usize)> {
    let tokens = &sentence.tokens;
    let units = match language {
        Language::En => &ENGLISH_TIME,
        Language::Pt => &PORTUGUESE_TIME,
    };
    let is_number = |token: &Token| !token.is_word || NUMBER_WORDS.contains(&token.norm.as_str());
    let is_past =
        |at: usize| tokens.get(at).is_some_and(|token| matches!(token.norm.as_str(), "ago" | "atrás"));
    // The whole of “8.4 hours”, of which the decimals stand beside the unit.
    let first = |at: usize| (1..at).rev().take_while(|place| is_decimal(tokens, *place, text)).count();
    (1..tokens.len())
        .filter(|at| units.contains(&tokens[*at].norm.as_str()) && is_number(&tokens[at - 1]))
        .filter(|at| gap(text, tokens, *at) == [' '] && !is_past(at + 1))
        .map(|at| (at - 1 - first(at), 2 + first(at)))
        .collect()
}

/// Remarks of two words or more in brackets, by their first words.
pub(super) fn asides(sentence: &Sentence, text: &[char]) -> Vec<usize> {
    let tokens = &sentence.tokens;
    let opens = |at: usize| {
        let before = at.checked_sub(1).map_or(sentence.start, |before| tokens[before].end);
        text.get(before..tokens[at].start).is_some_and(|gap| gap.contains(&'('))
    };
    let is_remark = |at: &usize| {
        let inside = text.get(tokens[*at].start..sentence.end).unwrap_or(&[]);
        let remark = inside.split(|c| *c == ')').next().unwrap_or(&[]);
        let words = remark.split(|c| c.is_whitespace());
        words.filter(|word| word.iter().any(|c| c.is_alphabetic())).count() >= MIN_ASIDE_WORDS
    };
    (0..tokens.len()).filter(|at| opens(*at)).filter(is_remark).collect()
}

/// The words after which a sentence trails off.
pub(super) fn ellipses(sentence: &Sentence, text: &[char]) -> Vec<usize> {
    let tokens = &sentence.tokens;
    let trails = |at: &usize| {
        let next = tokens.get(at + 1).map_or(sentence.end, |next| next.start);
        let gap = text.get(tokens[*at].end..next).unwrap_or(&[]);
        gap.contains(&'\u{2026}') || gap.windows(2).any(|pair| pair == ['.', '.'])
    };
    (0..tokens.len()).filter(trails).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clean, segment};

    fn sentences(text: &str) -> (Vec<char>, Vec<Sentence>) {
        let chars: Vec<char> = text.chars().collect();
        let found = segment::sentences(&chars, &clean::own_prose(&chars));
        (chars, found)
    }

    fn figures_in(text: &str) -> usize {
        let (chars, found) = sentences(text);
        found.iter().map(|sentence| figures(sentence, &chars).len()).sum()
    }

    #[test]
    fn versions_list_numbers_years_times_and_labels_are_no_figures() {
        for text in [
            "tidewrack 3.0.2 is out.",
            "tidewrack 2.4 is out.",
            "1) check the sensor",
            "It was removed in 2021.",
            "Handover at 3:15 as planned.",
            "See page 83 of the manual.",
            "Sai no dia 12 de março.",
            "A doca 7 está aberta.",
            "A máquina 4 voltou da oficina.",
            "Empilhadeira 4 parada na doca 3 desde cedo.",
            "O talhão 5 secou primeiro.",
            "Forklift 2 broke at dock 3 before noon.",
            "Truck 12 waited at gate 4 all morning.",
            "The meeting is on 12/05 as agreed.",
        ] {
            assert_eq!(figures_in(text), 0, "{text}");
        }
    }

    #[test]
    fn amounts_counts_and_shares_are_figures() {
        for text in [
            "We had 48,000 users.",
            "Error fell to 0.4% in May.",
            "It cost $90 in parts.",
            "Custou R$ 400 na loja.",
            "O prazo médio era de 31 horas.",
            "A trinca tem 3 mm.",
            "A balança da doca 2 tem limite de 30 toneladas.",
            "The scale at dock 2 takes 30 tonnes.",
            "The line ran at 8.4 tonnes.",
        ] {
            assert_eq!(figures_in(text), 1, "{text}");
        }
    }

    #[test]
    fn lengths_of_time_are_counted_and_points_in_the_past_are_not() {
        let (chars, found) = sentences("It took twenty minutes. Two weeks ago it took 3 hours.");
        let count: usize = found.iter().map(|s| durations(s, &chars, Language::En).len()).sum();
        assert_eq!(count, 2);
        let (chars, found) = sentences("The repair took 8.4 hours.");
        assert_eq!(durations(&found[0], &chars, Language::En), [(3, 3)]);
    }

    #[test]
    fn an_abbreviation_in_brackets_is_no_aside() {
        let (chars, found) = sentences("The agreement (SLA) ends (I was against it).");
        assert_eq!(asides(&found[0], &chars).len(), 1);
    }
}
