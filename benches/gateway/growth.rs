//! What a full ledger costs, and how much disk space a call takes.

use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection};

use crate::customers::{ACCOUNTS, SEED};
use crate::options::Options;
use crate::postgres::Postgres;
use crate::report::Target::{AtLeast, AtMost};
use crate::report::{Contender, Report};
use crate::writer::{Holders, turn};

const EMPTY: &str = "empty_ledger";
const FULL: &str = "full_ledger";
const HOLDERS: Holders = Holders { tasks: 64, accounts: ACCOUNTS };

pub(crate) async fn run(options: &Options, postgres: &Postgres, report: &mut Report) -> anyhow::Result<()> {
    postgres.create(EMPTY, SEED).await?;
    postgres.create(FULL, SEED).await?;
    eprintln!("growth: writing {} entries", options.old_entries);
    fill(postgres, options.old_entries).await?;
    let names = [EMPTY, FULL];
    let mut contenders = [
        Contender::new("writer, empty ledger"),
        Contender::new(format!("writer, {} old entries", options.old_entries)),
    ];
    for name in names {
        turn(postgres, name, HOLDERS, options.turn).await?;
    }
    postgres.checkpoint().await?;
    let before = Size::of(postgres, EMPTY).await?;
    for round in 1..=options.rounds {
        eprintln!("growth: round {round} of {}", options.rounds);
        for (name, contender) in names.into_iter().zip(&mut contenders) {
            contender.turns.push(turn(postgres, name, HOLDERS, options.turn).await?);
        }
    }
    let after = Size::of(postgres, EMPTY).await?;
    let [empty, full] = &contenders;
    Report::table(&format!("Growth, {HOLDERS}"), &contenders);
    report.ratio(full, empty, Some(AtLeast(0.9)));
    let bytes = (after.bytes - before.bytes) as f64 / (after.entries - before.entries) as f64;
    report.figure("bytes on the disk for each captured call", bytes, Some(AtMost(300.0)));
    Ok(())
}

/// Inserts past entries, equally many for each account, dated from the beginning of the month until
/// now. Only the rows that the measurement reads are created: no batches, no holds.
async fn fill(postgres: &Postgres, entries: i64) -> anyhow::Result<()> {
    let each = entries / i64::from(ACCOUNTS);
    let mut connection = postgres.options(FULL).connect().await?;
    for statement in [
        "set session_replication_role = replica",
        "set synchronous_commit = off",
        "insert into ledger_entry (account_id, number, at, amount, balance_after, call_id, key_id, epoch, batch, lot, kind,
                                   route)
         select a.account_id, a.last_entry + n, m.start + (now() - m.start) * (n::float8 / $1), 0, a.balance,
                gen_random_uuid(), '00000000-0000-0000-0000-000000000000', 0, 0, a.open_lot, 4, 1
           from generate_series(1, $1) n, ledger_account a, (select date_trunc('month', now()) as start) m",
        "update ledger_account set last_entry = last_entry + $1",
    ] {
        let query = sqlx::query(statement);
        let query = if statement.contains("$1") { query.bind(each) } else { query };
        query.execute(&mut connection).await?;
    }
    sqlx::query("vacuum analyze").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// The ledger's size on disk: its tables with their indexes, toast, and free space.
struct Size {
    bytes: i64,
    entries: i64,
}

impl Size {
    async fn of(postgres: &Postgres, database: &str) -> anyhow::Result<Self> {
        let mut connection: PgConnection = postgres.options(database).connect().await?;
        let (bytes, entries) = sqlx::query_as(
            "select (select sum(pg_total_relation_size(oid))::bigint from pg_class
                      where relkind = 'r' and relname like 'ledger\\_%'),
                    (select sum(last_entry)::bigint from ledger_account)",
        )
        .fetch_one(&mut connection)
        .await?;
        connection.close().await?;
        Ok(Self { bytes, entries })
    }
}
