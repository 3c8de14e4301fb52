//! The state of the service, who uses and fails most, e-mails, and the audit log of everything.

use chrono::TimeDelta;
use fluence::clock::{id_of, now};
use fluence::identity::operator::OperatorRole;
use fluence::storage::operator::busiest::{of_days, of_hour};
use fluence::storage::operator::health::{self, Verification};
use uuid::Uuid;

use super::{admin, desk, operator, start};
use crate::gate::people::marina;
use crate::support::gateway::{Gateway, eventually};
use crate::support::visitor::Visitor;

#[tokio::test]
async fn health_names_each_gateway_with_its_changes_sets_and_clock() {
    let gateway = start().await;
    let mut viewer = operator(&gateway, "vera@example.com", OperatorRole::Viewer).await.visitor;
    eventually("the gateway has reported its clock and its sets", async || {
        let page = viewer.copy().get("/operator").await;
        page.has("● Up") && page.has("all confirmed") && page.has("catalogue 0, routes 0") && page.has(" ms")
    })
    .await;
    let page = viewer.get("/operator").await;
    assert!(page.has("The ledger was never verified"), "{}", page.body);
    assert!(!page.has("nothing is wrong"), "one thing is to be done: {}", page.body);
    all_is_well(&gateway, &mut viewer).await;
    sqlx::query("update node set change_seen = -5").execute(gateway.database.pool()).await.unwrap();
    let page = viewer.get("/operator").await;
    assert!(
        page.has("It refuses keys until it has caught up") && !page.has("nothing is wrong"),
        "{}",
        page.body
    );
    sqlx::query("update node set last_seen_at = now() - interval '5 minutes', clock_ahead_ms = 60000")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    let other = "insert into node (id, name, version, started_at, last_seen_at, change_seen, clock_ahead_ms, offer_fault)
                 values (gen_random_uuid(), 'west-2', '0.0.1', now(), now() - interval '5 minutes', 0, 60000, 'route 3: no such upstream')";
    sqlx::query(other).execute(gateway.database.pool()).await.unwrap();
    let page = viewer.get("/operator").await;
    for alarm in
        ["Gateway west-2 is silent", "The clock of gateway west-2 is off", "route 3: no such upstream"]
    {
        assert!(page.has(alarm), "{alarm}: {}", page.body);
    }
}

/// After a verification without faults nothing is to be done.
async fn all_is_well(gateway: &Gateway, viewer: &mut Visitor) {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let run = Verification {
        verified_at: now(),
        since: None,
        batches: 1,
        entries: 1,
        faults: 0,
        verified_by: "olga".into(),
    };
    health::add_verification(&mut connection, &run, now()).await.unwrap();
    let page = viewer.get("/operator").await;
    assert!(page.has("nothing is wrong"), "{}", page.body);
}

#[tokio::test]
async fn open_holds_are_counted_with_their_age_until_their_calls_end() {
    let gateway = start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    for _ in 0..3 {
        assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    }
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    eventually("all holds are captured", async || {
        let mut connection = gateway.database.pool().acquire().await.unwrap();
        let writers = health::open_writers(&mut connection).await.unwrap();
        !writers.is_empty() && writers.iter().all(|writer| writer.holds == 0)
    })
    .await;
    // A hold of a call that never ended, in the newest batch of the writer.
    let hold = "with writer as (select epoch, batches from ledger_epoch where closed_at is null and batches > 0 order by epoch limit 1)
                insert into ledger_entry (account_id, number, at, amount, balance_after, call_id, key_id, epoch, batch, lot, kind, route)
                select e.account_id, e.number + 1000, now() - interval '20 minutes', -2, e.balance_after, gen_random_uuid(), e.key_id, w.epoch,
                       w.batches, e.lot, 4, e.route
                  from ledger_entry e, writer w where e.kind = 4 and e.account_id = $1 limit 1";
    sqlx::query(hold).bind(customer.account.as_uuid()).execute(&mut *connection).await.unwrap();
    let writers = health::open_writers(&mut connection).await.unwrap();
    let held: Vec<_> = writers.iter().filter(|writer| writer.holds > 0).collect();
    assert_eq!(held.len(), 1, "{writers:?}");
    assert_eq!((held[0].holds, held[0].held_credits), (1, 2));
    let mut viewer = operator(&gateway, "vera@example.com", OperatorRole::Viewer).await.visitor;
    assert!(viewer.get("/operator").await.has("has been open for more than ten minutes"));
}

