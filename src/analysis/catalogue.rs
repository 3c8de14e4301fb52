//! The texts and conditions of all advice, read from `advice.toml`, which is compiled in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::layout::TRAITS;
use crate::domain::language::Language;

static ADVICE_TOML: &str = include_str!("advice.toml");

/// All advice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Observed style.
    pub style: Vec<Style>,
    /// The three directions of time.
    pub time_focus: Vec<TimeFocus>,
    /// Playbook rules.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    /// Trait hypotheses.
    #[serde(rename = "hypothesis")]
    pub hypotheses: Vec<Hypothesis>,
}

/// A text in both languages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    en: String,
    pt: String,
}

impl Bilingual {
    /// The text for readers of `language`.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Pt => &self.pt,
        }
    }
}

/// One aspect of style, for everyone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// Aspect.
    pub id: String,
    /// Name of its measure.
    pub measure: String,
    /// Percentile, as a share, below which it is low.
    pub low_below: f64,
    /// Percentile, as a share, above which it is high.
    pub high_above: f64,
    /// Text for low.
    pub low: Bilingual,
    /// Text for the middle.
    pub mid: Bilingual,
    /// Text for high.
    pub high: Bilingual,
    /// Place of the measure in the model.
    #[serde(skip)]
    pub at: usize,
}

/// One direction of time.
#[derive(Debug, Deserialize)]
pub struct TimeFocus {
    /// Line id.
    pub id: String,
    /// Name of its measure.
    pub measure: String,
    /// The line.
    #[serde(flatten)]
    pub text: Bilingual,
    /// Place of the measure in the model.
    #[serde(skip)]
    pub at: usize,
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
    /// Standard deviations from the middle that it takes.
    #[serde(default = "usual_deviation")]
    pub from: f64,
    /// The line.
    #[serde(flatten)]
    pub text: Bilingual,
    /// Place of the measure in the model.
    #[serde(skip)]
    pub at: usize,
}

/// A rule speaks from this many standard deviations on, unless it says otherwise.
const fn usual_deviation() -> f64 {
    0.7
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
    /// The line.
    #[serde(flatten)]
    pub text: Bilingual,
    /// Place of the trait in the model.
    #[serde(skip)]
    pub at: usize,
}

impl Catalogue {
    /// Reads the compiled-in file and finds every measure and trait it names, or says what is wrong.
    pub fn load(measures: &[&str]) -> Result<Self, String> {
        let mut catalogue: Self = toml::from_str(ADVICE_TOML).map_err(|error| format!("advice: {error}"))?;
        let measure = |name: &str| {
            let at = measures.iter().position(|measure| *measure == name);
            at.ok_or_else(|| format!("advice: no measure {name}"))
        };
        for style in &mut catalogue.style {
            style.at = measure(&style.measure)?;
        }
        for focus in &mut catalogue.time_focus {
            focus.at = measure(&focus.measure)?;
        }
        for rule in &mut catalogue.rules {
            rule.at = measure(&rule.measure)?;
        }
        for hypothesis in &mut catalogue.hypotheses {
            let at = TRAITS.iter().position(|name| *name == hypothesis.trait_name);
            hypothesis.at = at.ok_or_else(|| format!("advice: no trait {}", hypothesis.trait_name))?;
        }
        Ok(catalogue)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::model::model;
    use super::*;

    #[test]
    fn ids_are_unique() {
        let catalogue = &model().catalogue;
        let ids = catalogue.rules.iter().map(|r| &r.id).chain(catalogue.hypotheses.iter().map(|h| &h.id));
        let mut seen = HashSet::new();
        assert!(ids.into_iter().all(|id| seen.insert(id)));
        assert!(catalogue.rules.len() >= 38, "{} rules", catalogue.rules.len());
    }

    #[test]
    fn every_rule_is_written_in_both_languages_and_differs() {
        for rule in &model().catalogue.rules {
            let (en, pt) = (rule.text.of(Language::En), rule.text.of(Language::Pt));
            assert!(en.len() > 40 && pt.len() > 40 && en != pt, "{}", rule.id);
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
                let text = rule.text.of(Language::Pt).to_lowercase();
                assert!(!text.contains(word), "{}: {word}", rule.id);
            }
        }
    }
}
