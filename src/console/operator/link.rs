//! The one-time link of `fluence operator add` and `fluence operator link`: the first half of a
//! log-in. An operator without a password chooses one. Opening the link changes nothing.

use axum::http::StatusCode;
use maud::html;

use super::log_in::begin_half;
use crate::console::credentials::choose_password;
use crate::console::entry::link::refused_with;
use crate::console::html::field::Faults;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::identity::Identity;
use crate::identity::one_time::{NotAccepted, Purpose};
use crate::management::identities::{consume, look_at};
use crate::secret::token::Token;
use crate::storage::identity::{identities, one_time, sessions};

const PATH: &str = "/operator/link";

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let typed = Token::parse(call.query.text("token"));
    form(call, typed, &Faults::default()).await
}

async fn form(call: &mut Call, token: Option<Token>, faults: &Faults) -> Result<Reply, PageError> {
    let (token, operator) = match found(call, token).await? {
        Ok(found) => found,
        Err(error) => return Ok(refused(call, error)),
    };
    let words = call.words();
    let content = html! {
        (faults.summary(words))
        p { (words.link_for(&operator.email)) }
        p.muted { (words.op_link_once()) }
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            input type="hidden" name="token" value=(token.expose());
            @if !operator.has_password {
                input type="hidden" name="email" autocomplete="username" value=(operator.email);
                (choose_password::field(call, faults))
            }
            button.primary { (words.op_go_on()) }
        }
    };
    Ok(Reply::page(plain(&call.frame, words.op_log_in_title(), &content)))
}

/// Returns the operator of a link that is still good.
async fn found(
    call: &mut Call,
    token: Option<Token>,
) -> Result<Result<(Token, Identity), NotAccepted>, PageError> {
    let Some(token) = token else { return Ok(Err(NotAccepted::Unknown)) };
    let found = match look_at(call.db().await?, &token.digest(), Purpose::Operator).await? {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let id = found.identity_id.ok_or(PageError::Internal)?;
    let operator = identities::find(call.db().await?, id).await?;
    Ok(operator.map(|operator| (token, operator)).ok_or(NotAccepted::Unknown))
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["token", "email", "password"])?;
    let typed = Token::parse(call.form.text("token"));
    let (token, operator) = match found(call, typed).await? {
        Ok(found) => found,
        Err(error) => return Ok(refused(call, error)),
    };
    let mut sealed = None;
    if !operator.has_password {
        let mut faults = Faults::default();
        let context = [operator.email.as_str(), operator.name.as_str()];
        let Some(password) = choose_password::read(call, &context, &mut faults) else {
            let form = form(call, Some(token), &faults).await?;
            return Ok(form.with_status(StatusCode::UNPROCESSABLE_ENTITY));
        };
        sealed = Some(choose_password::sealed(call, operator.id, &password).await?);
    }
    if let Err(error) = consume(call.db().await?, &token.digest(), Purpose::Operator).await? {
        return Ok(refused(call, error));
    }
    if let Some(sealed) = sealed {
        let db = call.db().await?;
        identities::set_password(db, operator.id, &sealed, true).await?;
        sessions::end_others(db, operator.id, None).await?;
        one_time::end_all(db, operator.id).await?;
    }
    begin_half(call, &operator, super::ROOT).await
}

fn refused(call: &Call, error: NotAccepted) -> Reply {
    refused_with(call, error, call.words().op_ask_for_link(), None)
}
