//! Compares what clients observed with the ledger.

use std::collections::{HashMap, HashSet};

use sqlx::PgPool;
use uuid::Uuid;

use super::load::{Behaviour, Intent};

/// A call in the ledger.
#[derive(Clone, Copy, Debug)]
struct Call {
    holds: i64,
    cost: i64,
}

async fn calls(pool: &PgPool) -> HashMap<Uuid, Call> {
    let rows: Vec<(Uuid, i64, i64)> = sqlx::query_as(
        "select call_id, count(*) filter (where kind = 4), -sum(amount)::bigint from ledger_entry
          where kind in (4, 5) group by call_id",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    rows.into_iter().map(|(call, holds, cost)| (call, Call { holds, cost })).collect()
}

/// The audit after a fault, once every dead epoch is closed and every keyed intent has its outcome.
///
/// `intents_by_client` are each client's intents, in order. `credits` are those of all accounts at
/// the start.
pub(super) async fn audit(pool: &PgPool, intents_by_client: &[Vec<Intent>], credits: i64) {
    let calls = calls(pool).await;
    for (id, call) in &calls {
        assert!(call.holds == 1 && (0..=1).contains(&call.cost), "{id}: {call:?}");
    }
    let mut answered = HashSet::new();
    let mut cut_off = 0;
    for intents in intents_by_client {
        for (at, intent) in intents.iter().enumerate() {
            answered.extend(intent.answers.iter().map(|answer| answer.call));
            cut_off +=
                usize::from(intent.cut_off || intent.answers.iter().any(|answer| answer.status == 503));
            // A capture is committed with the next hold, so only the last answer before a crash may
            // be free.
            let may_be_given =
                !intent.behaviour.is_keyed() && intents.get(at + 1).is_none_or(|next| next.cut_off);
            check_answers(intent, &calls, may_be_given);
        }
    }
    check_keys(intents_by_client, &calls);
    // Of unanswered calls, at most one for each disconnected client is charged: its answer was
    // lost.
    let unanswered = calls.iter().filter(|(id, call)| call.cost == 1 && !answered.contains(*id)).count();
    assert!(unanswered <= cut_off, "{unanswered} unanswered calls charged, {cut_off} answers lost");

    let balance: i64 =
        sqlx::query_scalar("select sum(balance)::bigint from ledger_account").fetch_one(pool).await.unwrap();
    assert_eq!(balance, credits - calls.values().map(|call| call.cost).sum::<i64>());
}

fn check_answers(intent: &Intent, calls: &HashMap<Uuid, Call>, may_be_given: bool) {
    for answer in &intent.answers {
        let cost = calls.get(&answer.call).map(|call| call.cost);
        let is_final = answer.status == intent.behaviour.status();
        let expected = match answer.status {
            // The stored answer of another call, charged there.
            _ if answer.replayed => cost.is_none(),
            _ if is_final && may_be_given => cost.is_some_and(|cost| cost <= intent.behaviour.price()),
            _ if is_final => cost == Some(intent.behaviour.price()),
            // Reported as free, or with an unknown outcome: then it may be charged once, and its
            // key finds its answer.
            503 if intent.behaviour.is_keyed() && !answer.refunded => cost.unwrap_or(0) <= 1,
            409 | 503 => cost.unwrap_or(0) == 0,
            _ => false,
        };
        assert!(expected, "{:?}: {answer:?} cost {cost:?}", intent.behaviour);
    }
}

/// Each key has one answer, charged once.
fn check_keys(intents_by_client: &[Vec<Intent>], calls: &HashMap<Uuid, Call>) {
    let keyed = |behaviour: Behaviour| {
        intents_by_client.iter().flatten().filter(move |intent| intent.behaviour == behaviour)
    };
    for intent in keyed(Behaviour::Keyed).chain(keyed(Behaviour::FreeKeyed)) {
        let outcome = intent.outcome().unwrap_or_else(|| panic!("no outcome: {intent:?}"));
        let paid: i64 =
            intent.answers.iter().filter_map(|answer| calls.get(&answer.call)).map(|call| call.cost).sum();
        assert!(paid <= intent.behaviour.price(), "paid twice: {intent:?}");
        // The replay of a lost answer names the call that was charged.
        if outcome.replayed {
            let first = calls.iter().find(|(id, _)| outcome.text.contains(&id.to_string()));
            assert_eq!(first.map(|(_, call)| call.cost), Some(1), "{intent:?}");
        } else {
            assert_eq!(paid, intent.behaviour.price(), "{intent:?}");
        }
    }
}
