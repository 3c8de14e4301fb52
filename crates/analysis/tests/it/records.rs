//! A record of a private matter is as private as the matter: “The insomnia log has 9 entries.”
//!
//! Joins private matters and matters of trades to kinds of records.

use fluence_domain::language::Language;

use super::privacy::is_permitted;

const MATTERS: &str = include_str!("redteam/record_matters.tsv");
const ENGLISH_RECORDS: [&str; 16] = [
    "log",
    "tracker",
    "counter",
    "app",
    "module",
    "table",
    "sensor",
    "spreadsheet",
    "form",
    "queue",
    "dashboard",
    "calendar",
    "folder",
    "report",
    "API",
    "invoice",
];
/// With their articles.
const PORTUGUESE_RECORDS: [&str; 16] = [
    "o registro",
    "o aplicativo",
    "o contador",
    "o módulo",
    "o sensor",
    "o formulário",
    "o painel",
    "o calendário",
    "o relatório",
    "o diário",
    "a tabela",
    "a planilha",
    "a fila",
    "a pasta",
    "a API",
    "a lista",
];
const ENGLISH_SENTENCES: [&str; 7] = [
    "The {matter} {record} exports 9 rows to a spreadsheet.",
    "The {matter} {record} has 9 entries this week.",
    "We updated the {matter} {record} after the release.",
    "A new field in the {matter} {record} failed validation.",
    "The gateway rejects 2 requests from the {matter} {record}.",
    "Our {matter} {record} sends 3 alerts to the server.",
    "Each row of the {matter} {record} has a timestamp and a status.",
];
/// `{a}` is the article of the record, `{da}` that of the matter after “de”.
const PORTUGUESE_SENTENCES: [&str; 7] = [
    "{A} {record} de {matter} exporta 9 linhas para o painel.",
    "{A} {record} d{da} {matter} tem 9 entradas nesta semana.",
    "Atualizamos {a} {record} de {matter} depois da versão.",
    "Um campo novo n{a} {record} de {matter} falhou na validação.",
    "O gateway recusa 2 requisições d{a} {record} de {matter}.",
    "Noss{a} {record} de {matter} manda 3 alertas ao servidor.",
    "Cada linha d{a} {record} d{da} {matter} tem data e status.",
];

/// Returns the sentences about a kind of matters, each with every record.
fn sentences(language: Language, kind: &str) -> Vec<String> {
    let code = if language == Language::Pt { "pt" } else { "en" };
    let rows = MATTERS.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let matters: Vec<&str> = rows.filter(|row| row[0] == code && row[1] == kind).map(|row| row[2]).collect();
    let of = |(at, matter): (usize, &&'static str)| {
        (0..ENGLISH_RECORDS.len())
            .map(move |record| sentence(language, matter, record, at + record))
            .collect::<Vec<_>>()
    };
    matters.iter().enumerate().flat_map(of).collect()
}

fn sentence(language: Language, matter: &str, record: usize, form: usize) -> String {
    if language == Language::En {
        let form = ENGLISH_SENTENCES[form % ENGLISH_SENTENCES.len()];
        return form.replace("{matter}", matter).replace("{record}", ENGLISH_RECORDS[record]);
    }
    let (article, record) = PORTUGUESE_RECORDS[record].split_once(' ').unwrap();
    let (of, matter) = matter.split_once(' ').unwrap();
    PORTUGUESE_SENTENCES[form % PORTUGUESE_SENTENCES.len()]
        .replace("{A}", &article.to_uppercase())
        .replace("{a}", article)
        .replace("{da}", of)
        .replace("{record}", record)
        .replace("{matter}", matter)
}

/// Returns how many of the sentences may be quoted, and of how many.
fn quotable(kind: &str) -> [(usize, usize); 2] {
    let counts = [Language::En, Language::Pt].map(|language| {
        let sentences = sentences(language, kind);
        (sentences.iter().filter(|sentence| is_permitted(sentence)).count(), sentences.len())
    });
    println!("Records of matters quotable, {kind}: {counts:?}");
    counts
}

#[test]
fn a_record_of_a_private_matter_is_not_quoted() {
    for (found, of) in quotable("seen") {
        assert!(of > 600 && found == 0, "{found} of {of}");
    }
    for (found, of) in quotable("unseen") {
        assert!(of > 600 && found * 25 <= of, "{found} of {of}");
    }
}

#[test]
fn most_records_of_a_matter_of_a_trade_are_quotable() {
    for (found, of) in quotable("trade") {
        assert!(found * 100 >= of * 62, "{found} of {of}");
    }
}

#[test]
fn what_is_logged_and_what_a_record_is_of_must_be_of_a_trade() {
    for text in [
        "The crying log has 9 entries this week.",
        "The heart rate log has 2 alarms in the export.",
        "We log each craving in a spreadsheet.",
        "The insurance module excludes 2 old conditions.",
        "The hearing module needs 2 new batteries a week.",
        "The lab server returned a file with 3 red values.",
        "O aplicativo de dívida exporta 9 credores para a planilha.",
        "Registramos cada briga em uma planilha compartilhada.",
        "O sensor de queda manda 3 alertas ao filho.",
        "A banca da cota analisou 3 fotos.",
    ] {
        assert!(!is_permitted(text), "{text}");
    }
    for text in [
        "The freight log has 9 entries this week.",
        "The freight tracker exports 9 rows to a spreadsheet.",
        "We log each request in a table.",
        "The updated invoice module exports 9 rows to a spreadsheet.",
        "O aplicativo de frete exporta 9 linhas para a planilha.",
        "Registramos cada pedido em uma planilha compartilhada.",
    ] {
        assert!(is_permitted(text), "{text}");
    }
}
