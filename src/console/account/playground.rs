//! The playground: a call from its form, with its price before and its charge after.
//! `playground.js` sends the calls from the browser to the real paths; without script the page
//! shows them as programs. Keys are those of a test environment of the reader's own, or pasted.

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use crate::console::credentials::guesses::Subjects;
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::form::FormFault;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::key::FormatChoice;
use crate::management::keys::{self, NewSecret};
use crate::openapi::{Access, Client, Operation, Ordered, Verb};
use crate::site::{Site, asset_address, can_be_tried, control_of_body, controls_of, fields_of, with_typed};

/// Three of the sample people, as names and company.
const SAMPLES: [[&str; 3]; 3] = [
    ["Marina", "Duarte Prado", "Horizonte Sistemas"],
    ["Owen", "Hartley", "Northgate Robotics"],
    ["Beatriz", "Sampaio d'Ávila", "Prontoleve Saúde Digital"],
];
/// The fields of a person in both languages of the API, as samples fill them in.
const PERSON: [[&str; 2]; 3] =
    [["primeiro_nome", "first_name"], ["ultimo_nome", "last_name"], ["empresa", "company"]];
/// The field that names the operation.
const OPERATION: &str = "operation";

/// What can be tried: calls that are sold, and whose body the form can write.
fn operations(site: &Site) -> Vec<&Operation> {
    let all = site.operations().iter();
    let is_sold = |operation: &&Operation| {
        matches!(operation.access, Access::Paid(_) | Access::Forwarded(_)) && can_be_tried(operation)
    };
    all.filter(is_sold).collect()
}

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let site = call.console.site.clone();
    let operations = operations(&site);
    let asked = call.query.text(OPERATION).to_owned();
    let chosen = operations.iter().find(|operation| operation.id == asked).or(operations.first()).copied();
    let sample: Option<&[&str; 3]> =
        call.query.text("sample").parse().ok().and_then(|place: usize| SAMPLES.get(place));
    let filled = chosen.cloned().map(|operation| match sample {
        Some(person) => with_person(operation, person),
        None => operation,
    });
    page(call, &operations, filled, false).await
}

/// An operation whose example asks about a sample person; its other fields stay.
fn with_person(operation: Operation, person: &[&str; 3]) -> Operation {
    let example = operation.body.as_ref().map(|body| body.example.clone());
    with_typed(operation, |name| match PERSON.iter().position(|names| names.contains(&name)) {
        Some(place) => person.get(place).map(|value| (*value).to_owned()),
        None => match example.as_ref()?.get(name)? {
            Ordered::Text(text) => Some(text.clone()),
            other => serde_json::to_string(other).ok(),
        },
    })
}

/// Shows what was typed as programs. Nothing is sent or stored.
pub(crate) async fn code(call: &mut Call) -> Result<Reply, PageError> {
    let site = call.console.site.clone();
    let operations = operations(&site);
    let asked = call.form.text(OPERATION).to_owned();
    let chosen = operations.iter().find(|operation| operation.id == asked).copied();
    let chosen = chosen.ok_or(FormFault::Choice)?.clone();
    let controls = controls_of(&chosen);
    call.form.only(&controls.iter().map(String::as_str).chain([OPERATION]).collect::<Vec<_>>())?;
    let form = call.form.clone();
    let typed = with_typed(chosen, |name| {
        let control = control_of_body(name);
        form.has(&control).then(|| form.text(&control).to_owned())
    });
    page(call, &operations, Some(typed), true).await
}

/// Makes the key of the reader's playground, for the script of the page.
pub(crate) async fn key(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&[])?;
    let (by, account_id, console) = (call.by()?, call.account_id()?, call.console.clone());
    // The page makes one an hour. Each leaves a row and an entry of the audit log.
    let person = call.user()?.identity.id;
    if Subjects::of_playground(call, person).count(call).await?.is_err() {
        return Err(PageError::Busy);
    }
    let secret =
        NewSecret { format: FormatChoice::Prefixed, prefix: &console.prefix, peppers: &console.peppers };
    let (_, secret) = keys::playground(call.db().await?, &by, account_id, &secret).await?;
    Ok(Reply::Text(secret.expose().to_owned()))
}

