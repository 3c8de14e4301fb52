//! The person's own name, language and colours.

use axum::http::StatusCode;
use maud::html;

use super::email_change;
use crate::console::frame::person_frame::of_person;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::cookie::Cookie;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::domain::language::Language;
use crate::domain::text::Name;
use crate::identity::Theme;
use crate::storage::identity::identities;

const PATH: &str = "/console/me";

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let name = call.user()?.identity.name.clone();
    form(call, &name, &Faults::default())
}

fn form(call: &Call, name: &str, faults: &Faults) -> Result<Reply, PageError> {
    let (words, identity) = (call.words(), &call.user()?.identity);
    let languages = [("", words.as_browser()), ("en", "English"), ("pt", "Português")];
    let themes = [("", words.as_browser()), ("light", words.theme_light()), ("dark", words.theme_dark())];
    // What was chosen before a fault stays chosen.
    let chosen = |name: &str, stored: &'static str| {
        if call.form.has(name) { call.form.text(name).to_owned() } else { stored.to_owned() }
    };
    let language = chosen("language", identity.language.map_or("", Language::code));
    let theme = chosen("theme", identity.theme.map_or("", Theme::as_str));
    let content = html! {
        @if call.query.has("saved") { p.note.ok role="status" { (words.saved()) } }
        (faults.summary(words))
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            p.muted { (identity.email) " · " a href="/console/me/email" { (words.change_email()) } }
            @if let Some(address) = email_change::pending(call)? { p.muted { (words.email_waits(address.as_str())) } }
            (Input { autocomplete: "name", ..Input::text("name", words.name(), name) }.show(words, faults))
            div.field {
                label for="language" { (words.language()) }
                select #language name="language" {
                    @for (value, label) in languages { option value=(value) selected[value == language] { (label) } }
                }
            }
            div.field {
                label for="theme" { (words.theme()) }
                select #theme name="theme" {
                    @for (value, label) in themes { option value=(value) selected[value == theme] { (label) } }
                }
            }
            button.primary { (words.save()) }
        }
        p { a href="/console/me/security" { (words.security()) } }
    };
    of_person(call, words.profile(), &content)
}

pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["name", "language", "theme"])?;
    let language = call.form.choice_or_none("language", Language::from_code)?;
    let theme = call.form.choice_or_none("theme", Theme::from_name)?;
    let mut faults = Faults::default();
    let typed = call.form.text("name").to_owned();
    let Some(name) = faults.read::<Name>(call.words(), ("name", call.words().name()), &typed) else {
        return Ok(form(call, &typed, &faults)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let (id, base) = (call.user()?.identity.id, call.console.base.clone());
    identities::set_profile(call.db().await?, id, name.as_str(), language, theme).await?;
    // The cookies of this browser say the same, so that pages before a log-in look alike.
    call.set_cookie(match language {
        Some(language) => Cookie::Language.set(&base, language.code()),
        None => Cookie::Language.delete(&base),
    });
    call.set_cookie(match theme {
        Some(theme) => Cookie::Theme.set(&base, theme.as_str()),
        None => Cookie::Theme.delete(&base),
    });
    Ok(Reply::SeeOther("/console/me?saved=1".to_owned()))
}
