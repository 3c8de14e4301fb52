//! The list of keys: newest first, those that have ended apart.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::parts::{ENDS_SOON, cap, environment, last_used, maker, scopes, status};
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::numbers::{self, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::filters::Unread;
use crate::console::request::form::Form;
use crate::console::request::page::Reply;
use crate::console::request::pasted_key::may_hold_key;
use crate::domain::account::is_playground;
use crate::domain::ids::{EnvironmentId, KeyId};
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeyStatus, Mode};
use crate::storage::console::key_facts::{self, KeyFacts};
use crate::storage::environments;
use crate::storage::keys::{KeyFilter, KeyPage, MAX_COUNTED_ASIDE, count_ended, search};

const PAGE: usize = 50;
/// The state of keys that were revoked or have expired.
const ENDED: &str = "ended";

/// What the reader asked for.
struct Asked {
    environment: Option<EnvironmentId>,
    state: String,
    text: String,
    before: Option<KeyId>,
    /// The filters that were not understood.
    unread: Unread,
}

impl Asked {
    fn of(query: &Form, environments: &[(EnvironmentId, String)]) -> Self {
        let mut unread = Unread::of(query);
        let known =
            |text: &str| text.parse().ok().filter(|id| environments.iter().any(|(known, _)| known == id));
        let ended = |text: &str| (text == ENDED).then(|| text.to_owned());
        Self {
            environment: unread.choice(query, "environment", known),
            state: unread.choice(query, "state", ended).unwrap_or_default(),
            text: query.text("text").chars().take(80).collect(),
            before: unread.parse(query, "before"),
            unread,
        }
    }

    fn filter(&self) -> KeyFilter {
        KeyFilter {
            environment: self.environment,
            is_ended: self.state == ENDED,
            text: Some(self.text.clone()).filter(|text| !text.is_empty()),
        }
    }

    /// The address of the page after this key.
    fn next(&self, last: KeyId) -> String {
        let environment = self.environment.map(|id| id.to_string()).unwrap_or_default();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("environment", &environment).append_pair("state", &self.state);
        format!(
            "?{}",
            query.append_pair("text", &self.text).append_pair("before", &last.to_string()).finish()
        )
    }
}

/// Leads to the keys that were asked for. A form of this kind keeps a pasted key out of the
/// address; such a key is compared on a page of its own.
pub(in crate::console) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["environment", "state", "text"])?;
    let root = call.path("/keys")?;
    if may_hold_key(call.form.text("text")) {
        let asked =
            if call.is_for_operators() { "/operator/explain".to_owned() } else { format!("{root}/which") };
        return Ok(Reply::SeeOther(asked));
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("environment", call.form.text("environment"));
    query.append_pair("state", call.form.text("state")).append_pair("text", call.form.text("text"));
    Ok(Reply::SeeOther(format!("{root}?{}", query.finish())))
}

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    // An address that holds a key is left at once, as frames link to their own page.
    if may_hold_key(call.query.text("text")) {
        return Ok(Reply::SeeOther(call.path("/keys")?));
    }
    let (id, today) = (call.account_id()?, call.now().date_naive());
    let environments = environments::names(call.db().await?, id).await?;
    let asked = Asked::of(&call.query, &environments);
    let db = call.db().await?;
    let KeyPage { keys, next } = search(db, id, &asked.filter(), asked.before, PAGE).await?;
    let ended = count_ended(db, id).await?;
    let facts = key_facts::of_keys(db, id, &keys, today).await?;
    let (words, root) = (call.words(), call.path("/keys")?);
    let nothing = KeyFacts::default();
    let body = html! {
        (asked.unread.note(words))
        (filters(call, &root, &environments, &asked, ended))
        section.card.scroll {
            @if keys.is_empty() {
                p.body {
                    @if next.is_some() { (words.no_keys_here()) }
                    @else if asked.filter() == KeyFilter::default() { (words.no_keys()) }
                    @else { (words.no_match()) }
                }
            } @else {
                table.narrow-heads {
                    thead {
                        tr {
                            th { (words.name()) } th { (words.environment()) } th { (words.secret()) } th { (words.may()) }
                            th.n { (words.today_cap()) } th { (words.last_used()) } th { (words.expires()) } th { (words.made_by()) }
                        }
                    }
                    tbody { @for key in &keys { (row(call, &root, key, facts.get(&key.id).unwrap_or(&nothing))) } }
                }
            }
        }
        @if let Some(last) = next { p { a.button href={ (root) (asked.next(last)) } { (words.more()) } } }
    };
    let actions = html! {
        @if !call.is_for_operators() { a.button href={ (root) "/which" } { (words.which_key()) } }
        @if call.may_manage() { a.button.primary href={ (root) "/new" } { (words.create_key()) } }
    };
    account(call, Content::new(Section::Keys, words.keys(), body).lead(words.keys_lead()).actions(actions))
        .await
}

