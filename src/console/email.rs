//! E-mails of the console: in the language of their reader, with links that begin with the
//! console's own address.

use super::words::Words;
use crate::console::html::browser_name::browser_name;
use crate::console::numbers;
use crate::console::request::base::Base;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::domain::language::Language;
use crate::domain::product_name::ProductName;
use crate::domain::text::EmailAddress;
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::identity::throttle::{GuessKind, is_mail_allowed};
use crate::mail::message::Message;
use crate::mail::outbox::{self, OutboxError};
use crate::secret::token::Token;
use crate::storage::identity::{guesses, identities};

/// What an e-mail says.
#[derive(Clone)]
pub(super) struct Email {
    pub(super) kind: &'static str,
    pub(super) subject: String,
    pub(super) paragraphs: Vec<String>,
    /// The button's text and the path that it opens.
    pub(super) button: Option<(&'static str, String)>,
    pub(super) reason: &'static str,
}

impl Email {
    /// The message to a person, whose links begin with the address of the console.
    pub(super) fn message(self, base: &Base, to: &str, language: Language) -> Message {
        Message {
            to: to.to_owned(),
            language: language.tag().to_owned(),
            subject: self.subject,
            paragraphs: self.paragraphs,
            button: self.button.map(|(label, path)| (label.to_owned(), base.link(&path))),
            reason: self.reason.to_owned(),
        }
    }
}

/// The language of an e-mail to a person. One who has never read a page gets that of the visitor.
pub(super) fn language_for(call: &Call, reader: &Identity) -> Language {
    reader.mail_language().unwrap_or(call.language())
}

/// The language of an e-mail to an address, whose person may be known.
pub(super) async fn language_for_address(
    call: &mut Call,
    address: &EmailAddress,
) -> Result<Language, PageError> {
    let known = identities::by_email(call.db().await?, &EmailKey::of(address)).await?;
    Ok(known.map_or(call.language(), |reader| language_for(call, &reader)))
}

/// Adds an e-mail to the outbox, in the transaction of its cause.
pub(super) async fn send(
    call: &mut Call,
    to: &EmailAddress,
    language: Language,
    email: Email,
) -> Result<(), PageError> {
    let kind = email.kind;
    // Every e-mail is to an account owner.
    let base = call.console.owners.as_ref().unwrap_or(&call.console.base);
    let message = email.message(base, to.as_str(), language);
    let peppers = call.console.peppers.clone();
    outbox::add(call.db().await?, &peppers, kind, &message).await.map_err(|error| match error {
        OutboxError::Storage(error) => error.into(),
        error => {
            tracing::error!(%error, "adding an e-mail to the outbox failed");
            PageError::Internal
        }
    })
}

/// Whether a stranger may cause another e-mail to this address, which is then counted. Beyond the
/// limit nothing is sent and nothing is said.
pub(super) async fn may_be_asked_for(call: &mut Call, to: &str) -> Result<bool, PageError> {
    let pepper = call.console.peppers.newest();
    let network = call.network().unwrap_or_default();
    let subjects = [
        (GuessKind::MailNetwork, pepper.blind("mail", &network)),
        (GuessKind::Mail, pepper.blind("mail", to)),
    ];
    may_be_sent(call, subjects).await
}

/// Whether an account may invite this address now, which is then counted: an account invites as
/// many addresses as a network asks for.
pub(super) async fn may_be_invited(call: &mut Call, to: &EmailAddress) -> Result<bool, PageError> {
    let (account, pepper) = (call.account_id()?.to_string(), call.console.peppers.newest());
    let subjects = [
        (GuessKind::MailNetwork, pepper.blind("mail of account", &account)),
        (GuessKind::Mail, pepper.blind("mail", &EmailKey::of(to).mailbox())),
    ];
    may_be_sent(call, subjects).await
}

async fn may_be_sent(call: &mut Call, subjects: [(GuessKind, [u8; 32]); 2]) -> Result<bool, PageError> {
    let now = call.now();
    for (kind, subject) in &subjects {
        guesses::lock(call.db().await?, *kind, subject).await?;
        let earlier = guesses::find(call.db().await?, *kind, subject).await?;
        if !is_mail_allowed(*kind, earlier, now) {
            return Ok(false);
        }
    }
    for (kind, subject) in &subjects {
        guesses::add(call.db().await?, *kind, subject).await?;
    }
    Ok(true)
}

/// A name that a stranger chose, of which no mail program makes a link: a zero-width space follows
/// each character that holds an address together.
pub(super) fn without_links(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut characters = name.chars().peekable();
    while let Some(c) = characters.next() {
        text.push(c);
        let goes_on = characters.peek().is_some_and(|next| !next.is_whitespace());
        if matches!(c, '.' | ':' | '/' | '@' | '。' | '．' | '｡') && goes_on {
            text.push('\u{200b}');
        }
    }
    text
}

/// The link of a reset.
pub(super) fn reset(
    words: Words,
    token: &Token,
    text: &'static str,
    subject: String,
    reason: &'static str,
) -> Email {
    let button = Some((words.set_password(), format!("/console/reset/finish?token={}", token.expose())));
    Email { kind: "reset", subject, paragraphs: vec![text.to_owned()], button, reason }
}

/// The notice of a log-in from a browser that was not known.
pub(super) fn new_browser(call: &Call, words: Words) -> Email {
    let when = numbers::instant(words.0, call.now());
    let address = call.address.map_or_else(|| words.unknown().to_owned(), |address| address.to_string());
    let browser = browser_name(&call.browser);
    Email {
        kind: "new_browser",
        subject: words.mail_browser_subject().to_owned(),
        paragraphs: vec![
            words.mail_browser_text(call.product()),
            format!("{when}\n{browser}\n{address}"),
            words.mail_browser_advice().to_owned(),
        ],
        button: Some((words.set_password(), "/console/reset".to_owned())),
        reason: words.mail_browser_reason(),
    }
}

/// The notice of a new password.
pub(super) fn password_changed(words: Words, product: &ProductName) -> Email {
    Email {
        kind: "password_changed",
        subject: words.mail_password_subject(product),
        paragraphs: vec![words.mail_password_text().to_owned()],
        button: Some((words.set_password(), "/console/reset".to_owned())),
        reason: words.mail_password_reason(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_message_forms_no_link() {
        for (name, text) in [
            ("Acme Inc. of Zyntra", "Acme Inc. of Zyntra"),
            ("at http://evil.test/now", "at http:\u{200b}/\u{200b}/\u{200b}evil.\u{200b}test/\u{200b}now"),
            ("ana@evil.test", "ana@\u{200b}evil.\u{200b}test"),
        ] {
            assert_eq!(without_links(name), text);
        }
    }
}
