//! The people of an account: list, invite, change.

use std::collections::HashMap;

use axum::http::StatusCode;
use maud::{Markup, html};

use super::call::Call;
use super::email::{self, Email};
use super::error::PageError;
use super::field::{Faults, Input};
use super::guesses::key_of;
use super::layout::{Content, Section, account};
use super::numbers;
use super::page::Reply;
use super::words::Words;
use crate::clock::new_id;
use crate::domain::ids::{AccountId, MemberId};
use crate::domain::member::{Member, MemberState, Role};
use crate::domain::text::EmailAddress;
use crate::identity::one_time::Purpose;
use crate::management::identities::new_link;
use crate::management::{ChangeError, members};
use crate::storage::console::people::{self, Person};
use crate::storage::identity::memberships::identity_of;
use crate::storage::identity::sessions;

const fn role(words: Words, role: Role) -> &'static str {
    match role {
        Role::Admin => words.role_admin(),
        Role::Member => words.role_member(),
    }
}

fn state(words: Words, state: MemberState) -> Markup {
    let (kind, shape, text) = match state {
        MemberState::Invited => ("test", "◌", words.member_invited()),
        MemberState::Active => ("ok", "●", words.member_active()),
        MemberState::Disabled => ("", "○", words.member_disabled()),
    };
    html! { span.chip.(kind) { (shape) " " (text) } }
}

