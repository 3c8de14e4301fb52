//! What was typed into a form that could not be accepted because the session had ended or a proof
//! of identity was missing. The page that asks for it carries the fields along as one hidden field,
//! and the form is shown again, filled in. Nothing acts on the fields before the person has seen
//! them and sends them again.

use maud::{Markup, html};

use super::form::{Form, TOKEN};
use crate::site::html_text::{escaped, unescaped};

/// The hidden field that carries the fields of another form.
pub(crate) const KEPT: &str = "kept";
const MAX_BYTES: usize = 16 * 1024;
/// Fields that no page repeats.
const SECRET: [&str; 6] = ["password", "code", "secret", "key", "token", KEPT];

/// Packs the fields of a form, without secrets. Empty if there are none, or too many to carry.
pub(crate) fn pack(form: &Form) -> String {
    let open = form.fields().filter(|(name, _)| *name != TOKEN && !SECRET.contains(name));
    let packed = form_urlencoded::Serializer::new(String::new()).extend_pairs(open).finish();
    if packed.len() <= MAX_BYTES { packed } else { String::new() }
}

pub(crate) fn field(kept: &str) -> Markup {
    html! { @if !kept.is_empty() { input type="hidden" name=(KEPT) value=(kept); } }
}

/// Fills the kept fields into the form of a page that is sent to `action`, with a note above it.
/// `None`: the page has no such form.
pub(crate) fn fill_in(page: &str, action: &str, kept: &str, note: &str) -> Option<String> {
    let fields = Form::of_query(Some(kept));
    let opening = format!("action=\"{action}\"");
    let is_meant = |start: &usize| page[*start..].split('>').next().is_some_and(|tag| tag.contains(&opening));
    let mut starts = page.match_indices("<form").map(|(start, _)| start);
    let start = starts.find(is_meant)?;
    let end = page[start..].find("</form>").map_or(page.len(), |length| start + length);
    let note = html! { p.note role="status" { (note) } }.into_string();
    Some(format!("{}{note}{}{}", &page[..start], filled(&page[start..end], &fields), &page[end..]))
}

/// A form with other values. Our own pages escape every value, so that a tag ends at the first `>`.
fn filled(form: &str, fields: &Form) -> String {
    let (mut out, mut rest) = (String::with_capacity(form.len()), form);
    let mut select = String::new();
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(end);
        out += before;
        rest = after;
        let name = attribute(tag, "name").unwrap_or_default();
        if tag.starts_with("<input") {
            out += &input(tag, &name, fields);
        } else if tag.starts_with("<select") {
            out += tag;
            select = name;
        } else if tag.starts_with("<option") && fields.has(&select) {
            let is_chosen = attribute(tag, "value").is_some_and(|value| value == fields.raw(&select));
            out += &with_flag(tag, "selected", is_chosen);
        } else if tag.starts_with("<textarea") && fields.has(&name) {
            out += tag;
            out += &escaped(fields.raw(&name));
            rest = rest.find("</textarea>").map_or("", |end| &rest[end..]);
        } else {
            out += tag;
        }
    }
    out + rest
}

fn input(tag: &str, name: &str, fields: &Form) -> String {
    let value = attribute(tag, "value");
    match attribute(tag, "type").as_deref() {
        Some("hidden" | "password" | "submit") => tag.to_owned(),
        // A box that is not ticked is not sent.
        Some("checkbox") => with_flag(tag, "checked", fields.has(name)),
        Some("radio") if fields.has(name) => {
            with_flag(tag, "checked", value.as_deref() == Some(fields.raw(name)))
        }
        Some("radio") => tag.to_owned(),
        _ if fields.has(name) => with_value(tag, fields.raw(name)),
        _ => tag.to_owned(),
    }
}

/// An attribute of a tag, as text.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let value = rest.split('"').next()?;
    Some(unescaped(value))
}

fn with_value(tag: &str, value: &str) -> String {
    let without = match tag.split_once(" value=\"") {
        Some((before, rest)) => format!("{before}{}", rest.split_once('"').map_or("", |(_, after)| after)),
        None => tag.to_owned(),
    };
    without.replacen("<input", &format!("<input value=\"{}\"", escaped(value)), 1)
}

/// A tag with a flag or without it.
fn with_flag(tag: &str, flag: &str, is_set: bool) -> String {
    let (head, end) = tag.split_at(tag.len().saturating_sub(1));
    let without = head
        .strip_suffix(&format!(" {flag}"))
        .map_or_else(|| head.replace(&format!(" {flag} "), " "), str::to_owned);
    if is_set { format!("{without} {flag}{end}") } else { format!("{without}{end}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        Form::of_query(Some(text))
    }

    #[test]
    fn secrets_and_the_token_are_not_carried_along() {
        let sent = form("form=t&name=Ana+%26+co&password=p&code=1&secret=s&key=k&kept=x&scope_read=on");
        assert_eq!(pack(&sent), "name=Ana+%26+co&scope_read=on");
        assert_eq!(pack(&form(&format!("name={}", "x".repeat(MAX_BYTES)))), "");
    }

    #[test]
    fn every_kind_of_field_is_filled_in_and_nothing_becomes_markup() {
        let page = html! {
            form action="/other" { input name="name" value="other"; }
            form action="/x" {
                input type="hidden" name="form" value="new token";
                input id="name" name="name" type="text" value="old" required;
                input type="password" name="password" value="";
                input type="checkbox" name="a" checked;
                input type="checkbox" name="b";
                input type="radio" name="role" value="member" checked;
                input type="radio" name="role" value="admin";
                select name="environment" { option value="default" selected { "default" } option value="test" { "test" } }
                textarea name="networks" rows="2" { "old" }
                button { "Save" }
            }
        };
        let kept = pack(&form(
            "name=%22%3E%3Cb%3E&b=on&role=admin&environment=test&networks=%3C%2Ftextarea%3E&form=old&password=p",
        ));
        let filled = fill_in(&page.into_string(), "/x", &kept, "Look it over.");
        let expected = html! {
            form action="/other" { input name="name" value="other"; }
            p.note role="status" { "Look it over." }
            form action="/x" {
                input type="hidden" name="form" value="new token";
                input value="\"><b>" id="name" name="name" type="text" required;
                input type="password" name="password" value="";
                input type="checkbox" name="a";
                input type="checkbox" name="b" checked;
                input type="radio" name="role" value="member";
                input type="radio" name="role" value="admin" checked;
                select name="environment" { option value="default" { "default" } option value="test" selected { "test" } }
                textarea name="networks" rows="2" { "</textarea>" }
                button { "Save" }
            }
        };
        assert_eq!(filled, Some(expected.into_string()));
    }

    #[test]
    fn nothing_is_filled_into_a_page_without_the_form() {
        assert_eq!(fill_in("<p>x</p>", "/x", "a=b", "note"), None);
    }
}
