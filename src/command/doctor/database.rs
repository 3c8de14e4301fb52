//! The database: version, durability, rights, room for all gateways.

pub(super) mod gateways;
mod server;

use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection, PgConnection};

use super::super::context::Context;
use super::super::error;
use super::super::output::count;
use super::super::pepper_file;
use super::{Check, Group};
use crate::clock;
use crate::local_postgres::LocalPostgresError;
use crate::secret::Pepper;
use crate::secret::peppers::Peppers;
use crate::storage::change_feed;
use crate::storage::diagnosis;
use crate::storage::error::StorageError;
use crate::storage::keys;
use crate::storage::nodes;
use crate::storage::peppers::{self, PepperMatch};
use crate::storage::pool;
use crate::storage::runtime_role;
use crate::storage::schema::{self, SchemaState};

pub(super) const GROUP: Group = Group("database");

const MAX_SKEW: TimeDelta = TimeDelta::seconds(1);

pub(super) async fn check(context: &Context) -> anyhow::Result<Vec<Check>> {
    let mut connection = context.connection().await?;
    // As the login: the role that gateways assume sees no other session, not even its own login's.
    let mut login = pool::owner_connection(context.options()).await?;
    let asked_at = clock::now();
    let server = diagnosis::server(&mut login).await?;
    let skew = skew(asked_at, clock::now(), server.now);
    login.close().await.map_err(StorageError::from)?;
    let mut checks =
        vec![GROUP.ok("reachable", if context.is_private() { "the private server" } else { "DATABASE_URL" })];
    checks.extend(server::judge(&server, context.is_private()));
    checks.push(judge_skew(skew));
    let schema = judge_schema(schema::state(&mut connection).await?);
    let is_complete = schema.advice.is_none();
    checks.push(schema);
    if !is_complete {
        return Ok(checks);
    }
    checks.push(match runtime_role::advice(&mut connection).await? {
        None => GROUP.ok("rights", "gateways cannot rewrite the ledger"),
        Some(sql) => {
            let advice = format!("as a superuser, run `{sql}`, then `fluence migrate`");
            GROUP.warn("rights", "the login can rewrite the ledger", advice)
        }
    });
    let gateways = nodes::list(&mut connection).await?;
    let pool = i64::from(context.settings().database.max_connections.get());
    checks.push(gateways::judge_connections(server.max_connections, pool, &gateways));
    checks.extend(gateways::judge(&gateways, change_feed::newest(&mut connection).await?));
    checks.extend(check_peppers(context, &mut connection).await?);
    Ok(checks)
}

/// How far this machine's clock is ahead of the database's.
fn skew(asked_at: DateTime<Utc>, answered_at: DateTime<Utc>, database: DateTime<Utc>) -> TimeDelta {
    asked_at + (answered_at - asked_at) / 2 - database
}

fn judge_skew(skew: TimeDelta) -> Check {
    let found = format!("{:.3} s ahead of the database's", skew.as_seconds_f64());
    if skew.abs() <= MAX_SKEW {
        GROUP.ok("clock", found)
    } else {
        GROUP.warn("clock", found, "synchronise the clocks of both machines by NTP")
    }
}

fn judge_schema(state: SchemaState) -> Check {
    match state {
        SchemaState::Current => GROUP.ok("schema", "current"),
        SchemaState::Missing => GROUP.fail("schema", "the database is empty", "run `fluence migrate`"),
        SchemaState::Older => GROUP.fail("schema", "older than this program", "run `fluence migrate`"),
        SchemaState::Newer => {
            GROUP.fail("schema", "newer than this program", "use the program that migrated it")
        }
    }
}

async fn check_peppers(context: &Context, connection: &mut PgConnection) -> anyhow::Result<Vec<Check>> {
    let peppers = match context.set_peppers() {
        Some(peppers) => peppers.clone(),
        None => match read_peppers(context) {
            Ok(Some(peppers)) => peppers,
            Ok(None) => {
                let path = context.pepper_path();
                return Ok(vec![judge_missing_pepper(&path, keys::exist(connection).await?)]);
            }
            Err(error) => {
                let advice = "correct the file, or restore it from its backup: `fluence serve` needs it";
                return Ok(vec![GROUP.fail("pepper", error::one_line(&error), advice)]);
            }
        },
    };
    let mut checks = Vec::new();
    for pepper in peppers.all() {
        let matched = peppers::compare(connection, pepper).await?;
        checks.push(judge_pepper(pepper, matched, pepper.version() == peppers.newest().version()));
    }
    let versions: Vec<i32> = peppers.all().map(Pepper::version).collect();
    checks.extend(peppers::missing(connection, &versions).await?.map(judge_needed_pepper));
    Ok(checks)
}

