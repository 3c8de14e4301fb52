//! Accepting an invitation: as the person it is for if they are logged in, with their password, or
//! by choosing one. The link proves the mailbox; it lets no other person in, and says so to a
//! person who is logged in with another address.

use axum::http::StatusCode;
use maud::html;

use super::link::refused_with;
use super::log_in::log_in;
use crate::clock::new_id;
use crate::console::credentials::choose_password::{self, field};
use crate::console::credentials::guesses::key_of;
use crate::console::credentials::password::proves;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::domain::ids::{AccountId, IdentityId};
use crate::domain::text::{EmailAddress, Name};
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::identity::one_time::{NotAccepted, OneTime, Purpose};
use crate::management::identities::{consume, look_at};
use crate::management::members;
use crate::secret::token::Token;
use crate::storage::accounts;
use crate::storage::identity::memberships;
use crate::storage::identity::{identities, one_time};
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

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    call.identify().await?;
    let Some(token) = Token::parse(call.query.text("token")) else {
        return refused(call, None, NotAccepted::Unknown).await;
    };
    match read(call, &token).await? {
        Ok(invitation) => Ok(form(call, &token, &invitation, "", &Faults::default())),
        Err(error) => refused(call, Some(&token), error).await,
    }
}

/// The page of an invitation that cannot be accepted. The member who accepted it goes on to the
/// account.
async fn refused(call: &mut Call, token: Option<&Token>, error: NotAccepted) -> Result<Reply, PageError> {
    let words = call.words();
    if let (NotAccepted::Used, Some(token)) = (error, token) {
        return match membership_of(call, token).await? {
            Some((account, name)) => {
                let content = html! {
                    p.note.ok { (words.member_already(&name)) }
                    p { a.button.primary href={ "/console/" (account) } { (words.to_account()) } }
                };
                Ok(Reply::page(plain(&call.frame, words.invitation_title(), &content)))
            }
            None => Ok(refused_with(call, error, words.accepted_log_in(), None)),
        };
    }
    Ok(refused_with(call, error, words.ask_inviter(), None))
}

/// Returns the account of an invitation that the person of this session accepted.
async fn membership_of(call: &mut Call, token: &Token) -> Result<Option<(AccountId, String)>, PageError> {
    let Some(user) = call.user.as_ref().map(|user| user.identity.id) else { return Ok(None) };
    let db = call.db().await?;
    let token = one_time::find(db, &token.digest(), false).await?;
    let Some(member) = token.and_then(|token| token.member_id) else { return Ok(None) };
    let own = memberships::of_identity(db, user).await?;
    let own = own.into_iter().find(|own| own.member_id == member);
    Ok(own.map(|own| (own.account_id, own.account_name)))
}

/// The person of this session, if the invitation is for their address.
fn invited(call: &Call, invitation: &Invitation) -> Option<Identity> {
    let user = call.user.as_ref()?;
    let is_theirs = key_of(&user.identity.email)? == key_of(&invitation.found.email)?;
    is_theirs.then(|| user.identity.clone())
}

fn form(call: &Call, token: &Token, invitation: &Invitation, name: &str, faults: &Faults) -> Reply {
    let words = call.words();
    let is_invited = invited(call, invitation).is_some();
    let other = call.user.as_ref().filter(|_| !is_invited);
    let content = html! {
        (faults.summary(words))
        p { b { (invitation.account) } }
        p { (words.for_address(&invitation.found.email)) }
        @if let Some(other) = other {
            p.note #other { (words.logged_in_as_other(&other.identity.email, &invitation.found.email)) }
        }
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            input type="hidden" name="token" value=(token.expose());
            input type="hidden" name="email" autocomplete="username" value=(invitation.found.email);
            @if is_invited {
                p { (words.accept_logged_in()) }
            } @else if invitation.known.is_some() {
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

pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["token", "email", "name", "password"])?;
    call.identify().await?;
    let Some(token) = Token::parse(call.form.text("token")) else {
        return refused(call, None, NotAccepted::Unknown).await;
    };
    let invitation = match read(call, &token).await? {
        Ok(invitation) => invitation,
        Err(error) => return refused(call, Some(&token), error).await,
    };
    if let Some(user) = invited(call, &invitation) {
        return match accept(call, &token, &invitation, &user).await? {
            Ok(account) => Ok(Reply::SeeOther(format!("/console/{account}"))),
            Err(error) => refused(call, Some(&token), error).await,
        };
    }
    let typed = call.form.text("name").to_owned();
    let mut faults = Faults::default();
    let person = match &invitation.known {
        Some(identity) => proves(call, identity.id, &mut faults).await?.then(|| identity.clone()),
        None => chosen(call, &invitation, &typed, &mut faults).await?,
    };
    let Some(identity) = person else {
        return Ok(
            form(call, &token, &invitation, &typed, &faults).with_status(StatusCode::UNPROCESSABLE_ENTITY)
        );
    };
    match accept(call, &token, &invitation, &identity).await? {
        Ok(account) => log_in(call, &identity, format!("/console/{account}")).await,
        Err(error) => refused(call, Some(&token), error).await,
    }
}

/// Uses the link up, and makes the person a member.
async fn accept(
    call: &mut Call,
    token: &Token,
    invitation: &Invitation,
    identity: &Identity,
) -> Result<Result<AccountId, NotAccepted>, PageError> {
    if let Err(error) = consume(call.db().await?, &token.digest(), Purpose::Invitation).await? {
        call.roll_back();
        return Ok(Err(error));
    }
    let member = invitation.found.member_id.ok_or(PageError::Internal)?;
    let address = call.address;
    Ok(Ok(members::accept(call.db().await?, member, identity, address).await?))
}

/// A person who chooses name and password. The link has proved their address.
async fn chosen(
    call: &mut Call,
    invitation: &Invitation,
    typed: &str,
    faults: &mut Faults,
) -> Result<Option<Identity>, PageError> {
    let address: EmailAddress = invitation.found.email.parse().map_err(|_| PageError::Internal)?;
    let name: Option<Name> = faults.read(call.words(), ("name", call.words().your_name()), typed);
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
