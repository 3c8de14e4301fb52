//! The server of the database: its version, its durability and its state.

use super::GROUP;
use crate::command::doctor::Check;
use crate::command::output::count;
use crate::storage::diagnosis::ServerFacts;

const OLDEST_VERSION: i32 = 150_000;
/// PostgreSQL stops at about two thousand million.
const OLD_TRANSACTIONS: i32 = 1_000_000_000;
const LONG_TRANSACTION_S: f64 = 300.0;
/// A replica confirms a commit within milliseconds.
const LONG_REPLICA_WAIT_S: f64 = 2.0;

pub(super) fn judge(server: &ServerFacts, is_private: bool) -> Vec<Check> {
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
        let found = format!("off: {}. A crash loses credits", off.join(", "));
        GROUP.fail("durability", found, "switch them on in postgresql.conf and restart PostgreSQL")
    }
}

/// Without a replica that confirms it, a commit waits forever, and paid calls get 503.
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

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::command::doctor::Verdict;

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
        let checks = judge(server, false).into_iter();
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
}
