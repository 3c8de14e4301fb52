//! Moving an account to another plan, effective immediately.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::act::{ActForm, desk, principal, reason};
use crate::clock::new_id;
use crate::console::html::field::Faults;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::ids::CallId;
use crate::domain::plan::PlanRef;
use crate::ledger::rules::operation::Operation;
use crate::management::{accounts, credits};
use crate::storage::accounts::find;
use crate::storage::operator::plans;

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    form(call, None, &Faults::default()).await
}

async fn current(call: &mut Call) -> Result<PlanRef, PageError> {
    let id = call.account_id()?;
    Ok(find(call.db().await?, id).await?.ok_or(PageError::NotFound)?.plan)
}

async fn form(call: &mut Call, chosen: Option<&PlanRef>, faults: &Faults) -> Result<Reply, PageError> {
    let (current, words) = (current(call).await?, call.words());
    let plans = plans::list(call.db().await?).await?;
    let fields = html! {
        p { (words.op_current_plan()) ": " b { (current.plan) " (" (current.edition) ")" } }
        (plan_field(words, &plans, chosen, faults))
    };
    let (title, lead) = (words.op_move_plan().to_owned(), words.op_move_plan_lead());
    ActForm { rest: "/plan", title, lead, fields, is_dangerous: false }.show(call, faults).await
}

/// The choice of a plan. None is chosen in advance.
pub(super) fn plan_field(
    words: Words,
    plans: &[PlanRef],
    chosen: Option<&PlanRef>,
    faults: &Faults,
) -> Markup {
    html! {
        div.field {
            label for="plan" { (words.plan_head()) }
            (faults.at("plan"))
            select id="plan" name="plan" aria-invalid=[faults.invalid("plan")] aria-describedby=[faults.described("plan", false)] {
                @if chosen.is_none() { option value="" { (words.op_choose_plan()) } }
                @for plan in plans {
                    option value={ (plan.edition) "/" (plan.plan) } selected[Some(plan) == chosen] { (plan.plan) " (" (plan.edition) ")" }
                }
            }
        }
    }
}

/// The plan that was chosen, if it exists.
pub(super) async fn typed_plan(call: &mut Call, faults: &mut Faults) -> Result<Option<PlanRef>, PageError> {
    let typed = call.form.text("plan").split_once('/');
    let typed = typed.map(|(edition, plan)| PlanRef { edition: edition.to_owned(), plan: plan.to_owned() });
    let known = plans::list(call.db().await?).await?;
    let plan = typed.filter(|typed| known.contains(typed));
    if plan.is_none() {
        let words = call.words();
        let is_empty = call.form.text("plan").is_empty();
        let fault = if is_empty { words.op_choose_plan() } else { words.op_no_such_plan() };
        faults.add(("plan", words.plan_head()), fault);
    }
    Ok(plan)
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["plan", "reason"])?;
    let mut faults = Faults::default();
    let plan = typed_plan(call, &mut faults).await?;
    let (Some(reason), Some(plan)) = (reason(call, &mut faults), plan.clone()) else {
        return Ok(form(call, plan.as_ref(), &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let (by, account_id, desk) = (principal(call, reason)?, call.account_id()?, desk(call)?);
    let done = if current(call).await? == plan { "same" } else { "moved" };
    accounts::set_plan(call.db().await?, &by, account_id, &plan).await?;
    // The ledger reads the account's new plan, so that is committed first. Sent again, an
    // interrupted move completes.
    call.commit().await?;
    let operation = Operation::MovePlan { account_id, id: CallId::from_uuid(new_id()) };
    if let Err(error) = credits::apply(&desk, &by.actor, operation).await {
        return super::credits::not_moved(call, error);
    }
    Ok(Reply::SeeOther(call.path(&format!("?done={done}"))?))
}
