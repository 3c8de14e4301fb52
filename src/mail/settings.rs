//! The `[mail]` settings.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::domain::setting;

/// How e-mails are sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct MailSettings {
    /// `smtps://user:password@host:465`, or `smtp://…?tls=required`. Empty: messages become files
    /// in the data folder.
    #[serde(serialize_with = "setting::redacted")]
    pub smtp_url: SecretString,
    /// The sender's address.
    pub from: String,
}
