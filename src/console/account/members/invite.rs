//! Invitations to an account.

use axum::http::StatusCode;
use maud::html;

use super::{member_of, roles};
use crate::clock::new_id;
use crate::console::credentials::guesses::key_of;
use crate::console::email::{self, Email};
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::ids::{AccountId, MemberId};
use crate::domain::member::{Member, MemberState, Role};
use crate::domain::text::EmailAddress;
use crate::identity::one_time::Purpose;
use crate::management::identities::new_link;
use crate::management::{ChangeError, members};
use crate::storage;
use crate::storage::error::StorageError;

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    form(call, "", Role::Member, &Faults::default()).await
}

async fn form(call: &mut Call, typed: &str, chosen: Role, faults: &Faults) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path("/members/new")?);
    let address = Input { kind: "email", ..Input::text("email", words.email(), typed) };
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            (address.show(words, faults))
            (roles(words, chosen, faults))
            div.filters {
                button.primary { (words.invite()) }
                a.button href=(call.path("/members")?) { (words.cancel()) }
            }
        }
    };
    account(call, Content::new(Section::Members, words.invite_title(), body)).await
}

pub(in crate::console) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["email", "role"])?;
    let words = call.words();
    let chosen = call.form.choice("role", Role::from_name)?;
    let (typed, mut faults) = (call.form.text("email").to_owned(), Faults::default());
    if let Some(address) = faults.read::<EmailAddress>(words, ("email", words.email()), &typed) {
        let (id, account_id, by) = (MemberId::from_uuid(new_id()), call.account_id()?, call.by()?);
        let leads_to = call.path("/members")?;
        call.spend(&leads_to).await?;
        match members::add(call.db().await?, &by, id, account_id, &address, chosen).await {
            Ok(member) if send_invitation(call, &member).await? => return Ok(Reply::SeeOther(leads_to)),
            Ok(_) => faults.add(("email", words.email()), words.too_many_invitations()),
            Err(ChangeError::Storage(StorageError::Conflict(_))) => {
                let fault = already(call, account_id, &typed).await?;
                faults.add(("email", words.email()), fault);
            }
            Err(ChangeError::TooManyMembers) => {
                faults.add(("email", words.email()), words.too_many_members())
            }
            Err(error) => return Err(error.into()),
        }
    }
    call.roll_back();
    Ok(form(call, &typed, chosen, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
}

/// Why an address is not invited that the account knows.
async fn already(call: &mut Call, account: AccountId, typed: &str) -> Result<&'static str, PageError> {
    call.roll_back();
    let listed = storage::members::list(call.db().await?, account).await?;
    let known = listed.iter().find(|member| key_of(&member.email) == key_of(typed));
    let is_invited = known.is_some_and(|member| member.state == MemberState::Invited);
    Ok(if is_invited { call.words().already_invited() } else { call.words().already_member() })
}

/// Sends a link that accepts the membership. Earlier links of the member end. `false`: the address
/// or the account has to wait.
async fn send_invitation(call: &mut Call, member: &Member) -> Result<bool, PageError> {
    let address: EmailAddress = member.email.parse().map_err(|_| PageError::Internal)?;
    if !email::may_be_invited(call, &address).await? {
        return Ok(false);
    }
    let token = new_link(call.db().await?, Purpose::Invitation, &address, None, Some(member.id)).await?;
    let language = email::language_for_address(call, &address).await?;
    let words = Words(language);
    let who = email::without_links(call.user()?.identity.called());
    let account = email::without_links(&call.membership()?.account_name);
    let message = Email {
        kind: "invitation",
        subject: words.mail_invite_subject(call.product()),
        paragraphs: vec![
            words.invited_by(&who, &account, member.role),
            words.mail_invite_until(Purpose::Invitation.life().num_days()),
        ],
        button: Some((words.mail_open_invitation(), format!("/console/invitation?token={}", token.expose()))),
        reason: words.mail_invite_reason(),
    };
    email::send(call, &address, language, message).await?;
    Ok(true)
}

/// Sends the invitation again; of a disabled member it is a new one.
pub(in crate::console) async fn send_again(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&[])?;
    let member = member_of(call).await?;
    // Invitations were once accepted for addresses that no message can reach.
    if member.email.parse::<EmailAddress>().is_err() {
        return not_sent(call, &member, call.words().not_an_address()).await;
    }
    let (account_id, by) = (call.account_id()?, call.by()?);
    let again = members::invite_again(call.db().await?, &by, account_id, member.id).await?;
    if send_invitation(call, &again).await? {
        return Ok(Reply::SeeOther(call.path("/members")?));
    }
    call.roll_back();
    not_sent(call, &member, call.words().too_many_invitations()).await
}

/// The page of a member who gets no further invitation, with the reason.
async fn not_sent(call: &mut Call, member: &Member, reason: &'static str) -> Result<Reply, PageError> {
    let mut faults = Faults::default();
    faults.add(("email", call.words().email()), reason);
    let page = super::form(call, member, &faults).await?;
    Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY))
}
