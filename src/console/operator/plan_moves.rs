//! Moving all accounts of a plan: the choice of two plans, what would change, and the form that
//! begins the run.

mod run;

pub(super) use run::{ask_stop, newest, show as show_run, stop};

use axum::http::StatusCode;
use maud::{Markup, html};

use super::act::{principal, reason};
use crate::clock::new_id;
use crate::console::frame::operator_frame::{Head, Place, page};
use crate::console::html::field::{Faults, Input};
use crate::console::numbers::{signed, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::form::FormFault;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::ids::PlanMoveId;
use crate::domain::plan::PlanRef;
use crate::management::plan_moves::{PlanMoveError, begin};
use crate::storage::operator::plans::{self, PlanLine};
use crate::storage::plan_moves;
use crate::storage::plan_moves::preview::{self, PlanMovePreview};

const PATH: &str = "/operator/plans/move";

/// The page of a run.
fn run_path(id: &impl std::fmt::Display) -> String {
    format!("/operator/plans/moves/{id}")
}

/// The two plans of a run.
struct Choice<'p> {
    from: Option<&'p PlanLine>,
    to: Option<&'p PlanLine>,
}

impl<'p> Choice<'p> {
    fn of(plans: &'p [PlanLine], from: &str, to: &str) -> Self {
        let find = |typed: &str| {
            let (edition, plan) = typed.split_once('/')?;
            plans.iter().find(|line| line.edition == edition && line.plan == plan)
        };
        Self { from: find(from), to: find(to) }
    }

    /// Both, if they are two.
    fn both(&self) -> Option<(&'p PlanLine, &'p PlanLine)> {
        self.from.zip(self.to).filter(|(from, to)| reference(from) != reference(to))
    }
}

fn reference(line: &PlanLine) -> PlanRef {
    PlanRef { edition: line.edition.clone(), plan: line.plan.clone() }
}

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let plans = plans::lines(call.db().await?).await?;
    let (from, to) = (call.query.text("from").to_owned(), call.query.text("to").to_owned());
    let (choice, mut faults) = (Choice::of(&plans, &from, &to), Faults::default());
    if choice.from.is_some() && choice.to.is_some() && choice.both().is_none() {
        faults.add(("to", call.words().op_to_plan()), call.words().op_same_plan());
    }
    form(call, &plans, &choice, &faults).await
}

async fn form(
    call: &mut Call,
    plans: &[PlanLine],
    choice: &Choice<'_>,
    faults: &Faults,
) -> Result<Reply, PageError> {
    let words = call.words();
    let preview = match choice.both() {
        Some((from, to)) => {
            let (old, new) = (reference(from), reference(to));
            let found = preview::read(call.db().await?, &old, &new).await?;
            let open = plan_moves::open_from(call.db().await?, &old).await?;
            Some((from, to, found, open))
        }
        None => None,
    };
    let body = html! {
        (faults.summary(words))
        form.card.form method="get" {
            (plan_choice(words, "from", words.op_from_plan(), plans, choice.from, faults))
            (plan_choice(words, "to", words.op_to_plan(), plans, choice.to, faults))
            button { (words.op_preview()) }
        }
        @if let Some((from, to, found, open)) = &preview {
            section.card.scroll.space {
                header { h2 { (words.op_what_changes()) } }
                (terms(words, from, to))
            }
            @if let Some((id, _)) = open {
                p.note.info { (words.op_move_open()) " " a href=(run_path(id)) { (words.op_see_move()) } }
            } @else if found.accounts == 0 {
                p.note.info { (words.op_none_on_plan()) }
            } @else {
                section.card.space { header { h2 { (words.op_effect()) } } div.body { (figures(words, found)) } }
                (begin_form(call, (from, to), found, faults))
            }
        }
    };
    let head = Head { title: words.op_move_all(), lead: Some(words.op_move_all_lead()), actions: &html! {} };
    page(call, Place::Plans, head, None, &body)
}

fn plan_choice(
    words: Words,
    name: &'static str,
    label: &str,
    plans: &[PlanLine],
    chosen: Option<&PlanLine>,
    faults: &Faults,
) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            (faults.at(name))
            select id=(name) name=(name) aria-invalid=[faults.invalid(name)] aria-describedby=[faults.described(name, false)] {
                @if chosen.is_none() { option value="" { (words.op_choose_plan()) } }
                @for plan in plans {
                    option value={ (plan.edition) "/" (plan.plan) } selected[Some(plan) == chosen] {
                        (reference(plan)) " · " (words.op_accounts()) ": " (whole(words.0, plan.accounts))
                    }
                }
            }
        }
    }
}

