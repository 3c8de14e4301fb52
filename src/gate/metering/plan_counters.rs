//! Counts credits by plan. A catalogue has few plans, so the label is bounded.

use std::cell::RefCell;
use std::collections::HashMap;

use metrics::{Counter, counter};

use crate::domain::credits::Credits;

/// The counters of a plan.
struct Counters {
    captured: Counter,
    released: Counter,
}

thread_local! {
    /// Handles that this thread has used: cheaper than a lookup by labels.
    static HANDLES: RefCell<HashMap<String, Counters>> = RefCell::new(HashMap::new());
}

/// Counts the end of a hold: what was charged of its price.
pub(super) fn count(plan: &str, price: Credits, used: Credits) {
    let (price, used) = (price.as_i64().unsigned_abs(), used.as_i64().unsigned_abs());
    HANDLES.with_borrow_mut(|handles| {
        if !handles.contains_key(plan) {
            handles.insert(plan.to_owned(), register(plan));
        }
        if let Some(counters) = handles.get(plan) {
            counters.captured.increment(used);
            counters.released.increment(price.saturating_sub(used));
        }
    });
}

fn register(plan: &str) -> Counters {
    let of = |outcome: &'static str| counter!("gateway_credits_total", "plan" => plan.to_owned(), "outcome" => outcome);
    Counters { captured: of("captured"), released: of("released") }
}
