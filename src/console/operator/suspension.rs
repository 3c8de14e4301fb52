//! Suspending an account, and resuming it.

use axum::http::StatusCode;
use maud::html;

use super::act::{ActForm, check_name, name_field, principal, reason};
use crate::console::html::field::Faults;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::domain::account::AccountState;
use crate::management::accounts;

pub(super) async fn ask_suspend(call: &mut Call) -> Result<Reply, PageError> {
    suspend_form(call, &Faults::default()).await
}

async fn suspend_form(call: &mut Call, faults: &Faults) -> Result<Reply, PageError> {
    let (words, fields) = (call.words(), name_field(call, faults)?);
    let (title, lead) = (words.op_suspend().to_owned(), words.op_suspend_lead());
    ActForm { rest: "/suspend", title, lead, fields, is_dangerous: true }.show(call, faults).await
}

pub(super) async fn suspend(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["name", "reason"])?;
    let mut faults = Faults::default();
    check_name(call, &mut faults)?;
    match reason(call, &mut faults).filter(|_| faults.is_empty()) {
        Some(reason) => {
            let (by, id) = (principal(call, reason)?, call.account_id()?);
            accounts::set_state(call.db().await?, &by, id, AccountState::Suspended).await?;
            Ok(Reply::SeeOther(call.path("?done=suspended")?))
        }
        None => Ok(suspend_form(call, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY)),
    }
}

pub(super) async fn ask_resume(call: &mut Call) -> Result<Reply, PageError> {
    resume_form(call, &Faults::default()).await
}

async fn resume_form(call: &mut Call, faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let (title, lead) = (words.op_resume().to_owned(), words.op_resume_lead());
    ActForm { rest: "/resume", title, lead, fields: html! {}, is_dangerous: false }.show(call, faults).await
}

pub(super) async fn resume(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["reason"])?;
    let mut faults = Faults::default();
    match reason(call, &mut faults) {
        Some(reason) => {
            let (by, id) = (principal(call, reason)?, call.account_id()?);
            accounts::set_state(call.db().await?, &by, id, AccountState::Active).await?;
            Ok(Reply::SeeOther(call.path("?done=resumed")?))
        }
        None => Ok(resume_form(call, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY)),
    }
}
