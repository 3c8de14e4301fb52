//! What every act on an account has: its author, a reason, and a form that says what will happen.

use maud::{Markup, html};

use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::domain::audit::Actor;
use crate::domain::rights::Principal;
use crate::domain::text::Reason;
use crate::management::credits::LedgerDesk;

/// The operator as the author of a change.
pub(super) fn actor(call: &Call, reason: Option<Reason>) -> Result<Actor, PageError> {
    let name = call.user()?.identity.called().to_owned();
    let request_id = Some(call.frame.request_id);
    Ok(Actor { address: call.address, request_id, reason, ..Actor::operator(name) })
}

pub(super) fn principal(call: &Call, reason: Reason) -> Result<Principal, PageError> {
    Ok(Principal::almighty(actor(call, Some(reason))?))
}

pub(super) fn desk(call: &Call) -> Result<LedgerDesk, PageError> {
    call.console.desk.clone().ok_or(PageError::Internal)
}

/// The form of an act.
pub(super) struct ActForm<'f> {
    /// The page of the act, below the account's.
    pub(super) rest: &'f str,
    pub(super) title: String,
    /// What will happen.
    pub(super) lead: &'f str,
    /// The fields above the reason.
    pub(super) fields: Markup,
    pub(super) is_dangerous: bool,
}

impl ActForm<'_> {
    pub(super) async fn show(self, call: &mut Call, faults: &Faults) -> Result<Reply, PageError> {
        let (words, path) = (call.words(), call.path(self.rest)?);
        let reason = call.form.raw("reason").to_owned();
        let body = html! {
            (faults.summary(words))
            form.card.form method="post" action=(path) {
                (call.form_field(&path))
                p { (self.lead) }
                (self.fields)
                (Input::text("reason", words.op_reason(), &reason).hint(words.op_reason_hint()).show(words, faults))
                div.filters {
                    @if self.is_dangerous { button.danger { (self.title) } } @else { button.primary { (self.title) } }
                    a.button href=(call.path("")?) { (words.cancel()) }
                }
            }
        };
        // On a telephone nothing else names the account.
        let name = call.membership()?.account_name.clone();
        account(call, Content::new(Section::Desk, self.title.as_str(), body).lead(name)).await
    }
}

/// Reads the reason of an act.
pub(super) fn reason(call: &Call, faults: &mut Faults) -> Option<Reason> {
    faults.read::<Reason>(call.words(), ("reason", call.words().op_reason()), call.form.text("reason"))
}

/// The field in which the account's name is typed, so that no act meets the wrong account.
pub(super) fn name_field(call: &Call, faults: &Faults) -> Result<Markup, PageError> {
    let (words, name) = (call.words(), &call.membership()?.account_name);
    let hint = words.op_type_name(name);
    let typed = Input::text("name", words.account_name(), call.form.raw("name"));
    Ok(typed.hint(&hint).show(words, faults))
}

/// Checks the typed name.
pub(super) fn check_name(call: &Call, faults: &mut Faults) -> Result<(), PageError> {
    if call.form.text("name") != call.membership()?.account_name {
        faults.add(("name", call.words().account_name()), call.words().op_not_its_name());
    }
    Ok(())
}
