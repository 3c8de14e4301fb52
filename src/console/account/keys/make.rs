//! Making a key, and the one page that shows a secret.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::form::{FIELDS, Preset, Typed};
use super::parts::path_of;
use crate::clock::new_id;
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::Faults;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::account::EnvironmentView;
use crate::domain::ids::KeyId;
use crate::domain::key::terms::KeyTerms;
use crate::domain::key::view::KeyView;
use crate::domain::key::{FormatChoice, KeySecret, Mode};
use crate::management::keys::NewSecret;
use crate::management::{self, ChangeError};
use crate::openapi::{Client, first_call};
use crate::storage::environments;
use crate::storage::keys::{self, NewKey};

async fn environments(call: &mut Call) -> Result<Vec<EnvironmentView>, PageError> {
    let id = call.account_id()?;
    Ok(environments::list_counting(call.db().await?, id, 0).await?)
}

/// The form of a new key: after a preset, or like another key.
pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let (environments, now, own) = (environments(call).await?, call.now(), call.account_id()?);
    let like: Option<KeyId> = call.query.text("like").parse().ok();
    let typed = match like {
        Some(id) => {
            let like = keys::find(call.db().await?, id).await?.filter(|key| key.account_id == own);
            let like = like.ok_or(PageError::NotFound)?;
            Typed { name: String::new(), ..Typed::of(&like.terms(), &like.environment) }
        }
        None => {
            let preset = Preset::from_name(call.query.text("preset")).unwrap_or(Preset::Server);
            if preset == Preset::Test && !environments.iter().any(|known| known.mode == Mode::Test) {
                return no_test_environment(call).await;
            }
            Typed::preset(preset, &environments, now)
        }
    };
    form(call, &typed, &environments, &Faults::default()).await
}

fn presets(words: Words, path: &str) -> Markup {
    let name = |preset| match preset {
        Preset::Server => words.preset_server(),
        Preset::Test => words.preset_test(),
        Preset::Read => words.preset_read(),
    };
    html! {
        p.filters {
            span.muted { (words.preset()) }
            @for preset in Preset::ALL { a.button href={ (path) "?preset=" (preset.as_str()) } { (name(preset)) } }
        }
    }
}

/// Instead of a form that would make a live key: the way to a test environment.
async fn no_test_environment(call: &mut Call) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path("/keys/new")?);
    let body = html! {
        (presets(words, &path))
        p.note.info { (words.no_test_environment()) }
        p.filters {
            a.button.primary href=(call.path("/environments/new?name=test")?) { (words.create_environment()) }
            a.button href=(call.path("/keys")?) { (words.cancel()) }
        }
    };
    account(call, Content::new(Section::Keys, words.create_key(), body)).await
}

async fn form(
    call: &mut Call,
    typed: &Typed,
    environments: &[EnvironmentView],
    faults: &Faults,
) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path("/keys/new")?);
    let body = html! {
        @if !call.may_call() { p.note.info { (words.made_for_later()) } }
        (presets(words, &path))
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            (typed.show(call, Some(environments), faults))
            div.filters {
                button.primary { (words.create_key()) }
                a.button href=(call.path("/keys")?) { (words.cancel()) }
            }
        }
    };
    account(call, Content::new(Section::Keys, words.create_key(), body)).await
}

