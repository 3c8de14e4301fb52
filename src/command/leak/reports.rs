//! `fluence leak report` and `list`: what `POST /leaks/report` does, for operators.

use std::io::{self, Read, Write};

use anyhow::{Context as _, bail};
use secrecy::zeroize::Zeroizing;
use serde::Serialize;

use crate::command::context::Context;
use crate::command::output::{Output, Report, or_dash, write_table};
use crate::domain::ids::AccountId;
use crate::domain::key::KeySecret;
use crate::domain::key::leak::{LeakAction, LeakSource, MAX_URL_CHARS, is_web_address};
use crate::management::leaks::{LeakPolicy, LeakReport, report as act};
use crate::storage::keys::exposure::{self, ExposureView};

/// A longer input is not read.
const MAX_INPUT_BYTES: u64 = 1024 * 1024;
/// The most reports of a list.
const MAX_REPORTS: i64 = 1_000;

#[derive(Serialize)]
struct Reported {
    line: usize,
    /// What was done; `None` for a text that is no key of this service.
    action: Option<LeakAction>,
}

#[derive(Serialize)]
struct ReportsShown {
    reports: Vec<Reported>,
}

impl Report for ReportsShown {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        self.reports.iter().try_for_each(|Reported { line, action }| {
            let done = action.map_or("no key of this service", LeakAction::as_str);
            writeln!(out, "line {line}: {done}")
        })
    }
}

/// Reports the keys on standard input.
pub(super) async fn report(url: &str, context: &Context, output: Output) -> anyhow::Result<()> {
    if !url.is_empty() && !is_web_address(url) {
        bail!(
            "--url must be a web address that begins with http:// or https://, of at most {MAX_URL_CHARS} characters"
        );
    }
    let mut text = Zeroizing::new(String::new());
    let mut input = io::stdin().lock().take(MAX_INPUT_BYTES + 1);
    input.read_to_string(&mut text).context("cannot read the keys")?;
    if text.len() as u64 > MAX_INPUT_BYTES {
        bail!("standard input is larger than 1 MiB: split it");
    }
    let settings = context.settings();
    let console = settings.console_base(settings.listen).ok().flatten();
    let policy = LeakPolicy { on_leak: settings.leaks.on_leak, console: console.map(|base| base.link("")) };
    let mut connection = context.connection().await?;
    let (peppers, actor) = (context.peppers().await?, context.operator().actor);
    let mut reports = Vec::new();
    for (place, token) in text.lines().map(str::trim).enumerate().filter(|(_, token)| !token.is_empty()) {
        let action = match KeySecret::parse(token.as_bytes()) {
            Ok(secret) => {
                let report = LeakReport { secret: &secret, url, source: LeakSource::Operator };
                act(&mut connection, &peppers, &policy, &actor, &report).await?
            }
            Err(_) => None,
        };
        reports.push(Reported { line: place + 1, action });
    }
    output.print(&ReportsShown { reports })
}

#[derive(Serialize)]
struct ListShown {
    reports: Vec<ExposureView>,
}

impl Report for ListShown {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |view: &ExposureView| {
            [
                view.reported_at.format("%F %TZ").to_string(),
                view.account_id.to_string(),
                view.key_id.to_string(),
                view.source.clone(),
                view.action.clone(),
                or_dash(view.reported_from.clone()),
                or_dash(Some(view.url.clone()).filter(|url| !url.is_empty())),
            ]
        };
        let rows: Vec<_> = self.reports.iter().map(row).collect();
        write_table(out, ["AT", "ACCOUNT", "KEY", "SOURCE", "ACTION", "FROM", "FOUND AT"], &rows)
    }
}

/// Lists the latest reports.
pub(super) async fn list(
    account: Option<AccountId>,
    context: &Context,
    output: Output,
) -> anyhow::Result<()> {
    if let Some(account) = account {
        context.account(account).await?;
    }
    let reports = exposure::latest(&mut *context.connection().await?, account, MAX_REPORTS).await?;
    output.print(&ListShown { reports })
}
