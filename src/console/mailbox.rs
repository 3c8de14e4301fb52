//! The messages of a gateway without a mail server, for a demonstration on one's own machine.

use maud::html;

use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::mail::folder;

const MESSAGES: usize = 20;

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let folder = call.console.mailbox.clone().ok_or(PageError::NotFound)?;
    let messages = folder::latest(&folder, MESSAGES).await;
    let words = call.words();
    let content = html! {
        p.muted { (words.mailbox_lead()) }
        @if messages.is_empty() { p { (words.mailbox_empty()) } }
        @for message in &messages {
            section.card.form {
                p.muted { (message.to) }
                h2 { (message.subject) }
                @for paragraph in &message.paragraphs { p { (paragraph) } }
                @if let Some((label, link)) = &message.button { p { a.button href=(folder::path_of(link)) { (label) } } }
                p.small.muted { (message.reason) }
            }
        }
    };
    Ok(Reply::page(plain(&call.frame, words.mailbox(), &content)))
}
