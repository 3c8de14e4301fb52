//! Style and playbook: every line rests on words, both languages have the same lines, and two
//! people share few of them.

use std::collections::HashSet;

use fluence_analysis::advice::{Basis, Line, Strength};
use fluence_analysis::analyse;
use fluence_analysis::catalogue::Section;
use fluence_domain::depth::Depth;
use fluence_domain::language::Language;
use fluence_domain::person::Person;

use super::people::{english_words, post, sample, today, writer_of};
use super::voices::voices;

/// The greatest mean, over pairs of people, of the share of the shorter list that is in the longer
/// one too.
const MAX_SHARED: f64 = 0.40;

fn advice(person: &Person, texts: Language) -> (Vec<Line>, Vec<Line>) {
    let advice = analyse(person, Depth::Premium, texts, today()).unwrap().advice.unwrap();
    (advice.communication_style, advice.buyer_playbook)
}

#[test]
fn a_playbook_line_from_style_shows_the_words_or_the_counts_it_rests_on() {
    for person in sample() {
        for line in advice(&person, Language::Pt).1 {
            let shows = !line.evidence.is_empty() || line.counts.is_some();
            assert_eq!(line.basis == Basis::ObservedStyle, shows, "{}", line.id);
        }
    }
}

#[test]
fn no_quotation_is_longer_than_twelve_words_and_each_is_of_the_post() {
    for person in sample() {
        let (style, playbook) = advice(&person, Language::Pt);
        for evidence in style.iter().chain(&playbook).flat_map(|line| &line.evidence) {
            assert!(evidence.excerpt.split_whitespace().count() <= 12, "{}", evidence.excerpt);
            let blanks_as_one =
                person.posts[evidence.post].text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(blanks_as_one.contains(evidence.excerpt.trim_matches('…')), "{}", evidence.excerpt);
        }
    }
}

#[test]
fn both_languages_say_the_same_lines_in_their_own_words() {
    for person in sample() {
        let (en, pt) = (advice(&person, Language::En), advice(&person, Language::Pt));
        for (en, pt) in en.0.iter().chain(&en.1).zip(pt.0.iter().chain(&pt.1)) {
            assert_eq!((&en.id, &en.evidence, en.counts), (&pt.id, &pt.evidence, pt.counts));
            assert_ne!(en.text, pt.text);
        }
    }
}

#[test]
fn every_line_stands_apart_and_no_placeholder_is_left() {
    for person in all_people() {
        let (style, playbook) = advice(&person, Language::Pt);
        for line in style.iter().chain(&playbook) {
            assert!(!line.text.contains(['{', '}', '|']), "{}", line.text);
            if line.basis == Basis::ObservedStyle {
                let percentile = line.percentile.unwrap();
                assert!(!(23..=77).contains(&percentile), "{}: {percentile}", line.id);
            }
        }
    }
}

#[test]
fn lines_of_equal_percentiles_are_equally_strong() {
    for person in all_people() {
        let (style, playbook) = advice(&person, Language::Pt);
        for line in style.iter().chain(&playbook) {
            let Some(percentile) = line.percentile else { continue };
            let is_strong = !(6..=94).contains(&percentile);
            assert_eq!(line.strength == Strength::Strong, is_strong, "{}: {percentile}", line.id);
        }
    }
}

/// Pairs of lines that contradict each other.
const OPPOSITES: [[&str; 2]; 10] = [
    ["pace_formal", "pace_short"],
    ["pace_formal", "pace_informal"],
    ["pace_formal", "pace_lively"],
    ["pace_long", "pace_short"],
    ["pace_fast", "pace_time_to_think"],
    ["open_plainly", "open_with_options"],
    ["open_plainly", "open_courteously"],
    ["open_with_options", "expect_firm_views"],
    ["open_with_credit", "open_with_a_question"],
    ["close_with_a_date", "close_with_a_choice"],
];

#[test]
fn no_two_lines_contradict_each_other() {
    for person in all_people() {
        let (style, playbook) = advice(&person, Language::En);
        let ids: HashSet<&str> = playbook.iter().map(|line| line.id.as_str()).collect();
        for [one, other] in OPPOSITES {
            assert!(!(ids.contains(one) && ids.contains(other)), "{one} and {other}");
        }
        let aspects: Vec<&str> = style.iter().map(|line| line.id.split('.').next().unwrap()).collect();
        let said = |aspect: &str, side: &str| style.iter().any(|line| line.id == format!("{aspect}.{side}"));
        assert!(!(said("formality", "high") && said("colloquial", "high")), "{aspects:?}");
        assert!(!(said("formality", "high") && said("sentence_length", "low")), "{aspects:?}");
    }
}

