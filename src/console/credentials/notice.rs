//! Notices of a change that a thief would make: they go to the person, and to each address from
//! which a change of address can still be undone.

use crate::console::email::{self, Email};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::words::Words;
use crate::domain::language::Language;
use crate::identity::Identity;
use crate::storage::identity::one_time;

pub(crate) async fn notify(
    call: &mut Call,
    identity: &Identity,
    language: Language,
    email: Email,
) -> Result<(), PageError> {
    for earlier in one_time::earlier_addresses(call.db().await?, identity.id).await? {
        let Ok(address) = earlier.parse() else { continue };
        let mut copy = Email { button: None, ..email.clone() };
        copy.paragraphs.push(Words(language).mail_to_earlier_address().to_owned());
        email::send(call, &address, language, copy).await?;
    }
    let Ok(address) = identity.email.parse() else { return Ok(()) };
    email::send(call, &address, language, email).await
}
