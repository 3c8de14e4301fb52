//! Reads a person's rank from their title.

mod phrases;
mod superiors;
mod titles;

use schemars::JsonSchema;
use serde::Serialize;

use self::phrases::PHRASES;
use self::superiors::{HEADS, OF_STUDENTS, OF_SUPERIORS, ORGANISATIONS, SUPERIORS};
use self::titles::{
    BANKS, FORMER, JUNIOR_GRADES, JUNIOR_WORDS, OWNED, PROFESSIONS, RANKS, SECRETARIATS, SPECIALISTS,
    TRAINING, WITHOUT_RANK,
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
    /// Returns the rank that a title states, if any. The company's name decides where a title means
    /// another rank in another sector, as vice presidents of banks do.
    pub(super) fn of(title: &str, company: &str) -> Option<Self> {
        let (stated, company) = (words(title), words(company));
        if leads_students(&stated) {
            return None;
        }
        if is_in_training(&stated) {
            return Some(Self::Junior);
        }
        let rank = Self::of_words(&without_superiors(stated.clone()), &company);
        let is_graded_junior = stated.iter().any(|word| JUNIOR_GRADES.contains(&word.as_str()));
        let is_below_leads = matches!(rank, Some(Self::Senior | Self::Practitioner));
        if is_graded_junior && is_below_leads { Some(Self::Junior) } else { rank }
    }

    /// Returns the rank of a title without the people that its holder works for.
    fn of_words(title: &[String], company: &[String]) -> Option<Self> {
        let has = |list: &[&str]| title.iter().any(|word| list.contains(&word.as_str()));
        if has(&FORMER) {
            return None;
        }
        let joined = format!(" {} ", title.join(" "));
        let holds = |phrase: &str| joined.contains(&format!(" {phrase} "));
        if WITHOUT_RANK.iter().any(|phrase| holds(phrase)) {
            return None;
        }
        if let Some((_, rank)) = PHRASES.iter().find(|(phrase, _)| holds(phrase)) {
            return Some(*rank);
        }
        if owns_a_company(title) {
            return Some(Self::Owner);
        }
        if heads_a_secretariat(title) {
            return Some(Self::Director);
        }
        if has(&JUNIOR_WORDS) {
            return Some(Self::Junior);
        }
        if has(&["vice", "vp"]) {
            let is_bank = company.iter().any(|word| BANKS.contains(&word.as_str()));
            return Some(if is_bank { Self::Manager } else { Self::Director });
        }
        if has(&["principal"]) {
            // A principal heads a school or an office; a principal engineer is a senior one.
            let is_head = title.len() == 1 || has(&["school", "college", "academy", "escola"]);
            return Some(if is_head { Self::Director } else { Self::Senior });
        }
        let ranked = RANKS.iter().find(|(_, list)| has(list)).map(|(rank, _)| *rank);
        let professions: Vec<&str> = PROFESSIONS.split_whitespace().collect();
        ranked.or_else(|| has(&professions).then_some(Self::Practitioner))
    }
}

/// Returns the title without the superior whose staff the holder is: “CEO's driver”, “photographer
/// to the president”, “motorista do presidente”, “office of the CEO”.
fn without_superiors(mut title: Vec<String>) -> Vec<String> {
    let is = |word: Option<&String>, list: &[&str]| word.is_some_and(|word| list.contains(&word.as_str()));
    let mut at = 1;
    while at < title.len() {
        let is_possessor = title[at] == "s" && at + 1 < title.len() && is(title.get(at - 1), &SUPERIORS);
        let is_object = is(title.get(at - 1), &OF_SUPERIORS) && is(title.get(at), &SUPERIORS);
        if is_possessor {
            title.drain(at - 1..=at);
        } else if is_object {
            title.remove(at);
        } else {
            at += 1;
        }
    }
    title
}

/// Whether the holder is still being trained for the title, and is no specialist in training.
fn is_in_training(title: &[String]) -> bool {
    let is_specialist = title.iter().any(|word| SPECIALISTS.contains(&word.as_str()));
    !is_specialist && TRAINING.iter().any(|training| title.ends_with(&training.map(str::to_owned)))
}

/// Whether the title is of the president of an organisation of students, which is no company.
fn leads_students(title: &[String]) -> bool {
    let has = |list: &[&str]| title.iter().any(|word| list.contains(&word.as_str()));
    has(&HEADS) && has(&OF_STUDENTS) && has(&ORGANISATIONS)
}

/// Whether the title has an “owner” who owns the company, not only a product or a process.
fn owns_a_company(title: &[String]) -> bool {
    let word_before = |at: usize| at.checked_sub(1).map(|before| title[before].as_str());
    title
        .iter()
        .enumerate()
        .any(|(at, word)| word == "owner" && !word_before(at).is_some_and(|before| OWNED.contains(&before)))
}

/// Whether the title is of the head of a government department, as “Secretário de Saúde” is.
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
