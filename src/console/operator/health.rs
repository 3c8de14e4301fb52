//! The state of the service: gateways, the ledger's writers, e-mails, today's calls. Made to be
//! read at three in the morning: what is wrong stands first.

mod findings;

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use crate::clock::MAX_SKEW;
use crate::console::frame::operator_frame::{Head, Place, page};
use crate::console::numbers::{instant, instant_s, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::offer_set::SetNumbers;
use crate::storage::console::daily;
use crate::storage::nodes::{self, NodeView};
use crate::storage::operator::health::{self, DayTotal, MAX_HOLDS, OpenWriter, Outbox, Verification};
use crate::storage::{change_feed, offer_sets};

/// A clock that is further off than this is a fault, as the gateway's own log has it.
const MAX_SKEW_MS: i64 = MAX_SKEW.num_milliseconds();
/// A writer's heartbeats that are missing for so long are a fault.
const SILENT_WRITER_S: f64 = 30.0;

/// All that the page shows, of one instant.
struct Health {
    now: DateTime<Utc>,
    nodes: Vec<NodeView>,
    newest_change: i64,
    newest_sets: SetNumbers,
    writers: Vec<OpenWriter>,
    verification: Option<Verification>,
    outbox: Outbox,
    today: DayTotal,
    added_up_until: Option<DateTime<Utc>>,
}

impl Health {
    async fn read(call: &mut Call) -> Result<Self, PageError> {
        let now = call.now();
        let db = call.db().await?;
        Ok(Self {
            now,
            nodes: nodes::list(db).await?,
            newest_change: change_feed::newest(db).await?,
            newest_sets: offer_sets::newest_numbers(db).await?,
            writers: health::open_writers(db).await?,
            verification: health::last_verification(db).await?,
            outbox: health::outbox(db).await?,
            today: health::day_total(db, now.date_naive()).await?,
            added_up_until: daily::added_up_until(db).await?,
        })
    }
}

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let health = Health::read(call).await?;
    let words = call.words();
    let (alarms, reminders) = (health.alarms(words), health.reminders(words));
    let body = html! {
        @if alarms.is_empty() && reminders.is_empty() { p.note.ok { "✓ " (words.op_all_well()) } }
        @for alarm in &alarms { p.note.bad { "✕ " (alarm) } }
        @for reminder in &reminders { p.note { "△ " (reminder) } }
        div.cards.four {
            (figure(words.op_calls_today(), &whole(words.0, health.today.calls)))
            (figure(words.op_credits_today(), &whole(words.0, health.today.credits)))
            (figure(words.op_uncharged_today(), &whole(words.0, health.today.uncharged)))
            (figure(words.op_refused_today(), &whole(words.0, health.today.refused)))
        }
        p.small.muted { (words.days_are_utc()) " " (words.added_up(&instant_s(words.0, health.added_up_until.unwrap_or(health.now)))) }
        h2.space { (words.op_gateways()) }
        (gateways(words, &health))
        h2.space { (words.op_ledger()) }
        (writers(words, &health))
        (verified(words, &health))
        h2.space { (words.op_email()) }
        (outbox(words, &health))
    };
    let as_of = html! {
        span.as-of { (words.as_of(&instant_s(words.0, health.now))) }
        a.button href="/operator" { (words.look_again()) }
    };
    page(call, Place::Health, Head { title: words.op_health(), lead: None, actions: &as_of }, None, &body)
}

fn figure(name: &str, value: &str) -> Markup {
    html! { section.card { header { h2 { (name) } } div.body { div.big { (value) } } } }
}

