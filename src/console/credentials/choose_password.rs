//! Reading a new password from a form, hashed and sealed for its owner.

use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::words::Words;
use crate::domain::ids::IdentityId;
use crate::identity::password::{Password, PasswordFault};
use crate::secret::seal::{self, PASSWORD};
use maud::Markup;

/// The field for a new password, with the rule.
pub(crate) fn field(call: &Call, faults: &Faults) -> Markup {
    let words = call.words();
    let rule = words.password_rule(call.console.settings.min_password_chars.get());
    let hint = format!("{rule} {}", words.password_rule_more());
    Input::password("password", words.new_password(), "new-password").hint(&hint).show(words, faults)
}

/// Reads the password that was chosen.
pub(crate) fn read(call: &Call, context: &[&str], faults: &mut Faults) -> Option<Password> {
    let min = call.console.settings.min_password_chars.get();
    match Password::chosen(call.form.raw("password"), min, context) {
        Ok(password) => Some(password),
        Err(fault) => {
            faults.add(("password", call.words().new_password()), fault_text(call.words(), fault));
            None
        }
    }
}

/// Hashes and seals a password. No connection is held meanwhile.
pub(crate) async fn sealed(
    call: &mut Call,
    id: IdentityId,
    password: &Password,
) -> Result<Vec<u8>, PageError> {
    call.commit().await?;
    let hash = call.console.hasher.clone().hash(password.expose()).await?;
    let owner = id.as_uuid();
    seal::seal(&call.console.peppers, PASSWORD, owner.as_bytes(), hash.expose().as_bytes()).map_err(|error| {
        tracing::error!(%error, "sealing a password failed");
        PageError::Internal
    })
}

/// What is wrong with a new password.
pub(crate) fn fault_text(words: Words, fault: PasswordFault) -> String {
    match fault {
        PasswordFault::TooShort { min_chars } => words.password_rule(min_chars),
        PasswordFault::TooLong => words.password_too_long().to_owned(),
        PasswordFault::Pattern => words.password_pattern().to_owned(),
        PasswordFault::Common => words.password_common().to_owned(),
    }
}
