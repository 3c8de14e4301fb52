//! Errors under page paths: always a page, never JSON, with the request id to copy.

use axum::http::{StatusCode, header};
use axum::response::Response;
use maud::{Markup, html};

use super::layout::{Content, account};
use super::operator_frame::{self, Head, Place};
use super::person_frame::of_person;
use super::section::Section;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::form::{FormFault, MAX_FIELDS, MAX_KB};
use crate::console::request::page::{Frame, Reply, plain, set_headers};
use crate::console::words::Words;
use crate::domain::product_name::ProductName;
use crate::domain::refusal::{Addresses, Refusal};
use crate::http::answer::refusal_of;
use crate::http::dialect::is_under;
use crate::http::negotiate::RenderContext;
use crate::identity::Realm;

/// The page of an error, for a visitor who is not known.
pub(crate) fn page(frame: &Frame, error: &PageError) -> Reply {
    let (status, title, text) = texts(frame, error);
    shown(frame, status, title, &text)
}

/// The page of an error, inside the navigation of the person who is logged in.
pub(crate) async fn framed(call: &mut Call, error: &PageError) -> Reply {
    let (status, title, text) = texts(&call.frame, error);
    // What the page changed or failed to read is over. Without a database there is no navigation.
    call.roll_back();
    let is_readable = !matches!(error, PageError::Busy | PageError::Internal);
    let body = content(&call.frame, status, &text);
    let around = match (is_readable && call.user.is_some(), call.membership.is_some()) {
        (false, _) => Err(PageError::LoggedOut),
        (true, true) => account(call, Content::new(Section::of_path(&call.frame.path), title, body)).await,
        (true, false) if call.is_for_operators() => {
            let place = Place::of_path(&call.frame.path);
            let head = Head { title, lead: None, actions: &html! {} };
            operator_frame::page(call, place, head, None, &body)
        }
        (true, false) => of_person(call, title, &body),
    };
    around.map_or_else(|_| shown(&call.frame, status, title, &text), |page| page.with_status(status))
}

/// The status, title and text of an error.
fn texts(frame: &Frame, error: &PageError) -> (StatusCode, &'static str, String) {
    let words = frame.words();
    match error {
        PageError::NotFound => (StatusCode::NOT_FOUND, words.not_found_title(), words.not_found().to_owned()),
        PageError::AdminsOnly => {
            (StatusCode::FORBIDDEN, words.admins_only_title(), words.admins_only().to_owned())
        }
        PageError::Closed => (StatusCode::CONFLICT, words.closed_title(), words.closed().to_owned()),
        PageError::RoleTooLow => {
            (StatusCode::FORBIDDEN, words.op_role_too_low_title(), words.op_role_too_low().to_owned())
        }
        PageError::NotFromHere => {
            (StatusCode::FORBIDDEN, words.not_from_here_title(), words.not_from_here().to_owned())
        }
        PageError::NotAForm(fault) => {
            let (status, text) = of_form(words, *fault);
            (status, words.not_a_form_title(), format!("{text} {}", words.nothing_changed()))
        }
        PageError::TooMuch => {
            (StatusCode::UNPROCESSABLE_ENTITY, words.too_much_title(), words.too_much().to_owned())
        }
        PageError::Busy => (StatusCode::SERVICE_UNAVAILABLE, words.busy_title(), words.busy().to_owned()),
        PageError::Refused(refusal) => {
            (StatusCode::CONFLICT, words.refused_title(), sentences(frame, refusal))
        }
        // The others lead to another page before they are shown.
        PageError::Internal
        | PageError::LoggedOut
        | PageError::Unconfirmed
        | PageError::OutdatedForm
        | PageError::SentAlready { .. } => {
            (StatusCode::INTERNAL_SERVER_ERROR, words.internal_title(), words.internal().to_owned())
        }
    }
}

/// The status and the cause of a form that could not be read.
fn of_form(words: Words, fault: FormFault) -> (StatusCode, String) {
    let (status, text) = match fault {
        FormFault::TooLarge => {
            return (StatusCode::PAYLOAD_TOO_LARGE, words.form_too_large(MAX_KB, MAX_FIELDS));
        }
        FormFault::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, words.form_of_other_type()),
        FormFault::CutOff => (StatusCode::BAD_REQUEST, words.form_cut_off()),
        FormFault::TooSlow => (StatusCode::REQUEST_TIMEOUT, words.form_too_slow()),
        FormFault::NotUtf8 => (StatusCode::BAD_REQUEST, words.form_not_utf8()),
        FormFault::Fields => (StatusCode::UNPROCESSABLE_ENTITY, words.form_fields()),
        FormFault::Choice => (StatusCode::UNPROCESSABLE_ENTITY, words.form_choice()),
    };
    (status, text.to_owned())
}

/// What happened and what to do, in the words of the API.
pub(crate) fn sentences(frame: &Frame, refusal: &Refusal) -> String {
    let language = frame.language;
    format!("{} {}", refusal.message(language), refusal.action(language, Addresses::default()))
}

fn content(frame: &Frame, status: StatusCode, text: &str) -> Markup {
    let words = frame.words();
    html! {
        p { (text) }
        p.filters.space {
            a.button href=(frame.root) { (words.to_console()) }
            @if status == StatusCode::SERVICE_UNAVAILABLE { a.button href=(frame.path) { (words.try_again()) } }
        }
        p.muted.small { (words.request_id()) ": " code { (frame.request_id) } }
    }
}

fn shown(frame: &Frame, status: StatusCode, title: &str, text: &str) -> Reply {
    Reply::Page { status, html: plain(frame, title, &content(frame, status, text)) }
}

/// Whether an address belongs to the pages of the account owners' console.
pub fn is_page(path: &str) -> bool {
    is_under(path, "/console")
}

/// Turns a refusal of the gateway itself, such as that of a malformed request, into a page. Other
/// answers stay.
pub fn instead_of_refusal(
    response: Response,
    path: &str,
    context: &RenderContext,
    product: &ProductName,
) -> Response {
    let status = response.status();
    let is_refusal = refusal_of(&response).is_some();
    let is_empty_error = status.is_client_error() && !response.headers().contains_key("content-type");
    if !is_refusal && !is_empty_error {
        return response;
    }
    // A path that is no page of ours is not repeated in a link.
    let is_plain =
        path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_'));
    let root = Realm::of_path(path).root();
    let frame = Frame {
        language: context.language,
        theme: None,
        path: if is_plain { path } else { root }.to_owned(),
        query: String::new(),
        root,
        product: product.clone(),
        request_id: context.request_id,
    };
    let words = frame.words();
    let (title, text) = match status {
        StatusCode::NOT_FOUND => (words.not_found_title(), words.not_found()),
        StatusCode::METHOD_NOT_ALLOWED => (words.method_title(), words.method()),
        StatusCode::SERVICE_UNAVAILABLE => (words.busy_title(), words.busy()),
        StatusCode::PAYLOAD_TOO_LARGE => (words.unreadable_title(), words.request_too_large()),
        status if status.is_client_error() => (words.unreadable_title(), words.unreadable()),
        _ => (words.internal_title(), words.internal()),
    };
    let mut page = shown(&frame, status, title, text).into_response();
    // Of a method that the page has not, and of a request that was malformed.
    for name in [header::ALLOW, header::CONNECTION] {
        if let Some(value) = response.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    set_headers(page.headers_mut(), false);
    page
}
