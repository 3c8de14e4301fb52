//! Signing up: an address first, and everything else once it is proved. Known and unknown addresses
//! get the same page.

use axum::http::StatusCode;
use maud::html;

use super::asked_address;
use super::link::{refused, refused_with};
use super::log_in::log_in;
use super::reset::{ask, send_link};
use super::sign_up_code::{self, FINISH, SIGN_UP};
use crate::clock::new_id;
use crate::console::credentials::choose_password::{self, field};
use crate::console::email::{self, Email};
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::request::cookie::Cookie;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, plain};
use crate::console::request::settings::SignUp;
use crate::domain::ids::IdentityId;
use crate::domain::text::{EmailAddress, Name};
use crate::identity::email::EmailKey;
use crate::identity::one_time::{NotAccepted, OneTime, Purpose};
use crate::management::identities::{consume, look_at};
use crate::management::sign_up::{NewPerson, new_sign_up, sign_up};
use crate::secret::token::Token;
use crate::storage::identity::identities;

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let words = call.words();
    if call.console.settings.sign_up != SignUp::Open {
        return Ok(closed(call));
    }
    let typed = asked_address::address(call, asked_address::SIGN_UP);
    let typed = typed.as_ref().map_or("", EmailAddress::as_str);
    Ok(ask(call, SIGN_UP, words.sign_up(), words.sign_up_lead(), typed, &Faults::default()))
}

/// The page of a gateway on which people cannot open accounts.
fn closed(call: &Call) -> Reply {
    let words = call.words();
    let content =
        html! { p { (words.sign_up_closed()) } p { a href="/console/log-in" { (words.log_in()) } } };
    Reply::page(plain(&call.frame, words.sign_up(), &content))
}

pub(crate) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["email"])?;
    if call.console.settings.sign_up != SignUp::Open {
        return Err(PageError::NotFound);
    }
    let words = call.words();
    let (typed, mut faults) = (call.form.text("email").to_owned(), Faults::default());
    let Some(address) = faults.read::<EmailAddress>(words, ("email", words.email()), &typed) else {
        let form = ask(call, SIGN_UP, words.sign_up(), words.sign_up_lead(), &typed, &faults);
        return Ok(form.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let browser = Token::new().map_err(|_| PageError::Internal)?;
    let base = call.console.base.clone();
    call.set_cookie(Cookie::SignUp.set(&base, &browser.expose()));
    asked_address::remember(call, asked_address::SIGN_UP, &address);
    let key = EmailKey::of(&address);
    if email::may_be_asked_for(call, &key.mailbox()).await? {
        match identities::by_email(call.db().await?, &key).await? {
            Some(identity) => send_link(call, &identity, true).await?,
            None => send_sign_up(call, &address, &browser).await?,
        }
    }
    Ok(Reply::SeeOther(sign_up_code::PATH.to_owned()))
}

async fn send_sign_up(call: &mut Call, address: &EmailAddress, browser: &Token) -> Result<(), PageError> {
    let code = sign_up_code::new()?;
    let digest = sign_up_code::digest(call, browser, &code);
    let token = new_sign_up(call.db().await?, address, &browser.digest(), &digest).await?;
    let (words, language) = (call.words(), call.language());
    let message = Email {
        kind: "sign_up",
        subject: words.mail_sign_up_subject(call.product()),
        paragraphs: vec![words.mail_sign_up_text().to_owned(), words.mail_sign_up_code(&code)],
        button: Some((words.sign_up(), format!("{FINISH}?token={}", token.expose()))),
        reason: words.mail_sign_up_reason(),
    };
    email::send(call, address, language, message).await
}

pub(crate) async fn show_finish(call: &mut Call) -> Result<Reply, PageError> {
    let Some(token) = Token::parse(call.query.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    if call.console.settings.sign_up != SignUp::Open {
        return Ok(closed(call));
    }
    match look_at(call.db().await?, &token.digest(), Purpose::SignUp).await? {
        Ok(found) => Ok(finish_form(call, &token, &found, &Faults::default())),
        Err(error) => Ok(not_accepted(call, error)),
    }
}

/// The page of a link that opens no account. The one that it opened is there.
fn not_accepted(call: &Call, error: NotAccepted) -> Reply {
    match error {
        NotAccepted::Used => refused_with(call, error, call.words().account_exists(), None),
        error => refused(call, error),
    }
}

fn finish_form(call: &Call, token: &Token, found: &OneTime, faults: &Faults) -> Reply {
    let words = call.words();
    let (name, account) = (call.form.text("name"), call.form.text("account"));
    let content = html! {
        (faults.summary(words))
        form.card.form method="post" action=(FINISH) {
            (call.form_field(FINISH))
            input type="hidden" name="token" value=(token.expose());
            input type="hidden" name="email" autocomplete="username" value=(found.email);
            p { (words.password_for(&found.email)) }
            (Input { autocomplete: "name", ..Input::text("name", words.your_name(), name) }.show(words, faults))
            (Input { autocomplete: "organization", ..Input::text("account", words.account_name(), account) }
                .hint(words.account_name_hint()).show(words, faults))
            (field(call, faults))
            button.primary { (words.sign_up()) }
        }
    };
    Reply::page(plain(&call.frame, words.sign_up(), &content))
}

/// Makes the person and the account, once.
pub(crate) async fn finish(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["token", "email", "name", "account", "password"])?;
    let Some(token) = Token::parse(call.form.text("token")) else {
        return Ok(refused(call, NotAccepted::Unknown));
    };
    if call.console.settings.sign_up != SignUp::Open {
        return Ok(closed(call).with_status(StatusCode::CONFLICT));
    }
    let found = match look_at(call.db().await?, &token.digest(), Purpose::SignUp).await? {
        Ok(found) => found,
        Err(error) => return Ok(not_accepted(call, error)),
    };
    let (name, account) = (call.form.text("name").to_owned(), call.form.text("account").to_owned());
    let (words, mut faults) = (call.words(), Faults::default());
    let person: Option<Name> = faults.read(words, ("name", words.your_name()), &name);
    let company: Option<Name> = faults.read(words, ("account", words.account_name()), &account);
    let password = choose_password::read(call, &[&found.email, &name, &account], &mut faults);
    let (Some(person), Some(company), Some(password)) = (person, company, password) else {
        return Ok(finish_form(call, &token, &found, &faults).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let id = IdentityId::from_uuid(new_id());
    let sealed = choose_password::sealed(call, id, &password).await?;
    let found = match consume(call.db().await?, &token.digest(), Purpose::SignUp).await? {
        Ok(found) => found,
        Err(error) => return Ok(not_accepted(call, error)),
    };
    let address: EmailAddress = found.email.parse().map_err(|_| PageError::Internal)?;
    let opening = call.console.settings.opening().ok_or(PageError::Internal)?;
    let mailbox = EmailKey::of(&address).mailbox();
    let new = NewPerson {
        id,
        email: address,
        mailbox: call.console.peppers.newest().blind("sign-up grant", &mailbox),
        name: person,
        language: Some(call.language()),
        sealed,
        address: call.address,
    };
    let account = sign_up(call.db().await?, new, &company, opening).await?;
    let identity = identities::find(call.db().await?, id).await?.ok_or(PageError::Internal)?;
    let base = call.console.base.clone();
    call.set_cookie(Cookie::SignUp.delete(&base));
    let entered = log_in(call, &identity, format!("/console/{account}")).await?;
    // The account is there; the ledger grants what it begins with before its first page is read.
    call.commit().await?;
    call.console.grants.give_due_for_page().await;
    Ok(entered)
}
