//! Logging in with a password, and logging out.

use std::time::Duration;

use axum::http::StatusCode;
use maud::{Markup, html};

use crate::console::credentials::factor;
use crate::console::credentials::guesses::{Subjects, key_of, wait_text};
use crate::console::credentials::known_browser;
use crate::console::credentials::password::is_password;
use crate::console::email;
use crate::console::html::field::{self, Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::cookie::Cookie;
use crate::console::request::error::PageError;
use crate::console::request::page::{GivenBack, Reply, plain};
use crate::console::request::resubmission::{self, KEPT};
use crate::console::request::settings::SignUp;
use crate::console::words::Words;
use crate::domain::ids::IdentityId;
use crate::domain::text::EmailAddress;
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::management::identities::{SessionStart, begin_session};
use crate::secret::token::Token;
use crate::storage::identity::{factor_resets, identities, second_factor as stored_factor, sessions};

/// Where a person lands after logging out, below the root of the console.
pub(crate) const AFTER_LOG_OUT: &str = "/log-in?out=1";
const PATH: &str = "/console/log-in";

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    call.identify().await?;
    let note = (call.query.text("out") == "1").then(|| call.words().logged_out());
    let next = call.next_page(call.query.text("next"));
    Ok(form(call, &next, "", "", note.map(|note| (note.to_owned(), "ok"))))
}

/// The page for a form that was sent after the session had ended. It carries the form along.
pub(crate) fn logged_out_meanwhile(call: &Call) -> Reply {
    let note = (call.words().logged_out_meanwhile().to_owned(), "");
    let (next, kept) = (call.safe_path(&call.frame.path), resubmission::pack(&call.form));
    form(call, &next, "", &kept, Some(note)).with_status(StatusCode::UNAUTHORIZED)
}

fn form(call: &Call, next: &str, email: &str, kept: &str, note: Option<(String, &str)>) -> Reply {
    let words = call.words();
    let (nothing, address) = (
        Faults::default(),
        Input { kind: "email", autocomplete: "username", ..Input::text("email", words.email(), email) },
    );
    let content: Markup = html! {
        @if let Some((note, kind)) = &note { (field::note(note, kind)) }
        @if let Some(user) = &call.user {
            p.note.info { (words.logged_in_as(&user.identity.email)) " " a href=(next) { (words.to_console()) } }
        }
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            input type="hidden" name="next" value=(next);
            (resubmission::field(kept))
            (address.show(words, &nothing))
            (Input::password("password", words.password(), "current-password").show(words, &nothing))
            button.primary { (words.log_in()) }
        }
        p { a href="/console/reset" { (words.forgotten()) } }
        @if call.console.settings.sign_up == SignUp::Open {
            p { (words.new_here()) " " a href="/console/sign-up" { (words.sign_up()) } }
        }
        p.muted { (words.link_hint()) }
    };
    Reply::page(plain(&call.frame, words.log_in(), &content))
}

pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["email", "password", "next", KEPT])?;
    let next = call.safe_path(call.form.text("next"));
    let (email, kept) = (call.form.text("email").to_owned(), call.form.raw(KEPT).to_owned());
    let refused = |call: &Call, note: String| {
        form(call, &next, &email, &kept, Some((note, "bad"))).with_status(StatusCode::UNPROCESSABLE_ENTITY)
    };
    let attempt = match Subjects::of(call, &email).begin(call).await? {
        Ok(attempt) => attempt,
        Err(wait) => return Ok(refused(call, wait_text(call, wait))),
    };
    let judged = checked(call, &email).await;
    match attempt.settle(call, judged).await? {
        Some(identity) => log_in_with(call, &identity, next, &kept).await,
        None => Ok(refused(call, call.words().log_in_failed().to_owned())),
    }
}

/// Returns the person whose address and password were sent. An unknown address takes as long as a
/// wrong password.
async fn checked(call: &mut Call, email: &str) -> Result<Option<Identity>, PageError> {
    let known = match email.parse::<EmailAddress>() {
        Ok(address) => identities::by_email(call.db().await?, &EmailKey::of(&address)).await?,
        Err(_) => None,
    };
    let password = call.form.raw("password").to_owned();
    let is_right = is_password(call, known.as_ref().map(|identity| identity.id), &password).await?;
    Ok(known.filter(|_| is_right))
}

/// How long a session waits for its second factor.
const HALF: Duration = Duration::from_secs(5 * 60);