#[test]
fn a_sentence_stands_beside_one_line_of_each_list() {
    for person in all_people() {
        let (style, playbook) = advice(&person, Language::En);
        for list in [style, playbook] {
            let mut used = HashSet::new();
            for evidence in list.iter().flat_map(|line| &line.evidence) {
                assert!(used.insert((evidence.post, evidence.start)), "{}", evidence.excerpt);
            }
        }
    }
}

/// Returns the sample people and the invented people.
fn all_people() -> Vec<Person> {
    let invented = Language::ALL.into_iter().flat_map(voices).map(|(_, person)| person);
    sample().into_iter().chain(invented).collect()
}

#[test]
fn two_people_share_few_lines() {
    let people = sample();
    let lines: Vec<HashSet<String>> = people
        .iter()
        .map(|person| {
            let (style, playbook) = advice(person, Language::Pt);
            let own = style.into_iter().chain(playbook).filter(|line| line.basis != Basis::Limits);
            own.map(|line| line.id).collect()
        })
        .collect();
    let mut shares = Vec::new();
    for (at, one) in lines.iter().enumerate() {
        for other in &lines[..at] {
            shares.push(one.intersection(other).count() as f64 / one.len().min(other.len()).max(1) as f64);
        }
    }
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    assert!(mean <= MAX_SHARED, "{mean}");
}

#[test]
fn a_text_without_findings_gets_no_padding() {
    // Long enough for traits, too short and too plain for rules.
    let person = writer_of(vec![post(&english_words(121))]);
    let playbook = advice(&person, Language::En).1;
    let own = playbook.iter().filter(|line| line.basis != Basis::Limits).count();
    assert_eq!(own < 3, playbook.iter().any(|line| line.id == "little_sets_apart"));
}

#[test]
fn the_line_that_little_sets_a_person_apart_follows_the_findings() {
    let mut said = 0;
    for person in all_people() {
        let playbook = advice(&person, Language::En).1;
        if let Some(at) = playbook.iter().position(|line| line.id == "little_sets_apart") {
            assert!(playbook[at + 1..].iter().all(|line| line.section == Some(Section::DoNotInfer)));
            said += 1;
        }
    }
    assert!(said > 0);
}

#[test]
fn trait_hypotheses_need_five_hundred_words_and_are_two_at_most() {
    for person in sample() {
        let analysis = analyse(&person, Depth::Premium, Language::En, today()).unwrap();
        let words = analysis.traits.unwrap().text_basis.words_analyzed;
        let playbook = analysis.advice.unwrap().buyer_playbook;
        let guesses = playbook.iter().filter(|line| line.basis == Basis::TraitHypothesis).count();
        assert!(guesses <= if words >= 500 { 2 } else { 0 }, "{}: {guesses}", person.first_name);
    }
}

#[test]
fn every_playbook_ends_with_what_not_to_infer() {
    for person in sample() {
        let playbook = advice(&person, Language::En).1;
        assert_eq!(playbook.last().and_then(|line| line.section), Some(Section::DoNotInfer));
    }
}

#[test]
fn one_long_sentence_among_short_private_ones_does_not_make_sentences_long() {
    let long = "The customer portal of the company has a search field and a list of the open orders, and the people \
        who use it every morning say that the list is what they look at first, before the mail and before the news of \
        the day, because the list tells them which order will be late, which truck is at which dock, and which \
        customer has been waiting for an answer since the evening before.";
    let short = [
        "I painted the fence. I sat down. I had soup. I went to the lake. I swam. I came home late.",
        "I sang in the car. I waved. I got lost. I baked bread. I ate it. I slept well. I woke at six.",
        "I lost my socks. I found them. I laughed. I planted beans. I watered them. I waited. It rained.",
    ];
    let posts = short.into_iter().chain([long]).map(post).collect();
    let (style, playbook) = advice(&writer_of(posts), Language::En);
    let ids: Vec<&str> = style.iter().chain(&playbook).map(|line| line.id.as_str()).collect();
    assert!(!ids.contains(&"sentence_length.high") && !ids.contains(&"pace_long"), "{ids:?}");
}

