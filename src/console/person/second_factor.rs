//! The second factor: an authenticator app, and ten recovery codes for a lost telephone.

use axum::http::StatusCode;
use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::console::credentials::factor::{ask_form, code_field, notify};
use crate::console::credentials::guesses::{Subjects, wait_text};
use crate::console::credentials::recovery_codes;
use crate::console::entry::log_in::{finish_log_in, go_on};
use crate::console::frame::person_frame::of_person;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::request::resubmission::KEPT;
use crate::console::words::Words;
use crate::domain::ids::IdentityId;
use crate::identity::totp::{self, SECRET_BYTES};
use crate::management::second_factor::{enroll, new_secret, recovery_digest};
use crate::secret::seal::{self, SECOND_FACTOR};
use crate::storage::identity::second_factor::{self as stored, StoredTotp};
use crate::storage::identity::{factor_resets, identities, sessions};

const PATH: &str = "/console/me/second-factor";

/// The page: set up, or what is set up.
pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let id = call.user()?.identity.id;
    if stored::find(call.db().await?, id).await?.is_some() {
        let left = stored::codes_left(call.db().await?, id).await?;
        return present(call, left, &Faults::default());
    }
    set_up(call, new_secret()?, &Faults::default())
}

fn present(call: &Call, left: i64, faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let off = "/console/me/second-factor/off";
    let content = html! {
        (faults.summary(words))
        p.note.ok { (words.factor_on()) }
        p { (words.codes_left(left)) }
        form.card.form method="post" action=(off) {
            (call.form_field(off))
            (code_field(words.code()).hint(words.code_or_recovery()).show(words, faults))
            button.danger { (words.factor_off()) }
        }
        p.muted { (words.factor_off_lead()) }
    };
    of_person(call, words.second_factor(), &content)
}

fn set_up(call: &Call, secret: [u8; SECRET_BYTES], faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let text = totp::to_base32(&secret);
    let uri = totp::otpauth_uri(call.product().as_str(), &call.user()?.identity.email, &secret);
    let code = Input { autocomplete: "one-time-code", ..Input::text("code", words.code(), "") };
    let content = html! {
        (faults.summary(words))
        p { (words.factor_lead()) }
        section.card.form {
            (square(&uri, words.square()))
            p { (words.by_hand()) br; code { (text) } }
        }
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            input type="hidden" name="secret" value=(text);
            (code.hint(words.code_hint()).show(words, faults))
            button.primary { (words.factor_switch_on()) }
        }
    };
    of_person(call, words.second_factor(), &content)
}

