//! The second half of a log-in: a code of the app. An operator who has no app yet sets one up, and
//! sees nothing else before.

use axum::http::StatusCode;
use maud::html;

use super::log_in::finish;
use crate::console::credentials::factor::{ask_form, code_field};
use crate::console::credentials::recovery_codes;
use crate::console::html::field::Faults;
use crate::console::person::second_factor::{checked, square};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::identity::totp::{self, SECRET_BYTES};
use crate::management::second_factor::{enroll, new_secret};
use crate::storage::identity::{identities, second_factor as stored};

const ASK: &str = "/operator/log-in/second";
const SET_UP: &str = "/operator/log-in/set-up";

pub(super) async fn ask(call: &mut Call) -> Result<Reply, PageError> {
    if !call.half()?.identity.has_second_factor {
        return Ok(Reply::SeeOther(SET_UP.to_owned()));
    }
    let next = call.next_page(call.query.text("next"));
    Ok(ask_form(call, &next, "", &Faults::default()))
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["code", "next"])?;
    let (id, next) = (call.half()?.identity.id, call.next_page(call.form.text("next")));
    let mut faults = Faults::default();
    if checked(call, id, &mut faults).await? {
        finish(call).await?;
        return Ok(Reply::SeeOther(next));
    }
    Ok(ask_form(call, &next, "", &faults).with_status(StatusCode::UNPROCESSABLE_ENTITY))
}

pub(super) async fn show_set_up(call: &mut Call) -> Result<Reply, PageError> {
    // A password alone must not be enough to replace the app.
    if call.half()?.identity.has_second_factor {
        return Ok(Reply::SeeOther(ASK.to_owned()));
    }
    set_up_form(call, new_secret()?, &Faults::default())
}

fn set_up_form(call: &Call, secret: [u8; SECRET_BYTES], faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let text = totp::to_base32(&secret);
    let issuer = format!("{} operators", call.product());
    let uri = totp::otpauth_uri(&issuer, &call.half()?.identity.email, &secret);
    let content = html! {
        (faults.summary(words))
        p { (words.op_factor_lead()) }
        section.card.form {
            (square(&uri, words.square()))
            p { (words.by_hand()) br; code { (text) } }
        }
        form.card.form method="post" action=(SET_UP) {
            (call.form_field(SET_UP))
            input type="hidden" name="secret" value=(text);
            (code_field(words.code()).hint(words.code_hint()).show(words, faults))
            button.primary { (words.factor_switch_on()) }
        }
    };
    Ok(Reply::page(plain(&call.frame, words.second_factor(), &content)))
}

/// Stores the app once a code proves that it has the secret, completes the session, and shows the
/// recovery codes.
pub(super) async fn set_up(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["secret", "code"])?;
    if call.half()?.identity.has_second_factor {
        return Err(PageError::LoggedOut);
    }
    let secret = call.form.choice("secret", totp::secret_of)?;
    let (id, words) = (call.half()?.identity.id, call.words());
    let Some(step) = totp::accepted(&secret, call.form.text("code"), call.now(), 0) else {
        let mut faults = Faults::default();
        faults.add(("code", words.code()), words.code_wrong());
        return Ok(set_up_form(call, secret, &faults)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    call.spend(super::ROOT).await?;
    // Another session may have set one up meanwhile.
    identities::lock(call.db().await?, id).await?;
    if stored::find(call.db().await?, id).await?.is_some() {
        return Err(PageError::LoggedOut);
    }
    let peppers = call.console.peppers.clone();
    let codes = enroll(call.db().await?, &peppers, id, &secret, step).await?;
    let email = call.half()?.identity.email.clone();
    finish(call).await?;
    let content = recovery_codes::page_of(call, &codes, &email, super::ROOT);
    Ok(Reply::page(plain(&call.frame, words.recovery_codes(), &content)))
}
