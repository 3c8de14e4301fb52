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

/// A line: its id, its exclusions, its measure and side if it rests on one, and whether it is one
/// of the playbook.
struct Known<'c> {
    id: String,
    exclusions: &'c Exclusions,
    measure: Option<(&'c str, Side)>,
    is_advice: bool,
}

fn known_lines() -> Vec<Known<'static>> {
    let catalogue = &model().catalogue;
    let style = catalogue.style.iter().flat_map(|style| {
        let sides = [("low", Side::Low, &style.low), ("high", Side::High, &style.high)];
        sides.into_iter().filter_map(|(name, side, line)| {
            Some(Known {
                id: style.line_id(name),
                exclusions: &line.as_ref()?.exclusions,
                measure: Some((&style.measure, side)),
                is_advice: false,
            })
        })
    });
    let rules = catalogue.rules.iter().map(|rule| Known {
        id: rule.id.clone(),
        exclusions: &rule.exclusions,
        measure: Some((&rule.measure, rule.when)),
        is_advice: true,
    });
    let guesses = catalogue.hypotheses.iter().map(|guess| Known {
        id: guess.id.clone(),
        exclusions: &guess.exclusions,
        measure: None,
        is_advice: true,
    });
    style.chain(rules).chain(guesses).collect()
}

impl Known<'_> {
    fn excludes(&self, other: &Self) -> bool {
        self.exclusions.unless.contains(&other.id)
    }

    /// Whether the two are never given together. A style line excludes style lines only.
    fn is_apart_from(&self, other: &Self) -> bool {
        let are_two_sides =
            self.measure.zip(other.measure).is_some_and(|(one, two)| one.0 == two.0 && one.1 != two.1);
        let shares_slot = self.exclusions.slot.is_some() && self.exclusions.slot == other.exclusions.slot;
        let counts = |from: &Self, to: &Self| (from.is_advice || !to.is_advice) && from.excludes(to);
        are_two_sides || shares_slot || counts(self, other) || counts(other, self)
    }
}

/// Lines that contradict each other: no line of one side stands beside one of the other side.
const CONTRADICTIONS: [(&str, &[&str], &[&str]); 13] = [
    (
        "claims",
        &["hedging.high", "open_with_options"],
        &["hedging.low", "certainty.high", "open_plainly", "expect_firm_views"],
    ),
    ("length", &["pace_short"], &["pace_long", "pace_formal", "pace_asides", "bring_a_story"]),
    ("sentences", &["sentence_length.low"], &["sentence_length.high", "formality.high"]),
    (
        "channel",
        &["pace_lively", "pace_informal", "extraversion_high"],
        &["pace_formal", "pace_long", "pace_time_to_think", "extraversion_low"],
    ),
    (
        "register",
        &["colloquial.high", "energy.high", "pace_informal", "pace_lively", "pace_unfinished_thoughts"],
        &["formality.high", "pace_formal"],
    ),
    ("courtesy", &["open_courteously"], &["open_plainly", "pace_informal"]),
    ("speed", &["pace_fast"], &["pace_time_to_think"]),
    ("whose experience", &["open_with_the_team"], &["open_with_their_experience"]),
    ("novelty", &["openness_low"], &["openness_high", "bring_what_is_new"]),
    (
        "care",
        &["openness_high"],
        &[
            "pace_formal",
            "pace_long",
            "bring_a_plan",
            "expect_limits",
            "expect_precedent",
            "expect_what_can_go_wrong",
        ],
    ),
    ("procedure", &["conscientiousness_low"], &["conscientiousness_high", "bring_a_plan"]),
    ("dissent", &["agreeableness_high"], &["agreeableness_low", "expect_a_but", "expect_firm_views"]),
    ("figures", &["detail.low"], &["detail.high", "bring_numbers"]),
];

/// Every pair of lines either contradicts by [`CONTRADICTIONS`] or may stand together.
#[test]
fn two_lines_exclude_each_other_exactly_if_they_contradict() {
    let lines = known_lines();
    let on = |side: &[&str], line: &Known<'_>| side.contains(&line.id.as_str());
    for (at, one) in lines.iter().enumerate() {
        for other in &lines[at + 1..] {
            let axis = CONTRADICTIONS
                .iter()
                .find(|(_, a, b)| on(a, one) && on(b, other) || on(b, one) && on(a, other));
            let are_two_guesses = one.measure.is_none() && other.measure.is_none();
            let (name, is_apart) = (axis.map(|axis| axis.0), one.is_apart_from(other));
            assert!(name.is_none() || is_apart || are_two_guesses, "{name:?}: {} and {}", one.id, other.id);
            let excludes = one.excludes(other) || other.excludes(one);
            assert!(name.is_some() || !excludes, "{} and {} may stand together", one.id, other.id);
        }
    }
}

#[test]
fn every_line_that_another_excludes_exists() {
    let lines = known_lines();
    let is_known = |id: &str| lines.iter().any(|line| line.id == id);
    for line in &lines {
        for other in &line.exclusions.unless {
            assert!(is_known(other), "{} excludes {other}", line.id);
        }
    }
    let sides = CONTRADICTIONS.iter().flat_map(|(_, one, other)| one.iter().chain(*other));
    sides.for_each(|id| assert!(is_known(id), "{id}"));
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
