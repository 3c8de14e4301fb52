//! A whole key in a text that someone pasted, as in a header or a command. It is compared and
//! forgotten: it stands in no address and on no page.

use super::call::Call;
use super::error::PageError;
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::key::KeySecret;
use crate::storage::console::key_facts::with_digest;

/// What stands around a key in headers, commands and settings.
const AROUND: [char; 14] = ['"', '\'', '`', ',', ';', ':', '=', '<', '>', '(', ')', '[', ']', '\\'];

/// The parts of a text that could be a whole key, ours or another's.
fn possible(text: &str) -> impl Iterator<Item = KeySecret> {
    let words = text.split_whitespace();
    let inner = words.clone().flat_map(|word| word.split(AROUND));
    let parts = words.chain(inner).filter(|part| !is_name(part));
    parts.filter_map(|part| KeySecret::parse(part.as_bytes()).ok())
}

fn is_name(part: &str) -> bool {
    part.contains(['@', '…']) || part.parse::<uuid::Uuid>().is_ok()
}

/// Whether a text may hold a whole key.
pub(crate) fn may_hold_key(text: &str) -> bool {
    possible(text).next().is_some()
}

/// Returns the key whose secret a text holds, its account, and the version of the secret.
pub(crate) async fn key_in(
    call: &mut Call,
    text: &str,
) -> Result<Option<(AccountId, KeyId, i32)>, PageError> {
    let peppers = call.console.peppers.clone();
    let digests: Vec<_> = possible(text)
        .flat_map(|key| peppers.all().map(|pepper| pepper.digest(&key)).collect::<Vec<_>>())
        .collect();
    if digests.is_empty() {
        return Ok(None);
    }
    Ok(with_digest(call.db().await?, None, &digests).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn l01_a_key_is_seen_in_a_header_a_command_and_a_list() {
        for text in [
            KEY.to_owned(),
            format!("X-API-Key: {KEY}"),
            format!("X-API-Key:{KEY}"),
            format!("Authorization: Bearer {KEY}"),
            format!("curl -H 'X-API-Key: {KEY}' https://example.com"),
            format!("API_KEY=\"{KEY}\""),
            format!("ana@example.com {KEY}"),
            format!("{KEY}\n{KEY}"),
        ] {
            assert!(may_hold_key(&text), "{text}");
        }
    }

    #[test]
    fn l01_a_name_an_address_an_id_and_the_ends_of_a_key_hold_none() {
        for name in [
            "Acme Trading and Shipping Company",
            "ana.maria.da.silva@example.com",
            "fluence_live_abcdefgh…wxyz",
            "01900000-0000-7000-8000-00000000ffff",
        ] {
            assert!(!may_hold_key(name), "{name}");
        }
    }
}
