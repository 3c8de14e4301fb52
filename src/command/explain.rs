//! `fluence explain`: what became of a request, found by its id: its call with key, price,
//! settlement and entries, and the changes that it made.

use std::io::{self, Write};

use anyhow::bail;

use super::context::Context;
use super::output::{Output, Report, or_dash, write_fields, write_table};
use crate::domain::ids::CallId;
use crate::domain::language::Language;
use crate::domain::price::{PriceDetail, WhenMissing};
use crate::storage::explanation::{self, Explanation};

/// Prints what is known of the request.
///
/// # Errors
/// When no call and no change has the id, or the database cannot be reached.
pub(super) async fn run(id: CallId, context: &Context, output: Output) -> anyhow::Result<()> {
    let mut connection = context.connection().await?;
    let Some(explanation) = explanation::of_request(&mut connection, id, Language::En).await? else {
        bail!(
            "no call or change has the id {id}. Refused requests, test calls, dry runs, free calls and repeated answers \
             move no credits and appear only in the log: search the log for the id. A repeated answer names its call in \
             `X-Original-Request-Id`. The receipt of a call whose month was detached is in that month's export. If the gateway's clock was off by more than 31 days, look for the call in \
             `fluence ledger statement`"
        );
    };
    output.print(&explanation)
}

impl Report for Explanation {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(out, &[("request", &self.id), ("account", &or_dash(self.account_id))])?;
        if let Some(call) = &self.call {
            let key = call.entries.first().and_then(|entry| entry.key_name.clone());
            write_fields(
                out,
                &[
                    ("at", &call.at.format("%F %T%.3fZ")),
                    ("endpoint", &or_dash(call.endpoint.clone())),
                    ("key", &or_dash(key)),
                    ("state", &call.state),
                    ("outcome", &or_dash(call.outcome)),
                    ("status", &or_dash(call.status)),
                    ("of the upstream", &or_dash(call.upstream_status)),
                    ("summary", &call.summary),
                ],
            )?;
            if let Some(price) = &call.price {
                write_price(price, out)?;
            }
            let rows: Vec<_> = call
                .entries
                .iter()
                .map(|entry| {
                    [
                        entry.number.to_string(),
                        entry.at.format("%F %T%.3fZ").to_string(),
                        entry.kind.to_owned(),
                        entry.amount.to_string(),
                        entry.balance_after.to_string(),
                        format!("{} {}", entry.source, entry.lot),
                    ]
                })
                .collect();
            writeln!(out)?;
            write_table(out, ["ENTRY", "AT", "KIND", "AMOUNT", "BALANCE", "LOT"], &rows)?;
        }
        for change in &self.changes {
            let (actor, subject) = (&change.actor, &change.subject);
            writeln!(
                out,
                "{} {actor} {} {} {subject} {}",
                change.at.format("%F %TZ"),
                change.actor_id,
                change.action,
                change.subject_id
            )?;
        }
        Ok(())
    }
}

/// Writes how a price by figures came about.
fn write_price(price: &PriceDetail, out: &mut impl Write) -> io::Result<()> {
    let rows: Vec<_> = price
        .counts
        .iter()
        .map(|counted| {
            let figure = or_dash(counted.figure.clone());
            [counted.of.clone(), figure, counted.costs.to_string(), counted.each.to_string()]
        })
        .collect();
    writeln!(out)?;
    write_table(out, ["FIGURE", "USED", "CREDITS", "FOR EVERY"], &rows)?;
    writeln!(out)?;
    write_fields(
        out,
        &[
            ("base", &price.base),
            ("comes to", &or_dash(price.computed)),
            ("at least", &price.min),
            ("at most", &price.held),
            ("charged", &price.charged),
        ],
    )?;
    match price.missing {
        Some(WhenMissing::Min) if price.charged > price.min.max(price.base) => {
            writeln!(out, "A figure is missing, so the route charges by the known figures.")
        }
        Some(rule) => {
            writeln!(out, "A figure is missing, so the route applies its rule `{}`.", rule.as_str())
        }
        None => Ok(()),
    }
}
