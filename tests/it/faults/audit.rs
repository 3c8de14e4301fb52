//! What clients remember, against the books.

use std::collections::{HashMap, HashSet};

use sqlx::PgPool;
use uuid::Uuid;

use super::load::{Habit, Intent};

/// What a call came to in the ledger.
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
/// `memories` holds what each client remembers, in order; `credits` is what all accounts had together.
pub(super) async fn audit(pool: &PgPool, memories: &[Vec<Intent>], credits: i64) {
    let calls = calls(pool).await;
    for (id, call) in &calls {
        assert!(call.holds == 1 && (0..=1).contains(&call.cost), "{id}: {call:?}");
    }
    let mut told = HashSet::new();
    let mut cut_off = 0;
    for memory in memories {
        for (at, intent) in memory.iter().enumerate() {
            told.extend(intent.answers.iter().map(|answer| answer.call));
            cut_off +=
                usize::from(intent.cut_off || intent.answers.iter().any(|answer| answer.status == 503));
            // A capture rides with the client's next hold, so only the last answer before a death may be a gift.
            let may_be_given = !intent.habit.is_keyed() && memory.get(at + 1).is_none_or(|next| next.cut_off);
            check_answers(intent, &calls, may_be_given);
        }
    }
    check_keys(memories, &calls);
    // Of what nobody heard of, only answers lost on their way are charged: at most one for each client that was cut off.
    let unheard = calls.iter().filter(|(id, call)| call.cost == 1 && !told.contains(*id)).count();
    assert!(unheard <= cut_off, "{unheard} calls charged that nobody heard of, and {cut_off} answers lost");

    let balance: i64 =
        sqlx::query_scalar("select sum(balance)::bigint from ledger_account").fetch_one(pool).await.unwrap();
    assert_eq!(balance, credits - calls.values().map(|call| call.cost).sum::<i64>());
}

fn check_answers(intent: &Intent, calls: &HashMap<Uuid, Call>, may_be_given: bool) {
    for answer in &intent.answers {
        let cost = calls.get(&answer.call).map(|call| call.cost);
        let is_final = answer.status == intent.habit.status();
        let expected = match answer.status {
            // The answer of another call, and paid there.
            _ if answer.replayed => cost.is_none(),
            _ if is_final && may_be_given => cost.is_some_and(|cost| cost <= intent.habit.price()),
            _ if is_final => cost == Some(intent.habit.price()),
            // Told to be free, or not decided: a call of which it is not known may be charged once and is found again
            // under its key.
            503 if intent.habit.is_keyed() && !answer.refunded => cost.unwrap_or(0) <= 1,
            409 | 503 => cost.unwrap_or(0) == 0,
            _ => false,
        };
        assert!(expected, "{:?}: {answer:?} cost {cost:?}", intent.habit);
    }
}

/// Under each key there is one answer, and it was paid once.
fn check_keys(memories: &[Vec<Intent>], calls: &HashMap<Uuid, Call>) {
    let keyed = |habit: Habit| memories.iter().flatten().filter(move |intent| intent.habit == habit);
    for intent in keyed(Habit::Keyed).chain(keyed(Habit::FreeKeyed)) {
        let outcome = intent.outcome().unwrap_or_else(|| panic!("no outcome: {intent:?}"));
        let paid: i64 =
            intent.answers.iter().filter_map(|answer| calls.get(&answer.call)).map(|call| call.cost).sum();
        assert!(paid <= intent.habit.price(), "paid twice: {intent:?}");
        // A replay of an answer that was lost on its way names the call that paid for it.
        if outcome.replayed {
            let first = calls.iter().find(|(id, _)| outcome.text.contains(&id.to_string()));
            assert_eq!(first.map(|(_, call)| call.cost), Some(1), "{intent:?}");
        } else {
            assert_eq!(paid, intent.habit.price(), "{intent:?}");
        }
    }
}
