//! The form that sends a call from its reference page. `assets/trial.js` shows it and sends it;
//! without script the programs beside it are what a reader copies.

use serde_json::Value;

use super::html_text::escaped;
use super::words::Words;
use crate::domain::language::Language;
use crate::openapi::{Access, Field, Operation, Ordered, Parameter, ParameterPlace, Verb, in_language};

/// Where a field of the form goes.
#[derive(Clone, Copy)]
enum Place {
    Parameter(ParameterPlace),
    Body,
}

impl Place {
    /// As `assets/calls.js` reads it.
    const fn name(self) -> &'static str {
        match self {
            Self::Parameter(ParameterPlace::Segment) => "path",
            Self::Parameter(ParameterPlace::RestOfPath) => "rest",
            Self::Parameter(ParameterPlace::Query) => "query",
            Self::Body => "body",
        }
    }

    /// The name of a control. Parameters and members may have the same name, or that of another
    /// control of the page.
    fn control(self, field: &str) -> String {
        format!("{}.{field}", self.name())
    }
}

/// The names of the controls of an operation.
pub fn controls_of(operation: &Operation) -> Vec<String> {
    let of_parameter = |parameter: &Parameter| Place::Parameter(parameter.place).control(parameter.name);
    let of_body =
        operation.body.iter().flat_map(|body| body.fields.iter().map(|field| control_of_body(field.name)));
    operation.parameters.iter().map(of_parameter).chain(of_body).collect()
}

/// The name of the control of a member of the body.
pub fn control_of_body(field: &str) -> String {
    Place::Body.control(field)
}

/// The form of an operation, hidden until its script runs. `None` where the form could not say what
/// is sent: bodies that only the service behind a route knows.
pub(super) fn form(operation: &Operation, words: Words) -> Option<String> {
    if !can_be_tried(operation) {
        return None;
    }
    let is_paid = operation.access.is_paid();
    let changes = !is_paid && !matches!(operation.verb, Verb::Get | Verb::Head);
    let first = if is_paid { words.show_price() } else { words.send() };
    let mut html = format!(
        "<section class=\"trial\" aria-labelledby=\"try-it\" data-verb=\"{}\" data-path=\"{}\" data-first=\"{first}\" \
         data-second=\"{}\" data-price=\"{}\" data-failed=\"{}\" data-json=\"{}\" data-help=\"{}\"{}{} hidden>\n\
         <h2 id=\"try-it\">{}</h2>\n<form>\n",
        operation.verb.as_str().to_ascii_uppercase(),
        escaped(operation.path),
        words.send_at_this_price(),
        words.price_is(),
        words.not_sent(),
        words.no_json(),
        words.what_it_means(),
        if is_paid { " data-paid" } else { "" },
        if operation.body.is_some() { " data-body" } else { "" },
        words.try_it()
    );
    if operation.access.takes_key() {
        let required = if matches!(operation.access, Access::KeyOptional) { "" } else { " required" };
        html += &format!(
            "<p>{}</p>\n<label>{}<input type=\"password\" autocomplete=\"off\" spellcheck=\"false\"{required}></label>\n",
            if operation.takes_test_keys { words.key_stays() } else { words.live_key_stays() },
            words.key()
        );
    }
    html += &fields(operation, words);
    if changes {
        html += &format!("<p>{}</p>\n", words.changes_account());
    }
    html += &format!(
        "<button>{first}</button>\n<p role=\"status\"></p>\n</form>\n<pre tabindex=\"0\" hidden><code></code></pre>\n</section>\n"
    );
    Some(html)
}

/// Whether a form can say what is sent: not for a body that only the service behind a route knows.
pub fn can_be_tried(operation: &Operation) -> bool {
    let is_known = operation.body.is_some() || matches!(operation.verb, Verb::Get | Verb::Head);
    is_known || !matches!(operation.access, Access::Forwarded(_))
}

