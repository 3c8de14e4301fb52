//! What refuses the calls of a key now, and what limits them.

use std::slice;

use chrono::{DateTime, NaiveDate, Utc};

use crate::console::numbers::{instant, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::words::Words;
use crate::domain::account::{Account, AccountState};
use crate::domain::credits::Credits;
use crate::domain::instant::end_of;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeyStatus, Mode, Scope};
use crate::domain::month::Month;
use crate::ledger::rules::account::LedgerAccount;
use crate::storage::console::credits::{self, PlanLine};
use crate::storage::console::key_facts::{self, KeyFacts, SecretFacts};
use crate::storage::ledger::balance::read_account_in;

/// A key with all that decides about its calls.
pub(super) struct Standing<'k> {
    key: &'k KeyView,
    account: &'k Account,
    facts: KeyFacts,
    secret: SecretFacts,
    ledger: LedgerAccount,
    plan: PlanLine,
    today: NaiveDate,
}

impl<'k> Standing<'k> {
    /// Of the secret of this version; by default of the current one.
    pub(super) async fn of(
        call: &mut Call,
        key: &'k KeyView,
        account: &'k Account,
        version: Option<i32>,
    ) -> Result<Self, PageError> {
        let today = call.now().date_naive();
        let db = call.db().await?;
        let ledger = read_account_in(db, account.id).await?.ok_or(PageError::NotFound)?;
        let plan = credits::plan(db, account.id).await?.ok_or(PageError::NotFound)?;
        let facts = key_facts::of_keys(db, account.id, slice::from_ref(key), today).await?.remove(&key.id);
        let secret = match version.or(key.secrets.first().map(|secret| secret.version)) {
            Some(version) => key_facts::of_secret(db, key.id, version).await?,
            None => SecretFacts::default(),
        };
        Ok(Self { key, account, facts: facts.unwrap_or_default(), secret, ledger, plan, today })
    }

    pub(super) fn credits_left(&self) -> i64 {
        self.ledger.credits_left().as_i64()
    }

    fn is_paying(&self) -> bool {
        self.key.mode == Mode::Live
    }

    /// Credits that pay for a call now: a plan without requests left pays for none.
    fn spendable(&self) -> i64 {
        match self.ledger.has_requests_left() {
            true => self.credits_left(),
            false => self.credits_left() - self.ledger.plan_left().as_i64(),
        }
    }

    /// Every reason, those of all calls first.
    pub(super) fn refused_because(&self, words: Words) -> Vec<String> {
        let mut reasons: Vec<String> = self.dead_because(words).into_iter().collect();
        match (self.account.closed_at, self.account.state) {
            (Some(_), _) => reasons.push(words.op_is_closed().to_owned()),
            (None, AccountState::Suspended) => reasons.push(words.op_is_suspended().to_owned()),
            (None, AccountState::Active) => {}
        }
        if !self.plan.api_access {
            reasons.push(words.op_plan_without_api(&self.plan.plan));
        }
        if !self.key.scopes.contains(&Scope::Invoke) {
            reasons.push(words.op_key_without_invoke().to_owned());
        }
        if self.is_paying() {
            self.unpaid_because(words, &mut reasons);
        }
        reasons
    }

    /// Why the key or its secret opens nothing. A reported leak is what callers read first.
    fn dead_because(&self, words: Words) -> Option<String> {
        let at = |at: Option<DateTime<Utc>>| at.map(|at| instant(words.0, at)).unwrap_or_default();
        let reason = match self.key.status {
            KeyStatus::Active if self.secret.ended_at.is_some() => words.op_secret_replaced().to_owned(),
            KeyStatus::Active => return None,
            KeyStatus::Disabled => words.op_key_disabled().to_owned(),
            KeyStatus::Expired => words.op_key_expired(&at(self.key.expires_at)),
            KeyStatus::Revoked => words.op_key_revoked(&at(self.key.revoked_at)),
        };
        Some(match self.secret.exposed_at {
            Some(exposed) => words.op_key_exposed(&at(Some(exposed))),
            None => reason,
        })
    }

    fn unpaid_because(&self, words: Words, reasons: &mut Vec<String>) {
        if self.credits_left() == 0 {
            reasons.push(words.op_no_credits().to_owned());
        } else if self.spendable() == 0 {
            let limit = i64::try_from(self.ledger.requests_limit).unwrap_or(i64::MAX);
            let renews_at = instant(words.0, self.ledger.period.ends_at);
            reasons.push(words.op_requests_used_up(&whole(words.0, limit), &renews_at));
        }
        for cap in self.caps().iter().filter(|cap| cap.left() == 0) {
            reasons.push(cap.reached(words));
        }
    }

    fn caps(&self) -> Vec<SpentCap> {
        let day_ends = end_of(self.today).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let cap = |size: Option<Credits>, spent: i64, is_of_month: bool, resets_at| {
            size.map(|size| SpentCap { size: size.as_i64(), spent, is_of_month, resets_at })
        };
        let month =
            cap(self.key.monthly_cap, self.facts.spent_this_month, true, Month::of(self.today).ends_at());
        let day = cap(self.key.daily_cap, self.facts.spent_today, false, day_ends);
        month.into_iter().chain(day).collect()
    }

    /// What refuses some calls: those that cost more than is left, or that come from elsewhere.
    pub(super) fn limits(&self, words: Words) -> Vec<String> {
        let mut limits = Vec::new();
        if self.is_paying() {
            for cap in self.caps().iter().filter(|cap| cap.left() > 0) {
                limits.push(cap.nearly(words));
            }
        } else {
            limits.push(words.op_key_of_test().to_owned());
        }
        let list = |items: Vec<String>| items.join(", ");
        if !self.key.allowed_networks.is_empty() {
            let networks = self.key.allowed_networks.iter().map(ToString::to_string).collect();
            limits.push(words.op_only_from(&list(networks)));
        }
        if !self.key.regions.is_empty() {
            let regions = self.key.regions.iter().map(ToString::to_string).collect();
            limits.push(words.op_only_in(&list(regions)));
        }
        limits
    }
}

/// A cap of a key with what was spent of it.
struct SpentCap {
    size: i64,
    spent: i64,
    is_of_month: bool,
    resets_at: DateTime<Utc>,
}

impl SpentCap {
    fn left(&self) -> i64 {
        (self.size - self.spent).max(0)
    }

    fn reached(&self, words: Words) -> String {
        let (size, until) = (whole(words.0, self.size), instant(words.0, self.resets_at));
        match self.is_of_month {
            true => words.op_monthly_cap_reached(&size, &until),
            false => words.op_daily_cap_reached(&size, &until),
        }
    }

    fn nearly(&self, words: Words) -> String {
        let (left, size) = (whole(words.0, self.left()), whole(words.0, self.size));
        match self.is_of_month {
            true => words.op_monthly_cap_left(&left, &size),
            false => words.op_daily_cap_left(&left, &size),
        }
    }
}