fn gateways(words: Words, health: &Health) -> Markup {
    let sets = health.newest_sets;
    html! {
        section.card.scroll {
            @if health.nodes.is_empty() { p.body { (words.op_no_gateway()) } } @else {
                table {
                    thead {
                        tr {
                            th { (words.gateway()) } th { (words.state()) } th { (words.op_version()) } th { (words.op_started()) }
                            th { (words.op_revocations()) } th { (words.op_sets()) } th.n { (words.op_clock()) }
                        }
                    }
                    tbody {
                        @for node in &health.nodes {
                            tr {
                                td data-label=(words.gateway()) { b { (node.name) } }
                                td data-label=(words.state()) {
                                    @if node.is_silent { span.chip.bad { "○ " (words.op_silent()) " " (words.ago(node.last_seen_at, health.now)) } }
                                    @else { span.chip.ok { "● " (words.op_up()) } }
                                }
                                td data-label=(words.op_version()) { (node.version) }
                                td data-label=(words.op_started()) { (words.ago(node.started_at, health.now)) }
                                td data-label=(words.op_revocations()) {
                                    @if node.change_seen >= health.newest_change { span.chip.ok { "✓ " (words.op_all_confirmed()) } }
                                    @else { span.chip.warn { (words.op_behind(health.newest_change - node.change_seen)) } }
                                }
                                td data-label=(words.op_sets()) { (set(words, node, sets)) }
                                td.n data-label=(words.op_clock()) { (clock(words, node.clock_ahead_ms)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The catalogue and the routes that a gateway sells by, against the newest.
fn set(words: Words, node: &NodeView, newest: SetNumbers) -> Markup {
    let number = |set: Option<i32>| set.map_or_else(|| "–".to_owned(), |set| set.to_string());
    html! {
        (words.op_set_numbers(&number(node.catalogue_set), &number(node.routes_set)))
        @if !is_newest(node, newest) { " " span.chip.warn { (words.op_not_newest()) } }
    }
}

fn is_newest(node: &NodeView, newest: SetNumbers) -> bool {
    node.catalogue_set == Some(newest.catalogue) && node.routes_set == Some(newest.routes)
}

fn clock(words: Words, ahead_ms: Option<i64>) -> Markup {
    html! {
        @match ahead_ms {
            Some(ms) if ms.abs() > MAX_SKEW_MS => span.chip.bad { (ms) " ms" },
            Some(ms) => { (ms) " ms" },
            None => (words.unknown()),
        }
    }
}

fn writers(words: Words, health: &Health) -> Markup {
    html! {
        section.card.scroll {
            @if health.writers.is_empty() { p.body { (words.op_no_writer()) } } @else {
                table {
                    thead {
                        tr {
                            th { (words.op_writer()) } th { (words.op_heartbeat()) } th.n { (words.op_batches()) }
                            th.n { (words.op_open_holds()) } th.n { (words.op_held()) } th { (words.op_oldest_hold()) }
                        }
                    }
                    tbody {
                        @for writer in &health.writers {
                            tr {
                                td data-label=(words.op_writer()) { b { (writer.node) } " " span.muted { "#" (writer.epoch) } }
                                td data-label=(words.op_heartbeat()) {
                                    @if writer.silent_s > SILENT_WRITER_S { span.chip.bad { (words.op_seconds_ago(writer.silent_s as i64)) } }
                                    @else { (words.op_seconds_ago(writer.silent_s as i64)) }
                                }
                                td.n data-label=(words.op_batches()) { (whole(words.0, i64::from(writer.batches))) }
                                td.n data-label=(words.op_open_holds()) {
                                    (whole(words.0, writer.holds)) @if writer.holds >= MAX_HOLDS { "+" }
                                }
                                td.n data-label=(words.op_held()) { (whole(words.0, writer.held_credits)) }
                                td data-label=(words.op_oldest_hold()) {
                                    (writer.oldest_hold_at.map_or_else(|| "–".to_owned(), |at| words.ago(at, health.now)))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn verified(words: Words, health: &Health) -> Markup {
    html! {
        p.space {
            @match &health.verification {
                None => { (words.op_never_verified()) },
                Some(last) => {
                    @if last.faults == 0 { span.chip.ok { "✓ " (words.op_clean()) } } @else { span.chip.bad { "✕ " (words.op_wrong_rows(last.faults)) } }
                    " " (words.op_verified(&instant(words.0, last.verified_at), &last.verified_by, last.entries))
                    @if let Some(since) = last.since { " " (words.op_verified_since(&instant(words.0, since))) }
                },
            }
        }
    }
}

fn outbox(words: Words, health: &Health) -> Markup {
    let outbox = health.outbox;
    html! {
        p {
            (words.op_outbox(outbox.waiting, outbox.failed)) " "
            @if let Some(at) = outbox.oldest_at { (words.op_oldest_email(&words.ago(at, health.now))) }
        }
    }
}
