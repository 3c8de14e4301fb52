//! A note about an account, for other operators.

use axum::http::StatusCode;
use maud::html;

use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::Faults;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::domain::text::Note;
use crate::management::notes;

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    form(call, &Faults::default()).await
}

async fn form(call: &mut Call, faults: &Faults) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path("/note")?);
    let typed = call.form.raw("note").to_owned();
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            div.field {
                label for="note" { (words.op_note()) }
                p.small.muted id="note-hint" { (words.op_note_hint()) }
                (faults.at("note"))
                textarea id="note" name="note" rows="4" required aria-describedby=[faults.described("note", true)]
                    aria-invalid=[faults.invalid("note")] { (typed) }
            }
            div.filters {
                button.primary { (words.save()) }
                a.button href=(call.path("")?) { (words.cancel()) }
            }
        }
    };
    let name = call.membership()?.account_name.clone();
    account(call, Content::new(Section::Desk, words.op_add_note(), body).lead(name)).await
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["note"])?;
    let mut faults = Faults::default();
    // Lines become one: a note is short.
    let typed = call.form.text("note").replace('\n', " ");
    let Some(note) = faults.read::<Note>(call.words(), ("note", call.words().op_note()), &typed) else {
        return Ok(form(call, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let (id, author, back) = (call.account_id()?, call.user()?.identity.called().to_owned(), call.path("")?);
    call.spend(&back).await?;
    notes::add(call.db().await?, &author, id, &note).await?;
    Ok(Reply::SeeOther(back))
}
