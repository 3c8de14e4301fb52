//! The environments of an account.

use axum::http::StatusCode;
use maud::html;

use crate::clock::new_id;
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::{Faults, Input};
use crate::console::numbers::{typed_number, up_to, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::domain::account::{EnvironmentView, is_playground};
use crate::domain::ids::EnvironmentId;
use crate::domain::key::Mode;
use crate::domain::text::EnvironmentName;
use crate::management::environments::MAX_ENVIRONMENTS;
use crate::management::{self, ChangeError};
use crate::storage::environments;
use crate::storage::keys::MAX_COUNTED;

/// The most keys that the limit of an environment can be.
const MAX_KEY_CAP: i64 = 10_000;

pub(crate) async fn list(call: &mut Call) -> Result<Reply, PageError> {
    let id = call.account_id()?;
    let environments = environments::list_counting(call.db().await?, id, MAX_COUNTED + 1).await?;
    let (words, root) = (call.words(), call.path("/environments")?);
    let (keys, may_act) = (call.path("/keys")?, call.may_manage());
    let number = |number: i64| whole(words.0, number);
    let body = html! {
        section.card.scroll {
            table {
                thead { tr { th { (words.name()) } th { (words.mode()) } th.n { (words.keys_of_most()) } td {} } }
                tbody {
                    @for known in &environments {
                        tr {
                            td data-label=(words.name()) { a href={ (keys) "?environment=" (known.id) } { b { (known.name) } }
                                @if is_playground(&known.name, known.mode) { " " span.small.muted { (words.of_playground()) } }
                            }
                            td data-label=(words.mode()) {
                                @match known.mode {
                                    Mode::Live => span.chip { (words.live()) },
                                    Mode::Test => span.chip.test { (words.test()) },
                                }
                            }
                            td.n data-label=(words.keys_of_most()) {
                                (words.of_most(&up_to(words.0, known.keys, MAX_COUNTED), &number(i64::from(known.most_keys))))
                            }
                            td { @if may_act { a href={ (root) "/" (known.id) } { (words.change_limit()) } } }
                        }
                    }
                }
            }
        }
    };
    let actions =
        html! { @if may_act { a.button.primary href={ (root) "/new" } { (words.create_environment()) } } };
    let content = Content::new(Section::Environments, words.nav_environments(), body);
    account(call, content.lead(words.environments_lead()).actions(actions)).await
}

pub(crate) async fn show_new(call: &mut Call) -> Result<Reply, PageError> {
    let name = call.query.text("name").to_owned();
    new_form(call, &name, &Faults::default()).await
}

async fn new_form(call: &mut Call, name: &str, faults: &Faults) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path("/environments/new")?);
    let is_test = call.form.text("mode") != Mode::Live.as_str();
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            (Input::text("name", words.name(), name).show(words, faults))
            fieldset.choices {
                legend { (words.mode()) }
                label.row { input type="radio" name="mode" value="test" checked[is_test]; span { (words.mode_test()) } }
                label.row { input type="radio" name="mode" value="live" checked[!is_test]; span { (words.mode_live()) } }
            }
            div.filters {
                button.primary { (words.create_environment()) }
                a.button href=(call.path("/environments")?) { (words.cancel()) }
            }
        }
    };
    account(call, Content::new(Section::Environments, words.create_environment(), body)).await
}

pub(crate) async fn create(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["name", "mode"])?;
    let mode = call.form.choice("mode", Mode::from_name)?;
    let (typed, mut faults) = (call.form.text("name").to_owned(), Faults::default());
    let Some(name) = faults.read::<EnvironmentName>(call.words(), ("name", call.words().name()), &typed)
    else {
        return Ok(new_form(call, &typed, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let (id, account_id, by) = (EnvironmentId::from_uuid(new_id()), call.account_id()?, call.by()?);
    let leads_to = call.path("/environments")?;
    call.spend(&leads_to).await?;
    match management::environments::create(call.db().await?, &by, id, account_id, &name, mode).await {
        Ok(_) => return Ok(Reply::SeeOther(leads_to)),
        Err(ChangeError::EnvironmentExists) => {
            faults.add(("name", call.words().name()), call.words().environment_exists())
        }
        Err(ChangeError::TooManyEnvironments) => {
            let most = i64::try_from(MAX_ENVIRONMENTS).unwrap_or(i64::MAX);
            faults.add(("name", call.words().name()), call.words().too_many_environments(most))
        }
        Err(error) => return Err(error.into()),
    }
    call.roll_back();
    Ok(new_form(call, &typed, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
}

async fn environment_of(call: &mut Call) -> Result<EnvironmentView, PageError> {
    let (id, account): (EnvironmentId, _) = (call.param("environment")?, call.account_id()?);
    let known = environments::list_counting(call.db().await?, account, 0).await?;
    known.into_iter().find(|known| known.id == id).ok_or(PageError::NotFound)
}

pub(crate) async fn show_limit(call: &mut Call) -> Result<Reply, PageError> {
    let known = environment_of(call).await?;
    let typed = known.key_cap.map(|cap| cap.to_string()).unwrap_or_default();
    limit_form(call, &known, &typed, &Faults::default()).await
}

async fn limit_form(
    call: &mut Call,
    known: &EnvironmentView,
    typed: &str,
    faults: &Faults,
) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path(&format!("/environments/{}", known.id))?);
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            (Input::text("key_cap", words.key_cap(), typed).optional().hint(words.key_cap_hint()).show(words, faults))
            div.filters {
                button.primary { (words.save()) }
                a.button href=(call.path("/environments")?) { (words.cancel()) }
            }
        }
    };
    let content =
        Content::new(Section::Environments, words.of_key(words.nav_environment(), &known.name), body);
    account(call, content.test(known.mode == Mode::Test)).await
}

pub(crate) async fn set_limit(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["key_cap"])?;
    let known = environment_of(call).await?;
    let typed = call.form.text("key_cap").to_owned();
    let cap: Option<u16> = match typed.as_str() {
        "" => None,
        number => match typed_number(number, MAX_KEY_CAP) {
            Ok(cap) => u16::try_from(cap).ok(),
            Err(fault) => {
                let (words, mut faults) = (call.words(), Faults::default());
                faults.add(("key_cap", words.key_cap()), words.number_fault(fault, MAX_KEY_CAP));
                let form = limit_form(call, &known, &typed, &faults).await?;
                return Ok(form.with_status(StatusCode::UNPROCESSABLE_ENTITY));
            }
        },
    };
    let (account_id, by) = (call.account_id()?, call.by()?);
    management::environments::set_key_cap(call.db().await?, &by, account_id, known.id, cap).await?;
    Ok(Reply::SeeOther(call.path("/environments")?))
}
