//! The database: version, durability, rights, room for all gateways.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection, PgConnection};

use super::super::context::Context;
use super::super::output::count;
use super::super::pepper_file;
use super::{Check, Group};
use crate::clock;
use crate::secret::Pepper;
use crate::secret::peppers::Peppers;
use crate::storage::diagnosis::{self, PepperMatch, ServerFacts};
use crate::storage::error::StorageError;
use crate::storage::nodes::{self, NodeView};
use crate::storage::pool;
use crate::storage::runtime_role;
use crate::storage::schema::{self, SchemaState};

pub(super) const GROUP: Group = Group("database");

const OLDEST_VERSION: i32 = 150_000;
/// Connections of a gateway beyond its pool: ledger, change feed, sweep.
const BESIDES_POOL: i64 = 4;
/// Connections that PostgreSQL keeps for superusers.
const RESERVED: i64 = 3;
const MAX_SKEW: TimeDelta = TimeDelta::seconds(1);
/// PostgreSQL stops at about two thousand million.
const OLD_TRANSACTIONS: i32 = 1_000_000_000;
const LONG_TRANSACTION_S: f64 = 300.0;
/// A replica confirms a commit within milliseconds.
const LONG_REPLICA_WAIT_S: f64 = 2.0;

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
    checks.extend(judge_server(&server, context.is_private()));
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
    checks.push(judge_connections(&server, pool, &gateways));
    checks.extend(judge_gateways(&gateways, diagnosis::newest_change(&mut connection).await?));
    checks.extend(check_peppers(context, &mut connection).await?);
    Ok(checks)
}

fn judge_server(server: &ServerFacts, is_private: bool) -> Vec<Check> {
    let mut checks = vec![version(server), role(server), encoding(server), durability(server)];
    if !server.data_checksums && !is_private {
        let advice = "with the server stopped, run `pg_checksums --enable` of its version (in Debian: /usr/lib/postgresql/VERSION/bin)";
        checks.push(GROUP.warn("checksums", "a damaged disk page would not be noticed", advice));
    }
    if !server.autovacuum {
        checks.push(GROUP.fail("autovacuum", "off: tables grow without bound", "set autovacuum = on"));
    }
    if server.is_superuser && !is_private {
        let advice = "make a login without superuser rights the owner of the database: docs/ledger.md";
        checks.push(GROUP.warn("login", "gateways log in as a superuser", advice));
    }
    checks.extend(replicas(server));
    checks.push(open_transactions(server));
    if server.transaction_age > OLD_TRANSACTIONS {
        let found = format!("the oldest row is {} transactions old", server.transaction_age);
        checks.push(GROUP.fail("freezing", found, "run `vacuum freeze`: PostgreSQL stops at 2000 million"));
    }
    checks.push(archiving(server));
    let gibibytes = server.database_bytes as f64 / f64::from(1 << 30);
    checks.push(GROUP.ok("size", format!("{gibibytes:.2} GiB")));
    checks
}

fn version(server: &ServerFacts) -> Check {
    let version = format!("PostgreSQL {}", server.version);
    match server.version_number {
        OLDEST_VERSION.. => GROUP.ok("version", version),
        _ => GROUP.fail("version", version, "use PostgreSQL 15 or newer"),
    }
}

fn role(server: &ServerFacts) -> Check {
    if server.is_replica || server.is_read_only {
        GROUP.fail("writable", "the server is read-only", "name the primary in DATABASE_URL")
    } else {
        GROUP.ok("writable", "the server is the primary")
    }
}

fn encoding(server: &ServerFacts) -> Check {
    match server.encoding.as_str() {
        "UTF8" => GROUP.ok("encoding", "UTF8"),
        other => {
            GROUP.fail("encoding", other, "create the database with `encoding 'UTF8' template template0`")
        }
    }
}

fn durability(server: &ServerFacts) -> Check {
    let off: Vec<&str> = [
        ("fsync", server.fsync),
        ("full_page_writes", server.full_page_writes),
        ("synchronous_commit", server.synchronous_commit != "off"),
    ]
    .into_iter()
    .filter_map(|(name, is_on)| (!is_on).then_some(name))
    .collect();
    if off.is_empty() {
        let found = format!("a commit survives a crash (synchronous_commit {})", server.synchronous_commit);
        GROUP.ok("durability", found)
    } else {
        let found = format!("{} is off: a crash loses credits", off.join(", "));
        GROUP.fail("durability", found, "switch it on in postgresql.conf and restart PostgreSQL")
    }
}

