//! What is due, read for a slice of accounts at once.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::account::PLAYGROUND_ENVIRONMENTS;
use crate::domain::alert::AlertKind;
use crate::storage::error::StorageError;

/// Alerts of one kind in one look. The next look takes the rest.
const AT_ONCE: i64 = 100;

/// An alert to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueAlert {
    pub account_id: Uuid,
    pub kind: AlertKind,
    /// Names the event: the same one is sent once.
    pub subject: String,
    /// What is left, was used, or the days of a key that are left.
    pub number: i64,
    /// The threshold or the limit.
    pub bound: i64,
    /// A key, or the first names of several.
    pub name: String,
    pub key_id: Option<Uuid>,
    /// The end of a period or key.
    pub at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct DueRow {
    account_id: Uuid,
    subject: String,
    number: i64,
    bound: i64,
    name: String,
    key_id: Option<Uuid>,
    at: Option<DateTime<Utc>>,
}

/// The credits of an account `l`, and below what they are few: what the account chose, or a fifth
/// of the valid lots. A lot without credits left is none of them, whether they were used or taken
/// back.
macro_rules! credits {
    () => {
        " from ledger_account l
          left join alert_rule low on low.account_id = l.account_id and low.kind = 'low_credits'
          left join alert_rule gone on gone.account_id = l.account_id and gone.kind = 'no_credits'
         cross join lateral (select coalesce(sum(o.granted) filter (where o.expires_at > now()
                                       and case when o.lot = l.open_lot then l.open_lot_left else o.left_in_lot end > 0),
                                    0)::bigint as valid,
                                    coalesce(sum(o.granted), 0)::bigint as ever
                               from ledger_lot o where o.account_id = l.account_id) lots
         cross join lateral (select coalesce(low.threshold, greatest(lots.valid / 5, 1)) as few) t
         where l.account_id = any($1) "
    };
}

const CREDITS: &str = concat!(
    "select l.account_id, '' as subject, l.balance as number, t.few as bound, '' as name, null::uuid as key_id, null::timestamptz as at",
    credits!(),
    "and (l.balance > 0) = ($2 = 'low_credits') and l.balance <= t.few and lots.ever > 0
     and coalesce(case $2 when 'low_credits' then low.is_on else gone.is_on end, true)
     and not exists (select from alert_event e where e.account_id = l.account_id and e.kind = $2 and e.rearmed_at is null)
     limit $3"
);

const REQUESTS: &str = "
    select l.account_id, to_char(l.period_starts_at at time zone 'utc', 'YYYY-MM-DD') || ' ' || v.level as subject,
           l.requests_used as number, l.requests_limit as bound, '' as name, null::uuid as key_id, l.period_ends_at as at
      from ledger_account l
      left join alert_rule r on r.account_id = l.account_id and r.kind = $2
     cross join lateral (select case when l.requests_used >= l.requests_limit then 100 else 80 end as level) v
     where l.account_id = any($1) and l.requests_limit > 0 and l.requests_used * 100 >= l.requests_limit * v.level
       and l.period_ends_at > now() and coalesce(r.is_on, true)
       and not exists (select from alert_event e where e.account_id = l.account_id and e.kind = $2 and e.rearmed_at is null
                          and e.subject = to_char(l.period_starts_at at time zone 'utc', 'YYYY-MM-DD') || ' ' || v.level)
     limit $3";

/// Of the levels 30, 7, 1 and 0 days the nearest counts, and only where the key is older than the
/// level.
const KEY_ENDS: &str = "
    select k.account_id, k.id || ' ' || extract(epoch from k.expires_at)::bigint || ' ' || v.level as subject,
           v.level::bigint as number, 0::bigint as bound, k.name, k.id as key_id, k.expires_at as at
      from api_key k join environment n on n.id = k.environment_id
      left join alert_rule r on r.account_id = k.account_id and r.kind = $2
     cross join lateral (select min(d) as level from (values (0), (1), (7), (30)) days (d)
                          where k.expires_at <= now() + make_interval(days => d)
                            and k.created_at < k.expires_at - make_interval(days => greatest(d, 1))) v
     where k.account_id = any($1) and k.state = 'active' and not (n.mode = 'test' and n.name = any($4)) and v.level is not null
       and k.expires_at > now() - interval '1 day' and coalesce(r.is_on, true)
       and not exists (select from alert_event e where e.account_id = k.account_id and e.kind = $2 and e.rearmed_at is null
                          and e.subject = k.id || ' ' || extract(epoch from k.expires_at)::bigint || ' ' || v.level)
     limit $3";

