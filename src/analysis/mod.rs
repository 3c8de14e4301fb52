//! placeholder until the engine lands
use crate::domain::{language::Language, person::Person, tier::Tier};
use chrono::{DateTime, Utc};
pub struct InsufficientData {
    pub words: u32,
    pub words_needed: u32,
    pub reason: InsufficientReason,
}
#[derive(PartialEq)]
pub enum InsufficientReason {
    TooFewWords,
    UnsupportedLanguage,
}
#[derive(serde::Serialize)]
pub struct Analysis {
    summary: String,
}
pub fn analyse(_p: &Person, _t: Tier, _l: Language, _n: DateTime<Utc>) -> Result<Analysis, InsufficientData> {
    Ok(Analysis { summary: "x".into() })
}
