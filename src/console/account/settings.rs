//! The account's name and contact address, and where the person's own language and colours are.

use axum::http::StatusCode;
use maud::html;

use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::{Faults, Input};
use crate::console::numbers;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::domain::account::Account;
use crate::domain::language::Language;
use crate::domain::text::{EmailAddress, Name};
use crate::identity::Theme;
use crate::management;
use crate::storage::accounts;

async fn shown(call: &mut Call) -> Result<Account, PageError> {
    let id = call.account_id()?;
    accounts::find(call.db().await?, id).await?.ok_or(PageError::NotFound)
}

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let known = shown(call).await?;
    let (words, root) = (call.words(), call.path("/settings")?);
    let identity = &call.user()?.identity;
    let language = match identity.language {
        Some(Language::En) => "English",
        Some(Language::Pt) => "Português",
        None => words.as_browser(),
    };
    let theme = match identity.theme {
        Some(Theme::Light) => words.theme_light(),
        Some(Theme::Dark) => words.theme_dark(),
        None => words.as_browser(),
    };
    let may_manage = call.may_manage();
    let body = html! {
        @if call.query.has("saved") { p.note.ok role="status" { (words.saved()) } }
        section.card {
            header { h2 { (words.account()) } }
            div.body {
                dl.facts {
                    dt { (words.name()) } dd { (known.name) }
                    dt { (words.contact_address()) } dd { (known.email) }
                    dt { (words.account_id()) } dd { code { (known.id) } }
                    dt { (words.since()) } dd { (numbers::day(words.0, known.created_at.date_naive())) }
                }
                @if may_manage {
                    div.filters.space {
                        a.button href={ (root) "/edit" } { (words.change_settings()) }
                        a.button.danger href={ (root) "/close" } { (words.close_account()) }
                    }
                }
            }
        }
        section.card {
            header { h2 { (words.only_for_you()) } }
            div.body {
                dl.facts {
                    dt { (words.language()) } dd { (language) }
                    dt { (words.theme()) } dd { (theme) }
                }
                p.space { a.button href="/console/me" { (words.profile()) } }
            }
        }
    };
    account(call, Content::new(Section::Settings, words.settings(), body)).await
}

pub(in crate::console) async fn edit(call: &mut Call) -> Result<Reply, PageError> {
    let known = shown(call).await?;
    form(call, &known.name, &known.email, &Faults::default()).await
}

async fn form(call: &mut Call, name: &str, email: &str, faults: &Faults) -> Result<Reply, PageError> {
    let (words, root) = (call.words(), call.path("/settings")?);
    let action = format!("{root}/edit");
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(action) {
            (call.form_field(&action))
            (Input { autocomplete: "organization", ..Input::text("name", words.name(), name) }
                .hint(words.settings_name_hint()).show(words, faults))
            (Input { kind: "email", ..Input::text("email", words.contact_address(), email) }
                .hint(words.contact_hint()).show(words, faults))
            div.filters {
                button.primary { (words.save()) }
                a.button href=(root) { (words.cancel()) }
            }
        }
    };
    account(call, Content::new(Section::Settings, words.change_settings(), body)).await
}

pub(in crate::console) async fn save(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["name", "email"])?;
    let typed = [call.form.text("name").to_owned(), call.form.text("email").to_owned()];
    let mut faults = Faults::default();
    let name = faults.read::<Name>(call.words(), ("name", call.words().name()), &typed[0]);
    let email =
        faults.read::<EmailAddress>(call.words(), ("email", call.words().contact_address()), &typed[1]);
    let (Some(name), Some(email)) = (name, email) else {
        let form = form(call, &typed[0], &typed[1], &faults).await?;
        return Ok(form.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let (id, by) = (call.account_id()?, call.by()?);
    // Another account may have the address: a refusal would tell that it exists.
    let db = call.db().await?;
    management::accounts::change(db, &by, id, Some(name.as_str()), Some(email.as_str()), true).await?;
    Ok(Reply::SeeOther(call.path("/settings?saved=1")?))
}
