//! What a report of a leaked secret does to its key.

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer, de};
use url::Url;

use super::{KeyFormat, KeySecret, KeyState, Mode};
use crate::named_enum::named_enum;
use crate::text::is_control;

/// Longest address of a place where a key was found.
pub const MAX_URL_CHARS: usize = 2_000;
/// Most places that are kept of one key.
pub const MAX_EXPOSURES: i64 = 100;

named_enum! {
    /// What a report does to a live key. Keys of test environments always stay valid.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OnLeak {
        Revoke = "revoke",
        /// The owner may enable the key again.
        Disable = "disable",
        /// The key stays valid; its owner gets an e-mail.
        Notify = "notify",
    }
}

named_enum! {
    /// Who reported it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LeakSource {
        Github = "github",
        /// A finder, who holds the key.
        Report = "report",
        Operator = "operator",
    }
}

named_enum! {
    /// What a report did.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LeakAction {
        Revoked = "revoked",
        Disabled = "disabled",
        /// The old secret of a rotation ended early; the key lives on with its new one.
        SecretEnded = "secret_ended",
        Notified = "notified",
        /// The secret could not be used any more.
        None = "none",
    }
}

/// Whether the place where a key was found can be kept: an http or https address. Its owner may
/// click it, or open a list of such places in a spreadsheet.
pub fn is_web_address(url: &str) -> bool {
    let is_line = url.chars().count() <= MAX_URL_CHARS && !url.chars().any(is_control);
    let begins = |scheme: &str| url.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme));
    is_line && (begins("http://") || begins("https://")) && Url::parse(url).is_ok()
}

impl<'de> Deserialize<'de> for OnLeak {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| de::Error::custom("must be revoke, disable or notify"))
    }
}

/// The facts of a leaked secret that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeakedSecret {
    pub mode: Mode,
    pub state: KeyState,
    /// Whether it is the old secret of a rotation, and still works.
    pub is_replaced: bool,
    /// Whether it, or its key, has ended.
    pub has_ended: bool,
}

impl OnLeak {
    /// What a report does.
    pub const fn action(self, leaked: LeakedSecret) -> LeakAction {
        let LeakedSecret { mode, state, is_replaced, has_ended } = leaked;
        match (self, mode, state) {
            (_, _, KeyState::Revoked) => LeakAction::None,
            _ if has_ended => LeakAction::None,
            (Self::Notify, _, _) | (_, Mode::Test, _) => LeakAction::Notified,
            // The finder holds a secret that its owner has already replaced.
            _ if is_replaced => LeakAction::SecretEnded,
            (Self::Revoke, Mode::Live, _) => LeakAction::Revoked,
            (Self::Disable, Mode::Live, KeyState::Active) => LeakAction::Disabled,
            (Self::Disable, Mode::Live, KeyState::Disabled) => LeakAction::None,
        }
    }
}

/// Stands for a key in a text that is stored.
const HIDDEN_KEY: &str = "…";

/// Replaces every key in an address: `secret` itself, and every other key that this service may
/// have issued. An address that has one behind percent-encoding is decoded first.
pub fn without_keys(url: &str, secret: &KeySecret) -> String {
    let decoded = percent_decode_str(url).decode_utf8_lossy();
    let hidden = hide_keys(&decoded, secret);
    if hidden == decoded { url.to_owned() } else { hidden }
}

