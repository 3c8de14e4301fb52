//! Accepting an invitation: with the password of the address it is for, or by choosing one. The link proves the mailbox; it
//! lets no other person in.

use axum::http::StatusCode;
use maud::html;

use super::call::Call;
use super::choose_password::{self, field};
use super::error::PageError;
use super::field::{Faults, Input};
use super::link::refused;
use super::log_in::{is_password, log_in, wait_text};
use super::page::{Reply, plain};
use crate::clock::new_id;
use crate::domain::ids::IdentityId;
use crate::domain::text::{EmailAddress, Name};
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::identity::one_time::{NotAccepted, OneTime, Purpose};
use crate::identity::throttle::{GuessKind, wait};
use crate::management::identities::{consume, look_at};
use crate::management::members;
use crate::secret::token::Token;
use crate::storage::accounts;
use crate::storage::identity::{guesses, identities};
use crate::storage::members as stored;

const PATH: &str = "/console/invitation";

/// An invitation that can be accepted.
struct Invitation {
    found: OneTime,
    account: String,
    /// The person with the address, if they have a password.
    known: Option<Identity>,
}

async fn read(call: &mut Call, token: &Token) -> Result<Result<Invitation, NotAccepted>, PageError> {
    let found = match look_at(call.db().await?, &token.digest(), Purpose::Invitation).await? {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let member = found.member_id.ok_or(PageError::Internal)?;
    let db = call.db().await?;
    let account = stored::account_of(db, member).await?.ok_or(PageError::NotFound)?;
    let account = accounts::find(db, account).await?.ok_or(PageError::NotFound)?;
    let address: EmailAddress = found.email.parse().map_err(|_| PageError::Internal)?;
    let known = identities::by_email(db, &EmailKey::of(&address)).await?;
    let known = known.filter(|identity| identity.has_password);
    Ok(Ok(Invitation { found, account: account.name, known }))
}

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let Some(token) = Token::parse(call.query.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    match read(call, &token).await? {
        Ok(invitation) => Ok(form(call, &token, &invitation, "", &Faults::default())),
        Err(error) => Ok(refused(call, error)),
    }
}

fn form(call: &Call, token: &Token, invitation: &Invitation, name: &str, faults: &Faults) -> Reply {
    let words = call.words();
    let content = html! {
        (faults.summary(words))
        p { b { (invitation.account) } }
        p { (words.for_address(&invitation.found.email)) }
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            input type="hidden" name="token" value=(token.expose());
            input type="hidden" name="email" autocomplete="username" value=(invitation.found.email);
            @if invitation.known.is_some() {
                p { (words.accept_known()) }
                (Input::password("password", words.password(), "current-password").show(words, faults))
            } @else {
                p { (words.accept_new()) }
                (Input { autocomplete: "name", ..Input::text("name", words.your_name(), name) }.show(words, faults))
                (field(call, faults))
            }
            button.primary { (words.accept()) }
        }
    };
    Reply::page(plain(&call.frame, words.invitation_title(), &content))
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["token", "email", "name", "password"])?;
    let Some(token) = Token::parse(call.form.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    let invitation = match read(call, &token).await? {
        Ok(invitation) => invitation,
        Err(error) => return Ok(refused(call, error)),
    };
    let typed = call.form.text("name").to_owned();
    let mut faults = Faults::default();
    let person = match &invitation.known {
        Some(identity) => proved(call, identity, &mut faults).await?,
        None => chosen(call, &invitation, &typed, &mut faults).await?,
    };
    let Some(identity) = person else {
        return Ok(
            form(call, &token, &invitation, &typed, &faults).with_status(StatusCode::UNPROCESSABLE_ENTITY)
        );
    };
    if let Err(error) = consume(call.db().await?, &token.digest(), Purpose::Invitation).await? {
        call.roll_back();
        return Ok(refused(call, error));
    }
    let member = invitation.found.member_id.ok_or(PageError::Internal)?;
    let address = call.address;
    let account = members::accept(call.db().await?, member, &identity, address).await?;
    log_in(call, &identity, format!("/console/{account}")).await
}

/// A person who proves by their password that they are the one invited.
async fn proved(
    call: &mut Call,
    identity: &Identity,
    faults: &mut Faults,
) -> Result<Option<Identity>, PageError> {
    let subject = call.console.peppers.newest().blind("confirm", &identity.id.to_string());
    let failures = guesses::find(call.db().await?, GuessKind::Browser, &subject).await?;
    if let Some(wait) = wait(GuessKind::Browser, failures, call.now()) {
        faults.add("password", wait_text(call, wait));
        return Ok(None);
    }
    let given = call.form.raw("password").to_owned();
    if is_password(call, Some(identity.id), &given).await? {
        guesses::clear(call.db().await?, GuessKind::Browser, &subject).await?;
        return Ok(Some(identity.clone()));
    }
    guesses::add(call.db().await?, GuessKind::Browser, &subject).await?;
    faults.add("password", call.words().password_wrong());
    Ok(None)
}

/// A person who chooses name and password. The link has proved their address.
async fn chosen(
    call: &mut Call,
    invitation: &Invitation,
    typed: &str,
    faults: &mut Faults,
) -> Result<Option<Identity>, PageError> {
    let address: EmailAddress = invitation.found.email.parse().map_err(|_| PageError::Internal)?;
    let name: Option<Name> = faults.read(call.words(), "name", typed);
    let password = choose_password::read(call, &[address.as_str(), typed, &invitation.account], faults);
    let (Some(name), Some(password)) = (name, password) else { return Ok(None) };
    let known = identities::by_email(call.db().await?, &EmailKey::of(&address)).await?;
    let id = known.as_ref().map_or_else(|| IdentityId::from_uuid(new_id()), |identity| identity.id);
    let sealed = choose_password::sealed(call, id, &password).await?;
    let language = call.language();
    let db = call.db().await?;
    match known {
        Some(identity) => {
            identities::set_profile(db, id, name.as_str(), identity.language, identity.theme).await?
        }
        None => identities::add(db, id, &address, name.as_str(), Some(language)).await?,
    }
    identities::set_password(db, id, &sealed, true).await?;
    Ok(identities::find(db, id).await?)
}
