//! Every score divides exactly into shares, and names, gender and order do not change it.

use fluence_analysis::evidence::Evidence;
use fluence_analysis::features::{Counts, word_facts};
use fluence_analysis::layout::TRAITS;
use fluence_analysis::model;
use fluence_analysis::reading::{Reading, Texts};
use fluence_analysis::score::Scores;
use fluence_domain::language::Language;
use fluence_domain::person::Person;

use super::people::{english_words, post, premium, premium_json, sample, writer_of};
use super::voices::voices;

/// The greatest error of an exact sum after rounding to six decimals.
const TOLERANCE: f64 = 1e-4;

fn scored<'r>(reading: &'r Reading<'_>) -> (Language, &'r Texts, Scores<'static>) {
    let language = reading.main_language();
    let texts = reading.texts(language);
    let mut total = Counts::default();
    texts.sentences.iter().for_each(|placed| total.add(&placed.counts));
    (language, texts, Scores::of(total, language, model()))
}

#[test]
fn contributions_add_up_to_the_score() {
    for person in sample() {
        let details = premium(&person).unwrap().traits.unwrap().ocean_details;
        for (t, name) in TRAITS.iter().enumerate() {
            let detail = details.get(t);
            let sum: f64 = detail.contributions.as_ref().unwrap().iter().map(|c| c.points).sum();
            assert!((sum - detail.score).abs() < TOLERANCE, "{}, {}", person.first_name, name);
        }
    }
}

#[test]
fn shares_of_sentences_add_up_to_the_score() {
    for person in sample() {
        let reading = Reading::of(&person.posts, model());
        let (_, texts, scores) = scored(&reading);
        for (t, name) in TRAITS.iter().enumerate() {
            let sum: f64 = texts.sentences.iter().map(|placed| scores.share(&placed.counts)[t]).sum();
            assert!((sum - scores.scores[t]).abs() < TOLERANCE, "{}, {}", person.first_name, name);
        }
    }
}

#[test]
fn shares_of_words_and_marks_add_up_to_their_sentences() {
    for person in sample() {
        let reading = Reading::of(&person.posts, model());
        let (language, texts, scores) = scored(&reading);
        for placed in &texts.sentences {
            for (t, _) in TRAITS.iter().enumerate() {
                let words = word_facts(&placed.sentence, language, model());
                let words = words
                    .iter()
                    .map(|(token, facts)| scores.word_share(t, token.norm.chars().count(), facts));
                let sum = words.sum::<f64>() + scores.mark_share(t, &placed.counts);
                assert!((sum - scores.share(&placed.counts)[t]).abs() < TOLERANCE);
            }
        }
    }
}

/// Returns the person without one sentence.
fn without(person: &Person, evidence: &Evidence) -> Person {
    let mut left = person.clone();
    let text = &mut left.posts[evidence.post].text;
    *text = text.chars().take(evidence.start).chain(text.chars().skip(evidence.end)).collect();
    left
}

#[test]
fn deleting_the_top_sentence_of_a_trait_changes_the_score_to_what_was_told() {
    let mut deleted = 0;
    for person in all_people() {
        let details = premium(&person).unwrap().traits.unwrap().ocean_details;
        for (t, name) in TRAITS.iter().enumerate() {
            let detail = details.get(t);
            let Some(top) = detail.evidence.first() else { continue };
            let again = premium(&without(&person, top)).unwrap().traits.unwrap().ocean_details;
            let score = again.get(t).score;
            let leans_high = detail.probability_above_median > 0.5;
            assert_eq!(score < detail.score, leans_high, "{}, {}: {score}", person.first_name, name);
            assert!(
                (score - top.score_without.unwrap()).abs() < TOLERANCE,
                "{}, {}: {top:?}",
                person.first_name,
                name
            );
            deleted += 1;
        }
    }
    assert!(deleted > 8, "only {deleted} cases");
}

/// Returns the sample people and the invented people.
fn all_people() -> Vec<Person> {
    let invented = Language::ALL.into_iter().flat_map(voices).map(|(_, person)| person);
    sample().into_iter().chain(invented).collect()
}

