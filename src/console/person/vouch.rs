//! Vouching for a member who has lost their second factor.

use maud::html;

use crate::console::account::members::member_of;
use crate::console::email::{self, Email};
use crate::console::entry::lost_factor::KEEP;
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::numbers;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::text::EmailAddress;
use crate::identity::one_time::Purpose;
use crate::management::identities::new_link;
use crate::management::members;

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
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

pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
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
