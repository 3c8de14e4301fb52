//! Step-up: before an act, an operator gives a code of the second factor again.

use axum::http::StatusCode;
use maud::html;

use super::log_in::safe_path;
use super::second_factor::{checked, code_field};
use crate::console::call::Call;
use crate::console::cookie::Cookie;
use crate::console::error::PageError;
use crate::console::field::Faults;
use crate::console::page::{Reply, plain};
use crate::secret::token::Token;
use crate::storage::identity::sessions;

const PATH: &str = "/operator/confirm";

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let next = safe_path(call.query.text("next")).to_owned();
    Ok(form(call, &next, &Faults::default()))
}

fn form(call: &Call, next: &str, faults: &Faults) -> Reply {
    let words = call.words();
    let minutes = call.console.settings.confirmed.as_secs().div_ceil(60);
    let content = html! {
        (faults.summary(words))
        p { (words.op_confirm_why(minutes)) }
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            input type="hidden" name="next" value=(next);
            (code_field(words.code()).hint(words.code_or_recovery()).show(words, faults))
            button.primary { (words.confirm_button()) }
        }
    };
    Reply::page(plain(&call.frame, words.confirm_title(), &content))
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["code", "next"])?;
    let next = safe_path(call.form.text("next")).to_owned();
    let (identity, session) = (call.user()?.identity.id, call.user()?.session.id);
    let mut faults = Faults::default();
    if !checked(call, identity, &mut faults).await? {
        return Ok(form(call, &next, &faults).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let token = Token::new().map_err(|_| PageError::Internal)?;
    sessions::confirm(call.db().await?, session, &token.digest()).await?;
    let base = call.console.base.clone();
    call.set_cookie(Cookie::Session.set(&base, &token.expose()));
    Ok(Reply::SeeOther(next))
}