#[test]
fn a_writer_who_hedges_in_other_words_is_not_said_to_hedge_seldom() {
    let things = ["importer", "scheduler", "dashboard", "cache", "printer", "index", "portal", "conveyor"];
    let hedged = |thing: &str| {
        format!(
            "I believe the {thing} is the slow part of it. In all likelihood the {thing} will need another look. \
             The {thing} tends to behave better after a restart. To my mind the {thing} is a fair choice. \
             My hunch is that the {thing} is not the problem here. As I see it, the {thing} could be simpler. \
             If I am not mistaken, the {thing} reads the same data twice. Give or take, the {thing} is where it was. \
             It is likely that the {thing} loses time while it waits for the rest of the line."
        )
    };
    let posts = things.map(|thing| post(&hedged(thing))).into();
    let (style, playbook) = advice(&writer_of(posts), Language::En);
    let ids: Vec<&str> = style.iter().chain(&playbook).map(|line| line.id.as_str()).collect();
    assert!(!ids.contains(&"hedging.low") && !ids.contains(&"open_plainly"), "{ids:?}");
}

#[test]
fn only_an_answer_with_style_lines_says_that_they_hold() {
    let mut without = 0;
    for person in all_people() {
        let (style, playbook) = advice(&person, Language::En);
        let warning = &playbook.last().unwrap().text;
        assert!(!warning.contains("style lines") || !style.is_empty(), "{warning}");
        without += u32::from(style.is_empty());
    }
    assert!(without > 0);
}

#[test]
fn a_line_names_the_words_it_counts_in_beside_those_of_the_text() {
    let mut parted = 0;
    for person in all_people() {
        let analysis = analyse(&person, Depth::Premium, Language::En, today()).unwrap();
        let words = analysis.traits.unwrap().text_basis.words_analyzed;
        for line in analysis.advice.unwrap().buyer_playbook {
            let Some(counts) = line.counts.filter(|_| !line.id.starts_with("pace_")) else { continue };
            assert!(3 * counts.of_words >= words, "{}", line.id);
            parted += u32::from(line.text.contains(" of ") && counts.of_words < words);
        }
    }
    assert!(parted > 0);
}

/// Returns private sentences of the red team, each as a post.
fn private_posts(count: usize) -> Vec<fluence_domain::person::Post> {
    let lines = include_str!("redteam/private.tsv").lines().filter(|line| line.starts_with("en"));
    lines.take(count).map(|line| post(line.split('\t').nth(2).unwrap())).collect()
}

#[test]
fn a_lack_of_findings_is_strong_only_if_most_of_the_text_was_examined() {
    let said = |posts, texts| {
        let person = writer_of(posts);
        let analysis = analyse(&person, Depth::Premium, texts, today()).unwrap();
        let playbook = analysis.advice.unwrap().buyer_playbook;
        let line = playbook.into_iter().find(|line| line.id == "little_sets_apart").unwrap();
        (line.strength, line.text, analysis.summary.text)
    };
    let work = || vec![post(&english_words(150))];
    let (strength, text, _) = said(work(), Language::En);
    assert_eq!(strength, Strength::Strong);
    assert!(!text.starts_with("Only"), "{text}");
    for (texts, begins, of) in
        [(Language::En, "Only", "words could be examined"), (Language::Pt, "Só", "puderam ser examinadas")]
    {
        let (strength, text, summary) = said([work(), private_posts(40)].concat(), texts);
        assert_eq!(strength, Strength::Moderate);
        for told in [&text, &summary] {
            let is_said = told.contains(begins) && told.contains(of);
            assert!(is_said || !told.contains("Nothing") && !told.contains("Nada"), "{told}");
        }
        assert!(text.starts_with(begins) && text.contains(of), "{text}");
    }
}

#[test]
fn findings_of_one_summary_rest_on_different_counts() {
    let thanked =
        ["night shift", "drivers", "office", "warehouse", "supplier", "auditors", "planners", "customers"];
    let text = |who| {
        format!(
            "Thank you to the {who} for the support. The report of the {who} is on the server and has nine pages."
        )
    };
    let posts = thanked.into_iter().map(|who| post(&text(who))).collect();
    let person = writer_of(posts);
    let analysis = analyse(&person, Depth::Premium, Language::En, today()).unwrap();
    let lines: HashSet<String> =
        analysis.advice.unwrap().buyer_playbook.into_iter().map(|line| line.id).collect();
    assert!(lines.contains("open_with_credit") && lines.contains("close_personally"), "{lines:?}");
    let both = ["thanks and credits others", "warmly"].map(|finding| analysis.summary.text.contains(finding));
    assert_eq!(both.iter().filter(|said| **said).count(), 1, "{}", analysis.summary.text);
}
