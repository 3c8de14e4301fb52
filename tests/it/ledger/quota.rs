//! The requests of a period bound what the plan pays for; packs and grants pay beside them.

use std::collections::HashMap;

use chrono::TimeDelta;
use fluence::clock::now;
use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::account::{LedgerAccount, NotHeld, PlanTerms};
use fluence::ledger::rules::entry::{EntryKind, GrantKind};
use fluence::ledger::rules::hold::{DeclineReason, Declined, Held, Hold, HoldRequest};
use fluence::ledger::rules::operation::{Effect, Operation};
use fluence::ledger::store::{LedgerStore, Resolution, Work};
use fluence::storage::ledger::close_stale_epochs;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::fixture::{Customer, LEASE, LedgerFixture, ManualWriter, held};

const YEAR: TimeDelta = TimeDelta::days(365);

/// A customer with a pack of 10 credits beside a plan of 10 credits and 2 requests, which are used
/// up.
async fn without_requests() -> (LedgerFixture, Customer, ManualWriter) {
    let fixture = LedgerFixture::new(10, 2).await;
    let customer = fixture.customer().await;
    let mut manual = fixture.manual_writer("a").await;
    manual.one(customer.grant(10, YEAR)).await;
    for _ in 0..2 {
        let held = manual.commit(Work::holds(vec![customer.request(1)]), Vec::new()).await;
        assert!(held[0].is_some());
    }
    assert_eq!(fixture.books(&customer).await, (18, 8, 2));
    (fixture, customer, manual)
}

#[tokio::test]
async fn a_pack_is_spent_by_the_fast_path_once_the_first_call_has_opened_it() {
    let (fixture, customer, mut manual) = without_requests().await;
    let first = manual.commit(Work::holds(vec![customer.request(1)]), Vec::new()).await;
    assert_eq!(first, [None], "the plan's lot is open and its requests are used up");
    manual.one(Operation::Hold(customer.request(1))).await;
    let requests = (0..3).map(|_| customer.request(2)).collect();
    let effects = manual.commit(Work::holds(requests), Vec::new()).await;
    assert!(effects.iter().all(|effect| !held(effect).took_request));
    assert_eq!(fixture.books(&customer).await, (11, 8, 2));
    fixture.assert_verified().await;
}

#[tokio::test]
async fn what_was_taken_comes_back_when_a_gateway_dies() {
    let (fixture, customer, mut manual) = without_requests().await;
    manual.one(Operation::Hold(customer.request(3))).await;
    let mut connection = fixture.pool().acquire().await.unwrap();
    fixture.run("update ledger_epoch set heartbeat_at = now() - interval '1 day'").await;
    assert_eq!(close_stale_epochs(&mut connection, LEASE).await.unwrap(), 3);
    assert_eq!(fixture.books(&customer).await, (20, 10, 0));
    fixture.assert_verified().await;
}

/// Before that migration every call used a request, whichever lot paid, and its release returned
/// one.
#[tokio::test]
async fn the_holds_of_a_writer_of_the_version_before_end_by_its_own_rule() {
    let (fixture, customer, mut manual) = without_requests().await;
    manual.one(Operation::Hold(customer.request(3))).await;
    fixture.run("update ledger_epoch set requests_by_plan = false").await;
    fixture.run("update ledger_account set requests_limit = 3, requests_used = 3").await;
    fixture.assert_verified().await;
    manual.close().await;
    assert_eq!(fixture.books(&customer).await, (20, 10, 0));
    fixture.assert_verified().await;
}

#[tokio::test]
async fn a_batch_whose_answer_was_lost_is_found_with_what_its_holds_took() {
    let (fixture, customer, mut manual) = without_requests().await;
    let (pack, both) = (customer.request(3), customer.request(9));
    // Without a limit the plan pays first, and the pack for the rest.
    let other = fixture.customer().await;
    manual.one(other.grant(5, YEAR)).await;
    let both = HoldRequest { account_id: other.account_id, amount: Credits::from_u32(12), ..both };
    let batch = manual.batch(Work::Ordered(vec![Operation::Hold(pack), Operation::Hold(both)]), Vec::new());
    let decided = manual.store.commit(&batch).await.unwrap();
    let Resolution::Committed(found) = manual.store.resolve(&batch).await.unwrap() else { panic!() };
    let holds = |effects: &[Option<Effect>]| -> Vec<Hold> { effects.iter().map(held).collect() };
    assert_eq!(holds(&found), holds(&decided));
    assert_eq!(holds(&decided).iter().map(|hold| hold.took_request).collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn a_partial_capture_keeps_the_request_only_with_plan_credits() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut manual = fixture.manual_writer("sooner than the plan").await;
    manual.one(customer.grant(2, TimeDelta::days(1))).await;
    manual.close().await;
    let writer = fixture.writer("a").await;
    writer.hold(customer.request(5)).await.capture(Credits::from_u32(2), Outcome::Answered);
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (10, 10, 0));
    fixture.assert_verified().await;
}