pub(in crate::console) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&FIELDS)?;
    let (typed, mut faults) = (Typed::sent(&call.form), Faults::default());
    let format = FormatChoice::from_name(&typed.format);
    let terms = typed.read(call.words(), call.now(), None, &mut faults);
    if let (Some(terms), Some(format)) = (terms, format) {
        match made(call, &typed, terms, format).await {
            Ok((view, secret)) => {
                let title = call.words().key_created(&view.name);
                return secret_page(call, &view, &secret, title).await;
            }
            Err(NotMade::Page(error)) => return Err(error),
            Err(NotMade::Rule(ChangeError::TooManyKeys)) => {
                let words = call.words();
                faults
                    .add(("environment", words.environment()), words.environment_is_full(&typed.environment));
            }
            Err(NotMade::Rule(error)) => add_fault(call, error, &mut faults)?,
        }
    }
    call.roll_back();
    let environments = environments(call).await?;
    Ok(form(call, &typed, &environments, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
}

/// Why no key was made.
enum NotMade {
    Page(PageError),
    Rule(ChangeError),
}

async fn made(
    call: &mut Call,
    typed: &Typed,
    terms: KeyTerms,
    format: FormatChoice,
) -> Result<(KeyView, KeySecret), NotMade> {
    let id = KeyId::from_uuid(new_id());
    let new = async |call: &mut Call| {
        let leads_to = path_of(call, id, "")?;
        call.spend(&leads_to).await?;
        let account_id = call.account_id()?;
        Ok((NewKey { id, account_id, environment: typed.environment.clone(), terms }, call.by()?))
    };
    let (new, by) = new(call).await.map_err(NotMade::Page)?;
    let console = call.console.clone();
    let secret = NewSecret { format, prefix: &console.prefix, peppers: &console.peppers };
    let db = call.db().await.map_err(NotMade::Page)?;
    management::keys::create(db, &by, &new, &secret).await.map_err(NotMade::Rule)
}

/// A rule that a field breaks. Other errors are pages of their own.
pub(super) fn add_fault(call: &Call, error: ChangeError, faults: &mut Faults) -> Result<(), PageError> {
    let words = call.words();
    match error {
        ChangeError::UnknownEnvironment { .. } => {
            faults.add(("environment", words.environment()), words.no_such_environment())
        }
        ChangeError::WrongMode { .. } => faults.add(("format", words.format()), words.wrong_format()),
        ChangeError::EndsInPast => faults.add(("expires_on", words.expires_on()), words.not_a_day()),
        // A key that has expired counts again once it is renewed.
        ChangeError::TooManyKeys => faults.add(("expires_on", words.expires_on()), words.no_room_to_renew()),
        error => return Err(error.into()),
    }
    Ok(())
}

/// The page with a new secret. It is the answer to the form itself: nothing keeps the secret for
/// another page.
pub(super) async fn secret_page(
    call: &mut Call,
    view: &KeyView,
    secret: &KeySecret,
    title: String,
) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), path_of(call, view.id, "")?);
    let body = html! {
        section.card.form {
            label for="secret" { (words.secret()) }
            input.secret #secret data-secret type="text" readonly value=(secret.expose()) autocomplete="off" spellcheck="false";
            div.filters {
                button.primary type="button" hidden data-copy="secret" data-done=(words.copied()) data-failed=(words.copy_by_hand()) {
                    (words.copy_secret())
                }
                button type="button" hidden data-reveal="secret" data-show=(words.show()) data-hide=(words.hide()) { (words.show()) }
                button type="button" hidden data-download="secret" data-file=".env" data-variable="FLUENCE_API_KEY" { (words.download_env()) }
                button.quiet type="button" hidden data-test="secret" data-works=(words.it_works()) data-broken=(words.it_does_not_work()) {
                    (words.test_it())
                }
            }
            p #copy-status role="status" {}
            p.muted { (words.if_lost()) }
        }
        (sample(call))
        p { a.button href=(path) { (words.saved_it()) } }
    };
    let content =
        Content::new(Section::Keys, title, body).lead(words.secret_once()).test(view.mode == Mode::Test);
    account(call, content).await
}

/// A call that is sold, without the secret in it.
fn sample(call: &Call) -> Markup {
    let console = &call.console;
    html! {
        @if let Some(operation) = first_call(console.site.operations(), call.words().0) {
            h2.space { (call.words().first_call()) }
            pre tabindex="0" { (Client::Curl.program(operation, &console.base.link("")).trim_end()) }
            p.muted { (call.words().curl_waits()) }
        }
    }
}