#[tokio::test]
async fn a_verification_of_new_batches_does_not_hide_what_a_whole_one_found() {
    let gateway = start().await;
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    for (since, faults, shown) in [(None, 3, 3), (Some(now()), 0, 3), (None, 0, 0), (Some(now()), 2, 2)] {
        let run = Verification {
            verified_at: now(),
            since,
            batches: 1,
            entries: 1,
            faults,
            verified_by: "olga".into(),
        };
        health::add_verification(&mut connection, &run, now()).await.unwrap();
        let last = health::last_verification(&mut connection).await.unwrap().unwrap();
        assert_eq!((last.since.is_some(), last.faults), (since.is_some(), shown));
    }
}

#[tokio::test]
async fn who_uses_and_who_fails_most_is_read_by_hour_and_by_day() {
    let gateway = start().await;
    gateway.with_sample_people().await;
    let (busy, failing) = (gateway.professional().await, gateway.professional().await);
    for _ in 0..2 {
        assert_eq!(gateway.post("/crm", &busy.key, &marina()).await.status, 200);
    }
    let nobody =
        serde_json::json!({ "primeiro_nome": "Zzyzx", "ultimo_nome": "Qqqwert", "empresa": "Nowhere" });
    let answer = gateway.post("/crm", &failing.key, &nobody).await;
    assert_ne!(answer.status, 200, "{}", answer.text);
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let hour = of_hour(&mut connection, id_of(now() - TimeDelta::hours(2))).await.unwrap();
    let by_hour = hour.by_credits;
    assert_eq!((by_hour[0].account_id, by_hour[0].calls), (busy.account.as_uuid(), 2), "{by_hour:?}");
    let refused = "insert into refused_call (account_id, day, key_id, route, code, calls)
                   select $1, (now() at time zone 'utc')::date, $2, (select min(number) from route), 'RATE_LIMITED', 7";
    sqlx::query(refused)
        .bind(failing.account.as_uuid())
        .bind(failing.key_id.as_uuid())
        .execute(gateway.database.pool())
        .await
        .unwrap();
    let today = fluence::clock::now().date_naive();
    let failures = of_days(&mut connection, today, today).await.unwrap().by_failures;
    let first = &failures[0];
    assert_eq!((first.account_id, first.refused), (failing.account.as_uuid(), Some(7)), "{failures:?}");
    assert_eq!(first.code.as_deref(), Some("RATE_LIMITED"));
    let mut admin = admin(&gateway).await.visitor;
    for span in ["hour", "day", "30"] {
        let page = admin.get(&format!("/operator/busiest?span={span}")).await;
        assert_eq!(page.status, 200, "{span}");
    }
    let page = admin.get("/operator/busiest").await;
    assert!(page.has(&desk(failing.account)) && page.has("RATE_LIMITED"), "{}", page.body);
    // A viewer sees the names, and no link to accounts.
    let mut viewer = operator(&gateway, "vera@example.com", OperatorRole::Viewer).await.visitor;
    assert!(!viewer.get("/operator/busiest").await.has("/operator/accounts/"));
}