/// An account as it might be, and the calls that arrive at it together, round by round.
type Story = (i64, u64, Vec<(i64, i64)>, Vec<Vec<i64>>);

fn stories() -> impl Strategy<Value = Vec<Story>> {
    // Lots of packs that end before the plan's lot and after it.
    let lots =
        proptest::collection::vec((1i64..6, proptest::sample::select(vec![1i64, 300, 300, 300])), 0..3);
    let rounds = proptest::collection::vec(proptest::collection::vec(1i64..4, 0..3), 6);
    proptest::collection::vec((0i64..9, 0u64..5, lots, rounds), 60)
}

/// What the rules say of calls one after the other: decision by decision.
fn decide(account: &mut LedgerAccount, requests: &[HoldRequest]) -> Vec<String> {
    let mut decide = |request: &HoldRequest| {
        let decided = account.hold(request.amount, request.call_id, request.call);
        match decided {
            Ok(takes) => format!("held {takes:?} {:?}", account.balance().requests_remaining()),
            Err(NotHeld::Declined(reason)) => declined(&reason),
            Err(NotHeld::Refused(error)) => panic!("{error}"),
        }
    };
    requests.iter().map(&mut decide).collect()
}

fn decided(effect: &Option<Effect>) -> String {
    match effect {
        Some(Effect::Held(Held { hold, balance })) => {
            format!("held {:?} {:?}", hold.takes, balance.requests_remaining())
        }
        Some(Effect::Declined(Declined { reason, .. })) => declined(reason),
        other => panic!("{other:?}"),
    }
}

fn declined(reason: &DeclineReason) -> String {
    match reason {
        DeclineReason::QuotaExhausted { .. } => "quota".to_owned(),
        DeclineReason::InsufficientCredits { available } => format!("only {available}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_fast_path_decides_as_the_rules_do() {
    let stories = stories().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let fixture = LedgerFixture::new(0, 0).await;
    let mut manual = fixture.manual_writer("a").await;
    let mut accounts = Vec::new();
    for (number, (credits, requests, lots, rounds)) in stories.into_iter().enumerate() {
        let plan = format!("p{number}");
        fixture.plan(&plan, credits, requests as i32).await;
        let customer = fixture.customer().await;
        let set =
            sqlx::query("update account set plan = $2 where id = $1").bind(customer.account_id.as_uuid());
        set.bind(&plan).execute(fixture.pool()).await.unwrap();
        let mut account =
            LedgerAccount::open(now(), PlanTerms { credits: credits.try_into().unwrap(), requests });
        account.advance(now(), customer.request(1).call_id).unwrap();
        manual.one(customer.advance()).await;
        for (amount, days) in lots {
            let grant = customer.grant(amount as u32, TimeDelta::days(days));
            let Operation::Grant(granted) = &grant else { panic!() };
            account.grant(GrantKind::Grant, granted.amount, granted.expires_at, granted.id).unwrap();
            manual.one(grant).await;
        }
        accounts.push((customer, account, rounds));
    }
    let mut by_path: HashMap<&str, u32> = HashMap::new();
    for round in 0..6 {
        let calls: Vec<Vec<HoldRequest>> = accounts
            .iter()
            .map(|(customer, _, rounds)| rounds[round].iter().map(|a| customer.request(*a as u32)).collect())
            .collect();
        let effects = manual.commit(Work::holds(calls.concat()), Vec::new()).await;
        let mut rest = effects.into_iter();
        for (requests, (_, account, _)) in calls.iter().zip(&mut accounts) {
            let mut effects: Vec<Option<Effect>> = rest.by_ref().take(requests.len()).collect();
            let expected = decide(account, requests);
            if effects.iter().all(Option::is_none) {
                let operations = requests.iter().cloned().map(Operation::Hold).collect();
                effects = manual.commit(Work::Ordered(operations), Vec::new()).await;
                *by_path.entry("ordered").or_default() += requests.len() as u32;
            } else {
                *by_path.entry("fast").or_default() += requests.len() as u32;
            }
            assert_eq!(effects.iter().map(decided).collect::<Vec<_>>(), expected);
        }
    }
    for (customer, account, _) in &accounts {
        let (balance, plan_left, used) = fixture.books(customer).await;
        assert_eq!((balance, plan_left), (account.credits_left().as_i64(), account.plan_left().as_i64()));
        assert_eq!(used as u64, account.requests_used);
        let holds = account.entries.iter().filter(|entry| entry.kind == EntryKind::Hold).count();
        assert!(holds as i64 >= used);
    }
    assert!(by_path["fast"] > 40 && by_path["ordered"] > 50, "{by_path:?}");
    manual.close().await;
    fixture.assert_verified().await;
}
