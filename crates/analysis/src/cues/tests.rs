use super::*;
use crate::model::model;
use crate::{clean, segment};

fn counted(text: &str, language: Language) -> Vec<String> {
    let cues = &model().cues;
    let chars: Vec<char> = text.chars().collect();
    let names: Vec<&str> = cues.names().collect();
    let (mut found, mut before) = (Vec::new(), None::<Scope>);
    for sentence in segment::sentences(&chars, &clean::own_prose(&chars)) {
        let alone = Scope::of(&sentence, &chars, language, &model().lexicon);
        let scope = match before {
            Some(before) => alone.after(&before, &sentence.tokens),
            None => alone.first_in(&chars),
        };
        let hits = cues.hits(&sentence.tokens, &chars, &scope, language);
        found.extend(hits.iter().map(|hit| names[hit.measure].to_owned()));
        before = Some(scope);
    }
    found
}

fn english(text: &str) -> Vec<String> {
    counted(text, Language::En)
}

fn portuguese(text: &str) -> Vec<String> {
    counted(text, Language::Pt)
}

fn shows(found: &[String], measure: &str) -> bool {
    found.iter().any(|name| name == measure)
}

#[test]
fn negated_thanks_are_no_thanks() {
    assert!(!shows(&english("He won't be grateful either."), "thanks"));
    assert!(!shows(&english("Thanks to the new cache the page loads fast."), "thanks"));
    assert!(shows(&english("Thank you to everyone who helped with it."), "thanks"));
    assert!(!shows(&portuguese("O fornecedor foi obrigado a refazer a peça."), "thanks"));
    assert!(shows(&portuguese("Obrigada a todos que ajudaram na virada."), "thanks"));
}

#[test]
fn irony_beside_bad_news_is_no_thanks() {
    assert!(!shows(&english("Thank you, router, for another outage."), "thanks"));
    assert!(!shows(&portuguese("Obrigado, roteador, por mais uma queda."), "thanks"));
}

#[test]
fn irony_reaches_the_next_sentence() {
    for text in [
        "Another wonderful outage, thank you so much. Just brilliant.",
        "The router broke again. Just brilliant.",
        "Thank you, router, for another outage. We are all so grateful.",
    ] {
        assert!(!shows(&english(text), "warmth"), "{text}");
    }
    assert!(!shows(&portuguese("O roteador caiu de novo. Parabéns."), "warmth"));
    assert!(!shows(&portuguese("Obrigada, sistema, por mais uma pane. Maravilhoso mesmo."), "warmth"));
    assert!(shows(&english("The pump broke at noon. Thank you to the night shift for staying."), "warmth"));
    assert!(shows(&portuguese("A bomba quebrou. Agradeço à equipe da noite pela ajuda."), "warmth"));
}

#[test]
fn names_quotations_and_reported_words_count_for_nothing() {
    assert!(!shows(&english("The Risk Committee meets with the Planning Office."), "risks"));
    assert!(!shows(&english("They banned the word \"deadline\" from the chat."), "plans"));
    assert!(!shows(&english("Their controls lead asked why we had no deadline."), "plans"));
    assert!(!shows(&english("She said that the decision was late."), "control"));
    assert!(!shows(&portuguese("A gerente de planejamento mudou de sala."), "plans"));
    assert!(!shows(&portuguese("Ele disse que a decisão atrasou."), "control"));
}

#[test]
fn questions_are_no_plans_and_go_or_no_go_starts_nothing() {
    assert!(!shows(&portuguese("Será que vai chegar amanhã?"), "future"));
    assert!(shows(&portuguese("A carga vai chegar amanhã."), "future"));
    assert!(!shows(&english("Which day is go or no-go."), "initiative"));
    assert!(shows(&english("We quickly built a test rig."), "initiative"));
    assert!(!shows(&english("The vendor built a test rig."), "initiative"));
}

#[test]
fn the_longest_entry_wins() {
    assert!(!shows(&english("It is not only fast but small."), "counterpoints"));
    assert!(shows(&english("It is fast but large."), "counterpoints"));
    assert!(!shows(&portuguese("Não só é rápido, mas também é leve."), "counterpoints"));
    assert!(!shows(&portuguese("O plano de saúde mudou."), "plans"));
}

/// Sentences of which it was judged whether they show a measure: what a thing or a program
/// does, and what a word means beside another, shows nothing of a person.
#[test]
fn judged_sentences_count_or_do_not() {
    let lines = include_str!("judged.tsv").lines().filter(|line| !line.starts_with('#'));
    let wrong: Vec<&str> = lines
        .filter(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [language, measure, verdict, sentence] = fields[..] else { return true };
            let language = if language == "pt" { Language::Pt } else { Language::En };
            shows(&counted(sentence, language), measure) != (verdict == "shows")
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn novelty_counts_once_in_a_sentence() {
    let new = |found: Vec<String>| found.iter().filter(|name| *name == "novelty").count();
    assert_eq!(new(english("We tried the prototype and the redesign in one experiment.")), 1);
    assert_eq!(new(portuguese("Experimentamos o protótipo e repensamos o redesenho.")), 1);
}

#[test]
fn a_look_ahead_counts_once_in_a_sentence() {
    let future = |found: Vec<String>| found.iter().filter(|name| *name == "future").count();
    assert_eq!(future(english("The report will be published next week.")), 1);
    assert_eq!(future(portuguese("Amanhã a carga vai chegar.")), 1);
}

#[test]
fn every_measure_has_cues_in_both_languages() {
    for measure in &model().cues.measures {
        assert!(measure.en.split(' ').count() >= 5 && measure.pt.split(' ').count() >= 4, "{}", measure.name);
    }
}

/// An entry that takes back shorter ones overlaps one, or it does nothing.
#[test]
fn every_entry_that_takes_back_covers_an_entry() {
    let measures = &model().cues.measures;
    for measure in measures {
        let with = measures.iter().find(|other| measure.with.as_ref() == Some(&other.name));
        for language in [Language::En, Language::Pt] {
            let own = if language == Language::En { &measure.en } else { &measure.pt };
            let others = with.map_or("", |with| if language == Language::En { &with.en } else { &with.pt });
            let counted: Vec<Vec<&str>> = [own, others]
                .into_iter()
                .flat_map(str::split_whitespace)
                .filter(|entry| !entry.starts_with('!'))
                .map(|entry| entry.trim_start_matches(['^', '~']).split('_').collect())
                .collect();
            let has_inflected = ["we", "first_person", "future"].contains(&measure.name.as_str());
            for entry in own.split_whitespace().filter(|_| language == Language::En || !has_inflected) {
                let Some(phrase) = entry.strip_prefix('!').filter(|rest| !rest.starts_with('!')) else {
                    continue;
                };
                let phrase: Vec<&str> = phrase.split('_').collect();
                assert!(counted.iter().any(|shorter| covers(&phrase, shorter)), "{}: {entry}", measure.name);
            }
        }
    }
}

fn covers(phrase: &[&str], shorter: &[&str]) -> bool {
    let is_same = |written: &str, word: &str| match word.strip_suffix('*') {
        Some(stem) => written.starts_with(stem),
        None => written == word,
    };
    // Every place at which the two overlap by a word or more.
    let places = (0..phrase.len()).map(|at| (at, 0)).chain((1..shorter.len()).map(|at| (0, at)));
    let fits = |(at, from): (usize, usize)| {
        phrase[at..].iter().zip(&shorter[from..]).all(|(written, word)| is_same(written, word))
    };
    phrase.len() > shorter.len() && places.into_iter().any(fits)
}
