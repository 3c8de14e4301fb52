//! An account with three months of calls, packs, refunds and changes, for looking at the console.
//!
//! Nothing is invented in the ledger: the rules decide every hold, refund, renewal and expiry, at instants of the past, so
//! that `fluence ledger verify` finds nothing. The pattern of the calls is the same at every run.

use std::io::{self, Write};

use anyhow::{Context as _, bail, ensure};
use axum::http::Uri;
use chrono::{DateTime, Datelike, Days, Months, TimeDelta, Utc, Weekday};
use serde::Serialize;
use sqlx::{Connection, PgConnection};

use super::EDITION;
use crate::clock as ids;
use crate::command::context::Context;
use crate::command::link;
use crate::command::output::{Report, write_fields};
use crate::domain::account::DEFAULT_ENVIRONMENT;
use crate::domain::audit::{Actor, Who};
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId, EnvironmentId, IdentityId, KeyId, MemberId};
use crate::domain::key::rotation::Overlap;
use crate::domain::key::terms::{KeyTerms, TermsChange};
use crate::domain::key::{KeyFormat, KeyState, Mode, Scope};
use crate::domain::member::Role;
use crate::domain::plan::PlanRef;
use crate::domain::refusal::ErrorCode;
use crate::domain::rights::{Principal, Rights};
use crate::domain::text::EmailAddress;
use crate::domain::settlement::{Outcome, SETTLEMENT_TOML, Settlement, SettlementTable};
use crate::identity::email::EmailKey;
use crate::ledger::rules::caps::KeyCaps;
use crate::ledger::rules::entry::{CallRef, RouteNumber};
use crate::ledger::rules::hold::{Hold, HoldRequest};
use crate::ledger::rules::lot::LotSource;
use crate::ledger::rules::operation::{Correction, Effect, Grant, Operation, Settle};
use crate::management;
use crate::storage::accounts::{self, NewAccount};
use crate::storage::identity::{identities, memberships};
use crate::storage::keys::NewKey;
use crate::storage::ledger::past::PastWriter;
use crate::storage::ledger::usage::roll_up;
use crate::storage::refused_calls::{self, RefusedCall};
use crate::storage::{clock, members, routes};

/// The id is constant, so that a second run finds the account.
const ACCOUNT: AccountId = AccountId::from_uuid(uuid::uuid!("01900000-0000-7000-8000-00000000d3e1"));
const DAYS: u64 = 92;
/// Address and name of the account's admin.
const ADMIN: (&str, &str) = ("ana@horizonte.example", "Ana Duarte");
/// The plan at first, and the one it is moved to.
const PLANS: [&str; 2] = ["essentials", "professional"];
const MOVED_ON_DAY: u64 = 34;
/// Paths and the credits of a call.
const CALLS: [(&str, u32); 3] = [("/crm", 2), ("/crm_basico", 1), ("/analyze", 1)];
/// As many as the first plan allows.
const KEYS: [&str; 3] = ["backend", "crm-sync", "old-website"];
/// Batches of the usage that are added up at once.
const ADDED_UP_AT_ONCE: i32 = 500;

/// Creates the account with its past, unless it exists, and a link into its console.
pub(super) async fn prepare(context: &Context, url: &Uri) -> anyhow::Result<HistoryReport> {
    let mut connection = context.connection().await?;
    let is_new = accounts::find(&mut connection, ACCOUNT).await?.is_none();
    let catalogue = context.catalogue().await?;
    for plan in PLANS {
        ensure!(
            catalogue.plan(EDITION, plan).is_some(),
            "the history needs plan {plan} of edition {EDITION}, which the catalogue in force does not have"
        );
    }
    if is_new {
        let mut work = connection.begin().await?;
        write(context, &mut work).await?;
        work.commit().await?;
    }
    while roll_up(&mut connection, ADDED_UP_AT_ONCE).await? > 0 {}
    let account = context.account(ACCOUNT).await?;
    let console = link::make(context, ACCOUNT, None, url).await?.link;
    Ok(HistoryReport { account_id: ACCOUNT, balance: account.balance, is_new, console })
}