#[test]
fn a_sentence_stands_beside_one_trait_at_most_and_denies_and_asks_nothing() {
    let mut seen = 0;
    for person in all_people() {
        let details = premium(&person).unwrap().traits.unwrap().ocean_details;
        let mut used = std::collections::HashSet::new();
        for (t, _) in TRAITS.iter().enumerate() {
            for evidence in &details.get(t).evidence {
                assert!(used.insert((evidence.post, evidence.start)), "{}", evidence.excerpt);
                let text: String = person.posts[evidence.post].text.chars().collect();
                let sentence: String =
                    text.chars().skip(evidence.start).take(evidence.end - evidence.start).collect();
                let lower = sentence.to_lowercase();
                assert!(
                    !lower.contains('?') && !lower.contains("n't ") && !lower.contains(" não "),
                    "{lower}"
                );
                for word in &evidence.matched_words {
                    assert!(word.word.chars().count() >= 4, "{}", word.word);
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 8, "only {seen}");
}

#[test]
fn evidence_points_at_the_words_it_names_past_emoji_accents_and_line_ends() {
    let text = format!(
        "🙂🙂 Olá, pessoal!\r\nA integração do módulo atrasou, mas a equipe entregou o relatório.\r\n{}",
        "A gente planejou cada etapa da migração e o cliente aprovou o relatório. ".repeat(10)
    );
    let decomposed = "A reunia\u{303}o aprovou a migrac\u{327}a\u{303}o do mo\u{301}dulo e na\u{303}o atrasou o relato\u{301}rio.";
    let person = writer_of(vec![post(&text), post(decomposed)]);
    let traits = premium(&person).unwrap().traits.unwrap();
    let mut seen = 0;
    for (t, _) in TRAITS.iter().enumerate() {
        for evidence in &traits.ocean_details.get(t).evidence {
            let chars: Vec<char> = person.posts[evidence.post].text.chars().collect();
            for word in &evidence.matched_words {
                let raw: String = chars[word.start..word.end].iter().collect();
                let normal =
                    unicode_normalization::UnicodeNormalization::nfkc(raw.chars()).collect::<String>();
                assert_eq!(normal.to_lowercase(), word.word);
                assert!((evidence.start..evidence.end).contains(&word.start));
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "only {seen} words");
}

#[test]
fn name_company_and_title_change_no_trait_and_no_advice() {
    for person in sample() {
        let mut other = person.clone();
        (other.first_name, other.last_name) = ("Roberto".to_owned(), "Nakamura".to_owned());
        (other.company, other.title) = ("Acme".to_owned(), Some("Diretora".to_owned()));
        let (a, b) = (premium(&person).unwrap(), premium(&other).unwrap());
        assert_eq!((a.traits, a.advice), (b.traits, b.advice), "{}", person.first_name);
    }
}

#[test]
fn grammatical_gender_of_the_writer_changes_no_trait() {
    let told = |[tired, keen, obliged, ready]: [&str; 4]| {
        let text = format!(
            "Fiquei {tired} e {keen} com a entrega, e muito {obliged} a quem ajudou. Estou {ready} para o próximo projeto. "
        );
        let text = text.repeat(8);
        premium(&writer_of(vec![post(&text)])).unwrap().traits.unwrap().ocean_details
    };
    let scores = |words| (0..TRAITS.len()).map(|t| told(words).get(t).score).collect::<Vec<_>>();
    assert_eq!(
        scores(["cansado", "animado", "obrigado", "pronto"]),
        scores(["cansada", "animada", "obrigada", "pronta"])
    );
}

#[test]
fn names_inside_the_posts_change_no_trait() {
    let told = |name: &str, firm: &str| {
        let text = format!("We thanked {name} at {firm} for the plan. {}", english_words(200));
        premium(&writer_of(vec![post(&text)])).unwrap().traits.unwrap().ocean_scores
    };
    assert_eq!(told("John", "Acme"), told("Mary", "Globex"));
    assert_eq!(told("John", "Acme"), told("Priya", "Initech"));
}

#[test]
fn special_category_topics_are_never_quoted() {
    let sentences = [
        "I am terribly worried about my depression and the cancer that they found",
        "we prayed to god in our church and I was so grateful and happy",
        "I hate every politician who stole the election and I am angry",
        "my hernia hurts and the physiotherapy was awful and I was sad",
    ];
    let work = "The launch plan for the staging cluster lists the integration tests of every module.";
    let posts = vec![post(&sentences.join(". ")), post(&english_words(200)), post(work)];
    let told = premium_json(&writer_of(posts)).to_string();
    for word in [
        "depression",
        "cancer",
        "prayed",
        "church",
        "politician",
        "election",
        "hernia",
        "physiotherapy",
        "worried",
    ] {
        assert!(!told.contains(word), "{word}");
    }
    assert!(told.contains("launch"), "other sentences are quoted");
}
