//! The rules of logging in, without storage or cryptography: addresses, passwords, sessions,
//! one-time tokens, throttling.

pub mod email;
pub mod one_time;
pub mod operator;
pub mod password;
pub mod session;
pub mod throttle;
pub mod totp;

use chrono::{DateTime, Utc};

use crate::domain::ids::IdentityId;
use crate::domain::language::Language;
use crate::domain::named_enum::named_enum;

named_enum! {
    /// The colours that a person chose.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Theme {
        Light = "light",
        Dark = "dark",
    }
}

named_enum! {
    /// Whose console an identity logs in to. A person who is in both realms has two identities.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Realm {
        /// Account owners.
        Console = "console",
        /// The people who run the service.
        Operator = "operator",
    }
}

/// A person who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: IdentityId,
    pub realm: Realm,
    /// The address as it was typed.
    pub email: String,
    /// Empty until the person gives one.
    pub name: String,
    /// `None`: as the browser asks.
    pub language: Option<Language>,
    /// The language in which the person last read the console. `None`: never since it is noted.
    pub last_language: Option<Language>,
    /// `None`: as the browser asks.
    pub theme: Option<Theme>,
    pub has_password: bool,
    pub has_second_factor: bool,
    pub created_at: DateTime<Utc>,
    /// `None`: the person has never logged in.
    pub last_log_in_at: Option<DateTime<Utc>>,
}

impl Identity {
    /// What others call the person.
    pub fn called(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    /// The language of e-mails to the person: the chosen one, else that of the last page they read.
    pub fn mail_language(&self) -> Option<Language> {
        self.language.or(self.last_language)
    }
}
