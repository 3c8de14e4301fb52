//! What the address of a page or a file narrows it to. A filter that cannot be read is named: the
//! page is shown without it, and there is no file.

use std::str::FromStr;

use axum::http::StatusCode;
use maud::{Markup, html};

use super::call::Call;
use super::error::PageError;
use super::form::Form;
use super::page::{Reply, plain};
use crate::console::words::Words;
use crate::domain::ids::{EnvironmentId, KeyId};
use crate::storage::{environments, keys};

/// The filters that were not understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    names: Vec<&'static str>,
    /// The address has others, or cannot be read at all.
    has_others: bool,
}

impl Unread {
    pub(crate) fn of(query: &Form) -> Self {
        Self { names: Vec::new(), has_others: query.is_unreadable() }
    }

    /// The same for a file: unlike a page, it has no place for a note beside it, so every field of
    /// the address has to be known.
    pub(crate) fn of_file(query: &Form, known: &[&str]) -> Self {
        let mut fields = query.fields().filter(|(name, _)| *name != "lang");
        let has_others = query.is_unreadable() || fields.any(|(name, _)| !known.contains(&name));
        Self { names: Vec::new(), has_others }
    }

    pub(crate) fn add(&mut self, name: &'static str) {
        self.names.push(name);
    }

    /// The value of a filter. `None`: it is left empty or not understood.
    pub(crate) fn choice<T>(
        &mut self,
        query: &Form,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let typed = query.text(name);
        let value = read(typed).filter(|_| !typed.is_empty());
        if value.is_none() && !typed.is_empty() {
            self.add(name);
        }
        value
    }

    pub(crate) fn parse<T: FromStr>(&mut self, query: &Form, name: &'static str) -> Option<T> {
        self.choice(query, name, |text| text.parse().ok())
    }

    /// A key of the account of the page.
    pub(crate) async fn key(
        &mut self,
        call: &mut Call,
        name: &'static str,
    ) -> Result<Option<KeyId>, PageError> {
        let Some(id) = self.parse(&call.query, name) else { return Ok(None) };
        let account = call.account_id()?;
        let key = keys::find(call.db().await?, id).await?;
        if key.is_none_or(|key| key.account_id != account) {
            self.add(name);
            return Ok(None);
        }
        Ok(Some(id))
    }

    /// An environment of the account of the page.
    pub(crate) async fn environment(
        &mut self,
        call: &mut Call,
        name: &'static str,
    ) -> Result<Option<EnvironmentId>, PageError> {
        let Some(id) = self.parse(&call.query, name) else { return Ok(None) };
        let account = call.account_id()?;
        let known = environments::names(call.db().await?, account).await?;
        if !known.iter().any(|(known, _)| *known == id) {
            self.add(name);
            return Ok(None);
        }
        Ok(Some(id))
    }

    /// What was not understood. `None`: all was.
    fn text(&self, words: Words) -> Option<String> {
        match (self.names.is_empty(), self.has_others) {
            (true, false) => None,
            (true, true) => Some(words.filters_unread().to_owned()),
            (false, _) => Some(words.filter_unread(&self.names.join(", "))),
        }
    }

    /// The note above a list that is shown without these filters.
    pub(crate) fn note(&self, words: Words) -> Markup {
        html! {
            @if let Some(text) = self.text(words) {
                p.note.bad role="alert" tabindex="-1" autofocus { (text) " " (words.shown_without_filter()) }
            }
        }
    }

    /// The page in place of a file that would hold more than was asked for.
    pub(crate) fn instead_of_file(&self, call: &Call) -> Result<Option<Reply>, PageError> {
        self.text(call.words()).map(|text| no_file(call, &text)).transpose()
    }
}

/// The page in place of a file whose filter cannot be read.
pub(crate) fn no_file(call: &Call, fault: &str) -> Result<Reply, PageError> {
    let words = call.words();
    let content = html! {
        p { (fault) }
        p { a.button href=(call.path("")?) { (words.to_account()) } }
    };
    let page = plain(&call.frame, words.no_file_title(), &content);
    Ok(Reply::page(page).with_status(StatusCode::BAD_REQUEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Form {
        Form::of_query(Some(text))
    }

    #[test]
    fn a_filter_is_read_or_left_empty_or_not_understood() {
        let form = query("before=5&kind=calls&key=&state=x");
        let mut unread = Unread::of(&form);
        assert_eq!(unread.parse::<i64>(&form, "before"), Some(5));
        assert_eq!(unread.parse::<i64>(&form, "key"), None);
        assert_eq!(unread.parse::<i64>(&form, "missing"), None);
        assert_eq!(unread, Unread::default());
        assert_eq!(unread.parse::<i64>(&form, "kind"), None);
        assert_eq!(unread.choice(&form, "state", |text| (text == "ended").then_some(1)), None);
        assert_eq!(unread.names, ["kind", "state"]);
    }

    #[test]
    fn an_address_that_cannot_be_read_has_a_filter_that_was_not_understood() {
        for text in ["from=2026-01-01&from=2026-01-02", "key=%ff"] {
            assert!(Unread::of(&query(text)).has_others, "{text}");
        }
        assert!(!Unread::of(&query("utm_source=mail")).has_others);
    }

    #[test]
    fn a_file_knows_every_field_of_its_address() {
        assert!(!Unread::of_file(&query("from=2026-01-01&lang=pt"), &["from", "to"]).has_others);
        for text in ["form=2026-01-01", "to=x&to=y"] {
            assert!(Unread::of_file(&query(text), &["from", "to"]).has_others, "{text}");
        }
    }
}
