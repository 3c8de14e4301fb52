//! Granting credits and taking them back, by the same functions as the commands. A form that is
//! sent twice moves credits once: its own token is the id of the act.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use maud::html;

use super::act::{ActForm, actor, check_name, desk, name_field, reason};
use crate::console::html::field::{Faults, Input};
use crate::console::numbers::typed_amount;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::form_token::FORM_REFERENCE;
use crate::console::request::page::Reply;
use crate::domain::amount::Amount;
use crate::domain::hex;
use crate::domain::instant::{parse_day, start_of};
use crate::management::credits::{self, CreditError, GrantOrder, Grantable, TakeOrder};

/// The id of the act, which is the form's own.
fn reference(call: &Call) -> Result<String, PageError> {
    let digest = call.form_digest.ok_or(PageError::NotFromHere)?;
    Ok(format!("{FORM_REFERENCE}{}", hex::encode(digest.as_bytes())))
}

fn amount(call: &Call, faults: &mut Faults) -> Option<Amount> {
    let words = call.words();
    typed_amount(call.form.text("credits"))
        .map_err(|fault| faults.add(("credits", words.credits_head()), words.amount_fault(fault)))
        .ok()
}

/// The day on which a grant ends, at its first instant.
fn ends(call: &Call, faults: &mut Faults) -> Option<DateTime<Utc>> {
    let typed = call.form.text("expires");
    if typed.is_empty() {
        return None;
    }
    let day = parse_day(typed).filter(|day| *day > call.now().date_naive());
    if day.is_none() {
        faults.add(("expires", call.words().op_expires()), call.words().op_not_a_day());
    }
    day.map(start_of)
}

pub(super) async fn show_grant(call: &mut Call) -> Result<Reply, PageError> {
    grant_form(call, &Faults::default()).await
}

async fn grant_form(call: &mut Call, faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let (credits, expires) = (call.form.raw("credits").to_owned(), call.form.raw("expires").to_owned());
    let fields = html! {
        (Input::text("credits", words.credits_head(), &credits).show(words, faults))
        (Input { kind: "date", ..Input::text("expires", words.op_expires(), &expires) }
            .optional().hint(words.op_expires_hint()).show(words, faults))
    };
    let (title, lead) = (words.op_grant().to_owned(), words.op_grant_lead());
    ActForm { rest: "/grant", title, lead, fields, is_dangerous: false }.show(call, faults).await
}

pub(super) async fn grant(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["credits", "expires", "reason"])?;
    let mut faults = Faults::default();
    let (amount, expires_at) = (amount(call, &mut faults), ends(call, &mut faults));
    let reason = reason(call, &mut faults).filter(|_| faults.is_empty());
    let (Some(amount), Some(reason)) = (amount, reason) else {
        return Ok(grant_form(call, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let order = GrantOrder {
        account_id: call.account_id()?,
        what: Grantable::Credits { amount, reason, expires_at },
        reference: Some(reference(call)?),
    };
    let (desk, by) = (desk(call)?, actor(call, None)?);
    // The ledger works on its own connection: no page holds one meanwhile.
    call.commit().await?;
    match credits::grant(&desk, &by, order, &[]).await {
        Ok(_) => Ok(Reply::SeeOther(call.path("?done=granted")?)),
        Err(error) => not_moved(call, error),
    }
}

pub(super) async fn show_take(call: &mut Call) -> Result<Reply, PageError> {
    take_form(call, &Faults::default()).await
}

async fn take_form(call: &mut Call, faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let credits = call.form.raw("credits").to_owned();
    let fields = html! {
        (Input::text("credits", words.credits_head(), &credits).show(words, faults))
        (name_field(call, faults)?)
    };
    let (title, lead) = (words.op_take().to_owned(), words.op_take_lead());
    ActForm { rest: "/take", title, lead, fields, is_dangerous: true }.show(call, faults).await
}

pub(super) async fn take(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["credits", "name", "reason"])?;
    let mut faults = Faults::default();
    let amount = amount(call, &mut faults);
    check_name(call, &mut faults)?;
    let reason = reason(call, &mut faults).filter(|_| faults.is_empty());
    let (Some(amount), Some(reason)) = (amount, reason) else {
        return Ok(take_form(call, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let order =
        TakeOrder { account_id: call.account_id()?, amount, reason, reference: Some(reference(call)?) };
    let (desk, by) = (desk(call)?, actor(call, None)?);
    call.commit().await?;
    match credits::take(&desk, &by, order).await {
        Ok(_) => Ok(Reply::SeeOther(call.path("?done=taken")?)),
        Err(CreditError::Insufficient { available }) => {
            let words = call.words();
            faults.add(("credits", words.credits_head()), words.op_only_so_many(available.as_i64()));
            Ok(take_form(call, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(error) => not_moved(call, error),
    }
}

/// The page for an act that the ledger did not carry out.
pub(super) fn not_moved(call: &Call, error: CreditError) -> Result<Reply, PageError> {
    match error {
        CreditError::NoAccount(_) => Err(PageError::NotFound),
        CreditError::Closed => Err(PageError::Closed),
        // Whether it was carried out shows the statement; sending the same form again carries it
        // out once.
        error => {
            tracing::error!(%error, path = call.frame.path, "operator action failed");
            Err(PageError::Busy)
        }
    }
}
