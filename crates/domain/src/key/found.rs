//! Keys in a text: what a secret scanner does, for keys with a checksum of ours.

use super::format::KeyFormat;
use super::secret::KeySecret;

/// The longest key of an issued format: a prefix of twelve characters, `_live_`, 34 and 6.
const MAX_KEY_BYTES: usize = 58;

/// A key in a text. It never holds the whole secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundKey {
    /// Bytes before it.
    pub at: usize,
    pub format: KeyFormat,
    pub prefix: String,
    pub last_four: String,
}

/// The characters that keys with a checksum consist of. Any other ends one.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Returns the keys in a text whose checksum is valid. Imported keys have none, and are not found.
pub fn find_keys(text: &[u8]) -> Vec<FoundKey> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().position(|byte| !is_part(*byte)).unwrap_or(text.len() - at);
        if length > 0 {
            found.extend(find_in_word(&text[at..at + length], at));
        }
        at += length + 1;
    }
    found
}

/// The key in a word. In `KEY_fluence_live_…` a name may precede the key, so each part of the word
/// may begin it.
fn find_in_word(word: &[u8], at: usize) -> Option<FoundKey> {
    let begins = |place: usize| place == 0 || word[place - 1] == b'_';
    let candidates = (word.len().saturating_sub(MAX_KEY_BYTES)..word.len()).filter(|place| begins(*place));
    candidates.into_iter().find_map(|place| {
        let secret = KeySecret::parse(&word[place..]).ok()?;
        (secret.format() != KeyFormat::Legacy).then(|| FoundKey {
            at: at + place,
            format: secret.format(),
            prefix: secret.display_prefix().to_owned(),
            last_four: secret.last_four().to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::prefix::KeyPrefix;
    use super::*;

    /// A key whose random characters are all `c`.
    fn key(format: KeyFormat, c: usize) -> String {
        KeySecret::generate(format, &KeyPrefix::default(), |_| c).unwrap().expose().to_owned()
    }

    #[test]
    fn keys_of_every_format_are_found_in_any_surroundings() {
        for format in KeyFormat::ISSUED {
            let key = key(format, 11);
            for text in [
                key.clone(),
                format!("FLUENCE_API_KEY={key}\n"),
                format!("{{\"key\": \"{key}\"}}"),
                format!("curl -H 'X-API-Key: {key}' https://api.example.com"),
                format!("https://user:{key}@api.example.com/"),
                format!("my_{key}"),
            ] {
                let found = find_keys(text.as_bytes());
                assert_eq!(found.len(), 1, "{} in {text}", format.as_str());
                assert_eq!((found[0].format, found[0].at), (format, text.find(&key).unwrap()));
                assert!(!format!("{found:?}").contains(&key));
            }
        }
    }

    #[test]
    fn words_without_a_valid_checksum_are_no_keys() {
        let mut mistyped = key(KeyFormat::PrefixedLive, 5);
        mistyped.replace_range(mistyped.len() - 1.., if mistyped.ends_with('0') { "1" } else { "0" });
        let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b";
        for text in [&mistyped, hash, "", "___", "fluence_live_", &"a".repeat(5000)] {
            assert_eq!(find_keys(text.as_bytes()), [], "{text}");
        }
        assert_eq!(find_keys(&[0xff; 100]), []);
    }

    #[test]
    fn two_keys_of_a_line_are_both_found() {
        let text = format!("{} {}", key(KeyFormat::Flz, 1), key(KeyFormat::SkTest, 2));
        assert_eq!(find_keys(text.as_bytes()).len(), 2);
    }
}
