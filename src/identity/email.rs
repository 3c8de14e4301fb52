//! The form by which e-mail addresses are compared.

use unicode_normalization::UnicodeNormalization;

use crate::domain::text::EmailAddress;

/// An address in the form by which it is unique: compatibility characters composed, letters in
/// lower case. Tags behind `+` stay: they belong to the mailbox's owner.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailKey(String);

impl EmailKey {
    pub fn of(address: &EmailAddress) -> Self {
        // Lowering the case can undo a composition, so it is composed last.
        let lower: String = address.as_str().nfkc().collect::<String>().to_lowercase();
        Self(lower.nfkc().collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the mailbox that the address probably leads to: without a tag behind `+`, and where
    /// Gmail keeps it, without the dots that Gmail ignores. Limits and gifts count by it.
    pub fn mailbox(&self) -> String {
        let (name, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let name = name.split_once('+').map_or(name, |(name, _)| name);
        match domain {
            "gmail.com" | "googlemail.com" => format!("{}@gmail.com", name.replace('.', "")),
            _ => format!("{name}@{domain}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> EmailKey {
        EmailKey::of(&text.parse().unwrap())
    }

    #[test]
    fn j21_one_mailbox_has_one_key_and_tags_stay() {
        assert_eq!(key("Ana@Example.COM"), key("ana@example.com"));
        assert_eq!(key("ａｎａ@example.com"), key("ana@example.com"));
        assert_ne!(key("ana+work@example.com"), key("ana@example.com"));
        // A Cyrillic `а` is another letter.
        assert_ne!(key("аna@example.com"), key("ana@example.com"));
    }

    #[test]
    fn e04_tags_and_the_dots_of_gmail_lead_to_one_mailbox() {
        assert_eq!(key("Ana+a@example.com").mailbox(), key("ana@example.com").mailbox());
        assert_eq!(key("a.n.a+b@gmail.com").mailbox(), key("ana@googlemail.com").mailbox());
        assert_ne!(key("a.na@example.com").mailbox(), key("ana@example.com").mailbox());
        assert_ne!(key("ana@example.org").mailbox(), key("ana@example.com").mailbox());
    }
}
