//! Labelled fields of forms, with the fault at the field and all faults above the form.

use maud::{Markup, html};

use crate::console::words::Words;
use crate::domain::text::TextError;

/// The name of a field in its form, and its label.
pub(crate) type Field<'l> = (&'static str, &'l str);

#[derive(Debug)]
struct Fault {
    field: &'static str,
    label: String,
    text: String,
}

/// The faults of a form, in the order of its fields.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, (field, label): Field<'_>, fault: impl Into<String>) {
        self.0.push(Fault { field, label: label.to_owned(), text: fault.into() });
    }

    /// What was read, or nothing and its fault.
    pub(crate) fn none_or<T: Default>(&mut self, field: Field<'_>, read: Result<T, String>) -> T {
        read.unwrap_or_else(|fault| {
            self.add(field, fault);
            T::default()
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|fault| fault.field == field).map(|fault| fault.text.as_str())
    }

    /// The fault at its field.
    pub(crate) fn at(&self, field: &str) -> Markup {
        html! { @if let Some(fault) = self.of(field) { p.fault id={ (field) "-fault" } { (fault) } } }
    }

    /// The value of `aria-invalid`.
    pub(crate) fn invalid(&self, field: &str) -> Option<&'static str> {
        self.of(field).map(|_| "true")
    }

    /// The value of `aria-describedby`: the ids of the hint and of the fault.
    pub(crate) fn described(&self, field: &str, has_hint: bool) -> Option<String> {
        match (has_hint, self.of(field).is_some()) {
            (true, true) => Some(format!("{field}-hint {field}-fault")),
            (true, false) => Some(format!("{field}-hint")),
            (false, true) => Some(format!("{field}-fault")),
            (false, false) => None,
        }
    }

    /// Reads a field as a short text.
    pub(crate) fn read<T>(&mut self, words: Words, field: Field<'_>, text: &str) -> Option<T>
    where
        T: std::str::FromStr<Err = TextError>,
    {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, text_fault(words, error));
                None
            }
        }
    }

    /// The summary above a form: each fault with the label of its field, to which it links.
    pub(crate) fn summary(&self, words: Words) -> Markup {
        html! {
            @if !self.is_empty() {
                div.note.bad role="alert" tabindex="-1" autofocus {
                    div {
                        b { (words.faults_title()) }
                        ul {
                            @for Fault { field, label, text } in &self.0 {
                                li { a href={ "#" (field) } { (label) ": " (text) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A sentence above a form. One of the kind `bad` is why the form failed.
pub(crate) fn note(text: &str, kind: &str) -> Markup {
    html! {
        @if kind == "bad" { p.note.bad role="alert" tabindex="-1" autofocus { (text) } }
        @else { p.note.(kind) role="status" { (text) } }
    }
}

/// What is wrong with a short text.
pub(crate) fn text_fault(words: Words, error: TextError) -> String {
    match error {
        TextError::Empty => words.is_needed().to_owned(),
        TextError::TooLong { max_chars } => words.is_too_long(max_chars),
        TextError::ControlCharacter => words.is_odd().to_owned(),
        TextError::NotAnAddress => words.not_an_address().to_owned(),
    }
}

/// A field with its label above it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'f> {
    pub(crate) name: &'static str,
    pub(crate) label: &'f str,
    /// `text`, `email`, `password`, `number`.
    pub(crate) kind: &'static str,
    pub(crate) value: &'f str,
    /// What password managers and browsers fill in.
    pub(crate) autocomplete: &'static str,
    /// A sentence below the label.
    pub(crate) hint: &'f str,
    pub(crate) is_required: bool,
}

impl<'f> Input<'f> {
    pub(crate) const fn text(name: &'static str, label: &'f str, value: &'f str) -> Self {
        Self { name, label, kind: "text", value, autocomplete: "off", hint: "", is_required: true }
    }

    pub(crate) const fn password(name: &'static str, label: &'f str, autocomplete: &'static str) -> Self {
        Self { name, label, kind: "password", value: "", autocomplete, hint: "", is_required: true }
    }

    pub(crate) const fn hint(self, hint: &'f str) -> Self {
        Self { hint, ..self }
    }

    pub(crate) const fn optional(self) -> Self {
        Self { is_required: false, ..self }
    }

    pub(crate) fn show(self, words: Words, faults: &Faults) -> Markup {
        let has_hint = !self.hint.is_empty();
        html! {
            div.field {
                label for=(self.name) {
                    (self.label)
                    @if !self.is_required { " " span.muted { "(" (words.optional()) ")" } }
                }
                @if has_hint { p.small.muted id={ (self.name) "-hint" } { (self.hint) } }
                (faults.at(self.name))
                input id=(self.name) name=(self.name) type=(self.kind) value=(self.value) autocomplete=(self.autocomplete)
                    required[self.is_required] aria-invalid=[faults.invalid(self.name)]
                    aria-describedby=[faults.described(self.name, has_hint)];
            }
        }
    }
}
