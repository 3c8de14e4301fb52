//! Another address for a person: proved by a link to the new one, and undone for a week by a link
//! to the one before.

use axum::http::StatusCode;
use maud::html;

use crate::console::credentials::factor;
use crate::console::email::{self, Email};
use crate::console::entry::asked_address;
use crate::console::entry::link::refused;
use crate::console::entry::reset;
use crate::console::frame::person_frame::of_person;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::console::words::Words;
use crate::domain::language::Language;
use crate::domain::text::EmailAddress;
use crate::identity::email::EmailKey;
use crate::identity::one_time::{NotAccepted, Purpose};
use crate::management::email_change::{Changed, change, find};
use crate::management::identities::new_link;
use crate::secret::token::Token;
use crate::storage::identity::{identities, one_time};

const PATH: &str = "/console/me/email";
const FINISH: &str = "/console/new-email";

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    form(call, "", &Faults::default())
}

fn form(call: &Call, typed: &str, faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let address =
        Input { kind: "email", autocomplete: "email", ..Input::text("email", words.new_email(), typed) };
    let content = html! {
        @if let Some(address) = pending(call)? { p.note.ok role="status" { (words.sent(Some(address.as_str()))) } }
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

/// The new address whose link this browser asked for, until it is the person's.
pub(crate) fn pending(call: &Call) -> Result<Option<EmailAddress>, PageError> {
    let identity = &call.user()?.identity;
    let address = asked_address::address(call, &identity.id.to_string());
    Ok(address.filter(|address| address.as_str() != identity.email))
}

/// Sends a link to the new address, in place of an earlier one. An address that is taken gets no
/// link, and the page is the same.
pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["email"])?;
    let (typed, mut faults) = (call.form.text("email").to_owned(), Faults::default());
    let Some(address) =
        faults.read::<EmailAddress>(call.words(), ("email", call.words().new_email()), &typed)
    else {
        return Ok(form(call, &typed, &faults)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let (id, key) = (call.user()?.identity.id, EmailKey::of(&address));
    asked_address::remember(call, &id.to_string(), &address);
    if email::may_be_asked_for(call, &key.mailbox()).await?
        && identities::by_email(call.db().await?, &key).await?.is_none()
    {
        // A person has one open change, even if two are asked for at once.
        identities::lock(call.db().await?, id).await?;
        one_time::end_for(call.db().await?, id, Purpose::NewEmail).await?;
        let token = new_link(call.db().await?, Purpose::NewEmail, &address, Some(id), None).await?;
        let language = email::language_for(call, &call.user()?.identity);
        let words = Words(language);
        let message = Email {
            kind: "new_email",
            subject: words.mail_new_email_subject(call.product()),
            paragraphs: vec![words.mail_new_email_text().to_owned()],
            button: Some((words.change_email(), format!("{FINISH}?token={}", token.expose()))),
            reason: words.mail_new_email_reason(),
        };
        email::send(call, &address, language, message).await?;
    }
    Ok(Reply::SeeOther(PATH.to_owned()))
}

pub(crate) async fn show_finish(call: &mut Call) -> Result<Reply, PageError> {
    let Some(token) = Token::parse(call.query.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    let address = match find(call.db().await?, &token.digest()).await? {
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

/// Changes the address. A change can be undone from the mailbox that it leaves; an undo leads to
/// the form of a new password, as a thief may have set the last one.
pub(crate) async fn finish(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["token"])?;
    let Some(token) = Token::parse(call.form.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    let purpose = match find(call.db().await?, &token.digest()).await? {
        Ok((purpose, _)) => purpose,
        Err(error) => return Ok(refused(call, error)),
    };
    let changed = match change(call.db().await?, &token, purpose).await? {
        Ok(changed) => changed,
        Err(error) => return Ok(refused(call, error)),
    };
    let identity = identities::find(call.db().await?, changed.id).await?.ok_or(PageError::Internal)?;
    let language = email::language_for(call, &identity);
    tell_left(call, &changed, language).await?;
    if changed.purpose == Purpose::NewEmail {
        return Ok(Reply::SeeOther("/console/log-in".to_owned()));
    }
    if changed.ended_factor {
        factor::notify(call, &identity, Words::mail_factor_undone).await?;
    }
    let reset = new_link(call.db().await?, Purpose::Reset, &changed.address, Some(changed.id), None).await?;
    Ok(Reply::SeeOther(format!("{}?token={}", reset::FINISH, reset.expose())))
}

/// Notifies the address that was left, with a link that undoes the change. An undo is not undone.
async fn tell_left(call: &mut Call, changed: &Changed, language: Language) -> Result<(), PageError> {
    let words = Words(language);
    let (text, button) = if changed.purpose == Purpose::NewEmail {
        let db = call.db().await?;
        let token = new_link(db, Purpose::UndoEmail, &changed.left, Some(changed.id), None).await?;
        let undo = (words.undo_change(), format!("{FINISH}?token={}", token.expose()));
        (words.mail_email_changed_text(), Some(undo))
    } else {
        (words.mail_email_undone_text(), None)
    };
    let message = Email {
        kind: "email_changed",
        subject: words.mail_email_changed_subject(call.product()),
        paragraphs: vec![text.to_owned()],
        button,
        reason: words.mail_email_changed_reason(),
    };
    email::send(call, &changed.left, language, message).await
}
