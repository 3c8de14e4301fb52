//! A new password for a person who has lost theirs: a link to their address, the same page for
//! every address.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::link::refused;
use super::log_in::log_in;
use crate::console::credentials::choose_password::{self, field};
use crate::console::credentials::notice::notify;
use crate::console::email;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::domain::text::EmailAddress;
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::identity::one_time::{NotAccepted, Purpose};
use crate::identity::throttle::GuessKind;
use crate::management::identities::{consume, look_at, new_link};
use crate::secret::token::Token;
use crate::storage::identity::{guesses, identities, one_time, sessions};

pub(crate) const PATH: &str = "/console/reset";
pub(crate) const FINISH: &str = "/console/reset/finish";

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let words = call.words();
    Ok(ask(call, PATH, words.reset_title(), words.reset_lead(), "", &Faults::default()))
}

/// A form that asks only for an address.
pub(crate) fn ask(call: &Call, path: &str, title: &str, lead: &str, typed: &str, faults: &Faults) -> Reply {
    let words = call.words();
    let address =
        Input { kind: "email", autocomplete: "username", ..Input::text("email", words.email(), typed) };
    let content: Markup = html! {
        (faults.summary(words))
        p { (lead) }
        form.card.form method="post" action=(path) {
            (call.form_field(path))
            (address.show(words, faults))
            button.primary { (words.send_link()) }
        }
        p { a href="/console/log-in" { (words.log_in()) } }
    };
    Reply::page(plain(&call.frame, title, &content))
}

/// The page after an address was sent, whatever address it was.
pub(crate) fn sent(call: &Call, address: &EmailAddress) -> Reply {
    let words = call.words();
    let content = html! { p { (words.sent(Some(address.as_str()))) } p.muted { (words.sent_hint()) } p { a href="/console/log-in" { (words.log_in()) } } };
    Reply::page(plain(&call.frame, words.sent_title(), &content))
}

pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["email"])?;
    let words = call.words();
    let (typed, mut faults) = (call.form.text("email").to_owned(), Faults::default());
    let Some(address) = faults.read::<EmailAddress>(words, ("email", words.email()), &typed) else {
        let form = ask(call, PATH, words.reset_title(), words.reset_lead(), &typed, &faults);
        return Ok(form.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let key = EmailKey::of(&address);
    if email::may_be_asked_for(call, &key.mailbox()).await?
        && let Some(identity) = identities::by_email(call.db().await?, &key).await?
    {
        send_link(call, &identity, false).await?;
    }
    Ok(sent(call, &address))
}

/// Sends a link to a person; `of_sign_up` if they asked for an account that they have.
pub(crate) async fn send_link(
    call: &mut Call,
    identity: &Identity,
    of_sign_up: bool,
) -> Result<(), PageError> {
    let address: EmailAddress = identity.email.parse().map_err(|_| PageError::Internal)?;
    let token = new_link(call.db().await?, Purpose::Reset, &address, Some(identity.id), None).await?;
    let language = email::language_for(call, identity);
    let words = crate::console::words::Words(language);
    let message = if of_sign_up {
        let (text, subject, reason) = (
            words.mail_known_text(),
            words.mail_sign_up_subject(call.product()),
            words.mail_sign_up_reason(),
        );
        email::reset(words, &token, text, subject, reason)
    } else {
        let (text, subject, reason) =
            (words.mail_reset_text(), words.mail_reset_subject(call.product()), words.mail_reset_reason());
        email::reset(words, &token, text, subject, reason)
    };
    email::send(call, &address, language, message).await
}

pub(crate) async fn show_finish(call: &mut Call) -> Result<Reply, PageError> {
    let Some(token) = Token::parse(call.query.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    finish_form(call, &token, &Faults::default()).await
}

async fn finish_form(call: &mut Call, token: &Token, faults: &Faults) -> Result<Reply, PageError> {
    let found = match look_at(call.db().await?, &token.digest(), Purpose::Reset).await? {
        Ok(found) => found,
        Err(error) => return Ok(refused(call, error)),
    };
    let words = call.words();
    let content = html! {
        (faults.summary(words))
        p { (words.password_for(&found.email)) }
        form.card.form method="post" action=(FINISH) {
            (call.form_field(FINISH))
            input type="hidden" name="token" value=(token.expose());
            input type="hidden" name="email" autocomplete="username" value=(found.email);
            (field(call, faults))
            button.primary { (words.set_password()) }
        }
    };
    Ok(Reply::page(plain(&call.frame, words.reset_title(), &content)))
}

/// Sets the password: all sessions, waits and open links of the person end, except those that undo
/// what a thief did.
pub(crate) async fn finish(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["token", "email", "password"])?;
    let Some(token) = Token::parse(call.form.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    let found = match look_at(call.db().await?, &token.digest(), Purpose::Reset).await? {
        Ok(found) => found,
        Err(error) => return Ok(refused(call, error)),
    };
    let id = found.identity_id.ok_or(PageError::Internal)?;
    let identity = identities::find(call.db().await?, id).await?.ok_or(PageError::NotFound)?;
    let mut faults = Faults::default();
    let Some(password) = choose_password::read(call, &[&identity.email, &identity.name], &mut faults) else {
        let form = finish_form(call, &token, &faults).await?;
        return Ok(form.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let sealed = choose_password::sealed(call, id, &password).await?;
    if let Err(error) = consume(call.db().await?, &token.digest(), Purpose::Reset).await? {
        return Ok(refused(call, error));
    }
    // The mailbox proves the person: failed log-ins of strangers no longer count. A log-in changes
    // the count before the person, too.
    if let Ok(address) = identity.email.parse::<EmailAddress>() {
        let subject = call.console.peppers.newest().blind("guess", EmailKey::of(&address).as_str());
        guesses::clear(call.db().await?, GuessKind::Address, &subject).await?;
    }
    let db = call.db().await?;
    identities::set_password(db, id, &sealed, true).await?;
    sessions::end_others(db, id, None).await?;
    one_time::end_but_safeguards(db, id).await?;
    let language = email::language_for(call, &identity);
    let notice = email::password_changed(crate::console::words::Words(language), call.product());
    notify(call, &identity, language, notice).await?;
    log_in(call, &identity, "/console".to_owned()).await
}