/// Without a replica to confirm it, a commit waits for ever, and paid calls get 503.
fn replicas(server: &ServerFacts) -> Option<Check> {
    let connected = count(server.replicas.unsigned_abs(), "replica");
    if !server.waits_for_replicas {
        let found = || GROUP.ok("replicas", format!("{connected} connected; commits do not wait for them"));
        return (server.replicas > 0).then(found);
    }
    Some(if server.replicas == 0 {
        let advice = "start a replica. To go on without one: `alter system set synchronous_standby_names = ''`, then \
                      `select pg_reload_conf()`";
        GROUP.fail("replicas", "commits wait for a replica, and none is connected", advice)
    } else if server.replica_wait_s > LONG_REPLICA_WAIT_S {
        let found =
            format!("{connected} connected, but a commit has waited for {:.0} s", server.replica_wait_s);
        GROUP.fail("replicas", found, "compare pg_stat_replication with synchronous_standby_names")
    } else {
        GROUP.ok("replicas", format!("{connected} connected; commits wait for them"))
    })
}

fn open_transactions(server: &ServerFacts) -> Check {
    if server.oldest_transaction_s > LONG_TRANSACTION_S {
        let found = format!("a transaction is open for {:.0} s", server.oldest_transaction_s);
        GROUP.warn("transactions", found, "find it in pg_stat_activity: it keeps dead rows alive")
    } else {
        GROUP.ok("transactions", format!("the oldest began {:.0} s ago", server.oldest_transaction_s))
    }
}