/// The fields of an operation, filled in with its example, for the form of another page.
pub fn fields_of(operation: &Operation, language: Language) -> String {
    fields(operation, Words(language))
}

fn fields(operation: &Operation, words: Words) -> String {
    let mut html = String::new();
    for parameter in &operation.parameters {
        let value = parameter.example.unwrap_or_default();
        html +=
            &input(parameter.name, Place::Parameter(parameter.place), "text", value, parameter.is_in_path());
    }
    if let Some(body) = &operation.body {
        html.extend(body.fields.iter().map(|field| of_body(field, body.example.get(field.name), words)));
    }
    html
}

/// The operation with an example of what was typed into its fields. An empty field is not sent.
pub fn with_typed(mut operation: Operation, typed: impl Fn(&str) -> Option<String>) -> Operation {
    if let Some(body) = &mut operation.body {
        let members = body.fields.iter().filter_map(|field| {
            let text = typed(field.name).filter(|text| !text.is_empty())?;
            let value = if is_json(field) { Ordered::parse(&text) } else { Ordered::Text(text) };
            Some((field.name.to_owned(), value))
        });
        body.example = Ordered::Object(members.collect());
    }
    operation
}

/// Whether a field is typed as JSON.
fn is_json(field: &Field) -> bool {
    match (&field.schema["enum"], &field.schema["type"]) {
        (Value::Array(_), _) => false,
        (_, Value::Array(kinds)) => !kinds.iter().any(|kind| kind == "string"),
        (_, kind) => ["array", "boolean", "integer", "number", "object"].iter().any(|json| kind == json),
    }
}

fn input(name: &str, place: Place, kind: &str, value: &str, is_required: bool) -> String {
    let required = if is_required { " required" } else { "" };
    format!(
        "<label><code>{name}</code><input name=\"{}\" data-in=\"{}\" data-name=\"{name}\" data-kind=\"{kind}\" value=\"{}\" \
         autocomplete=\"off\"{required}></label>\n",
        place.control(name),
        place.name(),
        escaped(value)
    )
}

/// A member of the body: a choice where its values are listed, JSON where it is neither that nor a
/// text.
fn of_body(field: &Field, example: Option<&Ordered>, words: Words) -> String {
    let value = match example {
        Some(Ordered::Text(text)) => text.clone(),
        Some(other) => serde_json::to_string(other).unwrap_or_default(),
        None => String::new(),
    };
    match (&field.schema["enum"], &field.schema["type"]) {
        (Value::Array(choices), _) => {
            select(field, choices.iter().filter_map(Value::as_str), &value, "text", words)
        }
        (_, Value::Array(kinds)) if kinds.iter().any(|kind| kind == "boolean") => {
            select(field, ["true", "false"].into_iter(), &value, "json", words)
        }
        _ if is_json(field) => input(field.name, Place::Body, "json", &value, field.is_required),
        // `null` in the example of a text.
        _ if example == Some(&Ordered::Null) => input(field.name, Place::Body, "text", "", false),
        _ => input(field.name, Place::Body, "text", &value, field.is_required),
    }
}

fn select<'c>(
    field: &Field,
    choices: impl Iterator<Item = &'c str>,
    value: &str,
    kind: &str,
    words: Words,
) -> String {
    let absent = if field.is_required {
        String::new()
    } else {
        format!("<option value=\"\">{}</option>", words.absent())
    };
    let options: String = choices
        .map(|choice| {
            let selected = if choice == value { " selected" } else { "" };
            format!("<option{selected}>{choice}</option>")
        })
        .collect();
    let name = field.name;
    format!(
        "<label><code>{name}</code><select name=\"{}\" data-in=\"{}\" data-name=\"{name}\" data-kind=\"{kind}\" title=\"{}\">{absent}{options}</select></label>\n",
        Place::Body.control(name),
        Place::Body.name(),
        escaped(in_language(field.about, words.0))
    )
}
