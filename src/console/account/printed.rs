//! Whose paper it is: the header and the navigation that say so on a screen are not printed.

use maud::{Markup, html};

use crate::console::numbers::instant_s;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;

/// The account, `lines` with their names, and when the page was made.
pub(super) fn printed(call: &Call, lines: &[(&'static str, String)]) -> Result<Markup, PageError> {
    let (words, membership) = (call.words(), call.membership()?);
    Ok(html! {
        dl.printed {
            dt { (words.account()) } dd { (membership.account_name) }
            dt { (words.account_id()) } dd { (membership.account_id) }
            @for (name, text) in lines { dt { (name) } dd { (text) } }
            dt { (words.position()) } dd { (instant_s(words.0, call.now())) }
        }
    })
}
