use std::collections::HashSet;

use super::super::model::model;
use super::*;

#[test]
fn ids_are_unique() {
    let catalogue = &model().catalogue;
    let ids = catalogue.rules.iter().map(|r| &r.id).chain(catalogue.hypotheses.iter().map(|h| &h.id));
    let mut seen = HashSet::new();
    assert!(ids.into_iter().all(|id| seen.insert(id)));
    assert!(catalogue.rules.len() >= 30, "{} rules", catalogue.rules.len());
}

#[test]
fn every_rule_is_written_in_both_languages_and_differs() {
    for rule in &model().catalogue.rules {
        let (en, pt) = (rule.text.of(Language::En), rule.text.of(Language::Pt));
        assert!(en.text.len() > 40 && pt.text.len() > 40 && en != pt, "{}", rule.id);
    }
}

#[test]
fn every_line_that_another_excludes_exists() {
    let catalogue = &model().catalogue;
    let style = catalogue.style.iter().flat_map(|style| {
        [("low", &style.low), ("high", &style.high)]
            .into_iter()
            .filter_map(|(side, line)| Some((style.line_id(side), &line.as_ref()?.exclusions)))
    });
    let rules = catalogue.rules.iter().map(|rule| (rule.id.clone(), &rule.exclusions));
    let guesses = catalogue.hypotheses.iter().map(|h| (h.id.clone(), &h.exclusions));
    let lines: Vec<(String, &Exclusions)> = style.chain(rules).chain(guesses).collect();
    for (id, exclusions) in &lines {
        for other in &exclusions.unless {
            assert!(lines.iter().any(|(id, _)| id == other), "{id} excludes {other}");
        }
    }
}

#[test]
fn neuroticism_stays_out_of_the_playbook() {
    assert!(model().catalogue.hypotheses.iter().all(|h| h.trait_name != "neuroticism"));
}

#[test]
fn portuguese_lines_guess_no_gender() {
    for word in
        [" ele ", " ela ", " dele", " dela", " o cliente", " a cliente", "o comprador", "a compradora"]
    {
        for rule in &model().catalogue.rules {
            let text = rule.text.of(Language::Pt).text.to_lowercase();
            assert!(!text.contains(word), "{}: {word}", rule.id);
        }
    }
}
