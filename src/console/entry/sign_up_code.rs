//! The code of a sign-up: typed in the browser that asked for it, in place of the link of the
//! e-mail. Known and unknown addresses, right and wrong ones get the same page.

use axum::http::StatusCode;
use maud::html;

use super::asked_address;
use crate::console::credentials::guesses::Subjects;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::console::request::settings::SignUp;
use crate::domain::text::EmailAddress;
use crate::identity::one_time::{MAX_CODE_TRIES, Purpose};
use crate::identity::totp::to_base32;
use crate::management::identities::new_link;
use crate::management::second_factor::random;
use crate::secret::token::Token;
use crate::storage::identity::one_time;

pub(crate) const PATH: &str = "/console/sign-up/sent";
pub(crate) const SIGN_UP: &str = "/console/sign-up";
pub(crate) const FINISH: &str = "/console/sign-up/finish";
/// 40 bits, which become eight characters.
const BYTES: usize = 5;

/// A new code, in two groups.
pub(crate) fn new() -> Result<String, PageError> {
    let code = to_base32(&random::<BYTES>()?);
    let (one, other) = code.split_at(code.len() / 2);
    Ok(format!("{one}-{other}"))
}

/// What is stored of a code. It does not reveal the code, because the browser's cookie is part of
/// it.
pub(crate) fn digest(call: &Call, browser: &Token, code: &str) -> [u8; 32] {
    let code = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    call.console.peppers.newest().blind("sign-up code", &format!("{} {code}", browser.expose()))
}

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let Some(browser) = call.sign_up.clone() else { return Ok(Reply::SeeOther(SIGN_UP.to_owned())) };
    ask(call, &browser, &Faults::default()).await
}

/// The form, as long as tries are left.
async fn ask(call: &mut Call, browser: &Token, faults: &Faults) -> Result<Reply, PageError> {
    let tries = Subjects::of_sign_up(call, browser).failures(call).await?;
    Ok(if tries < MAX_CODE_TRIES { form(call, faults) } else { over(call) })
}

/// The page of a browser whose code was guessed too often.
fn over(call: &Call) -> Reply {
    let words = call.words();
    let content = html! {
        p.note.bad role="alert" tabindex="-1" autofocus { (words.no_more_codes()) }
        p.filters {
            a.button.primary href=(SIGN_UP) { (words.ask_for_new_email()) }
            a.button href="/console/log-in" { (words.log_in()) }
        }
    };
    Reply::page(plain(&call.frame, words.no_more_codes_title(), &content))
}

fn form(call: &Call, faults: &Faults) -> Reply {
    let words = call.words();
    let address = asked_address::address(call, asked_address::SIGN_UP);
    let code = Input { autocomplete: "one-time-code", ..Input::text("code", words.sign_up_code(), "") };
    let content = html! {
        (faults.summary(words))
        p { (words.sent(address.as_ref().map(EmailAddress::as_str))) }
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            (code.hint(words.sign_up_code_hint()).show(words, faults))
            button.primary { (words.go_on()) }
        }
        p.muted { (words.sent_hint()) }
        p.filters {
            a.button href=(SIGN_UP) { (words.send_again()) }
            a.button href="/console/log-in" { (words.log_in()) }
        }
    };
    Reply::page(plain(&call.frame, words.sent_title(), &content))
}

pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["code"])?;
    if call.console.settings.sign_up != SignUp::Open {
        return Err(PageError::NotFound);
    }
    let Some(browser) = call.sign_up.clone() else { return Ok(Reply::SeeOther(SIGN_UP.to_owned())) };
    let (mut faults, field) = (Faults::default(), ("code", call.words().sign_up_code()));
    if call.form.text("code").is_empty() {
        faults.add(field, call.words().is_needed());
        let page = ask(call, &browser, &faults).await?;
        return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let Ok(attempt) = Subjects::of_sign_up(call, &browser).begin(call).await? else {
        return Ok(over(call).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let left = MAX_CODE_TRIES - attempt.failures();
    let judged = address_of(call, &browser).await;
    if let Some(email) = attempt.settle(call, judged).await? {
        let address: EmailAddress = email.parse().map_err(|_| PageError::Internal)?;
        // The link that was sent ends, and so does the code.
        let token = new_link(call.db().await?, Purpose::SignUp, &address, None, None).await?;
        return Ok(Reply::SeeOther(format!("{FINISH}?token={}", token.expose())));
    }
    if left <= 0 {
        return Ok(over(call).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    faults.add(field, call.words().sign_up_code_wrong(i64::from(left)));
    Ok(form(call, &faults).with_status(StatusCode::UNPROCESSABLE_ENTITY))
}

/// Returns the address of the sign-up whose code was sent.
async fn address_of(call: &mut Call, browser: &Token) -> Result<Option<String>, PageError> {
    let digest = digest(call, browser, call.form.text("code"));
    Ok(one_time::email_by_code(call.db().await?, &browser.digest(), &digest).await?)
}
