//! The words of the pages. A text is one method; a text without a translation does not compile.
//!
//! Texts without facts stand in [`words!`], English and Portuguese side by side. Texts with facts
//! are functions in [`sentences!`], with one block for each language.

mod account;
mod ago;
mod alerts;
mod common;
mod history;
mod identity;
#[cfg(test)]
mod in_number;
mod keys;
mod money;
mod operator;
mod overview;
mod people;
mod plan_moves;
mod playground;
mod second_factor;

use crate::domain::language::Language;

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words(pub(crate) Language);

/// Texts without facts: `name: "English" / "Portuguese";`.
macro_rules! words {
    ($($name:ident: $en:literal / $pt:literal;)+) => {
        impl super::Words {
            $(pub(crate) const fn $name(self) -> &'static str {
                match self.0 {
                    crate::domain::language::Language::En => $en,
                    crate::domain::language::Language::Pt => $pt,
                }
            })+
        }
    };
}
use words;

/// Texts with facts: a block for each language. `$words` names the words inside of the blocks.
macro_rules! sentences {
    ($words:ident: $(fn $name:ident($($fact:ident: $type:ty),* $(,)?) $en:block $pt:block)+) => {
        impl super::Words {
            $(pub(crate) fn $name(self, $($fact: $type),*) -> String {
                let $words = self;
                match $words.0 {
                    crate::domain::language::Language::En => $en,
                    crate::domain::language::Language::Pt => $pt,
                }
            })+
        }
    };
}
use sentences;

/// `1 key`, `2 keys`, `1,000 keys`.
fn counted(words: Words, number: i64, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", crate::console::numbers::whole(words.0, number))
}
