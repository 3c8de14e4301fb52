//! Alerts: which there are, who is written to, and what was sent last.

mod factor;
mod send;

use std::collections::BTreeMap;

use axum::http::StatusCode;
use maud::{Markup, html};

use crate::console::email::{self, Email};
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::html::field::{Faults, Input};
use crate::console::numbers::typed_amount;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::alert::{AlertKind, AlertRule};
use crate::domain::text::EmailAddress;
use crate::management;
use crate::storage::alerts::{self as stored, SentAlert};
use crate::storage::identity::admins;

pub use send::Alerts;

/// Sent alerts that are shown.
const SHOWN: i64 = 20;

const fn name_of(words: Words, kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::LowCredits => words.alert_low_credits(),
        AlertKind::NoCredits => words.alert_no_credits(),
        AlertKind::Requests => words.alert_requests(),
        AlertKind::KeyEnds => words.alert_key_ends(),
        AlertKind::KeyUnused => words.alert_key_unused(),
    }
}

/// What an alert was about.
fn what(words: Words, root: &str, alert: &SentAlert) -> Markup {
    let name = alert.name.as_deref().unwrap_or_default();
    match alert.kind {
        AlertKind::LowCredits | AlertKind::NoCredits => html! { (name_of(words, alert.kind)) },
        AlertKind::Requests => html! { (words.alert_sent_requests()) },
        AlertKind::KeyUnused => html! { (words.alert_sent_unused(name)) },
        AlertKind::KeyEnds => {
            let text =
                if alert.has_ended { words.alert_sent_ended(name) } else { words.alert_sent_ends(name) };
            html! { @match alert.key_id { Some(key) => a href={ (root) "/" (key) } { (text) }, None => (text) } }
        }
    }
}

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let id = call.account_id()?;
    let db = call.db().await?;
    let rules = stored::rules(db, id).await?;
    let recipients = admins::active(db, &[id.as_uuid()]).await?;
    let sent = stored::sent(db, id, SHOWN).await?;
    let (words, root, now) = (call.words(), call.path("/alerts")?, call.now());
    let keys = call.path("/keys")?;
    let may_manage = call.may_manage();
    let body = html! {
        @if call.query.has("saved") { p.note.ok role="status" { (words.saved()) } }
        @match call.query.text("tried") {
            "" => {},
            "later" => p.note.bad role="alert" tabindex="-1" autofocus { (words.alert_not_tried()) },
            _ => p.note.ok role="status" { (words.alert_tried()) },
        }
        section.card.scroll {
            table {
                thead { tr { th { (words.alert()) } th { (words.state()) } } }
                tbody {
                    @for (kind, rule) in &rules {
                        tr {
                            td data-label=(words.alert()) {
                                (name_of(words, *kind))
                                @if *kind == AlertKind::LowCredits { " " span.muted { (words.alert_below(rule.threshold)) } }
                            }
                            td data-label=(words.state()) {
                                @if rule.is_on { span.chip.ok { "● " (words.alert_on()) } } @else { span.chip { "○ " (words.alert_off()) } }
                            }
                        }
                    }
                }
            }
        }
        section.card {
            header { h2 { (words.alert_recipients()) } }
            div.body {
                @if recipients.is_empty() { p.muted { (words.alert_nobody()) } }
                ul.list { @for recipient in &recipients { li { (recipient.email) } } }
                p.muted { (words.alert_admins()) }
                @if may_manage {
                    form.space method="post" action={ (root) "/test" } {
                        (call.form_field(&format!("{root}/test")))
                        button { (words.alert_try()) }
                    }
                }
            }
        }
        section.card {
            header { h2 { (words.alert_sent()) } }
            div.body {
                @if sent.is_empty() { p.muted { (words.alert_none_sent()) } }
                ul.list {
                    @for alert in &sent {
                        li { span { (what(words, &keys, alert)) } span.muted.push { (words.ago(alert.fired_at, now)) } }
                    }
                }
            }
        }
    };
    let actions =
        html! { @if may_manage { a.button.primary href={ (root) "/edit" } { (words.change_alerts()) } } };
    let content = Content::new(Section::Alerts, words.nav_alerts(), body).lead(words.alerts_lead());
    account(call, content.actions(actions)).await
}