async fn page(
    call: &mut Call,
    operations: &[&Operation],
    chosen: Option<Operation>,
    is_typed: bool,
) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path("/playground")?);
    let body = html! {
        @if !call.may_call() { p { (words.cannot_call()) } }
        @else if let Some(operation) = &chosen {
            form.filters method="get" {
                label for="operation" { (words.operation()) }
                select #operation name=(OPERATION) {
                    @for known in operations {
                        option value=(known.id) selected[known.id == operation.id] {
                            (known.signature()) " · " (known.title(words.0))
                        }
                    }
                }
                button { (words.choose()) }
                a.push href={ "/docs/reference/" (operation.id) } { (words.in_reference()) }
            }
            @if matches!(operation.access, Access::Paid(_)) { (samples(words, &path, operation)) }
            div.two.try {
                (form(call, operation, &path))
                (programs(call, operation, is_typed))
            }
            script type="module" src=(asset_address("playground.js")) {}
        } @else {
            p { (words.nothing_to_try()) }
        }
    };
    let content = Content::new(Section::Playground, words.nav_playground(), body);
    account(call, content.lead(lead(chosen.as_ref(), words))).await
}

/// What a call costs without a key of the reader's, and what it finds.
fn lead(chosen: Option<&Operation>, words: Words) -> &'static str {
    match chosen {
        Some(operation) if !operation.takes_test_keys => words.playground_lead_of_live_keys(),
        Some(Operation { access: Access::Forwarded(_), .. }) => words.playground_lead_of_route(),
        _ => words.playground_lead(),
    }
}

fn samples(words: Words, path: &str, operation: &Operation) -> Markup {
    html! {
        p.filters {
            span.muted { (words.sample_people()) }
            @for (place, person) in SAMPLES.iter().enumerate() {
                @let address = format!("{path}?{OPERATION}={}&sample={place}", operation.id);
                a.button href=(address) data-sample=(values(person)) {
                    (person[0]) " " (person[1])
                }
            }
        }
    }
}

/// The fields of a person as JSON, for the script.
fn values(person: &[&str; 3]) -> Value {
    let fields = PERSON.iter().zip(person);
    Value::Object(
        fields.flat_map(|(names, value)| names.map(|name| (name.to_owned(), (*value).into()))).collect(),
    )
}

/// The form. Its buttons that send need the script, which shows them.
fn form(call: &Call, operation: &Operation, path: &str) -> Markup {
    let words = call.words();
    let key_action = format!("{path}/key");
    let has_body = operation.body.is_some();
    html! {
        section.card.trial aria-label=(operation.title(words.0)) data-verb=(operation.verb.as_str().to_ascii_uppercase())
            data-path=(operation.path) data-body[has_body] data-failed=(words.not_sent()) data-json=(words.no_json())
            data-help=(words.what_it_means()) data-key-action=(key_action) data-key-token=(call.form_token(&key_action))
            data-send=(words.send()) data-send-for=(words.send_for()) data-send-for-one=(words.send_for_one()) data-costs=(words.costs()) data-free=(words.costs_nothing())
            data-charged=(words.was_charged()) data-calling=(words.is_calling()) data-no-key=(words.no_playground_key()) {
            header { h2 { code { (operation.signature()) } } }
            form.body method="post" action=(path) {
                (call.form_field(path))
                input type="hidden" name=(OPERATION) value=(operation.id);
                (PreEscaped(fields_of(operation, words.0)))
                label data-scripted hidden {
                    @if operation.takes_test_keys { (words.pasted_key()) } @else { (words.live_key()) }
                    input type="password" autocomplete="off" spellcheck="false" required[!operation.takes_test_keys];
                    span.small.muted {
                        @if operation.takes_test_keys { (words.pasted_key_hint()) } @else { (words.live_key_hint()) }
                    }
                }
                p.quote data-quote aria-live="polite" {
                    @if operation.takes_test_keys { (words.free_without_key()) } @else { (words.price_with_key()) }
                }
                div.filters {
                    button.primary type="button" data-go data-scripted hidden { (words.send()) }
                    @if has_body || operation.verb == Verb::Get {
                        // Code needs no key.
                        button formnovalidate[!operation.takes_test_keys] { (words.show_code()) }
                    }
                }
                noscript { p.muted { (words.needs_script()) } }
                p role="status" {}
            }
            pre tabindex="0" hidden { code {} }
        }
    }
}

/// The call in seven clients.
fn programs(call: &Call, operation: &Operation, is_typed: bool) -> Markup {
    let words = call.words();
    let base = call.console.base.link("");
    html! {
        section.card.programs {
            header { h2 { (words.as_code()) } }
            div.body {
                @if is_typed { p.note.ok role="status" { (words.code_of_form()) } } @else { p.muted { (words.code_of_example()) } }
                @for client in Client::ALL {
                    details open[client == Client::Curl] {
                        summary { (client.title()) }
                        pre tabindex="0" { code { (client.program(operation, &base).trim_end()) } }
                    }
                }
            }
        }
    }
}