/// Everything of the account, in one transaction.
async fn write(context: &Context, work: &mut PgConnection) -> anyhow::Result<()> {
    let operator = context.operator();
    let new = NewAccount {
        id: ACCOUNT,
        environment_id: EnvironmentId::from_uuid(ids::new_id()),
        name: "Horizonte Analytics".into(),
        email: ADMIN.0.into(),
        plan: plan(PLANS[0]),
    };
    management::accounts::create(work, &operator, &new).await.context("cannot create the account")?;
    let ana = admin(work).await?;
    let keys = make_keys(context, work, &ana).await?;
    let paths = CALLS.map(|(path, _)| path);
    let routes: Vec<RouteNumber> = routes::numbers(work, &paths).await?;
    let now = clock::now(work).await?;
    let begins_at = now - Days::new(DAYS) - TimeDelta::minutes(17);
    let writer = PastWriter::begin(work, "demonstration", ACCOUNT, begins_at).await?;
    let table = SettlementTable::parse(SETTLEMENT_TOML)?;
    let mut past = Past { writer, keys: keys.clone(), routes, table, chance: Chance(7), last: begins_at };
    past.live(work, &operator, begins_at, now).await?;
    past.writer.end(work).await?;
    change_keys(context, work, &ana, &keys, now).await
}

fn plan(name: &str) -> PlanRef {
    PlanRef { edition: EDITION.into(), plan: name.into() }
}

/// The account's first member, who has accepted.
async fn admin(work: &mut PgConnection) -> anyhow::Result<Principal> {
    let member_id = members::list(work, ACCOUNT).await?.first().context("the account has no member")?.id;
    let email: EmailAddress = ADMIN.0.parse()?;
    let person = match identities::by_email(work, &EmailKey::of(&email)).await? {
        Some(known) => known.id,
        None => {
            let id = IdentityId::from_uuid(ids::new_id());
            identities::add(work, id, &email, ADMIN.1, None).await?;
            id
        }
    };
    memberships::accept(work, member_id, person).await?;
    let actor = Actor { who: Who::Member(member_id), address: "203.0.113.24".parse().ok(), request_id: None };
    Ok(Principal { actor, rights: Rights::OfMember { account_id: ACCOUNT, member_id, role: Role::Admin } })
}

async fn make_keys(context: &Context, work: &mut PgConnection, ana: &Principal) -> anyhow::Result<Vec<KeyId>> {
    let peppers = context.peppers().await?;
    let mut keys = Vec::new();
    for name in KEYS {
        let terms = KeyTerms::unlimited(name, &Scope::DEFAULT);
        let id = KeyId::from_uuid(ids::new_id());
        let new = NewKey { id, account_id: ACCOUNT, environment: DEFAULT_ENVIRONMENT.into(), terms };
        management::keys::create(work, ana, &new, KeyFormat::Fluence, &peppers).await?;
        keys.push(id);
    }
    Ok(keys)
}

/// What was done with the keys and the account lately.
async fn change_keys(
    context: &Context,
    work: &mut PgConnection,
    ana: &Principal,
    keys: &[KeyId],
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let [backend, sync, old] = keys else { bail!("the account has other keys") };
    let peppers = context.peppers().await?;
    let test = EnvironmentId::from_uuid(ids::new_id());
    management::environments::create(work, ana, test, ACCOUNT, &"test".parse()?, Mode::Test).await?;
    for (name, environment, format) in
        [("nightly-import", DEFAULT_ENVIRONMENT, KeyFormat::Fluence), ("ana-laptop", "test", KeyFormat::SkTest)]
    {
        let terms = KeyTerms::unlimited(name, &Scope::DEFAULT);
        let id = KeyId::from_uuid(ids::new_id());
        let new = NewKey { id, account_id: ACCOUNT, environment: environment.into(), terms };
        management::keys::create(work, ana, &new, format, &peppers).await?;
    }
    management::keys::rotate(work, ana, *backend, Overlap::DEFAULT, &peppers).await?;
    let change = TermsChange {
        daily_cap: Some(Some(Credits::from_u32(60))),
        expires_at: Some(Some(now + Days::new(6))),
        ..TermsChange::default()
    };
    management::keys::change(work, ana, *sync, change).await?;
    management::keys::set_state(work, ana, *old, KeyState::Revoked).await?;
    let joao = MemberId::from_uuid(ids::new_id());
    management::members::add(work, ana, joao, ACCOUNT, &"joao@horizonte.example".parse()?, Role::Member).await?;
    Ok(())
}