/// Reads the file with the peppers of the private database, if it exists.
fn read_peppers(context: &Context) -> anyhow::Result<Option<Peppers>> {
    let path = context.pepper_path();
    let Some(text) = pepper_file::read(&path)? else { return Ok(None) };
    let peppers = pepper_file::parse(&text, context.settings().pepper_version);
    peppers.map(Some).with_context(|| path.display().to_string())
}

fn judge_missing_pepper(path: &Path, has_keys: bool) -> Check {
    let found = format!("{} is missing", path.display());
    if has_keys {
        let advice =
            "restore it from its backup: `fluence serve` refuses to start, because no key can be verified";
        GROUP.fail("pepper", found, advice)
    } else {
        GROUP.warn("pepper", found, "the first `fluence serve` creates it")
    }
}

/// What to do about a database that cannot be reached. `None`: the error says it.
pub(super) fn advice_if_unreachable(error: &anyhow::Error) -> Option<&'static str> {
    if error.chain().any(|cause| cause.is::<LocalPostgresError>()) {
        return None;
    }
    let answer =
        error.chain().find_map(|cause| cause.downcast_ref::<sqlx::Error>()?.as_database_error()?.code());
    Some(match answer.as_deref() {
        Some("53300") => {
            "end other sessions, or raise the limit: max_connections of PostgreSQL, or `alter role … connection limit`"
        }
        Some("57P03") => "wait until PostgreSQL has started, then run doctor again",
        Some("28000" | "28P01") => "check user and password in DATABASE_URL, and pg_hba.conf of the server",
        Some("3D000") => "create the database, or correct its name in DATABASE_URL",
        _ => "check DATABASE_URL, the password, and that the server accepts connections from here",
    })
}

fn judge_needed_pepper((version, secrets): (i32, i64)) -> Check {
    let needed = count(secrets.unsigned_abs(), "valid secret");
    let found = format!("version {version} is missing: {needed} cannot be checked without it");
    GROUP.fail("pepper", found, "set it as the previous pepper, or restore it from its backup")
}

fn judge_pepper(pepper: &Pepper, matched: PepperMatch, is_newest: bool) -> Check {
    let version = pepper.version();
    match (matched, is_newest) {
        (PepperMatch::Same, _) => {
            GROUP.ok("pepper", format!("version {version} is the one that the database knows"))
        }
        (PepperMatch::New, _) => GROUP.ok("pepper", format!("version {version} is new")),
        (PepperMatch::Retired, false) => {
            GROUP.warn("pepper", format!("version {version} is retired"), "remove it from the settings")
        }
        (PepperMatch::Retired, true) => GROUP.fail(
            "pepper",
            format!("version {version} is retired: no key is hashed with it"),
            "use the pepper that replaced it: these settings are older than its retirement",
        ),
        (PepperMatch::Other, _) => GROUP.fail(
            "pepper",
            format!("version {version} is not the one that keys were hashed with"),
            "restore the pepper from its backup: no key works with another one",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_retired_pepper_is_told_from_a_wrong_one() {
        let pepper = Pepper::parse(&crate::secret::generate_pepper(), 1).unwrap();
        let found = |matched, is_newest| judge_pepper(&pepper, matched, is_newest);
        let retired = found(PepperMatch::Retired, true);
        assert_eq!(retired.verdict, Verdict::Fail);
        assert!(retired.advice.unwrap().starts_with("use the pepper that replaced it"));
        assert_eq!(found(PepperMatch::Retired, false).verdict, Verdict::Warn);
        assert!(found(PepperMatch::Other, true).advice.unwrap().starts_with("restore the pepper"));
    }

    #[test]
    fn a_missing_pepper_is_a_failure_once_there_are_keys() {
        let verdict = |has_keys| judge_missing_pepper(Path::new("/data/pepper"), has_keys).verdict;
        assert_eq!((verdict(false), verdict(true)), (Verdict::Warn, Verdict::Fail));
        assert!(judge_missing_pepper(Path::new("/data/pepper"), true).found.contains("/data/pepper"));
    }

    #[test]
    fn clocks_are_compared_at_the_middle_of_the_question() {
        let at = |ms| DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms);
        assert_eq!(skew(at(0), at(100), at(50)), TimeDelta::zero());
        assert_eq!(judge_skew(TimeDelta::milliseconds(-900)).verdict, Verdict::Ok);
        assert_eq!(judge_skew(TimeDelta::milliseconds(-1100)).verdict, Verdict::Warn);
    }
}
