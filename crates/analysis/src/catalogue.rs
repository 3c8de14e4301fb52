//! The texts and conditions of style lines and advice, from `advice.toml`, which is compiled in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cues::Cues;
use super::layout::TRAITS;
use fluence_domain::language::Language;

static ADVICE_TOML: &str = include_str!("advice.toml");

/// All lines that an answer may contain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Style lines.
    pub style: Vec<Style>,
    /// Playbook rules.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    /// Playbook lines that rest on a trait.
    #[serde(rename = "hypothesis")]
    pub hypotheses: Vec<Hypothesis>,
}

/// A value in both languages.
#[derive(Debug, Deserialize)]
pub struct Bilingual<T = String> {
    en: T,
    pt: T,
}

impl<T> Bilingual<T> {
    /// Returns the value in a language.
    pub const fn of(&self, language: Language) -> &T {
        match language {
            Language::En => &self.en,
            Language::Pt => &self.pt,
        }
    }
}

/// One aspect of style.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// The aspect, such as `warmth`; with a side, such as `time_focus.past`, if it has one side
    /// only.
    pub id: String,
    /// The name of its measure.
    pub measure: String,
    /// The line for a low standing.
    pub low: Option<StyleLine>,
    /// The line for a high standing.
    pub high: Option<StyleLine>,
    /// The index of the measure in [`Cues::names`].
    #[serde(skip)]
    pub index: usize,
}

impl Style {
    /// Returns the id of a line: the aspect and the side, or only the aspect if that names the
    /// side.
    pub fn line_id(&self, side: &str) -> String {
        if self.id.contains('.') { self.id.clone() } else { format!("{}.{side}", self.id) }
    }
}

/// The line for one side of an aspect.
#[derive(Debug, Deserialize)]
pub struct StyleLine {
    /// When the line is left out.
    #[serde(flatten)]
    pub exclusions: Exclusions,
    /// The line.
    #[serde(flatten)]
    pub text: Bilingual,
}

/// Conditions under which a line is left out.
#[derive(Debug, Default, Deserialize)]
pub struct Exclusions {
    /// Only the strongest of the lines with the same slot is given.
    pub slot: Option<String>,
    /// Ids of lines that contradict this one. Only the stronger is given.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Names of measures that exclude this line if they occur at all.
    #[serde(default)]
    pub without: Vec<String>,
    /// The indexes of those measures in [`Cues::names`].
    #[serde(skip)]
    pub without_indexes: Vec<usize>,
}

/// The texts of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// The line.
    pub text: String,
    /// Completes “Ana …” in the summary.
    pub finding: String,
    /// An imperative in the summary that says what to do about it.
    pub advice: String,
}

/// A side of the median.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Below the median.
    Low,
    /// Above the median.
    High,
}

impl Side {
    /// +1 for high, -1 for low.
    pub const fn sign(self) -> f64 {
        match self {
            Self::Low => -1.0,
            Self::High => 1.0,
        }
    }
}

/// A part of the playbook, in the order of a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// How to begin.
    Opening,
    /// What to bring.
    Bring,
    /// Pace and channel.
    Pace,
    /// The likely objection.
    Objection,
    /// How to close.
    Close,
    /// What must not be inferred.
    DoNotInfer,
}

/// A playbook rule.
#[derive(Debug, Deserialize)]
pub struct Rule {
    /// The same in both languages.
    pub id: String,
    /// Its part of the playbook.
    pub section: Section,
    /// The name of its measure.
    pub measure: String,
    /// The side that the measure must stand on.
    pub when: Side,
    /// When the line is left out.
    #[serde(flatten)]
    pub exclusions: Exclusions,
    /// The line, and what the summary says of it.
    #[serde(flatten)]
    pub text: Bilingual<RuleText>,
    /// The index of the measure in [`Cues::names`].
    #[serde(skip)]
    pub index: usize,
}

/// A playbook line that rests on a trait.
#[derive(Debug, Deserialize)]
pub struct Hypothesis {
    /// The same in both languages.
    pub id: String,
    /// Its part of the playbook.
    pub section: Section,
    /// The name of the trait.
    #[serde(rename = "trait")]
    pub trait_name: String,
    /// The side that the trait must lean to.
    pub when: Side,
    /// When the line is left out.
    #[serde(flatten)]
    pub exclusions: Exclusions,
    /// The line.
    #[serde(flatten)]
    pub text: Bilingual,
    /// The index of the trait in [`TRAITS`].
    #[serde(skip)]
    pub index: usize,
}

impl Catalogue {
    /// Reads the compiled-in file and resolves the measures and traits that it names.
    ///
    /// # Errors
    /// States what is wrong with the file.
    pub fn load(cues: &Cues) -> Result<Self, String> {
        let mut catalogue: Self = toml::from_str(ADVICE_TOML).map_err(|error| format!("advice: {error}"))?;
        let measure = |name: &String| cues.index_of(name).ok_or_else(|| format!("advice: no measure {name}"));
        for style in &mut catalogue.style {
            style.index = measure(&style.measure)?;
            for line in [&mut style.low, &mut style.high].into_iter().flatten() {
                line.exclusions.resolve(&measure)?;
            }
        }
        for rule in &mut catalogue.rules {
            rule.index = measure(&rule.measure)?;
            rule.exclusions.resolve(&measure)?;
        }
        for hypothesis in &mut catalogue.hypotheses {
            let index = TRAITS.iter().position(|name| *name == hypothesis.trait_name);
            hypothesis.index = index.ok_or_else(|| format!("advice: no trait {}", hypothesis.trait_name))?;
        }
        Ok(catalogue)
    }
}

impl Exclusions {
    fn resolve(&mut self, measure: &impl Fn(&String) -> Result<usize, String>) -> Result<(), String> {
        self.without_indexes = self.without.iter().map(measure).collect::<Result<_, _>>()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
