//! Every list page of an account with very many of everything reads little more than it shows.

use std::collections::BTreeMap;

use fluence::identity::operator::OperatorRole;
use fluence::storage::keys::{KeyFilter, search};
use sqlx::PgPool;

use super::operator::operator as with_operator;
use super::table::Samples;
use crate::support::demonstration::Demonstration;
use crate::support::visitor::Visitor;

/// Keys, audit entries, e-mails, accounts and notes beside those of the demonstration.
const FILL: [&str; 9] = [
    // A quarter is revoked, a tenth has expired.
    "insert into api_key (id, environment_id, account_id, name, scopes, format, state, created_at, revoked_at, expires_at)
     select gen_random_uuid(), e.id, $1, 'key ' || n, '{read}', e.format, case when n % 4 = 0 then 'revoked' else 'active' end,
            now() - interval '2 days', case when n % 4 = 0 then now() - n * interval '1 millisecond' end,
            case when n % 10 = 1 then now() - n * interval '1 millisecond' when n % 10 = 3 then now() + interval '9 days' end
       from generate_series(1, 200000) n, (select environment_id as id, format from api_key where account_id = $1 order by id limit 1) e",
    "insert into key_secret (key_id, version, prefix, last_four, created_at)
     select id, 1, 'fluence_live_', 'abcd', created_at from api_key k
      where account_id = $1 and not exists (select from key_secret s where s.key_id = k.id)",
    "insert into audit_entry (account_id, actor, actor_id, action, subject, subject_id)
     select $1, 'key', a.id, 'key.changed', 'key', a.id
       from (select id::text from api_key where account_id = $1 limit 3000) a",
    "insert into audit_entry (account_id, actor, actor_id, action, subject, subject_id)
     select null, 'system', 'gateway', 'source.imported', 'source', 's ' || n from generate_series(1, 3000) n where $1::uuid is not null",
    "insert into email_outbox (id, kind, to_address, state, tries, next_at, created_at, sent_at)
     select gen_random_uuid(), 'invitation', 'bia@acme.example', 'sent', 1, now(), now(), now() from generate_series(1, 20000)
      where $1::uuid is not null",
    "insert into account (id, name, email, edition, plan, anchored_at, created_at)
     select gen_random_uuid(), 'Other ' || n, 'other@example.com', '2025-06', 'developer', now(), now() from generate_series(1, 20000) n
      where $1::uuid is not null",
    "insert into ledger_account (account_id, balance, open_lot, open_lot_is_plan, open_lot_left, open_lot_expires_at, last_lot,
            last_entry, period, period_starts_at, period_ends_at, plan_lot, plan_credits, plan_left, requests_limit, requests_used)
     select id, 0, 0, false, 0, now() + interval '1 month', 0, 0, 0, now(), now() + interval '1 month', 0, 0, 0, 0, 0
       from account where name like 'Other %' and $1::uuid is not null",
    "insert into account_note (account_id, author, note) select $1, 'olga', 'note ' || n from generate_series(1, 5000) n",
    "insert into member (id, account_id, email, role) select gen_random_uuid(), $1, 'm' || n || '@example.com', 'member'
       from generate_series(1, 150) n",
];

/// Rows that were read so far, by table: those of whole tables, and those that indexes led to.
async fn read(pool: &PgPool) -> BTreeMap<String, i64> {
    // A connection reports what it read when it ends, at the latest.
    let ended = "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity
                  where datname = current_database() and application_name = 'fluence' and state = 'idle'";
    sqlx::query(ended).execute(pool).await.unwrap();
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select t.relname::text, (coalesce(t.seq_tup_read, 0) + coalesce(sum(i.idx_tup_read), 0))::bigint
           from pg_stat_user_tables t left join pg_stat_user_indexes i using (relid) group by t.relid, t.relname, t.seq_tup_read",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    rows.into_iter().collect()
}

