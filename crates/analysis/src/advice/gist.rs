//! Writes the summary from the strongest findings of the playbook.

use super::{Context, Line};
use crate::text::{listed, number};
use crate::traits::{Calibrated, Confidence, TextLength, trait_lean};
use fluence_domain::language::Language;

/// The summary may name the first traits only: all but neuroticism, which no advice uses.
const NAMED_TRAITS: usize = 4;
const MAX_FINDINGS: usize = 3;
const MAX_ADVICE: usize = 2;
/// Verbs that may begin several findings of one summary, which then says them once.
const SHARED_VERBS: [&str; 4] = ["writes", "uses", "escreve", "usa"];

/// Imperatives that may begin both pieces of advice of one summary, which then says them once.
const SHARED_IMPERATIVES: [&str; 10] =
    ["ask", "bring", "say", "leave", "close", "pergunte", "leve", "diga", "deixe", "feche"];

/// The words that join findings in one language.
struct Conjunctions {
    and: &'static str,
    /// The start of a finding's topic, with its blank.
    about: &'static str,
    /// Joins a topic to a manner: “writes warmly, often about plans”.
    often: &'static str,
}

const ENGLISH: Conjunctions = Conjunctions { and: "and", about: "about ", often: "often" };
const PORTUGUESE: Conjunctions = Conjunctions { and: "e", about: "sobre ", often: "muitas vezes" };

/// A playbook line in a few words, for the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gist {
    /// Completes “Ana …”.
    pub finding: String,
    /// An imperative.
    pub advice: String,
}

/// Returns two to four sentences: the strongest findings, what to do about them, and how much text
/// they rest on. Without findings, they say that nothing sets the person apart.
pub fn summary(
    first_name: &str,
    playbook: &[Line],
    calibrated: &Calibrated,
    context: &Context<'_>,
) -> String {
    let (answer, examined) = (context.answer, context.examined());
    let mut ranked: Vec<(&Line, &Gist)> =
        playbook.iter().filter_map(|line| Some((line, line.gist.as_ref()?))).collect();
    ranked.sort_by(|a, b| b.0.rank.total_cmp(&a.0.rank).then_with(|| a.0.id.cmp(&b.0.id)));
    let ranked = of_different_evidence(ranked, context);
    let findings: Vec<&str> = ranked.iter().map(|(_, gist)| gist.finding.as_str()).collect();
    let mut advised: Vec<&(&Line, &Gist)> = ranked.iter().take(MAX_ADVICE).collect();
    // In the order of a sale, as in the playbook.
    advised.sort_by_key(|(line, _)| playbook.iter().position(|other| other.id == line.id));
    let advice: Vec<&str> = advised.iter().map(|(_, gist)| gist.advice.as_str()).collect();
    let basis = basis(calibrated, examined.of_words(), answer);
    if findings.is_empty() && !examined.is_most() {
        return format!("{} {basis}", examined.little_sets_apart(true, answer));
    }
    let words = number(examined.of_words(), answer);
    match (answer, findings.is_empty()) {
        (Language::En, true) => format!(
            "Nothing in {words} words sets {first_name}’s writing apart from other professional posts. Prepare as you would for anyone in the role, and ask. {basis}"
        ),
        (Language::Pt, true) => format!(
            "Nada em {words} palavras distingue a escrita de {first_name} da de outros profissionais. Prepare-se como faria com qualquer pessoa no cargo e pergunte. {basis}"
        ),
        (Language::En, false) => {
            let (found, todo) = (predicates(&findings, &ENGLISH), joined_advice(&advice, ENGLISH.and));
            format!("{first_name} {found}. In a first contact, {todo}. {basis}")
        }
        (Language::Pt, false) => {
            let (found, todo) = (predicates(&findings, &PORTUGUESE), joined_advice(&advice, PORTUGUESE.and));
            format!("{first_name} {found}. No primeiro contato, {todo}. {basis}")
        }
    }
}

