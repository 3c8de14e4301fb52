//! The form of a page: its token, and that it is sent once.

use maud::{Markup, html};

use super::Call;
use crate::clock;
use crate::console::error::PageError;
use crate::console::form::TOKEN;
use crate::console::form_token;
use crate::storage::identity::spent_forms;

impl Call {
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
        form_token::make(&self.form_key, action, clock::now())
    }

    /// Checks the hidden field of the form that was sent.
    pub(in crate::console) fn check_form(&mut self) -> Result<(), PageError> {
        let checked =
            form_token::check(&self.form_key, &self.frame.path, self.form.text(TOKEN), clock::now());
        self.form_digest = Some(checked.ok_or(PageError::NotFromHere)?);
        Ok(())
    }
}
