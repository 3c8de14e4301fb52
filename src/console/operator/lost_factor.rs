//! Ending the second factor of a person who has lost it and has no other admin to vouch: 72 hours
//! later, after three notices, any of which can stop it.

use axum::http::StatusCode;
use maud::html;

use super::act::{ActForm, principal, reason};
use crate::console::account::members::member_of;
use crate::console::email;
use crate::console::entry::lost_factor::operator_notice;
use crate::console::html::field::Faults;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::member::Member;
use crate::domain::text::EmailAddress;
use crate::identity::one_time::Purpose;
use crate::management::identities::new_link;
use crate::management::members;

pub(super) async fn ask(call: &mut Call) -> Result<Reply, PageError> {
    let member = member_of(call).await?;
    form(call, &member, &Faults::default()).await
}

async fn form(call: &mut Call, member: &Member, faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let fields = html! { p { (words.op_factor_with_care()) } };
    let rest = format!("/members/{}/factor", member.id);
    let (title, lead) = (words.op_end_factor_of(&member.email), words.op_end_factor_lead());
    ActForm { rest: &rest, title, lead, fields, is_dangerous: true }.show(call, faults).await
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["reason"])?;
    let member = member_of(call).await?;
    let mut faults = Faults::default();
    let Some(reason) = reason(call, &mut faults) else {
        return Ok(form(call, &member, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let (by, account, leads_to) = (principal(call, reason)?, call.account_id()?, call.path("?done=factor")?);
    call.spend(&leads_to).await?;
    let (person, due_at) = members::reset_factor(call.db().await?, &by, account, member.id).await?;
    let address: EmailAddress = person.email.parse().map_err(|_| PageError::Internal)?;
    let token = new_link(call.db().await?, Purpose::KeepFactor, &address, Some(person.id), None).await?;
    let language = email::language_for(call, &person);
    email::send(call, &address, language, operator_notice(Words(language), call.product(), due_at, &token))
        .await?;
    Ok(Reply::SeeOther(leads_to))
}