fn hide_keys(url: &str, secret: &KeySecret) -> String {
    let url = url.replace(secret.expose(), HIDDEN_KEY);
    let is_of_key = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut hidden = String::with_capacity(url.len());
    let mut rest = url.as_str();
    while let Some(start) = rest.find(is_of_key) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !is_of_key(c)).unwrap_or(from.len()));
        let is_key = KeySecret::parse(word.as_bytes()).is_ok_and(|key| key.format() != KeyFormat::Legacy);
        hidden.push_str(before);
        hidden.push_str(if is_key { HIDDEN_KEY } else { word });
        rest = after;
    }
    hidden.push_str(rest);
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIVE: LeakedSecret =
        LeakedSecret { mode: Mode::Live, state: KeyState::Active, is_replaced: false, has_ended: false };

    fn made(format: KeyFormat) -> KeySecret {
        KeySecret::generate(format, &"fluence".parse().unwrap(), |bound| 7 % bound).unwrap()
    }

    #[test]
    fn no_address_keeps_a_key() {
        let (leaked, other) = (made(KeyFormat::PrefixedLive), made(KeyFormat::FlzProd));
        let (key, another) = (leaked.expose(), other.expose());
        let encoded: String = key.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for (url, stored) in [
            (format!("https://a.example/?api_key={key}&b=1"), "https://a.example/?api_key=…&b=1"),
            (format!("https://a.example/{another}/x#{key}"), "https://a.example/…/x#…"),
            (format!("https://a.example/?k={encoded}"), "https://a.example/?k=…"),
            (key.to_owned(), "…"),
            ("https://a.example/%7Eann?c=é".to_owned(), "https://a.example/%7Eann?c=é"),
            (String::new(), ""),
        ] {
            assert_eq!(without_keys(&url, &leaked), stored);
        }
        let commit = "https://git.example/blob/3f2bcd3a9d0c4b1e8f7766554433221100ffeedd/.env";
        assert_eq!(without_keys(commit, &leaked), commit);
    }

    #[test]
    fn a_place_is_an_address_of_the_web() {
        for url in [
            "https://gist.example/anna/1f3c",
            "HTTP://192.0.2.7:8080/a?b=c#d",
            "https://[2001:db8::1]/",
            "https://pt.example/wiki/São_Paulo",
        ] {
            assert!(is_web_address(url), "{url}");
        }
        let long = format!("https://a.example/{}", "x".repeat(MAX_URL_CHARS));
        for text in [
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://a.example/x",
            "=HYPERLINK(\"https://a.example\")",
            "//evil.example",
            "https:evil.example",
            "https://",
            "https://a b.example/",
            "https://a.example:99999/",
            "https://a.example/\u{202e}x",
            " https://a.example/",
            "in a chat",
            &long,
        ] {
            assert!(!is_web_address(text), "{text}");
        }
    }

    #[test]
    fn the_setting_decides_over_live_keys_only() {
        for (setting, action) in [
            (OnLeak::Revoke, LeakAction::Revoked),
            (OnLeak::Disable, LeakAction::Disabled),
            (OnLeak::Notify, LeakAction::Notified),
        ] {
            assert_eq!(setting.action(LIVE), action);
            assert_eq!(setting.action(LeakedSecret { mode: Mode::Test, ..LIVE }), LeakAction::Notified);
        }
    }

    #[test]
    fn a_replaced_secret_ends_without_its_key() {
        let old = LeakedSecret { is_replaced: true, ..LIVE };
        assert_eq!(OnLeak::Revoke.action(old), LeakAction::SecretEnded);
        assert_eq!(OnLeak::Disable.action(old), LeakAction::SecretEnded);
        assert_eq!(OnLeak::Notify.action(old), LeakAction::Notified);
    }

    #[test]
    fn nothing_happens_to_a_key_that_is_dead() {
        for setting in OnLeak::ALL {
            for dead in [
                LeakedSecret { state: KeyState::Revoked, ..LIVE },
                LeakedSecret { has_ended: true, ..LIVE },
                LeakedSecret { has_ended: true, is_replaced: true, mode: Mode::Test, ..LIVE },
            ] {
                assert_eq!(setting.action(dead), LeakAction::None);
            }
        }
        let disabled = LeakedSecret { state: KeyState::Disabled, ..LIVE };
        assert_eq!(OnLeak::Disable.action(disabled), LeakAction::None);
        assert_eq!(OnLeak::Revoke.action(disabled), LeakAction::Revoked);
    }
}
