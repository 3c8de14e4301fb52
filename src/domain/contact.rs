//! A contact: a person whom an account keeps for itself.

use chrono::{DateTime, Utc};

use super::ids::{AccountId, ContactId};
use super::key::Mode;
use super::person::Post;

/// Whose contacts: an account's, and of these the ones its live keys wrote or the ones its test keys wrote. The two never
/// mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactOwner {
    /// The account.
    pub account: AccountId,
    /// The mode of its keys.
    pub mode: Mode,
}

/// A contact as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// What the account wrote.
    pub content: ContactContent,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// What an account writes of a contact, within the limits of [`limits`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactContent {
    /// First name or names.
    pub first_name: String,
    /// Surnames.
    pub last_name: String,
    /// Present employer.
    pub company: String,
    /// Job title.
    pub title: Option<String>,
    /// Address for mail.
    pub email: Option<String>,
    /// What the person says of themselves.
    pub bio: Option<String>,
    /// What the person wrote.
    pub posts: Vec<Post>,
}

/// A limit of what an account keeps in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactLimit {
    /// So many contacts.
    Contacts(u64),
    /// So many bytes of text in them.
    Bytes(u64),
}

/// What an account may keep in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactLimits {
    /// Contacts.
    pub contacts: u64,
    /// Bytes of text in them.
    pub bytes: u64,
}

impl ContactLimits {
    /// The limit that this would go beyond, if any.
    pub fn exceeded_by(&self, contacts: i64, bytes: i64) -> Option<ContactLimit> {
        let is_above = |value: i64, limit: u64| u64::try_from(value).is_ok_and(|value| value > limit);
        if is_above(contacts, self.contacts) {
            return Some(ContactLimit::Contacts(self.contacts));
        }
        is_above(bytes, self.bytes).then_some(ContactLimit::Bytes(self.bytes))
    }
}

impl ContactContent {
    /// Bytes of all texts, as they count against a page of a list.
    pub fn text_bytes(&self) -> usize {
        let short = [Some(&self.first_name), Some(&self.last_name), Some(&self.company)];
        let optional = [self.title.as_ref(), self.email.as_ref(), self.bio.as_ref()];
        let texts = short.into_iter().chain(optional).flatten().map(String::len).sum::<usize>();
        texts + self.posts.iter().map(|post| post.text.len()).sum::<usize>()
    }
}

/// What a contact may hold.
pub mod limits {
    /// Most characters of a name or a company: what a call may ask for.
    pub const NAME_CHARS: usize = 100;
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
