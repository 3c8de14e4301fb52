//! Step-up: before a change that matters, a person proves again who they are.

use axum::http::StatusCode;
use maud::html;

use crate::console::credentials::password::proves;
use crate::console::entry::log_in::go_on;
use crate::console::entry::reset;
use crate::console::frame::person_frame::of_person;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::request::resubmission::{self, KEPT};
use crate::secret::token::Token;
use crate::storage::identity::sessions;

const PATH: &str = "/console/confirm";

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let next = call.next_page(call.query.text("next"));
    form(call, &next, "", &Faults::default())
}

/// The page for a form that needs a proof again. It carries the form along.
pub(crate) fn asked_meanwhile(call: &Call) -> Result<Reply, PageError> {
    let (next, kept) = (call.safe_path(&call.frame.path), resubmission::pack(&call.form));
    Ok(form(call, &next, &kept, &Faults::default())?.with_status(StatusCode::UNAUTHORIZED))
}

fn form(call: &Call, next: &str, kept: &str, faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let content = html! {
        (faults.summary(words))
        p { (words.confirm_why()) }
        @if call.user()?.identity.has_password {
            form.card.form method="post" action=(PATH) {
                (call.form_field(PATH))
                input type="hidden" name="next" value=(next);
                (resubmission::field(kept))
                (Input::password("password", words.password(), "current-password").show(words, faults))
                button.primary { (words.confirm_button()) }
            }
        } @else {
            @let email = &call.user()?.identity.email;
            form.card.form method="post" action=(reset::PATH) {
                (call.form_field(reset::PATH))
                input type="hidden" name="email" value=(email);
                p { (words.confirm_no_password(email)) }
                button.primary { (words.send_link()) }
            }
        }
    };
    of_person(call, words.confirm_title(), &content)
}

pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["password", "next", KEPT])?;
    let next = call.safe_path(call.form.text("next"));
    let kept = call.form.raw(KEPT).to_owned();
    let (identity, session) = (call.user()?.identity.id, call.user()?.session.id);
    let mut faults = Faults::default();
    if !proves(call, identity, &mut faults).await? {
        return Ok(form(call, &next, &kept, &faults)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let token = Token::new().map_err(|_| PageError::Internal)?;
    sessions::confirm(call.db().await?, session, &token.digest()).await?;
    call.begin_session(token);
    Ok(go_on(call, next, &kept))
}