/// A QR code as one path.
pub(crate) fn square(text: &str, name: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let path: String =
        dark.filter(|(x, y)| code.get_module(*x, *y)).map(|(x, y)| format!("M{x} {y}h1v1h-1z")).collect();
    let size = code.size();
    html! {
        svg.square viewBox={ "-4 -4 " (size + 8) " " (size + 8) } role="img" aria-label=(name) {
            rect x="-4" y="-4" width=(size + 8) height=(size + 8) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}

/// Switches the factor on once a code proves that the app has it, and shows the recovery codes.
pub(crate) async fn switch_on(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["secret", "code"])?;
    let secret = call.form.choice("secret", totp::secret_of)?;
    let (id, own, words) = (call.user()?.identity.id, call.user()?.session.id, call.words());
    let Some(step) = totp::accepted(&secret, call.form.text("code"), call.now(), 0) else {
        let mut faults = Faults::default();
        faults.add(("code", words.code()), words.code_wrong());
        return Ok(set_up(call, secret, &faults)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    call.spend(PATH).await?;
    // Only a code of the factor that is on makes room for another, even if two are set up at once.
    identities::lock(call.db().await?, id).await?;
    if stored::find(call.db().await?, id).await?.is_some() {
        return Ok(Reply::SeeOther(PATH.to_owned()));
    }
    let peppers = call.console.peppers.clone();
    let db = call.db().await?;
    let codes = enroll(db, &peppers, id, &secret, step).await?;
    sessions::end_others(db, id, Some(own)).await?;
    tell(call, Words::mail_factor_on).await?;
    let content = recovery_codes::page_of(call, &codes, &call.user()?.identity.email, PATH);
    of_person(call, words.recovery_codes(), &content)
}

/// Switches the factor off with a code, as a stolen password is not enough.
pub(crate) async fn switch_off(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["code"])?;
    let id = call.user()?.identity.id;
    if stored::find(call.db().await?, id).await?.is_none() {
        return Ok(Reply::SeeOther(PATH.to_owned()));
    }
    let mut faults = Faults::default();
    if !checked(call, id, &mut faults).await? {
        let left = stored::codes_left(call.db().await?, id).await?;
        return Ok(present(call, left, &faults)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    stored::set(call.db().await?, id, None, 0, &[]).await?;
    factor_resets::cancel(call.db().await?, id).await?;
    tell(call, Words::mail_factor_off).await?;
    Ok(Reply::SeeOther(PATH.to_owned()))
}

/// Notifies the person of a change.
async fn tell(call: &mut Call, text: fn(Words) -> &'static str) -> Result<(), PageError> {
    let identity = call.user()?.identity.clone();
    notify(call, &identity, text).await
}

/// The page between the password and the console.
pub(crate) async fn ask(call: &mut Call) -> Result<Reply, PageError> {
    let next = call.next_page(call.query.text("next"));
    Ok(ask_form(call, &next, "", &Faults::default()))
}

pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["code", "next", KEPT])?;
    let next = call.safe_path(call.form.text("next"));
    let kept = call.form.raw(KEPT).to_owned();
    let id = call.half()?.identity.id;
    let mut faults = Faults::default();
    if checked(call, id, &mut faults).await? {
        finish_log_in(call).await?;
        return Ok(go_on(call, next, &kept));
    }
    Ok(ask_form(call, &next, &kept, &faults).with_status(StatusCode::UNPROCESSABLE_ENTITY))
}

/// Whether the code of the form is right. Failures are counted, and too many have to wait.
///
/// # Errors
/// When the person has no second factor any more: the log-in begins again.
pub(crate) async fn checked(call: &mut Call, id: IdentityId, faults: &mut Faults) -> Result<bool, PageError> {
    let field = ("code", call.words().code());
    let attempt = match Subjects::of_code(call, id).begin(call).await? {
        Ok(attempt) => attempt,
        Err(wait) => {
            faults.add(field, wait_text(call, wait));
            return Ok(false);
        }
    };
    let judged = is_right(call, id).await.map(|is_right| is_right.then_some(()));
    let is_right = attempt.settle(call, judged).await?.is_some();
    if !is_right {
        faults.add(field, call.words().code_wrong());
    }
    Ok(is_right)
}

/// Whether the code that was sent is one of the app or a recovery code; it is used up.
async fn is_right(call: &mut Call, id: IdentityId) -> Result<bool, PageError> {
    let found = stored::find(call.db().await?, id).await?.ok_or(PageError::LoggedOut)?;
    let given = call.form.text("code").to_owned();
    // Without the app's secret, as under a lost pepper, the recovery codes still count.
    let step = secret_of(call, id, &found)
        .and_then(|secret| totp::accepted(&secret, &given, call.now(), found.totp_last_step));
    if let Some(step) = step {
        return Ok(stored::use_step(call.db().await?, id, step).await?);
    }
    let code: String =
        given.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let digest = recovery_digest(id, &code);
    Ok(stored::use_recovery_code(call.db().await?, id, &digest).await?)
}

/// Opens the secret of the app.
fn secret_of(call: &Call, id: IdentityId, found: &StoredTotp) -> Option<[u8; SECRET_BYTES]> {
    let sealed = found.totp.as_deref().unwrap_or_default();
    match seal::open(&call.console.peppers, SECOND_FACTOR, id.as_uuid().as_bytes(), sealed) {
        Ok((secret, _)) => secret.as_slice().try_into().ok(),
        Err(error) => {
            tracing::error!(%error, "opening a second factor failed");
            None
        }
    }
}
