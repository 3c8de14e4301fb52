//! Replacing the secret of a key.

use axum::http::StatusCode;
use maud::html;

use super::make::secret_page;
use super::parts::{cannot, key_of, last_used, path_of};
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::numbers::instant;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::key::rotation::Overlap;
use crate::domain::key::view::KeyView;
use crate::domain::key::{FormatChoice, KeyStatus, Mode};
use crate::management::keys::NewSecret;
use crate::management::{self, ChangeError};

const OVERLAPS: [&str; 4] = ["0s", "1h", "1d", "7d"];

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let key = key_of(call).await?;
    let (words, now, path) = (call.words(), call.now(), path_of(call, key.id, "/rotate")?);
    if let Some(why) = why_not(words, &key) {
        let title = words.of_key(words.rotate(), &key.name);
        return cannot(call, &key, title, &why).await;
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

/// Why the secret cannot be replaced now.
fn why_not(words: Words, key: &KeyView) -> Option<String> {
    match (key.status, key.usable_old_secret().and_then(|secret| secret.ends_at)) {
        (KeyStatus::Revoked, _) => Some(words.revoked_already().to_owned()),
        (KeyStatus::Expired, _) => Some(words.expired_already().to_owned()),
        (KeyStatus::Active | KeyStatus::Disabled, Some(until)) => {
            Some(words.rotating_until(&instant(words.0, until)))
        }
        (KeyStatus::Active | KeyStatus::Disabled, None) => None,
    }
}

pub(in crate::console) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["overlap"])?;
    let overlap: Overlap = call.form.choice("overlap", |text| text.parse().ok())?;
    let key = key_of(call).await?;
    let leads_to = path_of(call, key.id, "")?;
    call.spend(&leads_to).await?;
    let (by, console) = (call.by()?, call.console.clone());
    let (format, prefix) = (FormatChoice::Usual, &console.prefix);
    let new = NewSecret { format, prefix, peppers: &console.peppers };
    let (view, secret) = match management::keys::rotate(call.db().await?, &by, key.id, overlap, &new).await {
        Ok(made) => made,
        // The key has changed since the form was opened: its page says how.
        Err(ChangeError::CannotRotate(_)) => {
            call.roll_back();
            return Ok(show(call).await?.with_status(StatusCode::CONFLICT));
        }
        Err(error) => return Err(error.into()),
    };
    let title = call.words().secret_replaced(&view.name);
    secret_page(call, &view, &secret, title).await
}
