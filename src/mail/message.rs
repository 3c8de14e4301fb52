//! A message: a subject, a few sentences, and at most one button. No image, nothing that reports
//! who reads it.

use maud::{DOCTYPE, html};
use serde::{Deserialize, Serialize};

/// What an e-mail says, in the language of its reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub to: String,
    /// The language of the texts: `en` or `pt-BR`.
    pub language: String,
    pub subject: String,
    pub paragraphs: Vec<String>,
    /// The button's text and its whole address.
    pub button: Option<(String, String)>,
    /// Why the reader gets it.
    pub reason: String,
}

impl Message {
    /// The message as plain text.
    pub fn text(&self) -> String {
        let mut text = self.paragraphs.join("\n\n");
        if let Some((label, link)) = &self.button {
            text += &format!("\n\n{label}:\n{link}");
        }
        text + "\n\n-- \n" + &self.reason + "\n"
    }

    /// The message as HTML, with the link in full below its button.
    pub fn html(&self) -> String {
        let body = html! {
            (DOCTYPE)
            html lang=(self.language) {
                head { meta charset="utf-8"; title { (self.subject) } }
                body {
                    @for paragraph in &self.paragraphs { p { (paragraph) } }
                    @if let Some((label, link)) = &self.button {
                        p { a href=(link) { b { (label) } } }
                        p { (link) }
                    }
                    hr;
                    p { small { (self.reason) } }
                }
            }
        };
        body.into_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j07_what_people_typed_is_text_in_both_parts() {
        let message = Message {
            to: "ana@example.com".into(),
            language: "en".into(),
            subject: "Hello".into(),
            paragraphs: vec!["<b>ACME</b> invites you.".into()],
            button: Some(("Open".into(), "https://api.acme.test/console/x?token=1".into())),
            reason: "You get this because …".into(),
        };
        assert!(message.html().contains("&lt;b&gt;ACME") && !message.html().contains("<b>ACME"));
        assert!(message.html().contains("href=\"https://api.acme.test/console/x?token=1\""));
        assert!(message.text().contains("<b>ACME</b> invites you.\n\nOpen:\nhttps://api.acme.test"));
    }
}
