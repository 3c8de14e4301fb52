//! Replacing the secret of a key.

use maud::html;

use super::make::secret_page;
use super::parts::{cannot, key_of, last_used, path_of};
use crate::console::call::Call;
use crate::console::error::PageError;
use crate::console::layout::{Content, account};
use crate::console::page::Reply;
use crate::console::section::Section;
use crate::domain::key::rotation::Overlap;
use crate::domain::key::{FormatChoice, KeyStatus, Mode};
use crate::management;
use crate::management::keys::NewSecret;

const OVERLAPS: [&str; 4] = ["0s", "1h", "1d", "7d"];

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let key = key_of(call).await?;
    let (words, now, path) = (call.words(), call.now(), path_of(call, key.id, "/rotate")?);
    if key.status == KeyStatus::Revoked {
        let title = words.of_key(words.rotate(), &key.name);
        return cannot(call, &key, title, words.revoked_already()).await;
    }
    // A secret that was never used, or has leaked, needs no overlap.
    let suggested = if key.last_used_at.is_some() { "1d" } else { "0s" };
    let name = |overlap| match overlap {
        "0s" => words.overlap_0(),
        "1h" => words.overlap_1h(),
        "1d" => words.overlap_1d(),
        _ => words.overlap_7d(),
    };
    let body = html! {
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            p { (words.old_secret_last_used()) ": " b { (last_used(words, key.last_used_at, now)) } }
            fieldset.choices {
                legend { (words.overlap()) }
                @for overlap in OVERLAPS {
                    label.row {
                        input type="radio" name="overlap" value=(overlap) checked[overlap == suggested];
                        span { (name(overlap)) }
                    }
                }
            }
            div.filters {
                button.primary { (words.of_key(words.rotate(), &key.name)) }
                a.button href=(path_of(call, key.id, "")?) { (words.cancel()) }
            }
        }
    };
    let title = words.of_key(words.rotate(), &key.name);
    let content =
        Content::new(Section::Keys, title, body).lead(words.rotate_lead()).test(key.mode == Mode::Test);
    account(call, content).await
}

pub(in crate::console) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["overlap"])?;
    let overlap: Overlap = call.form.text("overlap").parse().map_err(|_| PageError::NotAForm)?;
    let key = key_of(call).await?;
    let leads_to = path_of(call, key.id, "")?;
    call.spend(&leads_to).await?;
    let (by, console) = (call.by()?, call.console.clone());
    let (format, prefix) = (FormatChoice::Usual, &console.prefix);
    let new = NewSecret { format, prefix, peppers: &console.peppers };
    let (view, secret) = management::keys::rotate(call.db().await?, &by, key.id, overlap, &new).await?;
    let title = call.words().secret_replaced(&view.name);
    secret_page(call, &view, &secret, title).await
}
