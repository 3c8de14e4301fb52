//! The page that shows recovery codes, once: to copy, save or print, with a tick before it is left.

use maud::{Markup, html};

use crate::console::numbers::instant_s;
use crate::console::request::call::Call;

const GROUP: usize = 4;

/// The codes of the person with this address. The page goes on at `leads_to`.
pub(crate) fn page_of(call: &Call, codes: &[String], email: &str, leads_to: &str) -> Markup {
    let words = call.words();
    let codes = codes.iter().map(|code| grouped(code)).collect::<Vec<_>>();
    html! {
        p.note.ok { (words.factor_on()) }
        p { (words.codes_lead()) }
        dl.printed {
            dt { (call.product()) } dd { (email) }
            dt { (words.position()) } dd { (instant_s(words.0, call.now())) }
        }
        section.card.form {
            label for="codes" { (words.recovery_codes()) }
            textarea.secret #codes data-secret readonly rows=(codes.len()) autocomplete="off" spellcheck="false" {
                (codes.join("\n"))
            }
            div.filters {
                button type="button" hidden data-copy="codes" data-done=(words.copied()) data-failed=(words.copy_by_hand()) {
                    (words.copy_codes())
                }
                button type="button" hidden data-download="codes" data-file="recovery-codes.txt" { (words.download_codes()) }
                button type="button" data-print hidden { (words.print()) }
            }
            p #copy-status role="status" {}
        }
        // Without a name the tick is not sent. The browser asks for it.
        form.card.form.unprinted action=(leads_to) {
            label.row { input type="checkbox" required; span { (words.saved_codes()) } }
            button.primary { (words.go_on()) }
        }
    }
}

/// A code in groups, as people copy it.
fn grouped(code: &str) -> String {
    let groups = code.as_bytes().chunks(GROUP).map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join("-")
}
