//! The form of a page: its token, and that it is sent once.

use axum::body::Body;
use axum::http::HeaderMap;
use maud::{Markup, html};

use super::Call;
use crate::clock;
use crate::console::request::current_user::CurrentUser;
use crate::console::request::error::PageError;
use crate::console::request::form::{Form, MAX_KB, TOKEN};
use crate::console::request::form_token;
use crate::storage::identity::spent_forms;

impl Call {
    /// Reads the form that was sent. It may be any visitor's until its sender is known.
    pub(in crate::console) async fn read_form(
        &mut self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(), PageError> {
        let room = self.console.bodies.room(self.address, &body, MAX_KB * 1024)?;
        self.form = room.read(Form::of_body(headers, body)).await?;
        self.room = Some(room);
        Ok(())
    }

    /// Marks the form as sent, in the transaction of what it makes. Of a form that is sent twice,
    /// the second sending leads to what the first made.
    pub(crate) async fn spend(&mut self, leads_to: &str) -> Result<(), PageError> {
        let digest = self.form_digest.ok_or(PageError::NotFromHere)?;
        match spent_forms::spend(self.db().await?, &digest, leads_to).await? {
            None => Ok(()),
            Some(leads_to) => Err(PageError::SentAlready { leads_to }),
        }
    }

    /// The hidden field of a form that is sent to `action`.
    pub(crate) fn form_field(&self, action: &str) -> Markup {
        html! { input type="hidden" name=(TOKEN) value=(self.form_token(action)); }
    }

    /// The token of a form that is sent to `action`.
    pub(crate) fn form_token(&self, action: &str) -> String {
        let token = form_token::make(&self.form_key, action, clock::now());
        match &self.user {
            Some(user) => form_token::marked(&token, self.console.peppers.newest(), user.identity.id, action),
            None => token,
        }
    }

    /// Checks the hidden field of the form that was sent. One that the same person opened in an
    /// earlier session has no digest: it passes as far as [`Self::require_current_form`].
    pub(in crate::console) fn check_form(&mut self) -> Result<(), PageError> {
        let (text, action) = (self.form.text(TOKEN), &self.frame.path);
        let token = form_token::without_mark(text);
        self.form_digest = form_token::check(&self.form_key, action, token, clock::now());
        let pepper = self.console.peppers.newest();
        let is_own = |user: &CurrentUser| form_token::is_of(text, pepper, user.identity.id, action);
        if self.form_digest.is_some() || self.user.as_ref().is_some_and(is_own) {
            return Ok(());
        }
        Err(PageError::NotFromHere)
    }

    /// Refuses a form of an earlier session, as the last check before the page acts on it.
    pub(in crate::console) const fn require_current_form(&self) -> Result<(), PageError> {
        match self.form_digest {
            None if self.is_sent() => Err(PageError::OutdatedForm),
            _ => Ok(()),
        }
    }
}
