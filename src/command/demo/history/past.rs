//! The days of the past: calls, what the operator did, and the numbers that look like chance.

use chrono::{DateTime, Datelike, Days, Months, TimeDelta, Utc, Weekday};
use sqlx::PgConnection;

use super::acts::Acts;
use super::{ACCOUNT, CALLS, DAYS, KEYS, MOVED_ON_DAY, PLANS, plan};
use crate::clock as ids;
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::key::KeyPrefix;
use crate::domain::refusal::ErrorCode;
use crate::domain::rights::Principal;
use crate::domain::settlement::{Outcome, Settlement, SettlementTable};
use crate::ledger::rules::caps::KeyCaps;
use crate::ledger::rules::entry::{CallRef, GrantKind, RouteNumber};
use crate::ledger::rules::hold::{Hold, HoldRequest};
use crate::ledger::rules::operation::{Correction, Effect, Grant, Operation, Settle};
use crate::management;
use crate::storage::ledger::past::PastWriter;
use crate::storage::refused_calls::{self, RefusedCall};

/// Numbers that look like chance and are the same at every run.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }

    /// One in a thousand as often as the weight of each.
    fn outcome(&mut self) -> Outcome {
        match self.below(1_000) {
            0..=899 => Outcome::Answered,
            900..=944 => Outcome::ProfileNotFound,
            945..=954 => Outcome::MultipleMatches,
            955..=979 => Outcome::InsufficientData,
            980..=989 => Outcome::TimedOut,
            990..=994 => Outcome::Refused,
            _ => Outcome::Failed,
        }
    }
}

/// Lives through the past, batch by batch.
pub(super) struct Past {
    pub(super) writer: PastWriter,
    pub(super) acts: Acts,
    /// When each of the first keys was last used.
    pub(super) used: [DateTime<Utc>; KEYS.len()],
    pub(super) routes: Vec<RouteNumber>,
    pub(super) table: SettlementTable,
    pub(super) chance: Chance,
    /// The instant of the newest batch.
    pub(super) last: DateTime<Utc>,
}

impl Past {
    /// Lives through the days up to now.
    pub(super) async fn live(
        &mut self,
        work: &mut PgConnection,
        operator: &Principal,
        prefix: &KeyPrefix,
        begins_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        for day in 0..=DAYS {
            let morning = begins_at + Days::new(day);
            self.acts_of(work, operator, day, morning).await?;
            self.acts.of_day(work, prefix, day).await?;
            self.writer.date(work, morning + TimeDelta::minutes(9)).await?;
            let weekday = match morning.weekday() {
                Weekday::Sat | Weekday::Sun => 1,
                _ => 3 + self.chance.below(5),
            };
            for burst in 0..weekday {
                let minutes = 45 * (burst as i64 + 1) + self.chance.below(40) as i64;
                let at =
                    morning + TimeDelta::minutes(minutes) + TimeDelta::seconds(self.chance.below(60) as i64);
                if at > self.last && at < now - TimeDelta::minutes(2) {
                    self.calls(work, day, at).await?;
                }
            }
        }
        Ok(())
    }

