//! The person's password and sessions.

use axum::http::StatusCode;
use maud::{Markup, html};

use crate::console::credentials::choose_password::fault_text;
use crate::console::credentials::notice::notify;
use crate::console::credentials::password::store_password;
use crate::console::email;
use crate::console::frame::person_frame::of_person;
use crate::console::html::browser_name::browser_name;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::cookie::Cookie;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::ids::SessionId;
use crate::identity::Identity;
use crate::identity::password::Password;
use crate::secret::token::Token;
use crate::storage::identity::{one_time, second_factor, sessions};

const PATH: &str = "/console/me/security";
const PASSWORD_PATH: &str = "/console/me/password";
const SESSIONS_PATH: &str = "/console/me/sessions";

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let (identity, own) = (call.user()?.identity.clone(), call.user()?.session.id);
    let listed = sessions::list(call.db().await?, identity.id).await?;
    let codes_left = match identity.has_second_factor {
        true => Some(second_factor::codes_left(call.db().await?, identity.id).await?),
        false => None,
    };
    let (words, now) = (call.words(), call.now());
    let content = html! {
        @if call.query.has("saved") { p.note.ok role="status" { (words.password_saved()) } }
        section.card.form {
            h2 { (words.password_and_factor()) }
            dl.facts {
                dt { (words.password()) }
                dd { @if identity.has_password { (on(words.is_set())) } @else { (off(words.is_not_set())) } }
                dt { (words.second_factor()) }
                dd {
                    @match codes_left {
                        Some(left) => { (on(words.factor_is_on())) " " span.muted { (words.codes_left(left)) } },
                        None => (off(words.factor_is_off())),
                    }
                }
            }
            p.filters {
                a.button href=(PASSWORD_PATH) { (password_act(words, &identity)) }
                a.button href="/console/me/second-factor" {
                    @if codes_left.is_some() { (words.manage_factor()) } @else { (words.set_up_factor()) }
                }
            }
        }
        section.card {
            header { h2 { (words.sessions()) } }
            div.body.scroll {
                table {
                    thead { tr { th { (words.session_browser()) } th { (words.session_address()) } th { (words.session_seen()) } td {} } }
                    tbody {
                        @for session in &listed {
                            tr {
                                td data-label=(words.session_browser()) { span title=(session.browser) { (browser_name(&session.browser)) } }
                                td data-label=(words.session_address()) { (session.address.as_deref().unwrap_or(words.unknown())) }
                                td data-label=(words.session_seen()) { (words.ago(session.seen_at, now)) }
                                td {
                                    @if session.id == own { span.chip { (words.this_session()) } } @else {
                                        form method="post" action=(SESSIONS_PATH) {
                                            (call.form_field(SESSIONS_PATH))
                                            button.quiet name="session" value=(session.id) { (words.end_session()) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                @if listed.len() > 1 {
                    form method="post" action=(SESSIONS_PATH) {
                        (call.form_field(SESSIONS_PATH))
                        button.danger name="session" value="others" { (words.end_other_sessions()) }
                    }
                }
            }
        }
    };
    of_person(call, words.security(), &content)
}

fn on(text: &str) -> Markup {
    html! { span.chip.ok { "● " (text) } }
}

fn off(text: &str) -> Markup {
    html! { span.chip { "○ " (text) } }
}

const fn password_act(words: Words, identity: &Identity) -> &'static str {
    if identity.has_password { words.change_password() } else { words.set_password() }
}

pub(crate) async fn end_sessions(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["session"])?;
    let (identity, own) = (call.user()?.identity.id, call.user()?.session.id);
    match call.form.text("session").to_owned().as_str() {
        "others" => {
            sessions::end_others(call.db().await?, identity, Some(own)).await?;
        }
        one => {
            let id: SessionId = one.parse().map_err(|_| PageError::NotFound)?;
            sessions::end(call.db().await?, identity, id).await?;
        }
    }
    Ok(Reply::SeeOther(PATH.to_owned()))
}

pub(crate) async fn password(call: &mut Call) -> Result<Reply, PageError> {
    form(call, &Faults::default())
}

fn form(call: &Call, faults: &Faults) -> Result<Reply, PageError> {
    let words = call.words();
    let hint = format!("{} {}", words.password_rule(min_chars(call)), words.password_rule_more());
    let identity = &call.user()?.identity;
    let act = password_act(words, identity);
    let content = html! {
        (faults.summary(words))
        form.card.form method="post" action=(PASSWORD_PATH) {
            (call.form_field(PASSWORD_PATH))
            // Password managers read whose password it is.
            input type="hidden" name="email" autocomplete="username" value=(identity.email);
            (Input::password("password", words.new_password(), "new-password").hint(&hint).show(words, faults))
            div.filters {
                button.primary { (act) }
                a.button href=(PATH) { (words.cancel()) }
            }
        }
    };
    of_person(call, act, &content)
}

fn min_chars(call: &Call) -> usize {
    call.console.settings.min_password_chars.get()
}

/// Sets the password. The person has just proved who they are. All other sessions and open links
/// end, except those that undo what a thief did.
pub(crate) async fn set_password(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["password", "email"])?;
    let (identity, session) = (call.user()?.identity.clone(), call.user()?.session.id);
    let given = call.form.raw("password").to_owned();
    let chosen = Password::chosen(&given, min_chars(call), &[&identity.email, &identity.name]);
    let password = match chosen {
        Ok(password) => password,
        Err(fault) => {
            let mut faults = Faults::default();
            faults.add(("password", call.words().new_password()), fault_text(call.words(), fault));
            return Ok(form(call, &faults)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    // No place is held while the hash is computed.
    call.commit().await?;
    store_password(call, identity.id, &password, true).await?;
    sessions::end_others(call.db().await?, identity.id, Some(session)).await?;
    one_time::end_but_safeguards(call.db().await?, identity.id).await?;
    let language = email::language_for(call, &identity);
    let notice = email::password_changed(Words(language), call.product());
    notify(call, &identity, language, notice).await?;
    let token = Token::new().map_err(|_| PageError::Internal)?;
    sessions::confirm(call.db().await?, session, &token.digest()).await?;
    let base = call.console.base.clone();
    call.set_cookie(Cookie::Session.set(&base, &token.expose()));
    Ok(Reply::SeeOther(format!("{PATH}?saved=1")))
}
