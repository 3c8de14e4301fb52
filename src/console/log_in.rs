//! Logging in with a password, and logging out.

use std::time::Duration;

use axum::http::StatusCode;
use maud::{Markup, html};

use super::call::Call;
use super::cookie::Cookie;
use super::email;
use super::error::PageError;
use super::field::{Faults, Input};
use super::page::{Reply, plain};
use super::resubmission::{self, KEPT};
use super::settings::SignUp;
use super::words::Words;
use super::{factor, known_browser};
use crate::domain::ids::IdentityId;
use crate::domain::text::EmailAddress;
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::identity::password::Password;
use crate::identity::throttle::{GuessKind, Wait, wait};
use crate::management::identities::{SessionStart, begin_session};
use crate::secret::password::PasswordHash;
use crate::secret::seal::{self, PASSWORD};
use crate::secret::token::Token;
use crate::storage::identity::{
    factor_resets, guesses, identities, second_factor as stored_factor, sessions,
};

/// Where a person lands after logging out, below the root of the console.
pub(super) const AFTER_LOG_OUT: &str = "/log-in?out=1";
const PATH: &str = "/console/log-in";

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    call.identify().await?;
    let note = (call.query.text("out") == "1").then(|| call.words().logged_out());
    let next = call.safe_path(call.query.text("next"));
    Ok(form(call, &next, "", "", note.map(|note| (note.to_owned(), "ok"))))
}

/// The page for a form that was sent after the session had ended. It carries the form along.
pub(super) fn logged_out_meanwhile(call: &Call) -> Reply {
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
        @if let Some((note, kind)) = &note { p.note.(kind) role="status" { (note) } }
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

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["email", "password", "next", KEPT])?;
    let next = call.safe_path(call.form.text("next"));
    let (email, kept) = (call.form.text("email").to_owned(), call.form.raw(KEPT).to_owned());
    let refused = |call: &Call, note: String| {
        form(call, &next, &email, &kept, Some((note, "bad"))).with_status(StatusCode::UNPROCESSABLE_ENTITY)
    };
    let subjects = Subjects::of(call, &email);
    if let Some(wait) = subjects.wait(call).await? {
        return Ok(refused(call, wait_text(call, wait)));
    }
    match checked(call, &email).await? {
        Some(identity) => {
            subjects.clear(call).await?;
            log_in_with(call, &identity, next, &kept).await
        }
        None => {
            subjects.count(call).await?;
            Ok(refused(call, call.words().log_in_failed().to_owned()))
        }
    }
}

