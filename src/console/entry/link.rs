//! One-time links that log in. Opening one changes nothing: programs that look at mail open links
//! too.

use axum::http::StatusCode;
use maud::html;

use super::log_in::log_in;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::domain::ids::AccountId;
use crate::identity::one_time::{NotAccepted, Purpose};
use crate::management::identities;
use crate::secret::token::Token;
use crate::storage::identity::identities as people;

const PATH: &str = "/console/link";

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let Some(token) = Token::parse(call.query.text("token")) else {
        return Ok(not_logged_in(call, NotAccepted::Unknown));
    };
    let found = identities::look_at(call.db().await?, &token.digest(), Purpose::LogIn).await?;
    let found = match found {
        Ok(found) => found,
        Err(error) => return Ok(not_logged_in(call, error)),
    };
    let words = call.words();
    let content = html! {
        p { (words.link_for(&found.email)) }
        p.muted { (words.link_once()) }
        form method="post" action=(PATH) {
            (call.form_field(PATH))
            input type="hidden" name="token" value=(token.expose());
            button.primary { (words.link_log_in()) }
        }
    };
    Ok(Reply::page(plain(&call.frame, words.link_title(), &content)))
}

pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["token"])?;
    let Some(token) = Token::parse(call.form.text("token")) else {
        return Ok(not_logged_in(call, NotAccepted::Unknown));
    };
    let consumed = identities::consume(call.db().await?, &token.digest(), Purpose::LogIn).await?;
    let found = match consumed {
        Ok(found) => found,
        Err(error) => return Ok(not_logged_in(call, error)),
    };
    let id = found.identity_id.ok_or(PageError::Internal)?;
    let Some(identity) = people::find(call.db().await?, id).await? else {
        return Ok(not_logged_in(call, NotAccepted::Unknown));
    };
    let address = call.address;
    let account: Option<AccountId> =
        identities::accept_membership(call.db().await?, found.member_id, &identity, address).await?;
    let next = account.map_or_else(|| "/console".to_owned(), |account| format!("/console/{account}"));
    log_in(call, &identity, next).await
}

/// The page of a link that is not accepted.
pub(crate) fn refused(call: &Call, error: NotAccepted) -> Reply {
    refused_with(call, error, call.words().ask_for_new_link(), None)
}

/// The same for a link that logs in: people cannot make one themselves.
fn not_logged_in(call: &Call, error: NotAccepted) -> Reply {
    let support = call.console.links.support_contact.as_str();
    let hint = (!support.is_empty()).then_some(support);
    refused_with(call, error, call.words().ask_for_log_in_link(), hint)
}

/// The same with what to do about it.
pub(crate) fn refused_with(call: &Call, error: NotAccepted, advice: &str, hint: Option<&str>) -> Reply {
    let words = call.words();
    let why = match error {
        NotAccepted::Unknown => words.link_unknown(),
        NotAccepted::Used => words.link_used(),
        NotAccepted::Expired => words.link_expired(),
    };
    let content = html! {
        p { (why) " " (advice) }
        @if let Some(hint) = hint { p.muted { (hint) } }
        p { a.button href=(call.console.base.root()) { (words.to_console()) } }
    };
    let page = plain(&call.frame, words.link_unknown_title(), &content);
    Reply::page(page).with_status(StatusCode::GONE)
}
