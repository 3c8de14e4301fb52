//! Vouching for a member who has lost their second factor.

use maud::html;

use super::call::Call;
use super::email::{self, Email};
use super::error::PageError;
use super::layout::{Content, account};
use super::lost_factor::KEEP;
use super::members::member_of;
use super::numbers;
use super::page::Reply;
use super::section::Section;
use super::words::Words;
use crate::domain::text::EmailAddress;
use crate::identity::one_time::Purpose;
use crate::management::identities::new_link;
use crate::management::members;

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let member = member_of(call).await?;
    let (words, back) = (call.words(), call.path(&format!("/members/{}", member.id))?);
    let path = format!("{back}/vouch");
    let body = html! {
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            p { (words.vouch_lead(&member.email)) }
            p { (words.vouch_with_care()) }
            div.filters {
                button.danger { (words.vouch()) }
                a.button href=(back) { (words.cancel()) }
            }
        }
    };
    account(call, Content::new(Section::Members, words.vouch_for(&member.email), body)).await
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&[])?;
    let member = member_of(call).await?;
    let (account_id, by) = (call.account_id()?, call.by()?);
    let (person, due_at) = members::vouch(call.db().await?, &by, account_id, member.id).await?;
    let address: EmailAddress = person.email.parse().map_err(|_| PageError::Internal)?;
    let token = new_link(call.db().await?, Purpose::KeepFactor, &address, Some(person.id), None).await?;
    let language = email::language_for(call, &person);
    let (words, when) = (Words(language), numbers::instant(language, due_at));
    let who = call.user()?.identity.called().to_owned();
    let message = Email {
        kind: "vouched",
        subject: words.mail_factor_subject(call.product()),
        paragraphs: vec![words.vouched_by(&who, &when), words.mail_keep_factor().to_owned()],
        button: Some((words.keep_factor(), format!("{KEEP}?token={}", token.expose()))),
        reason: words.mail_factor_reason(),
    };
    email::send(call, &address, language, message).await?;
    Ok(Reply::SeeOther(call.path(&format!("/members/{}?vouched=1", member.id))?))
}
