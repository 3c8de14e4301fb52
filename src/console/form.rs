//! The fields of a form or of a query string: few, short, each once, and no others than the page
//! knows.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited};

use super::error::PageError;

const MAX_BYTES: usize = 32 * 1024;
const MAX_FIELDS: usize = 64;

/// The hidden field with the form's token.
pub(crate) const TOKEN: &str = "form";

#[derive(Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

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
            return Err(PageError::NotAForm);
        }
        let read = Limited::new(body, MAX_BYTES).collect().await.map_err(|_| PageError::NotAForm)?;
        Self::parse(&read.to_bytes())
    }

    /// Reads a query string. One that cannot be read counts as empty: links are typed and cut.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        Self::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default()
    }

    fn parse(bytes: &[u8]) -> Result<Self, PageError> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(bytes) {
            if fields.len() == MAX_FIELDS || fields.iter().any(|(known, _)| *known == name) {
                return Err(PageError::NotAForm);
            }
            // Text fields of browsers end lines with CR LF.
            fields.push((name.into_owned(), value.replace("\r\n", "\n")));
        }
        Ok(Self(fields))
    }

    /// The value of a field as it was typed. Empty if it is missing.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The value without blanks around it.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// All fields, in their order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a box was ticked.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Refuses fields that the page does not know.
    ///
    /// # Errors
    /// When there is one.
    pub(crate) fn only(&self, names: &[&str]) -> Result<(), PageError> {
        let is_known = |name: &String| name == TOKEN || names.contains(&name.as_str());
        if self.0.iter().all(|(name, _)| is_known(name)) { Ok(()) } else { Err(PageError::NotAForm) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Form> {
        Form::parse(text.as_bytes()).ok()
    }

    #[test]
    fn k03_a_field_is_read_once_and_only_if_it_is_known() {
        let form = parse("name=+a%20b+&on=").unwrap();
        assert_eq!((form.text("name"), form.raw("name"), form.text("x")), ("a b", " a b ", ""));
        assert!(form.has("on") && !form.has("off"));
        assert!(form.only(&["name", "on"]).is_ok() && form.only(&["name"]).is_err());
        assert!(parse("role=member&role=admin").is_none());
        let many: Vec<String> = (0..65).map(|number| format!("f{number}=")).collect();
        assert!(parse(&many.join("&")).is_none());
    }
}