fn filters(
    call: &Call,
    root: &str,
    environments: &[(EnvironmentId, String)],
    asked: &Asked,
    ended: i64,
) -> Markup {
    let words = call.words();
    let is_ended = asked.state == ENDED;
    html! {
        form.filters method="post" action=(root) {
            (call.form_field(root))
            select name="environment" aria-label=(words.environment()) {
                option value="" { (words.all_environments()) }
                @for (id, name) in environments {
                    option value=(id) selected[Some(*id) == asked.environment] { (name) }
                }
            }
            select name="state" aria-label=(words.state()) {
                option value="" { (words.living()) }
                option value=(ENDED) selected[is_ended] { (words.ended()) }
            }
            input name="text" value=(asked.text) aria-label=(words.search()) placeholder=(words.search());
            button { (words.apply()) }
            @if !is_ended && ended > 0 { span.muted.push { (words.ended_hidden(ended, MAX_COUNTED_ASIDE)) } }
        }
    }
}

fn row(call: &Call, root: &str, key: &KeyView, facts: &KeyFacts) -> Markup {
    let (words, now) = (call.words(), call.now());
    let old = key.usable_old_secret();
    let may_act = call.may_manage();
    let spent = match key.mode {
        Mode::Test => words.free().to_owned(),
        Mode::Live => format!("{} / {}", whole(words.0, facts.spent_today), cap(words, key.daily_cap)),
    };
    let day = |at: DateTime<Utc>| numbers::day(words.0, numbers::last_day(at));
    html! {
        tr.lead[old.is_some()] {
            td data-label=(words.name()) {
                a href={ (root) "/" (key.id) } { b { (key.name) } }
                @if key.status != KeyStatus::Active { " " (status(words, key)) }
                @if is_playground(&key.environment, key.mode) { " " span.small.muted { (words.key_of_playground()) } }
            }
            td data-label=(words.environment()) { (environment(words, &key.environment, key.mode)) }
            td.whole data-label=(words.secret()) { code { "…" (key.last_four) } }
            td data-label=(words.may()) { (scopes(words, key)) }
            td.n data-label=(words.today_cap()) { (spent) }
            td.muted[key.last_used_at.is_none()] data-label=(words.last_used()) { (last_used(words, key.last_used_at, now)) }
            td.muted[key.expires_at.is_none()] data-label=(words.expires()) {
                @match key.expires_at {
                    Some(at) if key.status == KeyStatus::Active && at < now + ENDS_SOON => span.chip.warn { "△ " (day(at)) },
                    Some(at) => (day(at)),
                    None => (words.never()),
                }
            }
            td data-label=(words.made_by()) { (maker(words, facts)) }
        }
        @if let Some(old) = old {
            tr.sub {
                td colspan="8" {
                    span.chip.test { "◐ " (words.rotating()) } " "
                    span.muted {
                        @let until = old.ends_at.map(|at| numbers::instant(words.0, at)).unwrap_or_default();
                        @match old.last_used_at {
                            Some(_) => (words.old_secret(&old.last_four, &last_used(words, old.last_used_at, now), &until)),
                            None => (words.old_secret_unused(&old.last_four, &until)),
                        }
                    }
                    @if may_act {
                        " " a href={ (root) "/" (key.id) "/end-overlap" } { (words.end_now()) }
                        " · " a href={ (root) "/" (key.id) "/cancel-rotation" } { (words.cancel_rotation()) }
                    }
                }
            }
        }
    }
}