pub(super) fn wait_text(call: &Call, wait: Wait) -> String {
    match wait {
        Wait::Seconds(seconds) => call.words().log_in_wait(seconds),
        Wait::UntilReset => call.words().wait_for_reset().to_owned(),
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

/// Whether this is the person's password. A hash with old parameters or under an old pepper is
/// replaced.
pub(super) async fn is_password(
    call: &mut Call,
    identity: Option<IdentityId>,
    given: &str,
) -> Result<bool, PageError> {
    let sealed = match identity {
        Some(id) => identities::password(call.db().await?, id).await?.map(|sealed| (id, sealed)),
        None => None,
    };
    let (mut hash, mut is_old) = (None, false);
    if let Some((id, sealed)) = &sealed {
        let opened = seal::open(&call.console.peppers, PASSWORD, id.as_uuid().as_bytes(), sealed);
        let (text, old) = opened.map_err(|error| {
            tracing::error!(%error, "opening a password failed");
            PageError::Internal
        })?;
        (hash, is_old) = (PasswordHash::from_text(&text), old);
    }
    // No connection is held while the hash is computed.
    call.commit().await?;
    let Ok(password) = Password::given(given) else { return Ok(false) };
    let hasher = call.console.hasher.clone();
    let verified = hasher.verify(password.expose(), hash).await?;
    if let (true, true, Some((id, _))) = (verified.is_right, verified.is_outdated || is_old, sealed) {
        store_password(call, id, &password, false).await?;
    }
    Ok(verified.is_right)
}

/// Stores the hash of a password.
pub(super) async fn store_password(
    call: &mut Call,
    id: IdentityId,
    password: &Password,
    is_new: bool,
) -> Result<(), PageError> {
    let hash = call.console.hasher.clone().hash(password.expose()).await?;
    let owner = id.as_uuid();
    let sealed = seal::seal(&call.console.peppers, PASSWORD, owner.as_bytes(), hash.expose().as_bytes());
    let sealed = sealed.map_err(|error| {
        tracing::error!(%error, "sealing a password failed");
        PageError::Internal
    })?;
    Ok(identities::set_password(call.db().await?, id, &sealed, is_new).await?)
}

/// How long a session waits for its second factor.
const HALF: Duration = Duration::from_secs(5 * 60);

/// Begins a session for this browser. It leads to `next`, or to the second factor first.
pub(super) async fn log_in(call: &mut Call, identity: &Identity, next: String) -> Result<Reply, PageError> {
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
    Ok(go_on(next, kept))
}

/// Begins a session of this browser, in either console; `half` is how long it waits for a second
/// factor. The session that the browser had ends.
pub(super) async fn begin(
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
pub(super) fn go_on(path: String, kept: &str) -> Reply {
    if kept.is_empty() {
        return Reply::SeeOther(path);
    }
    let path = path.split('?').next().unwrap_or_default().to_owned();
    Reply::GiveBack { path, kept: kept.to_owned() }
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
pub(super) async fn finish_log_in(call: &mut Call) -> Result<(), PageError> {
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
        let language = identity.language.unwrap_or(call.language());
        let notice = email::new_browser(call, Words(language));
        email::send(call, &address, language, notice).await?;
    }
    let base = call.console.base.clone();
    call.set_cookie(Cookie::Known.set(&base, &known_browser::make(&peppers, &key)));
    Ok(())
}

/// Ends the session. Serves both consoles.
pub(super) async fn log_out(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&[])?;
    let (identity, session) = (call.user()?.identity.id, call.user()?.session.id);
    sessions::end(call.db().await?, identity, session).await?;
    let base = call.console.base.clone();
    call.set_cookie(Cookie::Session.delete(&base));
    Ok(Reply::SeeOther(format!("{}{AFTER_LOG_OUT}", call.console.base.root())))
}

/// What failures of this attempt are counted by.
pub(super) struct Subjects(Vec<(GuessKind, [u8; 32])>);

impl Subjects {
    pub(super) fn of(call: &Call, email: &str) -> Self {
        let pepper = call.console.peppers.newest();
        let address = key_of(email).unwrap_or_else(|| email.to_lowercase());
        let known = call
            .known
            .as_deref()
            .filter(|known| known_browser::check(&call.console.peppers, &address, known));
        let whose = match known {
            Some(browser) => (GuessKind::Browser, pepper.blind("guess", browser)),
            None => (GuessKind::Address, pepper.blind("guess", &address)),
        };
        // Strangers may guess from the network of a known browser, which does not wait for them.
        let network = call.network().filter(|_| known.is_none());
        let network = network.map(|network| (GuessKind::Network, pepper.blind("guess", &network)));
        Self([Some(whose), network].into_iter().flatten().collect())
    }

    pub(super) async fn wait(&self, call: &mut Call) -> Result<Option<Wait>, PageError> {
        let now = call.now();
        for (kind, subject) in &self.0 {
            let failures = guesses::find(call.db().await?, *kind, subject).await?;
            if let Some(wait) = wait(*kind, failures, now) {
                return Ok(Some(wait));
            }
        }
        Ok(None)
    }

    pub(super) async fn count(&self, call: &mut Call) -> Result<(), PageError> {
        for (kind, subject) in &self.0 {
            guesses::add(call.db().await?, *kind, subject).await?;
        }
        Ok(())
    }

    pub(super) async fn clear(&self, call: &mut Call) -> Result<(), PageError> {
        // The network stays counted: its other users may still be guessing.
        for (kind, subject) in self.0.iter().filter(|(kind, _)| *kind != GuessKind::Network) {
            guesses::clear(call.db().await?, *kind, subject).await?;
        }
        Ok(())
    }
}

/// The address in the form by which it is unique.
pub(super) fn key_of(email: &str) -> Option<String> {
    email.parse::<EmailAddress>().ok().map(|address| EmailKey::of(&address).as_str().to_owned())
}