const KEY_UNUSED: &str = "
    select k.account_id, to_char(now() at time zone 'utc', 'YYYY-MM') as subject, count(*) as number, 90::bigint as bound,
           array_to_string((array_agg(k.name order by k.id))[1:5], ', ') as name, null::uuid as key_id, null::timestamptz as at
      from api_key k join environment n on n.id = k.environment_id
      left join alert_rule r on r.account_id = k.account_id and r.kind = $2
     where k.account_id = any($1) and k.state = 'active' and not (n.mode = 'test' and n.name = any($4))
       and (k.expires_at is null or k.expires_at > now())
       and coalesce(k.last_used_at, k.created_at) < now() - interval '90 days' and coalesce(r.is_on, true)
       and not exists (select from alert_event e where e.account_id = k.account_id and e.kind = $2 and e.rearmed_at is null
                          and e.subject = to_char(now() at time zone 'utc', 'YYYY-MM'))
     group by k.account_id
     limit $3";

/// Returns what is due in these accounts, and whether more of a kind may be due.
pub async fn due(
    connection: &mut PgConnection,
    accounts: &[Uuid],
) -> Result<(Vec<DueAlert>, bool), StorageError> {
    let (mut due, mut may_be_more) = (Vec::new(), false);
    for kind in AlertKind::ALL.iter().copied() {
        let statement = match kind {
            AlertKind::LowCredits | AlertKind::NoCredits => CREDITS,
            AlertKind::Requests => REQUESTS,
            AlertKind::KeyEnds => KEY_ENDS,
            AlertKind::KeyUnused => KEY_UNUSED,
        };
        let asked = sqlx::query_as(statement).bind(accounts).bind(kind.as_str()).bind(AT_ONCE);
        let asked = match kind {
            AlertKind::KeyEnds | AlertKind::KeyUnused => asked.bind(PLAYGROUND_ENVIRONMENTS),
            AlertKind::LowCredits | AlertKind::NoCredits | AlertKind::Requests => asked,
        };
        let rows: Vec<DueRow> = asked.fetch_all(&mut *connection).await?;
        may_be_more |= i64::try_from(rows.len()).is_ok_and(|rows| rows == AT_ONCE);
        due.extend(rows.into_iter().map(|row| {
            let DueRow { account_id, subject, number, bound, name, key_id, at } = row;
            DueAlert { account_id, kind, subject, number, bound, name, key_id, at }
        }));
    }
    Ok((due, may_be_more))
}

/// Arms the alerts about credits again: when credits came in, clearly more than few, or after a
/// week of few. Never within a day, so that a balance around the threshold sends one e-mail a day
/// at most.
pub async fn rearm(connection: &mut PgConnection, accounts: &[Uuid]) -> Result<u64, StorageError> {
    let rearmed = sqlx::query(concat!(
        "update alert_event e set rearmed_at = now() from (select l.account_id, l.balance, t.few",
        credits!(),
        ") now_left
          where e.account_id = now_left.account_id and e.rearmed_at is null and e.fired_at < now() - interval '1 day'
            and (e.kind = 'low_credits' and (now_left.balance * 10 > now_left.few * 11 or e.fired_at < now() - interval '7 days')
                 or e.kind = 'no_credits' and now_left.balance > 0)"
    ))
    .bind(accounts)
    .execute(connection)
    .await?;
    Ok(rearmed.rows_affected())
}
