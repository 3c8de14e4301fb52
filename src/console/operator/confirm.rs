//! Step-up: before an act, an operator gives a code of the second factor again.

use axum::http::StatusCode;
use maud::html;

use crate::console::credentials::factor::code_field;
use crate::console::html::field::Faults;
use crate::console::person::second_factor::checked;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::secret::token::Token;
use crate::storage::identity::sessions;

const PATH: &str = "/operator/confirm";

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let next = call.next_page(call.query.text("next"));
    Ok(form(call, &next, &Faults::default()))
}

fn form(call: &Call, next: &str, faults: &Faults) -> Reply {
    let words = call.words();
    let minutes = call.console.settings.step_up_ttl.as_secs().div_ceil(60);
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
    let next = call.next_page(call.form.text("next"));
    let (identity, session) = (call.user()?.identity.id, call.user()?.session.id);
    let mut faults = Faults::default();
    if !checked(call, identity, &mut faults).await? {
        return Ok(form(call, &next, &faults).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let token = Token::new().map_err(|_| PageError::Internal)?;
    sessions::confirm(call.db().await?, session, &token.digest()).await?;
    call.begin_session(token);
    Ok(Reply::SeeOther(next))
}