/// Begins a session for this browser. It leads to `next`, or to the second factor first.
pub(crate) async fn log_in(call: &mut Call, identity: &Identity, next: String) -> Result<Reply, PageError> {
    log_in_with(call, identity, next, "").await
}

/// The same, and gives a form back that was typed before.
async fn log_in_with(
    call: &mut Call,
    identity: &Identity,
    next: String,
    kept: &str,
) -> Result<Reply, PageError> {
    let asks_for_factor = identity.has_second_factor && !is_factor_over(call, identity).await?;
    begin(call, identity.id, asks_for_factor.then_some(HALF)).await?;
    if asks_for_factor && !kept.is_empty() {
        return Ok(factor::ask_form(call, &next, kept, &Faults::default()));
    }
    if asks_for_factor {
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        return Ok(Reply::SeeOther(format!("/console/log-in/second?next={next}")));
    }
    remember_browser(call, identity).await?;
    Ok(go_on(call, next, kept))
}

/// Begins a session of this browser, in either console; `half` is how long it waits for a second
/// factor. The session that the browser had ends.
pub(crate) async fn begin(
    call: &mut Call,
    identity: IdentityId,
    half: Option<Duration>,
) -> Result<(), PageError> {
    if let Some(old) = call.session.clone()
        && let Some((session, person, _)) = sessions::find(call.db().await?, &old.digest()).await?
    {
        sessions::end(call.db().await?, person.id, session.id).await?;
    }
    let start = SessionStart {
        life: call.console.settings.session_life,
        half,
        address: call.address,
        browser: call.browser.clone(),
    };
    let token = begin_session(call.db().await?, identity, start).await?;
    let base = call.console.base.clone();
    call.begin_session(token);
    call.set_cookie(Cookie::Visit.delete(&base));
    Ok(())
}

/// Where a person goes who has proved who they are.
pub(crate) fn go_on(call: &Call, path: String, kept: &str) -> Reply {
    if kept.is_empty() {
        return Reply::SeeOther(call.next_page(&path));
    }
    let path = path.split('?').next().unwrap_or_default().to_owned();
    Reply::GiveBack(GivenBack {
        path,
        kept: kept.to_owned(),
        status: StatusCode::OK,
        note: call.words().given_back(),
        if_missing: None,
    })
}

/// Takes the second factor away a day after an admin vouched for the person who has lost it.
async fn is_factor_over(call: &mut Call, identity: &Identity) -> Result<bool, PageError> {
    if !factor_resets::take_due(call.db().await?, identity.id).await? {
        return Ok(false);
    }
    stored_factor::set(call.db().await?, identity.id, None, 0, &[]).await?;
    factor::notify_off(call, identity).await?;
    Ok(true)
}

/// Completes the session of a person whose second factor was right: it gets another cookie.
pub(crate) async fn finish_log_in(call: &mut Call) -> Result<(), PageError> {
    let half = call.half()?;
    let (identity, session) = (half.identity.clone(), half.session.id);
    let token = Token::new().map_err(|_| PageError::Internal)?;
    sessions::confirm(call.db().await?, session, &token.digest()).await?;
    // A person who used the factor has not lost it.
    factor_resets::cancel(call.db().await?, identity.id).await?;
    call.begin_session(token);
    remember_browser(call, &identity).await?;
    Ok(())
}

/// Marks the browser as known, and sends a notice about one that was not.
async fn remember_browser(call: &mut Call, identity: &Identity) -> Result<(), PageError> {
    let (Some(key), Ok(address)) = (key_of(&identity.email), identity.email.parse()) else { return Ok(()) };
    let peppers = call.console.peppers.clone();
    let is_known = call.known.as_deref().is_some_and(|known| known_browser::check(&peppers, &key, known));
    if !is_known && identity.last_log_in_at.is_some() {
        let language = email::language_for(call, identity);
        let notice = email::new_browser(call, Words(language));
        email::send(call, &address, language, notice).await?;
    }
    let base = call.console.base.clone();
    call.set_cookie(Cookie::Known.set(&base, &known_browser::make(&peppers, &key)));
    Ok(())
}

/// Ends the session. Serves both consoles.
pub(crate) async fn log_out(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&[])?;
    let (identity, session) = (call.user()?.identity.id, call.user()?.session.id);
    sessions::end(call.db().await?, identity, session).await?;
    let base = call.console.base.clone();
    call.set_cookie(Cookie::Session.delete(&base));
    Ok(Reply::SeeOther(format!("{}{AFTER_LOG_OUT}", call.console.base.root())))
}