pub(crate) async fn edit(call: &mut Call) -> Result<Reply, PageError> {
    let id = call.account_id()?;
    let rules = stored::rules(call.db().await?, id).await?;
    let low = rules.get(&AlertKind::LowCredits).and_then(|rule| rule.threshold);
    let typed = low.map(|threshold| threshold.to_string()).unwrap_or_default();
    form(call, &rules, &typed, &Faults::default()).await
}

async fn form(
    call: &mut Call,
    rules: &BTreeMap<AlertKind, AlertRule>,
    threshold: &str,
    faults: &Faults,
) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path("/alerts/edit")?);
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            fieldset.choices {
                legend { (words.alerts_legend()) }
                @for (kind, rule) in rules {
                    label.row {
                        input type="checkbox" name=(kind.as_str()) checked[rule.is_on];
                        span { (name_of(words, *kind)) }
                    }
                }
            }
            (Input::text("threshold", words.alert_threshold(), threshold).optional().hint(words.alert_threshold_hint())
                .show(words, faults))
            div.filters {
                button.primary { (words.save()) }
                a.button href=(call.path("/alerts")?) { (words.cancel()) }
            }
        }
    };
    account(call, Content::new(Section::Alerts, words.change_alerts(), body)).await
}

pub(crate) async fn save(call: &mut Call) -> Result<Reply, PageError> {
    let kinds = AlertKind::ALL.iter().map(|kind| kind.as_str());
    call.form.only(&kinds.chain(["threshold"]).collect::<Vec<_>>())?;
    let (typed, mut faults) = (call.form.text("threshold").to_owned(), Faults::default());
    let threshold = match typed.as_str() {
        "" => None,
        text => {
            let words = call.words();
            typed_amount(text)
                .map(|amount| amount.credits().as_i64())
                .map_err(|fault| {
                    faults.add(("threshold", words.alert_threshold()), words.amount_fault(fault))
                })
                .ok()
        }
    };
    let rule = |kind: AlertKind| AlertRule {
        is_on: call.form.has(kind.as_str()),
        threshold: threshold.filter(|_| kind == AlertKind::LowCredits),
    };
    let rules: BTreeMap<AlertKind, AlertRule> =
        AlertKind::ALL.iter().map(|kind| (*kind, rule(*kind))).collect();
    if !faults.is_empty() {
        return Ok(form(call, &rules, &typed, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let (account_id, by) = (call.account_id()?, call.by()?);
    management::alerts::choose(call.db().await?, &by, account_id, &rules).await?;
    Ok(Reply::SeeOther(call.path("/alerts?saved=1")?))
}

/// Sends the reader a message, to see that messages arrive.
pub(crate) async fn try_out(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&[])?;
    let identity = call.user()?.identity.clone();
    if let Ok(address) = identity.email.parse::<EmailAddress>()
        && email::may_be_asked_for(call, &format!("alert {}", identity.id)).await?
    {
        let language = email::language_for(call, &identity);
        let words = Words(language);
        let account_name = call.membership()?.account_name.clone();
        let message = Email {
            kind: "alert_test",
            subject: words.mail_alert_test_subject().to_owned(),
            paragraphs: vec![words.mail_alert_test(&account_name)],
            button: Some((words.nav_alerts(), call.path("/alerts")?)),
            reason: words.mail_alert_test_reason(),
        };
        email::send(call, &address, language, message).await?;
        return Ok(Reply::SeeOther(call.path("/alerts?tried=1")?));
    }
    Ok(Reply::SeeOther(call.path("/alerts?tried=later")?))
}
