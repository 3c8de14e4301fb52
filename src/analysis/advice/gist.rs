//! Lines in a few words, and the summary that is made of them.

use super::Line;
use crate::analysis::traits::{Calibrated, Confidence, TextLength, trait_lean};
use crate::domain::language::Language;

/// Traits that the summary may name: the first four. No advice goes by neuroticism.
const TOLD: usize = 4;
/// Findings that the summary names, and pieces of advice.
const MAX_FINDINGS: usize = 3;
const MAX_ADVICE: usize = 2;

/// A line in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gist {
    /// Completes “Ana …”.
    pub finding: String,
    /// An imperative.
    pub advice: String,
}

/// Two or three sentences: the strongest findings, what to do about them, and what they rest on.
pub fn summary(
    first_name: &str,
    playbook: &[Line],
    calibrated: &Calibrated,
    words: u32,
    answer: Language,
) -> String {
    let mut ranked: Vec<(&Line, &Gist)> =
        playbook.iter().filter_map(|line| Some((line, line.gist.as_ref()?))).collect();
    ranked.sort_by(|a, b| b.0.rank.total_cmp(&a.0.rank).then_with(|| a.0.id.cmp(&b.0.id)));
    ranked.truncate(MAX_FINDINGS);
    let findings: Vec<&str> = ranked.iter().map(|(_, gist)| gist.finding.as_str()).collect();
    let advice: Vec<&str> = ranked.iter().take(MAX_ADVICE).map(|(_, gist)| gist.advice.as_str()).collect();
    let basis = basis(calibrated, words, answer);
    match (answer, findings.is_empty()) {
        (Language::En, true) => format!(
            "Nothing in {words} words sets {first_name}’s writing apart from other professional posts. Prepare as you would for anyone in the role, and ask. {basis}"
        ),
        (Language::Pt, true) => format!(
            "Nada em {words} palavras distingue a escrita de {first_name} da de outros profissionais. Prepare-se como para qualquer pessoa no cargo, e pergunte. {basis}"
        ),
        (Language::En, false) => {
            let (found, todo) = (listed(&findings, "and"), advice.join("; "));
            format!("{first_name} {found}. In a first contact, {todo}. {basis}")
        }
        (Language::Pt, false) => {
            let (found, todo) = (listed(&findings, "e"), advice.join("; "));
            format!("{first_name} {found}. No primeiro contato, {todo}. {basis}")
        }
    }
}

/// How far the text carries: its length where that is little, else what it tells of personality.
fn basis(calibrated: &Calibrated, words: u32, answer: Language) -> String {
    let leaning = (0..TOLD).filter(|t| calibrated.confidence(*t) == Confidence::Moderate);
    let leans: Vec<String> =
        leaning.map(|t| trait_lean(t, calibrated.probability[t] > 0.5, answer)).collect();
    let leans: Vec<&str> = leans.iter().map(String::as_str).collect();
    match (answer, TextLength::of(words), leans.is_empty()) {
        (Language::En, TextLength::VeryShort, _) => {
            format!("This rests on {words} words only: take it as a first impression.")
        }
        (Language::Pt, TextLength::VeryShort, _) => {
            format!("A base são só {words} palavras: trate como primeira impressão.")
        }
        (Language::En, TextLength::Short, _) => {
            format!("This rests on {words} words: check it in the first conversation.")
        }
        (Language::Pt, TextLength::Short, _) => {
            format!("A base são {words} palavras: confira na primeira conversa.")
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
            format!("As {words} palavras pendem para {}, o que é um sinal fraco.", listed(&leans, "e"))
        }
    }
}

/// “a, b and c”.
fn listed(items: &[&str], and: &str) -> String {
    match items {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    }
}