/// Returns the first [`MAX_FINDINGS`] findings that count different words.
fn of_different_evidence<'l>(
    ranked: Vec<(&'l Line, &'l Gist)>,
    context: &Context<'_>,
) -> Vec<(&'l Line, &'l Gist)> {
    let mut kept: Vec<(&Line, &Gist)> = Vec::new();
    for (line, gist) in ranked {
        if kept.len() < MAX_FINDINGS && kept.iter().all(|(other, _)| !context.count_the_same(other, line)) {
            kept.push((line, gist));
        }
    }
    kept
}

/// Returns the sentence on how much the text supports: its length if it is short, else the traits
/// that it leans to.
fn basis(calibrated: &Calibrated, words: u32, answer: Language) -> String {
    let leaning = (0..NAMED_TRAITS).filter(|t| calibrated.confidence(*t) == Confidence::Moderate);
    let leans: Vec<String> =
        leaning.map(|t| trait_lean(t, calibrated.probability[t] > 0.5, answer)).collect();
    let leans: Vec<&str> = leans.iter().map(String::as_str).collect();
    let (length, words) = (TextLength::of(words), number(words, answer));
    match (answer, length, leans.is_empty()) {
        (Language::En, TextLength::VeryShort, _) => {
            format!("This rests on {words} words only: take it as a first impression.")
        }
        (Language::Pt, TextLength::VeryShort, _) => {
            format!("São só {words} palavras: tome como primeira impressão.")
        }
        (Language::En, TextLength::Short, _) => {
            format!("This rests on {words} words: check it as you talk.")
        }
        (Language::Pt, TextLength::Short, _) => {
            format!("São só {words} palavras: confirme ao conversar.")
        }
        (Language::En, TextLength::Sufficient, true) => {
            format!("The {words} words say little about personality.")
        }
        (Language::Pt, TextLength::Sufficient, true) => {
            format!("As {words} palavras dizem pouco sobre a personalidade.")
        }
        (Language::En, TextLength::Sufficient, false) => {
            format!("The {words} words lean towards {}, which is a weak signal.", listed(&leans, "and"))
        }
        (Language::Pt, TextLength::Sufficient, false) => {
            format!("As {words} palavras indicam {}, mas o sinal é fraco.", listed(&leans, "e"))
        }
    }
}

/// Joins the pieces of advice. If both begin with the same verb, says it once.
fn joined_advice(advice: &[&str], and: &str) -> String {
    match advice {
        [one, other] => match (one.split_once(' '), other.split_once(' ')) {
            (Some((verb, _)), Some((same, rest))) if verb == same && SHARED_IMPERATIVES.contains(&verb) => {
                format!("{one}, {and} {rest}")
            }
            _ => advice.join("; "),
        },
        _ => advice.join("; "),
    }
}

/// Joins findings, each shared verb once: “writes warmly, often about plans, and asks questions”.
fn predicates(findings: &[&str], words: &Conjunctions) -> String {
    let and = words.and;
    let mut verbs: Vec<(&str, Vec<&str>)> = Vec::new();
    for (verb, rest) in findings.iter().map(|finding| finding.split_once(' ').unwrap_or((*finding, ""))) {
        match verbs.iter_mut().find(|(known, _)| *known == verb && SHARED_VERBS.contains(&verb)) {
            Some((_, rests)) => rests.push(rest),
            None => verbs.push((verb, vec![rest])),
        }
    }
    let all: Vec<String> = verbs.iter().map(|(verb, rests)| predicate(verb, rests, words)).collect();
    match all.as_slice() {
        [first @ .., last] if !first.is_empty() => {
            // A comma separates the verbs if a predicate before it has an “and” or a comma.
            let (before, inside) = (first.concat(), format!(" {and} "));
            let is_unclear = before.contains(", ") || first.last().is_some_and(|part| part.contains(&inside));
            let comma = if is_unclear { "," } else { "" };
            format!("{}{comma} {and} {last}", first.join(", "))
        }
        _ => all.concat(),
    }
}

