//! A run that moves all accounts of a plan: how far it has come, and stopping it.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::run_path;
use crate::console::frame::operator_frame::{Head, Place, page};
use crate::console::html::field::{Faults, Input};
use crate::console::numbers::{self, whole};
use crate::console::operator::act::{principal, reason};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::ids::PlanMoveId;
use crate::domain::plan_move::MoveState;
use crate::identity::operator::OperatorRole;
use crate::management::plan_moves as acts;
use crate::storage::plan_moves;
use crate::storage::plan_moves::progress::{self, PlanMoveProgress};

/// Runs of the page of plans.
const RUNS: i64 = 10;
/// Refused accounts that a page links.
const LINKS: i64 = 20;

async fn run_of(call: &mut Call) -> Result<(PlanMoveId, PlanMoveProgress), PageError> {
    let id: PlanMoveId = call.param("move")?;
    let run = progress::find(call.db().await?, id).await?.ok_or(PageError::NotFound)?;
    Ok((id, run))
}

fn title(run: &PlanMoveProgress) -> String {
    format!("{} → {}", run.from(), run.to())
}

fn state(words: Words, run: &PlanMoveProgress) -> Markup {
    let (kind, shape, text) = match (run.ended_at, run.stopped_at) {
        (_, Some(_)) => ("warn", "✕", words.op_move_stopped()),
        (Some(_), None) => ("ok", "●", words.op_move_done()),
        (None, None) => ("", "◐", words.op_move_running()),
    };
    html! { span.chip.(kind) { (shape) " " (text) } }
}

/// The newest runs, on the page of plans.
pub(in crate::console::operator) async fn newest(call: &mut Call) -> Result<Markup, PageError> {
    let runs = progress::newest(call.db().await?, RUNS).await?;
    let words = call.words();
    let moved =
        |run: &PlanMoveProgress| words.op_of(&whole(words.0, run.moved), &whole(words.0, run.accounts));
    Ok(html! {
        @if !runs.is_empty() {
            section.card.scroll.space {
                header { h2 { (words.op_moves()) } }
                table {
                    thead { tr { th { (words.op_move_head()) } th { (words.state()) } th.n { (words.op_moved()) } th { (words.op_begun()) } th { (words.op_begun_by()) } } }
                    tbody {
                        @for run in &runs {
                            tr {
                                td data-label=(words.op_move_head()) { a href=(run_path(&run.id)) { (title(run)) } }
                                td data-label=(words.state()) { (state(words, run)) }
                                td.n data-label=(words.op_moved()) { (moved(run)) }
                                td data-label=(words.op_begun()) { (numbers::instant(words.0, run.started_at)) }
                                td data-label=(words.op_begun_by()) { (run.author) }
                            }
                        }
                    }
                }
            }
        }
    })
}

pub(in crate::console::operator) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let (id, run) = run_of(call).await?;
    let refused = match run.refused {
        0 => Vec::new(),
        _ => plan_moves::accounts(call.db().await?, id, MoveState::Refused, LINKS).await?,
    };
    let (words, role) = (call.words(), call.operator);
    let number = |value: i64| whole(words.0, value);
    let is_open = run.ended_at.is_none();
    let body = html! {
        section.card {
            div.body {
                dl.facts {
                    dt { (words.state()) } dd { (state(words, &run)) }
                    dt { (words.op_moved()) } dd { b { (words.op_of(&number(run.moved), &number(run.accounts))) } }
                    @if is_open { dt { (words.op_move_waiting()) } dd { (number(run.left)) } }
                    @if run.skipped > 0 {
                        dt { (words.op_skipped()) } dd { (number(run.skipped)) br; span.small.muted { (words.op_skipped_why()) } }
                    }
                    @if run.refused > 0 {
                        dt { (words.op_move_refused()) }
                        dd {
                            (number(run.refused)) br; span.small.muted { (words.op_move_refused_why()) }
                            @if role >= Some(OperatorRole::Support) {
                                @for account in &refused { br; a href={ "/operator/accounts/" (account) } { code { (account) } } }
                            }
                        }
                    }
                    dt { (words.op_begun()) } dd { (numbers::instant(words.0, run.started_at)) ", " (run.author) }
                    @if let Some(at) = run.ended_at { dt { (words.op_ended()) } dd { (numbers::instant(words.0, at)) } }
                    @if let Some(reason) = &run.reason { dt { (words.op_reason()) } dd { (reason) } }
                }
            }
        }
        div.filters.space {
            @if is_open { a.button.primary href=(run_path(&id)) data-refresh="1" { (words.look_again()) } }
            @if is_open && run.stopped_at.is_none() && role == Some(OperatorRole::Admin) {
                a.button.danger href={ (run_path(&id)) "/stop" } { (words.op_stop_move()) }
            }
            a.button href="/operator/plans" { (words.back()) }
        }
    };
    let title = title(&run);
    let lead = if is_open { words.op_moving_lead() } else { words.op_moved_lead() };
    page(call, Place::Plans, Head { title: &title, lead: Some(lead), actions: &html! {} }, None, &body)
}

pub(in crate::console::operator) async fn ask_stop(call: &mut Call) -> Result<Reply, PageError> {
    let (id, run) = run_of(call).await?;
    match run.ended_at {
        None => stop_form(call, id, &run, &Faults::default()),
        Some(_) => Ok(Reply::SeeOther(run_path(&id))),
    }
}

fn stop_form(
    call: &Call,
    id: PlanMoveId,
    run: &PlanMoveProgress,
    faults: &Faults,
) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), format!("{}/stop", run_path(&id)));
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            p { b { (title(run)) } }
            p { (words.op_stop_move_lead()) }
            (Input::text("reason", words.op_reason(), call.form.raw("reason")).show(words, faults))
            div.filters {
                button.danger { (words.op_stop_move()) }
                a.button href=(run_path(&id)) { (words.cancel()) }
            }
        }
    };
    page(
        call,
        Place::Plans,
        Head { title: words.op_stop_move(), lead: None, actions: &html! {} },
        None,
        &body,
    )
}

pub(in crate::console::operator) async fn stop(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["reason"])?;
    let (id, run) = run_of(call).await?;
    let mut faults = Faults::default();
    let Some(reason) = reason(call, &mut faults) else {
        return Ok(stop_form(call, id, &run, &faults)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let by = principal(call, reason)?;
    acts::stop(call.db().await?, &by, id).await?;
    Ok(Reply::SeeOther(run_path(&id)))
}
