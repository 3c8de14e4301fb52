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
fn names_with_numbers_are_neither_figures_nor_durations() {
    let english = [
        "Windows 11 servers run at night.",
        "The ISO 9001 audit is complete.",
        "ISO 9001 auditors came twice.",
        "The 24 hour shop opened.",
        "The 48 Hours project is closed.",
        "The 5 Minute Manager is on the shelf.",
    ];
    let portuguese = [
        "O Windows 11 está no servidor.",
        "A auditoria da ISO 9001 terminou.",
        "A Lei 13.709 está no contrato.",
        "Lei 13.709 entra no contrato.",
        "A NR 12 está na parede da oficina.",
        "A loja 24 horas abriu.",
        "O posto 24 horas abriu.",
        "As 24 Horas de Interlagos compraram os parafusos.",
    ];
    let texts = english.map(|text| (text, Language::En)).into_iter();
    for (text, language) in texts.chain(portuguese.map(|text| (text, Language::Pt))) {
        let (chars, found) = sentences(text);
        assert_eq!(figures_in(text), 0, "{text}");
        assert!(durations(&found[0], &chars, language).is_empty(), "{text}");
    }
}

#[test]
fn numbers_after_days_months_and_verbs_are_figures() {
    for text in [
        "On Monday 40 trucks came.",
        "In June 12 boxes were lost.",
        "Sold 400 boxes by noon.",
        "Vendemos 30 caixas na feira.",
        "A fila durou 24 horas na loja.",
        "The repair took 24 hours.",
    ] {
        assert_eq!(figures_in(text), 1, "{text}");
    }
    let (chars, found) = sentences("A fila durou 24 horas na loja.");
    assert_eq!(durations(&found[0], &chars, Language::Pt).len(), 1);
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