fn archiving(server: &ServerFacts) -> Check {
    match (server.archive_mode.as_str(), server.is_archiving_failing) {
        ("off", _) => GROUP.ok("archiving", "off: a restore ends at the last backup"),
        (_, false) => GROUP.ok("archiving", "the write-ahead log is archived"),
        (_, true) => {
            GROUP.fail("archiving", "the last attempt failed", "look at archive_command in PostgreSQL's log")
        }
    }
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

fn judge_connections(server: &ServerFacts, pool: i64, gateways: &[NodeView]) -> Check {
    let running = gateways.iter().filter(|gateway| !gateway.is_silent).count().max(1);
    let needed = (pool + BESIDES_POOL) * i64::try_from(running).unwrap_or(i64::MAX / 1_000);
    let available = i64::from(server.max_connections) - RESERVED;
    let found = format!("{} may need {needed} of {available}", count(running as u64, "gateway"));
    if needed <= available {
        GROUP.ok("connections", found)
    } else {
        let advice = "raise max_connections of PostgreSQL, or lower database.max_connections";
        GROUP.fail("connections", found, advice)
    }
}

fn judge_gateways(gateways: &[NodeView], newest_change: i64) -> Vec<Check> {
    const GATEWAYS: Group = Group("gateways");
    if gateways.is_empty() {
        return vec![GATEWAYS.ok("running", "none")];
    }
    let mut checks = Vec::new();
    let silent: Vec<&NodeView> = gateways.iter().filter(|gateway| gateway.is_silent).collect();
    checks.push(match silent.first() {
        None => GATEWAYS.ok("running", count(gateways.len() as u64, "gateway")),
        Some(first) => GATEWAYS.warn(
            "running",
            format!("{} of {} are silent, such as {}", silent.len(), gateways.len(), first.name),
            "if it was killed, nothing: it is removed after a day. If it runs, its connection to the database is cut",
        ),
    });
    let running = gateways.iter().filter(|gateway| !gateway.is_silent);
    let mut versions: Vec<&str> = running.clone().map(|gateway| gateway.version.as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    checks.push(match versions.as_slice() {
        [] | [_] => GATEWAYS.ok("versions", versions.join(", ")),
        _ => GATEWAYS.warn(
            "versions",
            versions.join(", "),
            "replace the older gateways: the upgrade is incomplete",
        ),
    });
    let faulty = running.clone().find_map(|gateway| Some((gateway, gateway.offer_fault.as_deref()?)));
    checks.push(match faulty {
        None => GATEWAYS.ok("sets", "every running gateway sells by the newest sets"),
        Some((gateway, fault)) => {
            let advice =
                "mend what it names on that gateway, or roll the set back: docs/operations/incidents.md";
            GATEWAYS.fail("sets", format!("{} keeps its current sets: {fault}", gateway.name), advice)
        }
    });
    let behind = running.map(|gateway| newest_change - gateway.change_seen).max().unwrap_or(0);
    checks.push(if behind <= 0 {
        GATEWAYS.ok("changes", "every running gateway has applied all changes")
    } else {
        let advice = "run doctor again; if it stays, look for `change feed` in the log of the gateway";
        GATEWAYS.warn(
            "changes",
            format!("a gateway is {} behind", count(behind.unsigned_abs(), "change")),
            advice,
        )
    });
    checks
}

async fn check_peppers(context: &Context, connection: &mut PgConnection) -> anyhow::Result<Vec<Check>> {
    let peppers: Option<Peppers> = match context.set_peppers() {
        Some(peppers) => Some(peppers.clone()),
        None if context.has_pepper_file() => match pepper_file::read(&context.pepper_path())? {
            Some(text) => Some(pepper_file::parse(&text, context.settings().pepper_version)?),
            None => None,
        },
        None => None,
    };
    let Some(peppers) = peppers else {
        return Ok(vec![GROUP.warn("pepper", "missing", "the first `fluence serve` creates it")]);
    };
    let mut checks = Vec::new();
    for pepper in peppers.all() {
        let matched = diagnosis::compare_pepper(connection, pepper).await?;
        checks.push(judge_pepper(pepper, matched, pepper.version() == peppers.newest().version()));
    }
    Ok(checks)
}

fn judge_pepper(pepper: &Pepper, matched: PepperMatch, is_newest: bool) -> Check {
    let version = pepper.version();
    match (matched, is_newest) {
        (PepperMatch::Same, _) => {
            GROUP.ok("pepper", format!("version {version} is the one that keys are hashed with"))
        }
        (PepperMatch::New, _) => GROUP.ok("pepper", format!("version {version} is new")),
        (PepperMatch::Retired, false) => {
            GROUP.warn("pepper", format!("version {version} is retired"), "remove it from the settings")
        }
        (PepperMatch::Other | PepperMatch::Retired, _) => GROUP.fail(
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

    fn sound() -> ServerFacts {
        ServerFacts {
            version_number: 170_012,
            version: "17.12".into(),
            now: DateTime::UNIX_EPOCH,
            is_replica: false,
            is_read_only: false,
            encoding: "UTF8".into(),
            fsync: true,
            full_page_writes: true,
            synchronous_commit: "on".into(),
            data_checksums: true,
            autovacuum: true,
            max_connections: 100,
            is_superuser: false,
            waits_for_replicas: false,
            replicas: 0,
            replica_wait_s: 0.0,
            oldest_transaction_s: 0.1,
            transaction_age: 1000,
            archive_mode: "on".into(),
            is_archiving_failing: false,
            database_bytes: 1 << 20,
        }
    }

    fn worst(server: &ServerFacts) -> Vec<(&'static str, Verdict)> {
        let checks = judge_server(server, false).into_iter();
        checks.filter(|check| check.verdict != Verdict::Ok).map(|check| (check.name, check.verdict)).collect()
    }

    #[test]
    fn a_sound_server_passes() {
        assert_eq!(worst(&sound()), []);
    }

    type Spoil = fn(&mut ServerFacts);

    #[test]
    fn each_unsound_setting_is_reported_under_its_name() {
        let cases: [(&str, Verdict, Spoil); 12] = [
            ("version", Verdict::Fail, |server| server.version_number = 140_012),
            ("writable", Verdict::Fail, |server| server.is_replica = true),
            ("writable", Verdict::Fail, |server| server.is_read_only = true),
            ("encoding", Verdict::Fail, |server| server.encoding = "LATIN1".into()),
            ("durability", Verdict::Fail, |server| server.fsync = false),
            ("durability", Verdict::Fail, |server| server.synchronous_commit = "off".into()),
            ("checksums", Verdict::Warn, |server| server.data_checksums = false),
            ("autovacuum", Verdict::Fail, |server| server.autovacuum = false),
            ("login", Verdict::Warn, |server| server.is_superuser = true),
            ("transactions", Verdict::Warn, |server| server.oldest_transaction_s = 900.0),
            ("freezing", Verdict::Fail, |server| server.transaction_age = 1_500_000_000),
            ("archiving", Verdict::Fail, |server| server.is_archiving_failing = true),
        ];
        for (name, verdict, spoil) in cases {
            let mut server = sound();
            spoil(&mut server);
            assert_eq!(worst(&server), [(name, verdict)]);
        }
    }

    #[test]
    fn synchronous_commits_are_distinguished_from_others() {
        let verdict = |waits_for_replicas, replicas, replica_wait_s| {
            let server = ServerFacts { waits_for_replicas, replicas, replica_wait_s, ..sound() };
            super::replicas(&server).map(|check| check.verdict)
        };
        assert_eq!(verdict(false, 0, 0.0), None);
        assert_eq!(verdict(false, 1, 0.0), Some(Verdict::Ok));
        assert_eq!(verdict(true, 2, 0.1), Some(Verdict::Ok));
        assert_eq!(verdict(true, 2, 9.0), Some(Verdict::Fail));
        assert_eq!(verdict(true, 0, 0.0), Some(Verdict::Fail));
    }

    #[test]
    fn clocks_are_compared_at_the_middle_of_the_question() {
        let at = |ms| DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms);
        assert_eq!(skew(at(0), at(100), at(50)), TimeDelta::zero());
        assert_eq!(judge_skew(TimeDelta::milliseconds(-900)).verdict, Verdict::Ok);
        assert_eq!(judge_skew(TimeDelta::milliseconds(-1100)).verdict, Verdict::Warn);
    }

    fn gateway(version: &str, is_silent: bool, change_seen: i64) -> NodeView {
        NodeView {
            id: uuid::Uuid::nil(),
            name: "one".into(),
            version: version.into(),
            started_at: DateTime::UNIX_EPOCH,
            last_seen_at: DateTime::UNIX_EPOCH,
            silent_s: 0.0,
            is_silent,
            clock_ahead_ms: None,
            change_seen,
            catalogue_set: None,
            routes_set: None,
            offer_fault: None,
        }
    }

    #[test]
    fn silent_gateways_need_no_connections() {
        let gateways = [gateway("1", false, 0), gateway("1", false, 0), gateway("1", true, 0)];
        let server = ServerFacts { max_connections: 43, ..sound() };
        assert_eq!(judge_connections(&server, 16, &gateways).verdict, Verdict::Ok);
        let server = ServerFacts { max_connections: 42, ..sound() };
        assert_eq!(judge_connections(&server, 16, &gateways).verdict, Verdict::Fail);
    }

    #[test]
    fn gateways_that_differ_or_lag_are_warnings() {
        let verdicts = |gateways: &[NodeView]| -> Vec<Verdict> {
            judge_gateways(gateways, 7).iter().map(|check| check.verdict).collect()
        };
        use Verdict::{Ok, Warn};
        assert_eq!(verdicts(&[gateway("1", false, 7), gateway("1", false, 9)]), [Ok, Ok, Ok, Ok]);
        assert_eq!(verdicts(&[gateway("1", false, 7), gateway("2", false, 7)]), [Ok, Warn, Ok, Ok]);
        assert_eq!(verdicts(&[gateway("1", false, 6)]), [Ok, Ok, Ok, Warn]);
        assert_eq!(verdicts(&[gateway("1", false, 7), gateway("2", true, 1)]), [Warn, Ok, Ok, Ok]);
        let faulty = NodeView { offer_fault: Some("routes 2: …".into()), ..gateway("1", false, 7) };
        let checks = judge_gateways(&[faulty], 7);
        assert_eq!(
            (checks[2].verdict, checks[2].found.as_str()),
            (Verdict::Fail, "one keeps its current sets: routes 2: …")
        );
    }
}
