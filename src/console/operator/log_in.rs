//! Logging in with a password, which is the first half; and logging out.

use std::time::Duration;

use axum::http::StatusCode;
use maud::html;

use crate::console::credentials::guesses::{Subjects, key_of, wait_text};
use crate::console::credentials::known_browser;
use crate::console::credentials::password::is_password;
use crate::console::entry::log_in::begin;
use crate::console::html::field::{self, Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::cookie::Cookie;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::domain::audit::{Action, Actor};
use crate::domain::text::EmailAddress;
use crate::identity::Identity;
use crate::management::operators::record;
use crate::secret::token::Token;
use crate::storage::identity::{operators, sessions};

const PATH: &str = "/operator/log-in";
/// How long a session waits for its second factor, or for one to be set up.
const HALF: Duration = Duration::from_secs(10 * 60);

/// What failures are counted by: the address in the form by which it is unique, apart from an
/// account owner's.
fn counted_as(email: &str) -> String {
    format!("operator {}", key_of(email).unwrap_or_else(|| email.to_lowercase()))
}

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let note = (call.query.text("out") == "1").then(|| (call.words().logged_out().to_owned(), "ok"));
    let next = call.next_page(call.query.text("next"));
    Ok(form(call, &next, "", note))
}

fn form(call: &Call, next: &str, email: &str, note: Option<(String, &str)>) -> Reply {
    let (words, nothing) = (call.words(), Faults::default());
    let address =
        Input { kind: "email", autocomplete: "username", ..Input::text("email", words.email(), email) };
    let content = html! {
        @if let Some((note, kind)) = &note { (field::note(note, kind)) }
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            input type="hidden" name="next" value=(next);
            (address.show(words, &nothing))
            (Input::password("password", words.password(), "current-password").show(words, &nothing))
            button.primary { (words.log_in()) }
        }
        p.muted { (words.op_log_in_hint()) }
    };
    Reply::page(plain(&call.frame, words.op_log_in_title(), &content))
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["email", "password", "next"])?;
    let next = call.next_page(call.form.text("next"));
    let email = call.form.text("email").to_owned();
    let refused = |call: &Call, note: String| {
        form(call, &next, &email, Some((note, "bad"))).with_status(StatusCode::UNPROCESSABLE_ENTITY)
    };
    let attempt = match Subjects::of(call, &counted_as(&email)).begin(call).await? {
        Ok(attempt) => attempt,
        Err(wait) => return Ok(refused(call, wait_text(call, wait))),
    };
    let judged = checked(call, &email).await;
    match attempt.settle(call, judged).await? {
        // A password alone must not be enough to set up the second factor: that takes a link.
        Some(identity) if !identity.has_second_factor => {
            Ok(refused(call, call.words().op_needs_link().to_owned()))
        }
        Some(identity) => begin_half(call, &identity, &next).await,
        None => Ok(refused(call, call.words().log_in_failed().to_owned())),
    }
}

/// Returns the operator whose address and password were sent. An unknown address takes as long as
/// a wrong password.
async fn checked(call: &mut Call, email: &str) -> Result<Option<Identity>, PageError> {
    let known = match email.parse::<EmailAddress>() {
        Ok(address) => operators::by_email(call.db().await?, &address).await?,
        Err(_) => None,
    };
    let password = call.form.raw("password").to_owned();
    let is_right = is_password(call, known.as_ref().map(|known| known.id), &password).await?;
    Ok(known.filter(|_| is_right))
}

/// Begins a session that is valid for the second factor only.
pub(super) async fn begin_half(call: &mut Call, identity: &Identity, next: &str) -> Result<Reply, PageError> {
    begin(call, identity.id, Some(HALF)).await?;
    let page = if identity.has_second_factor { "second" } else { "set-up" };
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Ok(Reply::SeeOther(format!("/operator/log-in/{page}?next={next}")))
}

/// Completes the session of an operator whose second factor was right: it gets another cookie.
pub(super) async fn finish(call: &mut Call) -> Result<(), PageError> {
    let (identity, session) = (call.half()?.identity.clone(), call.half()?.session.id);
    let token = Token::new().map_err(|_| PageError::Internal)?;
    sessions::confirm(call.db().await?, session, &token.digest()).await?;
    let request_id = Some(call.frame.request_id);
    let actor = Actor { address: call.address, request_id, ..Actor::operator(identity.called().to_owned()) };
    record(call.db().await?, &actor, Action::OperatorLoggedIn, identity.id, None, None).await?;
    let (base, peppers) = (call.console.base.clone(), call.console.peppers.clone());
    call.begin_session(token);
    let known = known_browser::make(&peppers, &counted_as(&identity.email));
    call.set_cookie(Cookie::Known.set(&base, &known));
    Ok(())
}
