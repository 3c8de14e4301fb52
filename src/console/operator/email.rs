//! The outbox of e-mails: what waits, what failed and why. A failed one is sent again; the text is
//! never shown, because its links log in.

use axum::http::StatusCode;
use maud::{Markup, html};
use uuid::Uuid;

use super::act::{actor, reason};
use crate::console::frame::operator_frame::{Head, Place, page};
use crate::console::html::field::{Faults, Input};
use crate::console::numbers::instant;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::filters::Unread;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::management::emails;
use crate::storage::email_outbox::{self as outbox, EmailLine};

const PATH: &str = "/operator/email";
const LINES: i64 = 50;
const STATES: [&str; 3] = ["waiting", "failed", "sent"];

fn state_name(words: Words, state: &str) -> &'static str {
    match state {
        "failed" => words.op_email_failed(),
        "sent" => words.op_email_sent(),
        _ => words.op_email_waiting(),
    }
}

fn tab_name(words: Words, state: &str) -> &'static str {
    if state == "sent" { words.op_emails_sent() } else { state_name(words, state) }
}

pub(super) async fn list(call: &mut Call) -> Result<Reply, PageError> {
    let mut unread = Unread::of(&call.query);
    let known = |typed: &str| STATES.into_iter().find(|state| *state == typed);
    let state = unread.choice(&call.query, "state", known);
    let before: Option<Uuid> = unread.parse(&call.query, "before");
    let mut lines = outbox::newest(call.db().await?, state, before, LINES + 1).await?;
    let more = lines.len() as i64 > LINES;
    lines.truncate(usize::try_from(LINES).unwrap_or(0));
    let words = call.words();
    let body = html! {
        @if call.query.has("done") { p.note.ok role="status" { (words.op_done_email()) } }
        (unread.note(words))
        nav.tabs aria-label=(words.state()) {
            a.button href=(PATH) aria-current=[state.is_none().then_some("page")] { (words.op_all()) }
            @for known in STATES {
                a.button href={ (PATH) "?state=" (known) } aria-current=[(state == Some(known)).then_some("page")] { (tab_name(words, known)) }
            }
        }
        section.card.scroll {
            @if lines.is_empty() { p.body { (words.op_no_emails()) } } @else {
                table {
                    thead { tr { th { (words.op_made()) } th { (words.op_to()) } th { (words.op_kind()) } th { (words.state()) } td {} } }
                    tbody { @for line in &lines { (row(words, line)) } }
                }
            }
        }
        @if let (true, Some(last)) = (more, lines.last()) {
            p.space { a.button href={ (PATH) "?state=" (state.unwrap_or_default()) "&before=" (last.id) } { (words.older_entries()) } }
        }
    };
    let head = Head { title: words.op_email(), lead: Some(words.op_email_lead()), actions: &html! {} };
    page(call, Place::Email, head, None, &body)
}

fn row(words: Words, line: &EmailLine) -> Markup {
    let (kind, shape) = match line.state.as_str() {
        "sent" => ("ok", "✓"),
        "failed" => ("bad", "✕"),
        _ => ("test", "◌"),
    };
    html! {
        tr {
            td.when data-label=(words.op_made()) { (instant(words.0, line.created_at)) }
            td data-label=(words.op_to()) { (line.to_address) }
            td data-label=(words.op_kind()) { (words.kind_of_email(&line.kind)) }
            td data-label=(words.state()) {
                div {
                    span.chip.(kind) { (shape) " " (state_name(words, &line.state)) }
                    @if line.state == "waiting" && line.tries > 0 { " " span.small.muted { (words.op_next_try(&instant(words.0, line.next_at))) } }
                    @if let Some(error) = &line.error { p.small.muted { (error) } }
                }
            }
            td { @if line.state == "failed" { a href={ (PATH) "/" (line.id) "/retry" } { (words.op_send_again()) } } }
        }
    }
}

async fn failed(call: &mut Call) -> Result<EmailLine, PageError> {
    let id: Uuid = call.param("email")?;
    let line = outbox::find(call.db().await?, id).await?;
    line.filter(|line| line.state == "failed").ok_or(PageError::NotFound)
}

pub(super) async fn ask(call: &mut Call) -> Result<Reply, PageError> {
    let line = failed(call).await?;
    form(call, &line, &Faults::default())
}

fn form(call: &Call, line: &EmailLine, faults: &Faults) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), format!("{PATH}/{}/retry", line.id));
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            p { (words.op_send_again_lead(&line.to_address)) }
            @if let Some(error) = &line.error { p.muted { (error) } }
            (Input::text("reason", words.op_reason(), call.form.raw("reason")).show(words, faults))
            div.filters {
                button.primary { (words.op_send_again()) }
                a.button href=(PATH) { (words.cancel()) }
            }
        }
    };
    let head = Head { title: words.op_send_again(), lead: None, actions: &html! {} };
    page(call, Place::Email, head, None, &body)
}

pub(super) async fn retry(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["reason"])?;
    let (line, mut faults) = (failed(call).await?, Faults::default());
    let Some(reason) = reason(call, &mut faults) else {
        return Ok(form(call, &line, &faults)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let by = actor(call, Some(reason))?;
    if !emails::retry(call.db().await?, &by, line.id).await? {
        return Err(PageError::NotFound);
    }
    Ok(Reply::SeeOther(format!("{PATH}?done=1")))
}