/// The rows that a page reads, by table. What the gateway does meanwhile by itself may be counted
/// too: the fewest of three are the page's.
async fn read_by(pool: &PgPool, visitor: &mut Visitor, path: &str) -> BTreeMap<String, i64> {
    let mut fewest: BTreeMap<String, i64> = BTreeMap::new();
    for _ in 0..3 {
        let before = read(pool).await;
        let page = visitor.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        for (table, rows) in read(pool).await {
            let rows = rows - before.get(&table).copied().unwrap_or(0);
            fewest.entry(table).and_modify(|least| *least = rows.min(*least)).or_insert(rows);
        }
    }
    fewest
}

/// A page, and the rows of tables of which it may read more than [`MAX_ROWS`].
type Listed = (&'static str, &'static [(&'static str, i64)]);
/// What belongs to the rows that are shown, and members of an account, which are read a few times.
const MAX_ROWS: i64 = 350;
/// A page of keys and one more, those between that have expired, and two counts that go to twenty.
const OF_KEYS: &[(&str, i64)] = &[("api_key", 130)];
/// At most 200 belong to an account: so small a table is read whole, a few times.
const FEW: &str = "member";
/// What the gateway sends e-mails from, at its own times.
const OUTBOX: &str = "email_outbox";
/// Every call of the days that are shown: what is added up and compared is what the page is for.
const ADDED_UP: &[(&str, i64)] = &[("ledger_entry", 5_000), ("ledger_usage", 5_000)];
/// How many accounts are on each plan.
const COUNTED: &[(&str, i64)] = &[("account", 25_000)];

const OF_ACCOUNT: [Listed; 18] = [
    ("", ADDED_UP),
    ("/keys", OF_KEYS),
    ("/keys?state=ended", OF_KEYS),
    ("/keys?environment={environment}", OF_KEYS),
    ("/keys/new", &[]),
    ("/keys/{key}", &[]),
    ("/environments", &[]),
    ("/members", &[]),
    ("/audit", &[]),
    ("/audit?subject=member", &[]),
    ("/audit?actor=operator", &[]),
    ("/ledger", ADDED_UP),
    ("/ledger?kind=given-back", ADDED_UP),
    ("/usage", ADDED_UP),
    ("/credits", &[]),
    ("/alerts", &[]),
    ("/settings", &[]),
    ("/playground", &[]),
];

const OF_OPERATORS: [Listed; 14] = [
    ("", ADDED_UP),
    ("/audit", &[]),
    ("/audit?account={account}", &[]),
    ("/audit?action=key.created", &[]),
    ("/audit?operator=root", &[]),
    ("/email", &[]),
    ("/email?state=failed", &[]),
    ("/plans", COUNTED),
    ("/plans/accounts?edition=2025-06&plan=developer", &[]),
    ("/people", &[]),
    ("/accounts/{account}", &[]),
    ("/accounts/{account}/keys", OF_KEYS),
    ("/accounts/{account}/members", &[]),
    ("/accounts/{account}/ledger", ADDED_UP),
];

/// Which pages read more than they may.
async fn too_much(
    pool: &PgPool,
    visitor: &mut Visitor,
    root: &str,
    pages: &[Listed],
    samples: &Samples,
) -> Vec<String> {
    let mut found = Vec::new();
    for (rest, more) in pages {
        let path =
            samples.ids().iter().fold(format!("{root}{rest}"), |path, (name, id)| path.replace(name, id));
        let rows = read_by(pool, visitor, &path).await;
        let large: Vec<_> = rows.iter().filter(|(_, rows)| **rows > 20).collect();
        println!("{path}: {large:?}");
        for (table, rows) in rows {
            let most =
                more.iter().find(|(known, _)| table.starts_with(known)).map_or(MAX_ROWS, |(_, most)| *most);
            let is_of_the_page = table != OUTBOX || rest.starts_with("/email");
            if rows > most && table != FEW && is_of_the_page {
                found.push(format!("{path} reads {rows} rows of {table}"));
            }
        }
    }
    found
}

#[tokio::test]
async fn list_pages_of_an_account_with_200_000_keys_read_little_more_than_they_show() {
    let Demonstration { gateway, account, link } = Demonstration::start().await;
    let samples = Samples::of(&gateway, account).await;
    let pool = gateway.database.pool();
    let mut ana = Visitor::new(&gateway);
    assert_eq!(ana.fill(&link, &[]).await.status, 303);
    let mut olga = with_operator(&gateway, "olga@example.com", OperatorRole::Admin).await.visitor;
    for fill in FILL {
        sqlx::query(fill).bind(account.as_uuid()).execute(pool).await.unwrap();
    }
    sqlx::query("analyze").execute(pool).await.unwrap();

    let mut found = too_much(pool, &mut ana, &format!("/console/{account}"), &OF_ACCOUNT, &samples).await;
    found.extend(too_much(pool, &mut olga, "/operator", &OF_OPERATORS, &samples).await);
    assert!(found.is_empty(), "{found:#?}");
    let shown = ana.get(&format!("/console/{account}/keys")).await;
    assert!(shown.has("more than 20 ended keys hidden") && shown.has("20+"), "{}", shown.body);

    // The list itself: a page and one more, and those between them that have expired.
    let mut reading = pool.begin().await.unwrap();
    for is_ended in [false, true] {
        let filter = KeyFilter { is_ended, ..KeyFilter::default() };
        let page = search(&mut reading, account, &filter, None, 50).await.unwrap();
        assert!(page.keys.len() == 50 && page.next.is_some());
        let read = "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
                      from pg_stat_xact_user_tables where relname = 'api_key'";
        let read: i64 = sqlx::query_scalar(read).fetch_one(&mut *reading).await.unwrap();
        println!("{read} keys are read");
        assert!(read <= if is_ended { 130 } else { 75 }, "{read} rows of keys were read");
    }
}

#[tokio::test]
async fn pages_of_keys_go_through_all_in_order_and_past_those_that_have_expired() {
    let gateway = crate::support::gateway::Gateway::start().await;
    let account = gateway.professional().await.account;
    let pool = gateway.database.pool();
    // The newest 2,500 have expired, the next is in use, and every fifth of the older ones is
    // revoked.
    let keys = "insert into api_key (id, environment_id, account_id, name, scopes, format, state, created_at, revoked_at, expires_at)
        select ('ffffffff-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, e.id, $1, 'key ' || n, '{read}', e.format,
               case when n <= 100 and n % 5 = 0 then 'revoked' else 'active' end, now() - interval '2 days',
               case when n <= 100 and n % 5 = 0 then now() - n * interval '1 second' end,
               case when n > 101 then now() - interval '1 hour' end
          from generate_series(1, 2601) n, (select environment_id as id, format from api_key where account_id = $1 limit 1) e";
    sqlx::query(keys).bind(account.as_uuid()).execute(pool).await.unwrap();
    sqlx::query(FILL[1]).bind(account.as_uuid()).execute(pool).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    for is_ended in [false, true] {
        let (mut names, mut before, mut pages) = (Vec::new(), None, 0);
        loop {
            let filter = KeyFilter { is_ended, ..KeyFilter::default() };
            let page = search(&mut connection, account, &filter, before, 50).await.unwrap();
            names.extend(page.keys.into_iter().map(|key| key.name));
            pages += 1;
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        let wanted: Vec<String> = match is_ended {
            false => (1..=101).rev().filter(|n| *n > 100 || n % 5 != 0).map(|n| format!("key {n}")).collect(),
            true => (1..=20)
                .map(|n| format!("key {}", n * 5))
                .chain((102..=2601).rev().map(|n| format!("key {n}")))
                .collect(),
        };
        // The customer's own key is older than these.
        let own = names.iter().position(|name| name == "test key");
        assert_eq!(own, (!is_ended).then(|| names.len() - 1));
        names.retain(|name| name != "test key");
        assert!(names == wanted, "{pages} pages: {:?}", names.iter().zip(&wanted).find(|(a, b)| a != b));
        println!("{pages} pages");
    }
}