#[tokio::test]
async fn a_failed_e_mail_says_why_and_is_sent_again() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut owner = gateway.admin(account).await;
    let path = format!("/console/{account}/members/new");
    let invited = owner.fill(&path, &[("email", "bia@example.com"), ("role", "member")]).await;
    assert_eq!(invited.status, 303, "{}", invited.body);
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    eventually("all messages are sent", async || {
        let waiting: i64 = sqlx::query_scalar("select count(*) from email_outbox where state = 'waiting'")
            .fetch_one(gateway.database.pool())
            .await
            .unwrap();
        waiting == 0
    })
    .await;
    let fail = "update email_outbox set state = 'failed', error = '550 no such mailbox', sent_at = null, sealed = '\\x00', tries = 7 returning id";
    let id: Uuid = sqlx::query_scalar(fail).fetch_one(&mut *connection).await.unwrap();
    let mut support = operator(&gateway, "sara@example.com", OperatorRole::Support).await.visitor;
    let list = support.get("/operator/email?state=failed").await;
    assert!(list.has("550 no such mailbox") && list.has("bia@example.com"), "{}", list.body);
    assert!(!list.has("token="), "the text of a message is shown");
    // One that waits may be being sent: sending it again could send it twice.
    let state = "update email_outbox set state = $2, next_at = now() + interval '1 hour' where id = $1";
    sqlx::query(state).bind(id).bind("waiting").execute(&mut *connection).await.unwrap();
    assert_eq!(support.get(&format!("/operator/email/{id}/retry")).await.status, 404);
    sqlx::query(state).bind(id).bind("failed").execute(&mut *connection).await.unwrap();
    let reason = [("reason", "The mailbox exists now")];
    let sent = support.fill(&format!("/operator/email/{id}/retry"), &reason).await;
    assert_eq!(sent.leads_to(), "/operator/email?done=1", "{}", sent.body);
    let tries: (String, i32) = sqlx::query_as("select action || ': ' || reason, (select tries from email_outbox where id = $1) from audit_entry where subject = 'email'")
        .bind(id)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    assert_eq!(tries.0, "email.retried: The mailbox exists now");
    assert!(tries.1 <= 1, "{tries:?}");
}

#[tokio::test]
async fn the_audit_log_of_everything_is_filtered_by_account_operator_and_act() {
    let gateway = start().await;
    let (one, two) = (gateway.professional().await.account, gateway.professional().await.account);
    let mut admin = admin(&gateway).await.visitor;
    for (account, reason) in [(one, "reason one"), (two, "reason two")] {
        let done =
            admin.fill(&format!("{}/suspend", desk(account)), &[("name", "Test"), ("reason", reason)]).await;
        assert_eq!(done.status, 303, "{}", done.body);
    }
    let all = admin.get("/operator/audit").await;
    assert!(all.has("reason one") && all.has("reason two") && all.has("the service"), "{}", all.body);
    let of_one = admin.get(&format!("/operator/audit?account={one}")).await;
    assert!(of_one.has("reason one") && !of_one.has("reason two"));
    let by_olga = admin.get("/operator/audit?operator=olga&action=account.suspended").await;
    assert!(
        by_olga.has("value=\"operator.added\">added an operator<"),
        "acts are sentences: {}",
        by_olga.body
    );
    let lines = by_olga.body.split("<tbody>").nth(1).unwrap();
    assert!(
        lines.contains("reason one") && lines.contains("reason two") && !lines.contains("added an operator")
    );
    assert!(admin.get("/operator/audit?operator=somebody").await.has("No changes match the filter."));
    let mistyped = admin.get("/operator/audit?account=0190-typo").await;
    assert_eq!(mistyped.status, 422);
    assert!(
        mistyped.has("This is not an account id.") && mistyped.has("value=\"0190-typo\""),
        "{}",
        mistyped.body
    );
    assert!(!mistyped.has(&one.to_string()) && !mistyped.has(&two.to_string()), "lines of all accounts");
    let page = admin.get("/operator/audit?action=operator.logged_in").await;
    assert!(page.has("logged in") && page.has("olga"), "{}", page.body);
}

#[tokio::test]
async fn the_operators_are_listed_with_their_roles() {
    let gateway = start().await;
    let mut viewer = operator(&gateway, "vera@example.com", OperatorRole::Viewer).await.visitor;
    let page = viewer.get("/operator/people").await;
    assert!(page.has("vera@example.com") && page.has("Viewer") && page.has("set up"), "{}", page.body);
}
