//! Reports of leaked keys. Possession of the whole secret is the proof: its holder could do worse
//! with it than end it.

use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::{ChangeError, ChangeRecord, record_change};
use crate::clock::new_id;
use crate::domain::audit::{Action, Actor, Subject};
use crate::domain::ids::KeyId;
use crate::domain::key::leak::{LeakAction, LeakSource, OnLeak, without_keys};
use crate::domain::key::{KeyFormat, KeySecret, KeyState};
use crate::domain::rights::Principal;
use crate::mail::key_exposed::{Exposed, message};
use crate::mail::outbox;
use crate::secret::peppers::Peppers;
use crate::storage::keys::exposure::{self, LeakedKey, NewExposure};
use crate::storage::{accounts, keys};

/// What reports do on this service.
#[derive(Clone, Debug)]
pub struct LeakPolicy {
    pub on_leak: OnLeak,
    /// The beginning of links to the console, if there is one.
    pub console: Option<String>,
}

/// One secret that was found.
#[derive(Clone, Debug)]
pub struct LeakReport<'r> {
    pub secret: &'r KeySecret,
    /// Where it was found. Empty if the reporter did not say.
    pub url: &'r str,
    pub source: LeakSource,
}

/// Acts on a report in one transaction: ends the key or the secret, notes the report, tells the
/// account's admins. The same report again changes nothing. Returns what was done; `None` for a
/// secret of no key. Imported keys have no checksum, and no report ends them.
///
/// # Errors
/// When the database cannot be reached.
pub async fn report(
    connection: &mut PgConnection,
    peppers: &Peppers,
    policy: &LeakPolicy,
    actor: &Actor,
    report: &LeakReport<'_>,
) -> Result<Option<LeakAction>, ChangeError> {
    if report.secret.format() == KeyFormat::Legacy {
        return Ok(None);
    }
    // A key in a URL is a common leak: what is stored and sent shows none.
    let url = without_keys(report.url, report.secret);
    let report = &LeakReport { url: &url, ..report.clone() };
    let digests = peppers.digests(report.secret);
    let Some(seen) = exposure::find_leaked(connection, &digests).await? else { return Ok(None) };
    let mut transaction = connection.begin().await?;
    accounts::lock(&mut transaction, seen.account_id).await?;
    // Another report of it may have been waited for.
    let Some(key) = exposure::find_leaked(&mut transaction, &digests).await? else { return Ok(None) };
    let action = key.on_leak.unwrap_or(policy.on_leak).action(key.secret);
    let new = NewExposure {
        id: new_id(),
        key: key.key_id,
        secret_version: key.secret_version,
        source: report.source,
        url: report.url,
        from: actor.address,
        action,
    };
    let is_new = exposure::add(&mut transaction, &new).await?;
    // Also where it is not new: an owner may have enabled the key meanwhile.
    apply(&mut transaction, &key, action).await?;
    exposure::mark(&mut transaction, key.key_id, key.secret_version, report.url).await?;
    let is_change = !matches!(action, LeakAction::None | LeakAction::Notified);
    if is_change || (is_new && !key.is_known) {
        record(&mut transaction, actor, &key, report, action).await?;
        notify(&mut transaction, peppers, policy, &key, report, action).await?;
    }
    transaction.commit().await?;
    count(report.source, action.as_str(), 1);
    Ok(Some(action))
}

/// Says what a report does to one key; `None`: what the setting says. For operators only: the
/// holder of a stolen key that may manage keys could have the reports of its theft do nothing.
///
/// # Errors
/// If the author is not an operator, or there is no such key.
pub async fn set_on_leak(
    connection: &mut PgConnection,
    by: &Principal,
    id: KeyId,
    on_leak: Option<OnLeak>,
) -> Result<(), ChangeError> {
    by.rights.operate()?;
    let mut transaction = connection.begin().await?;
    let account_id = keys::find(&mut transaction, id).await?.ok_or(ChangeError::NoKey)?.account_id;
    accounts::lock(&mut transaction, account_id).await?;
    let before = exposure::set_on_leak(&mut transaction, id, on_leak).await?;
    if before != on_leak {
        let record = ChangeRecord {
            account_id,
            action: Action::KeyOnLeakChanged,
            subject: Subject::Key(id),
            before: Some(json!({ "on_leak": before })),
            after: Some(json!({ "on_leak": on_leak })),
        };
        record_change(&mut transaction, by, record).await?;
    }
    Ok(transaction.commit().await?)
}

/// What became of a list whose signature is missing or wrong, in the metric.
pub const REFUSED: &str = "refused";

/// Counts reports.
pub fn count(source: LeakSource, action: &'static str, reports: u64) {
    metrics::counter!("gateway_leak_reports_total", "source" => source.as_str(), "action" => action)
        .increment(reports);
}

/// Shows every count from the start, so that a first report is an increase.
pub fn show_counts() {
    count(LeakSource::Github, REFUSED, 0);
    for source in [LeakSource::Github, LeakSource::Report] {
        LeakAction::ALL.into_iter().for_each(|action| count(source, action.as_str(), 0));
    }
}

async fn apply(
    connection: &mut PgConnection,
    key: &LeakedKey,
    action: LeakAction,
) -> Result<(), ChangeError> {
    match action {
        LeakAction::Revoked => drop(keys::set_state(connection, key.key_id, KeyState::Revoked).await?),
        LeakAction::Disabled => drop(keys::set_state(connection, key.key_id, KeyState::Disabled).await?),
        LeakAction::SecretEnded => drop(keys::end_replaced(connection, key.key_id).await?),
        LeakAction::Notified | LeakAction::None => {}
    }
    Ok(())
}

const fn state_after(before: KeyState, action: LeakAction) -> KeyState {
    match action {
        LeakAction::Revoked => KeyState::Revoked,
        LeakAction::Disabled => KeyState::Disabled,
        LeakAction::SecretEnded | LeakAction::Notified | LeakAction::None => before,
    }
}

async fn record(
    connection: &mut PgConnection,
    actor: &Actor,
    key: &LeakedKey,
    report: &LeakReport<'_>,
    action: LeakAction,
) -> Result<(), ChangeError> {
    let record = ChangeRecord {
        account_id: key.account_id,
        action: Action::KeyExposed,
        subject: Subject::Key(key.key_id),
        before: Some(json!({ "state": key.secret.state })),
        after: Some(json!({
            "state": state_after(key.secret.state, action),
            "action": action,
            "source": report.source,
            "url": report.url,
            "secret_version": key.secret_version,
        })),
    };
    record_change(connection, &Principal::almighty(actor.clone()), record).await
}

/// Writes to the account's admins. Whether and when the e-mail leaves is the outbox's business.
async fn notify(
    connection: &mut PgConnection,
    peppers: &Peppers,
    policy: &LeakPolicy,
    key: &LeakedKey,
    report: &LeakReport<'_>,
    action: LeakAction,
) -> Result<(), ChangeError> {
    let page = format!("/console/{}/keys/{}", key.account_id, key.key_id);
    let exposed = Exposed {
        name: &key.name,
        key: &format!("{}…{}", key.prefix, key.last_four),
        url: report.url,
        action,
        link: policy.console.as_ref().map(|base| format!("{base}{page}")),
    };
    for (to, language) in exposure::readers(connection, key.account_id).await? {
        outbox::add(connection, peppers, "key_exposed", &message(to, language, &exposed)).await?;
    }
    Ok(())
}
