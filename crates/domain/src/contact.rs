//! A contact: a person that one account stores for itself.

use chrono::{DateTime, Utc};

use super::ids::{AccountId, ContactId};
use super::key::Mode;
use super::person::Post;

/// The owner of contacts: an account, in one mode. Contacts of live keys and of test keys never
/// mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactOwner {
    pub account: AccountId,
    pub mode: Mode,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    pub id: ContactId,
    pub content: ContactContent,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// The fields that an account writes, within [`limits`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactContent {
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub title: Option<String>,
    pub email: Option<String>,
    /// The person's description of themselves.
    pub bio: Option<String>,
    pub posts: Vec<Post>,
}

/// A limit of an account's contacts in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactLimit {
    /// Number of contacts.
    Contacts(u64),
    /// Bytes of text in all contacts together.
    Bytes(u64),
}

/// The limits of an account's contacts in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactLimits {
    pub contacts: u64,
    /// Bytes of text in all contacts together.
    pub bytes: u64,
}

impl ContactLimits {
    /// Returns the limit that these totals exceed, if any.
    pub fn exceeded_by(&self, contacts: i64, bytes: i64) -> Option<ContactLimit> {
        let is_above = |value: i64, limit: u64| u64::try_from(value).is_ok_and(|value| value > limit);
        if is_above(contacts, self.contacts) {
            return Some(ContactLimit::Contacts(self.contacts));
        }
        is_above(bytes, self.bytes).then_some(ContactLimit::Bytes(self.bytes))
    }
}

impl ContactContent {
    /// Bytes of all texts.
    pub fn text_bytes(&self) -> usize {
        let short = [Some(&self.first_name), Some(&self.last_name), Some(&self.company)];
        let optional = [self.title.as_ref(), self.email.as_ref(), self.bio.as_ref()];
        let texts = short.into_iter().chain(optional).flatten().map(String::len).sum::<usize>();
        texts + self.posts.iter().map(|post| post.text.len()).sum::<usize>()
    }
}

/// Limits of a contact, besides those of names.
pub mod limits {
    /// Most characters of a title.
    pub const TITLE_CHARS: usize = 200;
    /// Most characters of a bio.
    pub const BIO_CHARS: usize = 5_000;
    /// Most posts. An analysis reads the 50 best of them.
    pub const POSTS: usize = 100;
    /// Most characters of a post. An analysis reads its first 400 words.
    pub const POST_CHARS: usize = 10_000;
    /// Most characters of a language's name, as RFC 5646 advises (section 4.4.1).
    pub const LANGUAGE_CHARS: usize = 35;
}