pub(super) async fn list(call: &mut Call) -> Result<Reply, PageError> {
    let id = call.account_id()?;
    let db = call.db().await?;
    let listed = crate::storage::members::list(db, id).await?;
    let people: HashMap<MemberId, Person> = people::of_account(db, id).await?;
    let (words, now, root) = (call.words(), call.now(), call.path("/members")?);
    let may_act = call.may_manage();
    let nobody = Person::default();
    let body = html! {
        section.card.scroll {
            table {
                thead { tr { th { (words.name()) } th { (words.role()) } th { (words.member_state()) } th { (words.session_seen()) } td {} } }
                tbody {
                    @for member in &listed {
                        @let person = people.get(&member.id).unwrap_or(&nobody);
                        tr {
                            td data-label=(words.name()) {
                                div {
                                    @if !person.name.is_empty() { b { (person.name) } br; }
                                    span.muted { (member.email) }
                                }
                            }
                            td data-label=(words.role()) { (role(words, member.role)) }
                            td data-label=(words.member_state()) {
                                (state(words, member.state))
                                @if person.has_second_factor { " " span.chip { "✓ " (words.second_factor()) } }
                                @if let (MemberState::Invited, Some(until)) = (member.state, person.invited_until) {
                                    " " span.small.muted { (words.invited_until()) " " (numbers::instant(words.0, until)) }
                                }
                            }
                            td data-label=(words.session_seen()) {
                                (person.seen_at.map_or_else(|| words.never().to_owned(), |at| words.ago(at, now)))
                            }
                            td {
                                @if may_act { a href={ (root) "/" (member.id) } { (words.change_member()) } }
                                @if call.is_for_operators() && member.state == MemberState::Active && person.has_second_factor {
                                    a href={ (root) "/" (member.id) "/factor" } { (words.op_end_factor()) }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    let actions = html! { @if may_act { a.button.primary href={ (root) "/new" } { (words.invite()) } } };
    let content = Content::new(Section::Members, words.nav_members(), body).lead(words.members_lead());
    account(call, content.actions(actions)).await
}

fn roles(words: Words, chosen: Role, faults: &Faults) -> Markup {
    html! {
        fieldset.choices #role aria-describedby=[faults.described("role", false)] {
            legend { (words.role()) }
            (faults.at("role"))
            @for (role, text) in [(Role::Member, words.role_member_may()), (Role::Admin, words.role_admin_may())] {
                label.row { input type="radio" name="role" value=(role.as_str()) checked[role == chosen]; span { (text) } }
            }
        }
    }
}

pub(super) async fn show_new(call: &mut Call) -> Result<Reply, PageError> {
    new_form(call, "", Role::Member, &Faults::default()).await
}

async fn new_form(call: &mut Call, typed: &str, chosen: Role, faults: &Faults) -> Result<Reply, PageError> {
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

pub(super) async fn invite(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["email", "role"])?;
    let words = call.words();
    let chosen = Role::from_name(call.form.text("role")).ok_or(PageError::NotAForm)?;
    let (typed, mut faults) = (call.form.text("email").to_owned(), Faults::default());
    if let Some(address) = faults.read::<EmailAddress>(words, ("email", words.email()), &typed) {
        let (id, account_id, by) = (MemberId::from_uuid(new_id()), call.account_id()?, call.by()?);
        let leads_to = call.path("/members")?;
        call.spend(&leads_to).await?;
        match members::add(call.db().await?, &by, id, account_id, &address, chosen).await {
            Ok(member) => {
                send_invitation(call, &member).await?;
                return Ok(Reply::SeeOther(leads_to));
            }
            Err(ChangeError::Storage(crate::storage::error::StorageError::Conflict(_))) => {
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
    Ok(new_form(call, &typed, chosen, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
}

/// Why an address is not invited that the account knows.
async fn already(call: &mut Call, account: AccountId, typed: &str) -> Result<&'static str, PageError> {
    call.roll_back();
    let listed = crate::storage::members::list(call.db().await?, account).await?;
    let known = listed.iter().find(|member| key_of(&member.email) == key_of(typed));
    let is_invited = known.is_some_and(|member| member.state == MemberState::Invited);
    Ok(if is_invited { call.words().already_invited() } else { call.words().already_member() })
}

/// Sends a link that accepts the membership. Earlier links of the member end.
async fn send_invitation(call: &mut Call, member: &Member) -> Result<(), PageError> {
    let address: EmailAddress = member.email.parse().map_err(|_| PageError::Internal)?;
    let token = new_link(call.db().await?, Purpose::Invitation, &address, None, Some(member.id)).await?;
    let (words, language) = (call.words(), call.language());
    let who = call.user()?.identity.called().to_owned();
    let account = call.membership()?.account_name.clone();
    let message = Email {
        kind: "invitation",
        subject: words.mail_invite_subject(),
        paragraphs: vec![
            words.invited_by(&who, &account, member.role),
            words.mail_invite_until(Purpose::Invitation.life().num_days()),
        ],
        button: Some((words.mail_open_invitation(), format!("/console/invitation?token={}", token.expose()))),
        reason: words.mail_invite_reason(),
    };
    email::send(call, &address, language, message).await
}

pub(super) async fn member_of(call: &mut Call) -> Result<Member, PageError> {
    let (id, account): (MemberId, _) = (call.param("member")?, call.account_id()?);
    let listed = crate::storage::members::list(call.db().await?, account).await?;
    listed.into_iter().find(|member| member.id == id).ok_or(PageError::NotFound)
}

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let member = member_of(call).await?;
    form(call, &member, &Faults::default()).await
}

async fn form(call: &mut Call, member: &Member, faults: &Faults) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path(&format!("/members/{}", member.id))?);
    let states = [member.state, MemberState::Disabled];
    let states = if member.state == MemberState::Disabled { &states[..1] } else { &states[..] };
    let again = call.path(&format!("/members/{}/invite", member.id))?;
    let people = people::of_account(call.db().await?, member.account_id).await?;
    // What was chosen before a fault stays chosen.
    let chosen_role = Role::from_name(call.form.text("role")).unwrap_or(member.role);
    let chosen_state = MemberState::from_name(call.form.text("state")).unwrap_or(member.state);
    let may_vouch = member.id != call.membership()?.member_id
        && member.state == MemberState::Active
        && people.get(&member.id).is_some_and(|person| person.has_second_factor);
    let body = html! {
        @if call.query.has("vouched") { p.note.ok role="status" { (words.vouched()) } }
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            (roles(words, chosen_role, faults))
            fieldset.choices #state aria-describedby=[faults.described("state", false)] {
                legend { (words.member_state()) }
                (faults.at("state"))
                @for known in states {
                    label.row {
                        input type="radio" name="state" value=(known.as_str()) checked[*known == chosen_state];
                        span { (state(words, *known)) }
                    }
                }
            }
            p.muted { (words.keys_stay()) " " a href=(call.path("/keys")?) { (words.nav_keys()) } }
            div.filters {
                button.primary { (words.save()) }
                a.button href=(call.path("/members")?) { (words.cancel()) }
            }
        }
        @if may_vouch {
            p.space { a.button href=(call.path(&format!("/members/{}/vouch", member.id))?) { (words.vouch_for_lost()) } }
        }
        @if member.state != MemberState::Active {
            form.space method="post" action=(again) {
                (call.form_field(&again))
                button { (words.invite_again()) }
            }
        }
    };
    account(call, Content::new(Section::Members, member.email.as_str(), body)).await
}

pub(super) async fn change(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["role", "state"])?;
    let member = member_of(call).await?;
    let role = Role::from_name(call.form.text("role")).ok_or(PageError::NotAForm)?;
    let state = MemberState::from_name(call.form.text("state")).ok_or(PageError::NotAForm)?;
    // Only the person makes an invited member active.
    if state != member.state && state != MemberState::Disabled {
        return Err(PageError::NotAForm);
    }
    let (account_id, by) = (call.account_id()?, call.by()?);
    match members::change(call.db().await?, &by, account_id, member.id, role, state).await {
        Ok(_) => {}
        Err(ChangeError::LastAdmin(_)) => {
            let mut faults = Faults::default();
            // The choice that takes the last admin away.
            let words = call.words();
            let field =
                if state == member.state { ("role", words.role()) } else { ("state", words.member_state()) };
            faults.add(field, words.last_admin());
            call.roll_back();
            return Ok(form(call, &member, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
        }
        Err(error) => return Err(error.into()),
    }
    if state == MemberState::Disabled {
        crate::storage::identity::one_time::end_of_member(call.db().await?, member.id).await?;
        if let Some(identity) = identity_of(call.db().await?, member.id).await? {
            sessions::end_others(call.db().await?, identity, None).await?;
        }
    }
    Ok(Reply::SeeOther(call.path("/members")?))
}

/// Sends the invitation again; of a disabled member it is a new one.
pub(super) async fn invite_again(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&[])?;
    let member = member_of(call).await?;
    let (account_id, by) = (call.account_id()?, call.by()?);
    let member = members::invite_again(call.db().await?, &by, account_id, member.id).await?;
    send_invitation(call, &member).await?;
    Ok(Reply::SeeOther(call.path("/members")?))
}