/// Joins the findings of one verb: manners first, then topics.
fn predicate(verb: &str, rests: &[&str], words: &Conjunctions) -> String {
    let (topics, manners): (Vec<&str>, Vec<&str>) =
        rests.iter().partition(|rest| rest.starts_with(words.about));
    let (topics, manners) = (listed(&topics, words.and), listed(&manners, words.and));
    match (manners.is_empty(), topics.is_empty()) {
        (false, false) => format!("{verb} {manners}, {} {topics}", words.often),
        _ => format!("{verb} {manners}{topics}").trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Rule;
    use crate::model::model;

    #[test]
    fn a_shared_verb_appears_once() {
        let said = |findings: &[&str]| predicates(findings, &ENGLISH);
        assert_eq!(said(&["gives figures", "counts hours"]), "gives figures and counts hours");
        assert_eq!(said(&["writes about plans", "writes warmly"]), "writes warmly, often about plans");
        assert_eq!(
            said(&["writes warmly", "asks questions", "writes emphatically"]),
            "writes warmly and emphatically, and asks questions"
        );
        assert_eq!(said(&["looks ahead"]), "looks ahead");
    }

    #[test]
    fn a_verb_of_two_pieces_of_advice_appears_once() {
        let advised = |advice: &[&str]| joined_advice(advice, "and");
        assert_eq!(
            advised(&["ask about the plan", "ask who decides"]),
            "ask about the plan, and who decides"
        );
        assert_eq!(advised(&["bring figures", "answer soon"]), "bring figures; answer soon");
        assert_eq!(advised(&["bring figures"]), "bring figures");
    }

    #[test]
    fn no_two_findings_of_one_summary_begin_with_the_same_verb() {
        let rules = &model().catalogue.rules;
        for (at, one) in rules.iter().enumerate() {
            for other in &rules[at + 1..] {
                for language in Language::ALL {
                    let verb =
                        |rule: &Rule| rule.text.of(language).finding.split(' ').next().unwrap().to_owned();
                    let (a, b) = (verb(one), verb(other));
                    let is_twice = a == b && !SHARED_VERBS.contains(&a.as_str());
                    assert!(!is_twice || are_apart(one, other), "{a}: {} and {}", one.id, other.id);
                }
            }
        }
    }

    /// Words of a finding with a meaning of their own, by their first letters.
    fn stems(rule: &Rule, language: Language) -> Vec<String> {
        let finding = &rule.text.of(language).finding;
        let is_own = |word: &&str| !SHARED_VERBS.contains(word) && !["about", "sobre"].contains(word);
        let words = finding.split([' ', ',']).filter(is_own);
        words.filter(|word| word.chars().count() >= 5).map(|word| word.chars().take(6).collect()).collect()
    }

    #[test]
    fn no_two_findings_of_one_summary_repeat_a_word() {
        let rules = &model().catalogue.rules;
        for (at, one) in rules.iter().enumerate() {
            for other in rules[at + 1..].iter().filter(|other| !are_apart(one, other)) {
                for language in [Language::En, Language::Pt] {
                    let said = stems(one, language);
                    let twice: Vec<_> =
                        stems(other, language).into_iter().filter(|stem| said.contains(stem)).collect();
                    assert!(twice.is_empty(), "{}, {}: {twice:?}", one.id, other.id);
                }
            }
        }
    }

    fn are_apart(one: &Rule, other: &Rule) -> bool {
        let excludes = |a: &Rule, b: &Rule| {
            a.measure == b.measure
                || a.exclusions.unless.contains(&b.id)
                || a.exclusions.slot.is_some() && a.exclusions.slot == b.exclusions.slot
        };
        excludes(one, other) || excludes(other, one)
    }

    #[test]
    fn findings_read_as_one_sentence() {
        let said = |findings: &[&str]| predicates(findings, &PORTUGUESE);
        assert_eq!(
            said(&["escreve com calor", "escreve sobre colegas e conversas", "traz números"]),
            "escreve com calor, muitas vezes sobre colegas e conversas, e traz números"
        );
        assert_eq!(
            said(&["escreve com ênfase", "usa frases curtas"]),
            "escreve com ênfase e usa frases curtas"
        );
        assert_eq!(
            predicates(&["shows things in pictures and demonstrations", "gives figures"], &ENGLISH),
            "shows things in pictures and demonstrations, and gives figures"
        );
    }
}
