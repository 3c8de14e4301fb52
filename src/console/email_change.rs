//! Another address for a person: proved by a link to the new one, and undone by a link to the old
//! one for a week.

use axum::http::StatusCode;
use maud::html;

use super::call::Call;
use super::email::{self, Email};
use super::error::PageError;
use super::field::{Faults, Input};
use super::link::refused;
use super::page::{Reply, plain};
use super::person_frame::of_person;
use crate::domain::ids::IdentityId;
use crate::domain::text::EmailAddress;
use crate::identity::email::EmailKey;
use crate::identity::one_time::{NotAccepted, Purpose};
use crate::management::identities::{consume, look_at, new_link};
use crate::secret::token::Token;
use crate::storage::identity::{identities, sessions};

const PATH: &str = "/console/me/email";
const FINISH: &str = "/console/new-email";

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    form(call, "", &Faults::default())
}

fn form(call: &Call, typed: &str, faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let address =
        Input { kind: "email", autocomplete: "email", ..Input::text("email", words.new_email(), typed) };
    let content = html! {
        @if call.query.has("sent") { p.note.ok role="status" { (words.sent()) } }
        (faults.summary(words))
        p { (words.email_lead()) }
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            p.muted { (call.user()?.identity.email) }
            (address.show(words, faults))
            button.primary { (words.send_link()) }
        }
    };
    of_person(call, words.change_email(), &content)
}

/// Sends a link to the new address. An address that is taken gets no link, and the page is the
/// same.
pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["email"])?;
    let (typed, mut faults) = (call.form.text("email").to_owned(), Faults::default());
    let Some(address) =
        faults.read::<EmailAddress>(call.words(), ("email", call.words().new_email()), &typed)
    else {
        return Ok(form(call, &typed, &faults)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let (id, key) = (call.user()?.identity.id, EmailKey::of(&address));
    if email::may_be_asked_for(call, key.as_str()).await?
        && identities::by_email(call.db().await?, &key).await?.is_none()
    {
        let token = new_link(call.db().await?, Purpose::NewEmail, &address, Some(id), None).await?;
        let (words, language) = (call.words(), call.language());
        let message = Email {
            kind: "new_email",
            subject: words.mail_new_email_subject(call.product()),
            paragraphs: vec![words.mail_new_email_text().to_owned()],
            button: Some((words.change_email(), format!("{FINISH}?token={}", token.expose()))),
            reason: words.mail_new_email_reason(),
        };
        email::send(call, &address, language, message).await?;
    }
    Ok(Reply::SeeOther(format!("{PATH}?sent=1")))
}

/// The token of a link, of either kind.
async fn found(call: &mut Call, token: &Token) -> Result<Result<(Purpose, String), NotAccepted>, PageError> {
    let mut refused = NotAccepted::Unknown;
    for purpose in [Purpose::NewEmail, Purpose::UndoEmail] {
        match look_at(call.db().await?, &token.digest(), purpose).await? {
            Ok(found) => return Ok(Ok((purpose, found.email))),
            Err(NotAccepted::Unknown) => {}
            Err(error) => refused = error,
        }
    }
    Ok(Err(refused))
}

pub(super) async fn show_finish(call: &mut Call) -> Result<Reply, PageError> {
    let Some(token) = Token::parse(call.query.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    let address = match found(call, &token).await? {
        Ok((_, address)) => address,
        Err(error) => return Ok(refused(call, error)),
    };
    let words = call.words();
    let content = html! {
        p { (words.email_becomes(&address)) }
        form method="post" action=(FINISH) {
            (call.form_field(FINISH))
            input type="hidden" name="token" value=(token.expose());
            button.primary { (words.change_email()) }
        }
    };
    Ok(Reply::page(plain(&call.frame, words.change_email(), &content)))
}

/// Changes the address. A change can be undone from the old mailbox; an undoing ends all sessions.
pub(super) async fn finish(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["token"])?;
    let Some(token) = Token::parse(call.form.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    let (purpose, typed) = match found(call, &token).await? {
        Ok(found) => found,
        Err(error) => return Ok(refused(call, error)),
    };
    let token = match consume(call.db().await?, &token.digest(), purpose).await? {
        Ok(token) => token,
        Err(error) => return Ok(refused(call, error)),
    };
    let id = token.identity_id.ok_or(PageError::Internal)?;
    let address: EmailAddress = typed.parse().map_err(|_| PageError::Internal)?;
    let before = identities::find(call.db().await?, id).await?.ok_or(PageError::NotFound)?;
    // Another person may have proved the address meanwhile.
    if identities::by_email(call.db().await?, &EmailKey::of(&address))
        .await?
        .is_some_and(|other| other.id != id)
    {
        return Ok(refused(call, NotAccepted::Used));
    }
    identities::set_email(call.db().await?, id, &address).await?;
    match purpose {
        Purpose::NewEmail => tell_old(call, id, &before.email).await?,
        _ => drop(sessions::end_others(call.db().await?, id, None).await?),
    }
    Ok(Reply::SeeOther("/console/log-in".to_owned()))
}

/// Notifies the old address, with a link that undoes the change.
async fn tell_old(call: &mut Call, id: IdentityId, old: &str) -> Result<(), PageError> {
    let old: EmailAddress = old.parse().map_err(|_| PageError::Internal)?;
    let token = new_link(call.db().await?, Purpose::UndoEmail, &old, Some(id), None).await?;
    let (words, language) = (call.words(), call.language());
    let message = Email {
        kind: "email_changed",
        subject: words.mail_email_changed_subject(call.product()),
        paragraphs: vec![words.mail_email_changed_text().to_owned()],
        button: Some((words.undo_change(), format!("{FINISH}?token={}", token.expose()))),
        reason: words.mail_email_changed_reason(),
    };
    email::send(call, &old, language, message).await
}
