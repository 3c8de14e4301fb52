//! Making an account. Its first admin is invited by e-mail.

use axum::http::StatusCode;
use maud::html;

use super::act::{desk, principal, reason};
use super::plan::{plan_field, typed_plan};
use crate::clock::new_id;
use crate::console::email::{self, Email};
use crate::console::frame::operator_frame::{Head, Place, page};
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::ids::{AccountId, CallId, EnvironmentId};
use crate::domain::plan::PlanRef;
use crate::domain::text::{EmailAddress, Name};
use crate::identity::one_time::Purpose;
use crate::ledger::rules::operation::Operation;
use crate::management::accounts::{self, Once};
use crate::management::identities::new_link;
use crate::management::{ChangeError, credits};
use crate::storage::accounts::NewAccount;
use crate::storage::members;
use crate::storage::operator::plans;

const PATH: &str = "/operator/accounts/new";

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    form(call, None, &Faults::default()).await
}

async fn form(call: &mut Call, chosen: Option<&PlanRef>, faults: &Faults) -> Result<Reply, PageError> {
    let (plans, words) = (plans::list(call.db().await?).await?, call.words());
    let typed = |field: &str| call.form.raw(field).to_owned();
    let (name, address, why) = (typed("name"), typed("email"), typed("reason"));
    let address = Input { kind: "email", ..Input::text("email", words.op_first_admin(), &address) };
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            p { @if call.console.owners.is_some() { (words.op_new_account_lead()) } @else { (words.op_new_account_by_link()) } }
            (Input::text("name", words.account_name(), &name).show(words, faults))
            (address.show(words, faults))
            (plan_field(words, &plans, chosen, faults))
            (Input::text("reason", words.op_reason(), &why).hint(words.op_reason_hint()).show(words, faults))
            div.filters {
                button.primary { (words.op_new_account()) }
                a.button href="/operator/accounts" { (words.cancel()) }
            }
        }
    };
    let head = Head { title: words.op_new_account(), lead: None, actions: &html! {} };
    page(call, Place::Accounts, head, None, &body)
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["name", "email", "plan", "reason"])?;
    let (words, mut faults) = (call.words(), Faults::default());
    let name: Option<Name> = faults.read(words, ("name", words.account_name()), call.form.text("name"));
    let address: Option<EmailAddress> =
        faults.read(words, ("email", words.op_first_admin()), call.form.text("email"));
    let plan = typed_plan(call, &mut faults).await?;
    let reason = reason(call, &mut faults);
    let (Some(name), Some(address), Some(plan), Some(reason)) = (name, address, plan.clone(), reason) else {
        let form = form(call, plan.as_ref(), &faults).await?;
        return Ok(form.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let id = AccountId::from_uuid(new_id());
    let new = NewAccount {
        id,
        environment_id: EnvironmentId::from_uuid(new_id()),
        name: name.as_str().to_owned(),
        email: address.as_str().to_owned(),
        plan,
    };
    let (by, leads_to) = (principal(call, reason)?, format!("/operator/accounts/{id}?done=made"));
    call.spend(&leads_to).await?;
    match accounts::create_once(call.db().await?, &by, &new, &Once::default()).await {
        Ok(_) => {}
        Err(ChangeError::EmailTaken(_)) => {
            call.roll_back();
            faults.add(("email", words.op_first_admin()), words.op_email_taken());
            let form = form(call, Some(&new.plan), &faults).await?;
            return Ok(form.with_status(StatusCode::UNPROCESSABLE_ENTITY));
        }
        Err(error) => return Err(error.into()),
    }
    invite(call, &new, &address).await?;
    // The ledger works on its own connection, and reads the account: it is committed first.
    call.commit().await?;
    let operation = Operation::Advance { account_id: id, id: CallId::from_uuid(new_id()) };
    if let Err(error) = credits::apply(&desk(call)?, &by.actor, operation).await {
        // The account's first entry, or the sweep, begins its period as well.
        tracing::warn!(%error, account_id = %id, "the first period of an account has not begun yet");
    }
    Ok(Reply::SeeOther(leads_to))
}

/// Sends the link by which the first admin chooses a password, if account owners have a console.
async fn invite(call: &mut Call, new: &NewAccount, address: &EmailAddress) -> Result<(), PageError> {
    if call.console.owners.is_none() {
        return Ok(());
    }
    let language = email::language_for_address(call, address).await?;
    let words = Words(language);
    let admin = members::list(call.db().await?, new.id).await?.into_iter().next();
    let admin = admin.ok_or(PageError::Internal)?;
    let token = new_link(call.db().await?, Purpose::Invitation, address, None, Some(admin.id)).await?;
    let message = Email {
        kind: "invitation",
        subject: words.mail_invite_subject(call.product()),
        paragraphs: vec![
            words.mail_account_made(&new.name),
            words.mail_invite_until(Purpose::Invitation.life().num_days()),
        ],
        button: Some((words.mail_open_invitation(), format!("/console/invitation?token={}", token.expose()))),
        reason: words.mail_account_made_reason(),
    };
    email::send(call, address, language, message).await
}
