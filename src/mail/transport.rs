//! Where messages go: to an SMTP server, or into files of the data folder where none is set.

use std::path::{Path, PathBuf};

use lettre::address::AddressError;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use uuid::Uuid;

use super::folder;
use super::message::Message;
use crate::domain::product_name::ProductName;

/// The folder of messages, in the data folder.
pub const FOLDER: &str = "mail";

/// How messages leave.
#[derive(Clone)]
pub enum Transport {
    /// Each becomes files of its own.
    Folder(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "Folder({})", folder.display()),
            Self::Smtp(_) => f.write_str("Smtp([REDACTED])"),
        }
    }
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// It can never be sent: an address or a text is not valid.
    #[error("the message is not valid: {0}")]
    Invalid(String),
    #[error("the mail server answered: {0}")]
    Refused(String),
    #[error("the mail server could not be reached: {0}")]
    NotReached(String),
    #[error("the file could not be written: {0}")]
    File(#[from] std::io::Error),
}

/// The mailbox of a sender, or `None` if the text is not one. An address without a name gets that
/// of the product.
pub fn mailbox_of(from: &str, product: &ProductName) -> Option<Mailbox> {
    let Mailbox { name, email } = from.parse().ok()?;
    Some(Mailbox { name: name.or_else(|| Some(product.to_string())), email })
}

impl Transport {
    /// Reads the transport from the settings.
    ///
    /// # Errors
    /// When the URL is not one of an SMTP server.
    pub fn of(smtp_url: &str, data_dir: &Path) -> Result<Self, String> {
        if smtp_url.is_empty() {
            return Ok(Self::Folder(data_dir.join(FOLDER)));
        }
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp_url);
        // The error may repeat the URL, which holds a password.
        Ok(Self::Smtp(builder.map_err(|_| "is not the URL of an SMTP server".to_owned())?.build()))
    }

    /// Sends a message.
    ///
    /// # Errors
    /// Why it was not sent.
    pub async fn send(&self, id: Uuid, from: &Mailbox, message: &Message) -> Result<(), NotSent> {
        let email = built(id, from, message)?;
        match self {
            Self::Smtp(server) => server.send(email).await.map(drop).map_err(|error| not_sent(&error)),
            Self::Folder(place) => {
                folder::write(place, id, message, &email.formatted()).await?;
                tracing::info!(%id, subject = message.subject, "e-mail written to the data folder: no mail server is set");
                Ok(())
            }
        }
    }
}

/// The error of a mail server, which may have answered or not.
fn not_sent(error: &smtp::Error) -> NotSent {
    match error.is_transient() || error.is_permanent() || error.is_response() {
        true => NotSent::Refused(error.to_string()),
        false => NotSent::NotReached(error.to_string()),
    }
}

/// Builds the message with typed headers: no address or subject can add a line.
fn built(id: Uuid, from: &Mailbox, message: &Message) -> Result<lettre::Message, NotSent> {
    let to: Mailbox =
        message.to.parse().map_err(|error: AddressError| NotSent::Invalid(error.to_string()))?;
    let body = MultiPart::alternative_plain_html(message.text(), message.html());
    lettre::Message::builder()
        .from(from.clone())
        .to(to)
        .subject(&message.subject)
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .multipart(body)
        .map_err(|error| NotSent::Invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(from: &str) -> Option<Mailbox> {
        mailbox_of(from, &"Ação & Cia".parse().unwrap())
    }

    fn message(to: &str, subject: &str) -> Message {
        Message {
            to: to.into(),
            language: "pt-BR".into(),
            subject: subject.into(),
            paragraphs: vec!["Olá".into()],
            button: None,
            reason: "…".into(),
        }
    }

    #[test]
    fn j13_no_address_or_subject_adds_a_header_or_a_recipient() {
        let (id, from) = (Uuid::nil(), of("x@y.example").unwrap());
        for to in ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "a@b.example\nx", ""] {
            assert!(built(id, &from, &message(to, "s")).is_err(), "{to:?}");
        }
        let hostile = built(id, &from, &message("a@b.example", "s\r\nBcc: c@d.example\r\n\r\nbody")).unwrap();
        let text = String::from_utf8(hostile.formatted()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{head}");
    }

    #[test]
    fn a_sender_is_one_mailbox_of_which_messages_can_be_built() {
        for from in ["Fluence <no-reply@localhost>", "no-reply@acme.test", "Ação Ltda <a@acme.test>"] {
            let sender = of(from).unwrap();
            assert!(built(Uuid::nil(), &sender, &message("a@b.example", "s")).is_ok(), "{from}");
        }
        for from in [
            "",
            "nonsense",
            "a@b.example, c@d.example",
            "Acme <a@b.example",
            "a@b.example\r\nBcc: c@d.example",
        ] {
            assert!(of(from).is_none(), "{from}");
        }
    }

    #[test]
    fn a_sender_without_a_name_has_that_of_the_product() {
        for (from, header) in [
            ("a@acme.test", "From: =?utf-8?b?QcOnw6NvICYgQ2lh?= <a@acme.test>"),
            ("Acme <a@acme.test>", "From: Acme <a@acme.test>"),
        ] {
            let sent = built(Uuid::nil(), &of(from).unwrap(), &message("a@b.example", "s")).unwrap();
            let text = String::from_utf8(sent.formatted()).unwrap();
            assert!(text.lines().any(|line| line == header), "{text}");
        }
    }

    #[test]
    fn a_url_of_another_kind_is_refused_without_repeating_it() {
        assert!(Transport::of("smtps://user:secret@mail.example:465", Path::new("/x")).is_ok());
        let refused = Transport::of("https://user:secret@mail.example", Path::new("/x")).unwrap_err();
        assert!(!refused.contains("secret"));
    }
}