    /// What the operator did on some days.
    async fn acts_of(
        &mut self,
        work: &mut PgConnection,
        operator: &Principal,
        day: u64,
        at: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let id = CallId::from_uuid(ids::id_of(at));
        let grant = |kind, reference: &str, amount, expires_at, note: &str| {
            Operation::Grant(Grant {
                account_id: ACCOUNT,
                id,
                reference: reference.into(),
                kind,
                amount: Credits::from_u32(amount),
                expires_at,
                note: note.into(),
            })
        };
        let year = at.checked_add_months(Months::new(12)).unwrap_or(at);
        let operation = match day {
            0 => Operation::Advance { account_id: ACCOUNT, id },
            3 => grant(GrantKind::Grant, "welcome-2041", 50, at + Days::new(30), "Welcome"),
            20 => grant(GrantKind::Pack, "order-2077", 200, year, "Power"),
            21 => grant(GrantKind::Grant, "goodwill-7", 25, at + Days::new(60), "An hour of errors"),
            MOVED_ON_DAY => {
                management::accounts::set_plan(work, operator, ACCOUNT, &plan(PLANS[1])).await?;
                Operation::MovePlan { account_id: ACCOUNT, id }
            }
            48 => grant(GrantKind::Pack, "order-2119", 100, year, "Boost"),
            49 => Operation::Correct(Correction {
                account_id: ACCOUNT,
                id,
                reference: "refund-2119".into(),
                amount: Credits::from_u32(10),
                note: "Order 2119 was entered with 10 credits too many".into(),
            }),
            76 => grant(GrantKind::Pack, "order-2190", 500, year, "Scale"),
            _ => return Ok(()),
        };
        self.commit(work, at, vec![operation], Vec::new()).await.map(drop)
    }

    /// A few calls within a second, and their ends a moment later.
    async fn calls(&mut self, work: &mut PgConnection, day: u64, at: DateTime<Utc>) -> anyhow::Result<()> {
        let count = 1 + self.chance.below(if day < MOVED_ON_DAY { 5 } else { 9 });
        let holds: Vec<HoldRequest> = (0..count).map(|_| self.hold(day, at)).collect();
        let requests = holds.iter().cloned().map(Operation::Hold).collect();
        let effects = self.commit(work, at, requests, Vec::new()).await?;
        let (mut captured, mut settled) = (Vec::new(), Vec::new());
        for (request, effect) in holds.iter().zip(effects) {
            match effect {
                Effect::Held(held) => self.end(held.hold, &mut captured, &mut settled),
                _ => self.refused(work, request, at).await?,
            }
        }
        self.commit(work, at + TimeDelta::milliseconds(840), settled, captured).await.map(drop)
    }

    fn hold(&mut self, day: u64, at: DateTime<Utc>) -> HoldRequest {
        let place = [0, 0, 1, 1, 1, 2][self.chance.below(6) as usize];
        let key = match self.chance.below(10) {
            0..=5 => 0,
            6..=8 => 1,
            // The old website was switched off.
            _ if day < 60 => 2,
            _ => 0,
        };
        if let Some(used) = self.used.get_mut(key) {
            *used = at;
        }
        HoldRequest {
            call_id: CallId::from_uuid(ids::id_of(at)),
            account_id: ACCOUNT,
            call: CallRef { key_id: self.acts.keys[key], route: self.routes[place] },
            amount: Credits::from_u32(CALLS[place].1),
            caps: KeyCaps::default(),
            idempotency: None,
        }
    }

    fn end(&mut self, hold: Hold, captured: &mut Vec<(CallId, Outcome)>, settled: &mut Vec<Operation>) {
        let outcome = self.chance.outcome();
        match self.table.settle(outcome) {
            Settlement::Capture => captured.push((hold.call_id, outcome)),
            Settlement::Release => settled.push(Operation::Settle(Settle::release(hold, outcome, None))),
        }
    }

    /// A call for which there were no credits.
    async fn refused(
        &self,
        work: &mut PgConnection,
        request: &HoldRequest,
        at: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let place = self.routes.iter().position(|route| *route == request.call.route).unwrap_or(0);
        let call = RefusedCall {
            account_id: ACCOUNT,
            day: at.date_naive(),
            key_id: request.call.key_id,
            path: CALLS[place].0,
            code: ErrorCode::InsufficientCredits,
        };
        Ok(refused_calls::add(work, &[(call, 1)]).await?)
    }

    async fn commit(
        &mut self,
        work: &mut PgConnection,
        at: DateTime<Utc>,
        operations: Vec<Operation>,
        captured: Vec<(CallId, Outcome)>,
    ) -> anyhow::Result<Vec<Effect>> {
        self.last = at;
        Ok(self.writer.commit(work, at, operations, captured).await?)
    }
}
