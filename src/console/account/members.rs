//! The people of an account: list, invite, change.

pub(crate) mod invite;

use std::collections::HashMap;

use axum::http::StatusCode;
use maud::{Markup, html};

use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::Faults;
use crate::console::numbers;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::form::FormFault;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::ids::MemberId;
use crate::domain::member::{Member, MemberState, Role};
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

/// Whether the person can no longer accept: the link of the invitation has expired.
fn has_expired(member: &Member, person: &Person) -> bool {
    member.state == MemberState::Invited && person.invited_until.is_none()
}

fn state(words: Words, state: MemberState, has_expired: bool) -> Markup {
    let (kind, shape, text) = match state {
        MemberState::Invited if has_expired => ("warn", "△", words.invitation_expired()),
        MemberState::Invited => ("test", "◌", words.member_invited()),
        MemberState::Active => ("ok", "●", words.member_active()),
        MemberState::Disabled => ("", "○", words.member_disabled()),
    };
    html! { span.chip.(kind) { (shape) " " (text) } }
}

pub(crate) async fn list(call: &mut Call) -> Result<Reply, PageError> {
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
                                (state(words, member.state, has_expired(member, person)))
                                @if person.has_second_factor { " " span.chip { "✓ " (words.second_factor()) } }
                                @if let (MemberState::Invited, Some(until)) = (member.state, person.invited_until) {
                                    " " span.small.muted { (words.invited_until()) " " (numbers::instant(words.0, until)) }
                                }
                            }
                            td data-label=(words.session_seen()) {
                                (person.seen_at.map_or_else(|| words.never().to_owned(), |at| words.ago(at, now)))
                            }
                            td {
                                @if may_act {
                                    @let act = if has_expired(member, person) { words.invite_again() } else { words.change_member() };
                                    a href={ (root) "/" (member.id) } { (act) }
                                }
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

pub(crate) async fn member_of(call: &mut Call) -> Result<Member, PageError> {
    let (id, account): (MemberId, _) = (call.param("member")?, call.account_id()?);
    let listed = crate::storage::members::list(call.db().await?, account).await?;
    listed.into_iter().find(|member| member.id == id).ok_or(PageError::NotFound)
}

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
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
    let is_expired = people.get(&member.id).is_none_or(|person| has_expired(member, person))
        && member.state == MemberState::Invited;
    let may_vouch = member.id != call.membership()?.member_id
        && member.state == MemberState::Active
        && people.get(&member.id).is_some_and(|person| person.has_second_factor);
    let body = html! {
        @if call.query.has("vouched") { p.note.ok role="status" { (words.vouched()) } }
        (faults.summary(words))
        @if is_expired { p.note { (words.invitation_has_expired()) } }
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            (roles(words, chosen_role, faults))
            fieldset.choices #state aria-describedby=[faults.described("state", false)] {
                legend { (words.member_state()) }
                (faults.at("state"))
                @for known in states {
                    label.row {
                        input type="radio" name="state" value=(known.as_str()) checked[*known == chosen_state];
                        span { (state(words, *known, is_expired)) }
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

pub(crate) async fn change(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["role", "state"])?;
    let member = member_of(call).await?;
    let role = call.form.choice("role", Role::from_name)?;
    let state = call.form.choice("state", MemberState::from_name)?;
    // Only the person makes an invited member active.
    if state != member.state && state != MemberState::Disabled {
        return Err(FormFault::Choice.into());
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
