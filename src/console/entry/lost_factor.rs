//! A person who has lost the phone and the recovery codes asks the other admins of their accounts
//! to vouch for them. A day after an admin did, a log-in asks for no code; until then the link of a
//! notice, or a code, stops it.

use chrono::{DateTime, Utc};
use maud::html;

use super::link::refused;
use crate::console::email::{self, Email};
use crate::console::numbers;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::console::words::Words;
use crate::domain::product_name::ProductName;
use crate::domain::text::EmailAddress;
use crate::identity::one_time::{NotAccepted, Purpose};
use crate::management::identities::{consume, look_at};
use crate::secret::token::Token;
use crate::storage::identity::factor_resets::{self, Voucher};

const PATH: &str = "/console/log-in/lost";
pub(crate) const KEEP: &str = "/console/keep-factor";

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let words = call.words();
    let content = html! {
        p { (words.lost_factor_lead()) }
        form method="post" action=(PATH) {
            (call.form_field(PATH))
            button.primary { (words.ask_admins()) }
        }
        p.muted { (words.lost_factor_alone()) }
        p { a href="/console/log-in/second" { (words.back()) } }
    };
    Ok(Reply::page(plain(&call.frame, words.lost_factor(), &content)))
}

/// Writes to the admins. The page is the same whether there are any.
pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&[])?;
    let identity = call.half()?.identity.clone();
    if email::may_be_asked_for(call, &format!("vouch {}", identity.id)).await? {
        let vouchers = factor_resets::vouchers(call.db().await?, identity.id).await?;
        for voucher in &vouchers {
            ask(call, voucher, identity.called()).await?;
        }
    }
    let words = call.words();
    let content = html! {
        p { (words.admins_asked()) }
        p.muted { (words.lost_factor_alone()) }
        p { a href="/console/log-in" { (words.log_in()) } }
    };
    Ok(Reply::page(plain(&call.frame, words.lost_factor(), &content)))
}

async fn ask(call: &mut Call, voucher: &Voucher, who: &str) -> Result<(), PageError> {
    let Voucher { member_id, admin } = voucher;
    let Ok(address) = admin.email.parse::<EmailAddress>() else { return Ok(()) };
    let language = admin.mail_language().unwrap_or(call.language());
    let words = Words(language);
    let page = format!("/console/{}/members/{member_id}/vouch", admin.account_id);
    let message = Email {
        kind: "vouch",
        subject: words.mail_vouch_subject().to_owned(),
        paragraphs: vec![
            words.asks_to_vouch(&email::without_links(who), &email::without_links(&admin.account_name)),
            words.vouch_with_care().to_owned(),
        ],
        button: Some((words.vouch(), page)),
        reason: words.mail_vouch_reason(),
    };
    email::send(call, &address, language, message).await
}

/// The notice that an operator ends the factor, and how to stop it.
pub(crate) fn operator_notice(
    words: Words,
    product: &ProductName,
    due_at: DateTime<Utc>,
    token: &Token,
) -> Email {
    Email {
        kind: "factor_reset",
        subject: words.mail_factor_subject(product),
        paragraphs: vec![
            words.factor_ends_by_operator(&numbers::instant(words.0, due_at)),
            words.mail_keep_factor().to_owned(),
        ],
        button: Some((words.keep_factor(), format!("{KEEP}?token={}", token.expose()))),
        reason: words.mail_factor_reason(),
    }
}

pub(crate) async fn show_keep(call: &mut Call) -> Result<Reply, PageError> {
    let Some(token) = Token::parse(call.query.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    if let Err(error) = look_at(call.db().await?, &token.digest(), Purpose::KeepFactor).await? {
        return Ok(refused(call, error));
    }
    let words = call.words();
    let content = html! {
        p { (words.keep_factor_lead()) }
        form method="post" action=(KEEP) {
            (call.form_field(KEEP))
            input type="hidden" name="token" value=(token.expose());
            button.primary { (words.keep_factor()) }
        }
    };
    Ok(Reply::page(plain(&call.frame, words.keep_factor(), &content)))
}

pub(crate) async fn keep(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["token"])?;
    let Some(token) = Token::parse(call.form.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    let found = match consume(call.db().await?, &token.digest(), Purpose::KeepFactor).await? {
        Ok(found) => found,
        Err(error) => return Ok(refused(call, error)),
    };
    let id = found.identity_id.ok_or(PageError::Internal)?;
    factor_resets::cancel(call.db().await?, id).await?;
    let words = call.words();
    let content = html! {
        p.note.ok role="status" { (words.factor_kept()) }
        p { a.button href="/console/reset" { (words.reset_title()) } }
    };
    Ok(Reply::page(plain(&call.frame, words.keep_factor(), &content)))
}