/// Numbers that look like chance and are the same at every run.
struct Chance(u64);

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

struct Past {
    writer: PastWriter,
    keys: Vec<KeyId>,
    routes: Vec<RouteNumber>,
    table: SettlementTable,
    chance: Chance,
    /// The instant of the newest batch.
    last: DateTime<Utc>,
}

impl Past {
    /// Lives through the days up to now.
    async fn live(
        &mut self,
        work: &mut PgConnection,
        operator: &Principal,
        begins_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        for day in 0..=DAYS {
            let morning = begins_at + Days::new(day);
            self.acts_of(work, operator, day, morning).await?;
            let weekday = match morning.weekday() {
                Weekday::Sat | Weekday::Sun => 1,
                _ => 3 + self.chance.below(5),
            };
            for burst in 0..weekday {
                let minutes = 45 * (burst as i64 + 1) + self.chance.below(40) as i64;
                let at = morning + TimeDelta::minutes(minutes) + TimeDelta::seconds(self.chance.below(60) as i64);
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
        let grant = |source, reference: &str, amount, expires_at, note: &str| {
            Operation::Grant(Grant {
                account_id: ACCOUNT,
                id,
                reference: reference.into(),
                source,
                amount: Credits::from_u32(amount),
                expires_at,
                note: note.into(),
            })
        };
        let year = at.checked_add_months(Months::new(12)).unwrap_or(at);
        let operation = match day {
            0 => Operation::Advance { account_id: ACCOUNT, id },
            3 => grant(LotSource::Grant, "welcome-2041", 50, at + Days::new(30), "Welcome"),
            20 => grant(LotSource::Pack, "order-2077", 200, year, "Power"),
            21 => grant(LotSource::Grant, "goodwill-7", 25, at + Days::new(60), "An hour of errors"),
            MOVED_ON_DAY => {
                management::accounts::set_plan(work, operator, ACCOUNT, &plan(PLANS[1])).await?;
                Operation::MovePlan { account_id: ACCOUNT, id }
            }
            48 => grant(LotSource::Pack, "order-2119", 100, year, "Boost"),
            49 => Operation::Correct(Correction {
                account_id: ACCOUNT,
                id,
                amount: Credits::from_u32(10),
                note: "Order 2119 was entered with 10 credits too many".into(),
            }),
            76 => grant(LotSource::Pack, "order-2190", 500, year, "Scale"),
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
        HoldRequest {
            call_id: CallId::from_uuid(ids::id_of(at)),
            account_id: ACCOUNT,
            call: CallRef { key_id: self.keys[key], route: self.routes[place] },
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

/// The account and how to look at it.
#[derive(Serialize)]
pub(super) struct HistoryReport {
    account_id: AccountId,
    balance: Credits,
    /// Whether this run created it.
    is_new: bool,
    /// A link that opens the console of the account once, within ten minutes.
    console: String,
}

impl Report for HistoryReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        match self.is_new {
            true => writeln!(out, "The account has three months of calls, packs, refunds and changes.\n")?,
            false => writeln!(out, "The account existed already. Nothing was added.\n")?,
        }
        write_fields(out, &[("account", &self.account_id), ("credits", &self.balance)])?;
        writeln!(out, "\nIts console, logged in (the link works once, for 10 minutes):\n\n{}", self.console)
    }
}
