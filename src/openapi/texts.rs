//! Texts in both languages.

use crate::domain::language::Language;

/// A text in English and Portuguese.
pub type Texts = [&'static str; 2];

/// The text in this language.
pub const fn in_language(texts: Texts, language: Language) -> &'static str {
    match language {
        Language::En => texts[0],
        Language::Pt => texts[1],
    }
}
