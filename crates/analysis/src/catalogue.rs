//! The texts and conditions of all advice, read from `advice.toml`, which is compiled in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cues::Cues;
use super::layout::TRAITS;
use fluence_domain::language::Language;

static ADVICE_TOML: &str = include_str!("advice.toml");

/// All advice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Observed style.
    pub style: Vec<Style>,
    /// Playbook rules.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    /// Trait hypotheses.
    #[serde(rename = "hypothesis")]
    pub hypotheses: Vec<Hypothesis>,
}

/// Something in both languages.
#[derive(Debug, Deserialize)]
pub struct Bilingual<T = String> {
    en: T,
    pt: T,
}

impl<T> Bilingual<T> {
    /// What readers of `language` get.
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
    /// Aspect.
    pub id: String,
    /// Name of its measure.
    pub measure: String,
    /// The line for little of it.
    pub low: Option<StyleLine>,
    /// The line for much of it.
    pub high: Option<StyleLine>,
    /// Place of the measure.
    #[serde(skip)]
    pub at: usize,
}

impl Style {
    /// The id of a line: an aspect that has one side only is its own id.
    pub fn line_id(&self, side: &str) -> String {
        if self.id.contains('.') { self.id.clone() } else { format!("{}.{side}", self.id) }
    }
}

/// What is said of one side of an aspect.
#[derive(Debug, Deserialize)]
pub struct StyleLine {
    /// When it may not be said.
    #[serde(flatten)]
    pub exclusions: Exclusions,
    /// The line.
    #[serde(flatten)]
    pub text: Bilingual,
}

/// What a line does not stand beside.
#[derive(Debug, Default, Deserialize)]
pub struct Exclusions {
    /// Of the lines that share a slot, only the strongest is given.
    pub slot: Option<String>,
    /// Lines that contradict this one.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Names of measures that may not occur at all.
    #[serde(default)]
    pub without: Vec<String>,
    /// Places of those measures.
    #[serde(skip)]
    pub without_at: Vec<usize>,
}

/// The texts of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// The line.
    pub text: String,
    /// Completes “Ana …” in the summary.
    pub finding: String,
    /// What to do about it, as an imperative, in the summary.
    pub advice: String,
}

/// A side of the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Below it.
    Low,
    /// Above it.
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
    /// Same id in both languages.
    pub id: String,
    /// Part of the playbook.
    pub section: Section,
    /// Name of its measure.
    pub measure: String,
    /// Which side of the middle.
    pub when: Side,
    /// When it may not be said.
    #[serde(flatten)]
    pub exclusions: Exclusions,
    /// The line and its summary.
    #[serde(flatten)]
    pub text: Bilingual<RuleText>,
    /// Place of the measure.
    #[serde(skip)]
    pub at: usize,
}

/// A line that rests on a trait.
#[derive(Debug, Deserialize)]
pub struct Hypothesis {
    /// Same id in both languages.
    pub id: String,
    /// Part of the playbook.
    pub section: Section,
    /// Name of the trait.
    #[serde(rename = "trait")]
    pub trait_name: String,
    /// Which side of the middle.
    pub when: Side,
    /// When it may not be said.
    #[serde(flatten)]
    pub exclusions: Exclusions,
    /// The line.
    #[serde(flatten)]
    pub text: Bilingual,
    /// Place of the trait in the model.
    #[serde(skip)]
    pub at: usize,
}

impl Catalogue {
    /// Reads the compiled-in file and finds every measure, trait and line it names, or says what is
    /// wrong.
    pub fn load(cues: &Cues) -> Result<Self, String> {
        let mut catalogue: Self = toml::from_str(ADVICE_TOML).map_err(|error| format!("advice: {error}"))?;
        let measure = |name: &String| cues.place_of(name).ok_or_else(|| format!("advice: no measure {name}"));
        for style in &mut catalogue.style {
            style.at = measure(&style.measure)?;
            for line in [&mut style.low, &mut style.high].into_iter().flatten() {
                line.exclusions.resolve(&measure)?;
            }
        }
        for rule in &mut catalogue.rules {
            rule.at = measure(&rule.measure)?;
            rule.exclusions.resolve(&measure)?;
        }
        for hypothesis in &mut catalogue.hypotheses {
            let at = TRAITS.iter().position(|name| *name == hypothesis.trait_name);
            hypothesis.at = at.ok_or_else(|| format!("advice: no trait {}", hypothesis.trait_name))?;
        }
        Ok(catalogue)
    }
}

impl Exclusions {
    fn resolve(&mut self, measure: &impl Fn(&String) -> Result<usize, String>) -> Result<(), String> {
        self.without_at = self.without.iter().map(measure).collect::<Result<_, _>>()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
