//! What the log-in and the page of the second factor share: the form that asks for a code, and the
//! notice of a change.

use maud::html;

use super::notice;
use crate::console::email::{self, Email};
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::console::request::resubmission;
use crate::console::words::Words;
use crate::identity::Identity;

/// The field for a code of the app or a recovery code.
pub(crate) fn code_field(label: &str) -> Input<'_> {
    Input { autocomplete: "one-time-code", ..Input::text("code", label, "") }
}

/// The page between the password and the console, of either console.
pub(crate) fn ask_form(call: &Call, next: &str, kept: &str, faults: &Faults) -> Reply {
    let words = call.words();
    let action = format!("{}/log-in/second", call.console.base.root());
    let content = html! {
        (faults.summary(words))
        form.card.form method="post" action=(action) {
            (call.form_field(&action))
            input type="hidden" name="next" value=(next);
            (resubmission::field(kept))
            (code_field(words.code()).hint(words.code_or_recovery()).show(words, faults))
            button.primary { (words.log_in()) }
        }
        // Operators ask the host.
        @if !call.is_for_operators() { p { a href="/console/log-in/lost" { (words.lost_factor()) } } }
    };
    Reply::page(plain(&call.frame, words.second_factor(), &content))
}

/// Notifies a person that their factor has ended.
pub(crate) async fn notify_off(call: &mut Call, identity: &Identity) -> Result<(), PageError> {
    notify(call, identity, Words::mail_factor_off).await
}

/// Notifies a person of a change of their factor.
pub(crate) async fn notify(
    call: &mut Call,
    identity: &Identity,
    text: fn(Words) -> &'static str,
) -> Result<(), PageError> {
    let language = email::language_for(call, identity);
    let words = Words(language);
    let message = Email {
        kind: "factor_changed",
        subject: words.mail_factor_subject(call.product()),
        paragraphs: vec![text(words).to_owned()],
        button: Some((words.security(), "/console/me/security".to_owned())),
        reason: words.mail_factor_reason(),
    };
    notice::notify(call, identity, language, message).await
}