/// The terms of both plans beside each other.
fn terms(words: Words, from: &PlanLine, to: &PlanLine) -> Markup {
    let number = |value: i64| whole(words.0, value);
    let price = |line: &PlanLine| match line.price_usd {
        Some(price) => format!("US$ {}", number(i64::from(price))),
        None => words.price_by_contract().to_owned(),
    };
    let access = |line: &PlanLine| match line.api_access {
        true => line.access.join(", "),
        false => words.no_api_access().to_owned(),
    };
    let rows = [
        (words.op_price_month(), price(from), price(to)),
        (words.credits_head(), number(from.credits), number(to.credits)),
        (words.op_requests(), number(from.requests.into()), number(to.requests.into())),
        (words.op_rate(), number(from.rate_per_s.into()), number(to.rate_per_s.into())),
        (words.op_concurrency(), number(from.concurrency.into()), number(to.concurrency.into())),
        (
            words.op_keys_each(),
            number(from.keys_per_environment.into()),
            number(to.keys_per_environment.into()),
        ),
        (words.op_may_call(), access(from), access(to)),
    ];
    let (old, new) = (reference(from), reference(to));
    html! {
        table {
            thead { tr { th { (words.op_terms()) } th.n { (old) } th.n { (new) } } }
            tbody {
                @for (name, before, after) in rows {
                    tr {
                        th scope="row" { (name) }
                        td.n data-label=(old) { (before) }
                        td.n data-label=(new) { @if before == after { (after) } @else { b { (after) } } }
                    }
                }
            }
        }
    }
}

/// What the run does to accounts and credits.
fn figures(words: Words, found: &PlanMovePreview) -> Markup {
    let number = |value: i64| whole(words.0, value);
    let credits = |value: i64, accounts: i64| words.op_in_accounts(&signed(words.0, value), accounts);
    html! {
        dl.facts {
            dt { (words.op_accounts()) } dd { b { (number(found.accounts)) } }
            @if found.suspended > 0 { dt { (words.op_suspended_too()) } dd { (number(found.suspended)) } }
            @if found.closed > 0 { dt { (words.op_closed_stay()) } dd { (number(found.closed)) } }
            @if found.gaining > 0 { dt { (words.op_rises()) } dd { (credits(found.credits_added, found.gaining)) } }
            @if found.losing > 0 { dt { (words.op_falls()) } dd { (credits(-found.credits_removed, found.losing)) } }
            dt { (words.op_no_plan_credits()) } dd { (number(found.without_plan_credits)) }
            dt { (words.op_no_requests()) } dd { (number(found.without_requests)) }
            @if found.environments_over > 0 {
                dt { (words.op_too_many_keys()) } dd { (number(found.environments_over)) ". " (words.op_keys_stay()) }
            }
        }
        @if found.on_plan > found.accounts {
            p.space { (words.op_oldest_first(&number(found.accounts), &number(found.on_plan))) }
        }
    }
}

fn begin_form(
    call: &Call,
    (from, to): (&PlanLine, &PlanLine),
    found: &PlanMovePreview,
    faults: &Faults,
) -> Markup {
    let (words, why) = (call.words(), call.form.raw("reason"));
    html! {
        form.card.form.space method="post" action=(PATH) {
            (call.form_field(PATH))
            input type="hidden" name="from" value={ (from.edition) "/" (from.plan) };
            input type="hidden" name="to" value={ (to.edition) "/" (to.plan) };
            input type="hidden" name="accounts" value=(found.accounts);
            p { (words.op_move_rule()) }
            (Input::text("reason", words.op_reason(), why).hint(words.op_reason_hint()).show(words, faults))
            div.filters {
                button.danger { (words.op_move_accounts(found.accounts)) }
                a.button href="/operator/plans" { (words.cancel()) }
            }
        }
    }
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["from", "to", "accounts", "reason"])?;
    let plans = plans::lines(call.db().await?).await?;
    let (from, to) = (call.form.text("from").to_owned(), call.form.text("to").to_owned());
    let choice = Choice::of(&plans, &from, &to);
    let (from, to) = choice.both().ok_or(FormFault::Choice)?;
    let seen: i64 = call.form.choice("accounts", |text| text.parse().ok())?;
    let (words, mut faults) = (call.words(), Faults::default());
    let Some(reason) = reason(call, &mut faults) else {
        return Ok(form(call, &plans, &choice, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let (by, both) = (principal(call, reason)?, (&reference(from), &reference(to)));
    let id = PlanMoveId::from_uuid(new_id());
    call.spend(&run_path(&id)).await?;
    let Err(error) = begin(call.db().await?, &by, id, both, Some(seen)).await else {
        return Ok(Reply::SeeOther(run_path(&id)));
    };
    call.roll_back();
    match error {
        PlanMoveError::Open { id, .. } => return Ok(Reply::SeeOther(run_path(&id))),
        PlanMoveError::Changed { accounts } => {
            faults.add(("from", words.op_from_plan()), words.op_count_changed(accounts))
        }
        PlanMoveError::NoAccounts(_) => faults.add(("from", words.op_from_plan()), words.op_none_on_plan()),
        PlanMoveError::SamePlan => faults.add(("to", words.op_to_plan()), words.op_same_plan()),
        PlanMoveError::Change(error) => return Err(error.into()),
    }
    Ok(form(call, &plans, &choice, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
}
