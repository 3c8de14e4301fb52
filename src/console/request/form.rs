//! The fields of a form or of a query string: few, short, each once, and no others than the page
//! knows.

#[cfg(test)]
mod tests;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use percent_encoding::percent_decode;

use super::error::PageError;

/// The most bytes of a form, in KB as its refusal names them.
pub(crate) const MAX_KB: usize = 32;
pub(crate) const MAX_FIELDS: usize = 64;

/// The hidden field with the form's token.
pub(crate) const TOKEN: &str = "form";

/// Why a body is not the form of its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormFault {
    #[error("it is too large")]
    TooLarge,
    #[error("it has another media type")]
    MediaType,
    #[error("it ended early")]
    CutOff,
    #[error("it arrived too slowly")]
    TooSlow,
    #[error("it is not valid UTF-8")]
    NotUtf8,
    /// A field that the page does not have, or a field twice.
    #[error("it has other fields")]
    Fields,
    /// A value that the page does not offer.
    #[error("it has a value that the page does not offer")]
    Choice,
}

#[derive(Clone, Default)]
pub(crate) struct Form {
    fields: Vec<(String, String)>,
    /// Whether the fields could not be read. Then there are none.
    is_unreadable: bool,
}

impl Form {
    /// Reads the body of a POST.
    ///
    /// # Errors
    /// When it is too large, no form, or has a field twice.
    pub(crate) async fn of_body(headers: &HeaderMap, body: Body) -> Result<Self, PageError> {
        let media =
            headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = media.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(FormFault::MediaType.into());
        }
        let read = Limited::new(body, MAX_KB * 1024).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { FormFault::TooLarge } else { FormFault::CutOff }
        })?;
        Ok(Self::parse(&read.to_bytes())?)
    }

    /// Reads a query string. One that cannot be read counts as empty: links are typed and cut. Nor
    /// can one with a NUL, which no text of the database has.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        match Self::parse(query.unwrap_or_default().as_bytes()) {
            Ok(read) if !read.fields.iter().any(|(_, value)| value.contains('\0')) => read,
            Ok(_) | Err(_) => Self { is_unreadable: true, ..Self::default() },
        }
    }

    fn parse(bytes: &[u8]) -> Result<Self, FormFault> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = (decoded(&pair[..end])?, decoded(pair.get(end + 1..).unwrap_or_default())?);
            if fields.len() == MAX_FIELDS {
                return Err(FormFault::TooLarge);
            }
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(FormFault::Fields);
            }
            // Text fields of browsers end lines with CR LF.
            fields.push((name, value.replace("\r\n", "\n")));
        }
        Ok(Self { fields, is_unreadable: false })
    }

    /// Whether this is a query string that could not be read.
    pub(crate) const fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }

    /// The value of a field as it was typed. Empty if it is missing.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The value without blanks around it.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The value of a field that offers a choice.
    ///
    /// # Errors
    /// When the page does not offer it.
    pub(crate) fn choice<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, PageError> {
        read(self.text(name)).ok_or_else(|| FormFault::Choice.into())
    }

    /// The same of a field that may be left empty.
    ///
    /// # Errors
    /// When the page does not offer the value.
    pub(crate) fn choice_or_none<T>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, PageError> {
        if self.text(name).is_empty() { Ok(None) } else { self.choice(name, read).map(Some) }
    }

    /// All fields, in their order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a box was ticked.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    /// Refuses fields that the page does not know.
    ///
    /// # Errors
    /// When there is one.
    pub(crate) fn only(&self, names: &[&str]) -> Result<(), PageError> {
        let is_known = |name: &str| name == TOKEN || names.contains(&name);
        if self.fields().all(|(name, _)| is_known(name)) { Ok(()) } else { Err(FormFault::Fields.into()) }
    }
}

/// A name or value as it was typed: blanks are sent as `+`.
fn decoded(bytes: &[u8]) -> Result<String, FormFault> {
    let blanks: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let text = percent_decode(&blanks).decode_utf8().map_err(|_| FormFault::NotUtf8)?;
    Ok(text.into_owned())
}
