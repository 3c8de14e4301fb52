//! Rank, as far as a title tells.

mod titles;

use schemars::JsonSchema;
use serde::Serialize;

use self::titles::{
    BANKS, FORMER, LOWERING, NO_RANKS, OFFICES, OWNED, PHRASES, PROFESSIONS, RANKS, SECRETARIATS,
};

/// Rank by title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seniority {
    /// Owner, founder, partner.
    Owner,
    /// Chief officers, presidents.
    Executive,
    /// Directors, vice presidents, heads.
    Director,
    /// Managers.
    Manager,
    /// Coordinators, supervisors, team leads.
    Lead,
    /// Senior specialists.
    Senior,
    /// Analysts, engineers and other practitioners.
    Practitioner,
    /// Interns, trainees, assistants, juniors.
    Junior,
}

impl Seniority {
    /// The rank that a title tells, if it tells any. Some titles mean another rank in another
    /// field, which the company's name may tell.
    pub(super) fn of(title: &str, company: &str) -> Option<Self> {
        let (title, company) = (without_offices(&words(title)), words(company));
        let has = |list: &[&str]| title.iter().any(|word| list.contains(&word.as_str()));
        if has(&FORMER) {
            return None;
        }
        let joined = format!(" {} ", title.join(" "));
        let holds = |phrase: &str| joined.contains(&format!(" {phrase} "));
        if NO_RANKS.iter().any(|phrase| holds(phrase)) {
            return None;
        }
        if let Some((_, rank)) = PHRASES.iter().find(|(phrase, _)| holds(phrase)) {
            return Some(*rank);
        }
        if owns_a_company(&title) {
            return Some(Self::Owner);
        }
        if heads_a_secretariat(&title) {
            return Some(Self::Director);
        }
        if has(&LOWERING) {
            return Some(Self::Junior);
        }
        if has(&["vice", "vp"]) {
            let is_bank = company.iter().any(|word| BANKS.contains(&word.as_str()));
            return Some(if is_bank { Self::Manager } else { Self::Director });
        }
        if has(&["principal"]) {
            // A principal alone heads a school or an office; a principal engineer is a senior one.
            let alone = title.len() == 1 || has(&["school", "college", "academy", "escola"]);
            return Some(if alone { Self::Director } else { Self::Senior });
        }
        let ranked = RANKS.iter().find(|(_, list)| has(list)).map(|(rank, _)| *rank);
        let professions: Vec<&str> = PROFESSIONS.split_whitespace().collect();
        ranked.or_else(|| has(&professions).then_some(Self::Practitioner))
    }
}

/// The words without those of an office in which the title is held: “office of the CEO”.
fn without_offices(title: &[String]) -> Vec<String> {
    let mut joined = format!(" {} ", title.join(" "));
    for office in OFFICES {
        joined = joined.replace(&format!(" {office} "), " ");
    }
    words(&joined)
}

/// Whether somebody is the owner of what they do, and not of a product or a process.
fn owns_a_company(title: &[String]) -> bool {
    let of = |at: usize| at.checked_sub(1).map(|before| title[before].as_str());
    title
        .iter()
        .enumerate()
        .any(|(at, word)| word == "owner" && !of(at).is_some_and(|before| OWNED.contains(&before)))
}

/// “Secretário de Saúde” heads a department of a government.
fn heads_a_secretariat(title: &[String]) -> bool {
    title.windows(3).any(|words| {
        words[0].starts_with("secretári")
            && words[1].starts_with('d')
            && SECRETARIATS.contains(&words[2].as_str())
    })
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
