//! The parts of sentences: counted nouns, addresses that may be missing, lists.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use crate::language::Language;

/// A sentence, fixed or with values filled in.
pub type Text = Cow<'static, str>;

/// The addresses that an action may name. `None` where the operator has not set one.
#[derive(Clone, Debug, Default)]
pub struct Addresses<'a> {
    /// Where support is reached.
    pub support: Option<&'a str>,
    /// Where plans and credits are bought.
    pub upgrade: Option<Cow<'a, str>>,
    /// Where errors are explained.
    pub docs: Option<Cow<'a, str>>,
}

impl<'a> Addresses<'a> {
    /// `{support}`, `{upgrade}` and `{docs}` of an action: who to contact, ` at URL` and ` See
    /// URL.`.
    pub(super) fn in_actions(self, language: Language) -> (&'a str, Optional<'a>, Optional<'a>) {
        let (support, at, see) = match language {
            Language::En => ("support", " at ", " See "),
            Language::Pt => ("o suporte", " em ", " Veja "),
        };
        (
            self.support.unwrap_or(support),
            Optional { before: at, address: self.upgrade, after: "" },
            Optional { before: see, address: self.docs, after: "." },
        )
    }
}

/// A part of a sentence that is left out where it has no address.
#[derive(Clone, Debug)]
pub(super) struct Optional<'a> {
    before: &'static str,
    address: Option<Cow<'a, str>>,
    after: &'static str,
}

impl Display for Optional<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.address {
            Some(address) => write!(f, "{}{address}{}", self.before, self.after),
            None => Ok(()),
        }
    }
}

/// `1 request`, `2 requests`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    number: u64,
    noun: &'static str,
}

/// A number with its noun in the singular or the plural.
pub(super) fn counted(number: impl TryInto<u64>, one: &'static str, many: &'static str) -> Counted {
    let number = number.try_into().unwrap_or(u64::MAX);
    Counted { number, noun: if number == 1 { one } else { many } }
}

impl Display for Counted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.noun)
    }
}

/// A plan's name as sentences show it: `Pro` for `pro`.
pub(super) struct Capitalized<'a>(pub(super) &'a str);

impl Display for Capitalized<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut letters = self.0.chars();
        match letters.next() {
            Some(first) => write!(f, "{}{}", first.to_uppercase(), letters.as_str()),
            None => Ok(()),
        }
    }
}

/// Words, separated by commas.
pub(super) struct List<'a>(pub(super) &'a [&'a str]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(place, word)| {
            f.write_str(if place == 0 { "" } else { ", " })?;
            f.write_str(word)
        })
    }
}

/// The formatted sentence; one without values is not copied.
pub(super) fn text(sentence: fmt::Arguments<'_>) -> Text {
    match sentence.as_str() {
        Some(fixed) => Cow::Borrowed(fixed),
        None => Cow::Owned(sentence.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_thing_is_in_the_singular() {
        let requests = |number: u32| counted(number, "request", "requests").to_string();
        assert_eq!([0, 1, 2].map(requests), ["0 requests", "1 request", "2 requests"]);
    }

    #[test]
    fn a_missing_address_leaves_no_trace() {
        let (support, upgrade, docs) = Addresses::default().in_actions(Language::En);
        assert_eq!(format!("Contact {support}{upgrade}.{docs}"), "Contact support.");
        let known = Addresses {
            support: Some("a@b"),
            upgrade: Some("https://c".into()),
            docs: Some("https://d".into()),
        };
        let (support, upgrade, docs) = known.in_actions(Language::Pt);
        assert_eq!(format!("{support}{upgrade}.{docs}"), "a@b em https://c. Veja https://d.");
    }

    #[test]
    fn lists_and_plan_names_read_as_text() {
        assert_eq!(List(&["en", "pt"]).to_string(), "en, pt");
        assert_eq!(["pro", "", "água"].map(|name| Capitalized(name).to_string()), ["Pro", "", "Água"]);
    }
}
