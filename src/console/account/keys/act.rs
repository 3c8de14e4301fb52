//! Changes of a key that need no more than a yes: disable, enable, end an overlap, take a rotation
//! back. Each has a page that says what will happen.

use axum::http::StatusCode;
use maud::html;

use super::parts::{cannot, key_of, path_of};
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeyState, KeyStatus, Mode};
use crate::management::{ChangeError, keys};

#[derive(Clone, Copy)]
enum Act {
    Disable,
    Enable,
    EndOverlap,
    CancelRotation,
}

impl Act {
    const fn path(self) -> &'static str {
        match self {
            Self::Disable => "/disable",
            Self::Enable => "/enable",
            Self::EndOverlap => "/end-overlap",
            Self::CancelRotation => "/cancel-rotation",
        }
    }

    const fn name(self, words: Words) -> &'static str {
        match self {
            Self::Disable => words.disable(),
            Self::Enable => words.enable(),
            Self::EndOverlap => words.end_overlap(),
            Self::CancelRotation => words.cancel_rotation(),
        }
    }

    const fn lead(self, words: Words) -> &'static str {
        match self {
            Self::Disable => words.disable_lead(),
            Self::Enable => words.enable_lead(),
            Self::EndOverlap => words.end_overlap_lead(),
            Self::CancelRotation => words.cancel_rotation_lead(),
        }
    }

    /// Why the key cannot be changed so.
    fn why_not(self, words: Words, key: &KeyView) -> Option<&'static str> {
        let is_of_rotation = matches!(self, Self::EndOverlap | Self::CancelRotation);
        match key.status {
            KeyStatus::Revoked => Some(words.revoked_already()),
            _ if is_of_rotation && key.replaced_secret().is_none() => Some(words.not_rotating()),
            _ => None,
        }
    }

    async fn ask(self, call: &mut Call) -> Result<Reply, PageError> {
        let key = key_of(call).await?;
        let (words, path) = (call.words(), path_of(call, key.id, self.path())?);
        let title = words.of_key(self.name(words), &key.name);
        if let Some(why) = self.why_not(words, &key) {
            return cannot(call, &key, title, why).await;
        }
        let body = html! {
            form.card.form method="post" action=(path) {
                (call.form_field(&path))
                p { (self.lead(words)) }
                div.filters {
                    @if matches!(self, Self::Enable) { button.primary { (title) } } @else { button.danger { (title) } }
                    a.button href=(path_of(call, key.id, "")?) { (words.cancel()) }
                }
            }
        };
        account(call, Content::new(Section::Keys, title.as_str(), body).test(key.mode == Mode::Test)).await
    }

    async fn run(self, call: &mut Call) -> Result<Reply, PageError> {
        call.form.only(&[])?;
        let (key, by) = (key_of(call).await?, call.by()?);
        let db = call.db().await?;
        let done = match self {
            Self::Disable => keys::set_state(db, &by, key.id, KeyState::Disabled).await,
            Self::Enable => keys::set_state(db, &by, key.id, KeyState::Active).await,
            Self::EndOverlap => keys::end_overlap(db, &by, key.id).await,
            Self::CancelRotation => keys::cancel_rotation(db, &by, key.id).await,
        };
        match done {
            Ok(_) => Ok(Reply::SeeOther(path_of(call, key.id, "")?)),
            // The key has changed since the form was opened: its page says how.
            Err(ChangeError::NotRotating | ChangeError::Revoked) => {
                call.roll_back();
                Ok(self.ask(call).await?.with_status(StatusCode::CONFLICT))
            }
            Err(error) => Err(error.into()),
        }
    }
}

macro_rules! pages {
    ($($ask:ident $run:ident $act:ident;)+) => {$(
        pub(in crate::console) async fn $ask(call: &mut Call) -> Result<Reply, PageError> {
            Act::$act.ask(call).await
        }

        pub(in crate::console) async fn $run(call: &mut Call) -> Result<Reply, PageError> {
            Act::$act.run(call).await
        }
    )+};
}

pages! {
    ask_disable disable Disable;
    ask_enable enable Enable;
    ask_end_overlap end_overlap EndOverlap;
    ask_cancel_rotation cancel_rotation CancelRotation;
}
