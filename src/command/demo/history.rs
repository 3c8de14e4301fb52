//! An account with three months of calls, packs, refunds and changes, for looking at the console.
//!
//! Nothing is invented in the ledger: the rules decide every hold, refund, renewal and expiry, at instants of the past, so
//! that `fluence ledger verify` finds nothing. The pattern of the calls is the same at every run.

mod past;

use std::io::{self, Write};

use anyhow::{Context as _, bail, ensure};
use axum::http::Uri;
use chrono::{DateTime, Days, TimeDelta, Utc};
use serde::Serialize;
use sqlx::{Connection, PgConnection};

use self::past::{Chance, Past};
use super::EDITION;
use crate::clock as ids;
use crate::command::context::Context;
use crate::command::link;
use crate::command::output::{Report, write_fields};
use crate::domain::account::DEFAULT_ENVIRONMENT;
use crate::domain::audit::{Actor, Who};
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, EnvironmentId, IdentityId, KeyId, MemberId};
use crate::domain::key::rotation::Overlap;
use crate::domain::key::terms::{KeyTerms, TermsChange};
use crate::domain::key::{FormatChoice, KeyState, Mode, Scope};
use crate::domain::member::Role;
use crate::domain::plan::PlanRef;
use crate::domain::rights::{Principal, Rights};
use crate::domain::settlement::{SETTLEMENT_TOML, SettlementTable};
use crate::domain::text::EmailAddress;
use crate::identity::email::EmailKey;
use crate::ledger::rules::entry::RouteNumber;
use crate::management;
use crate::management::keys::NewSecret;
use crate::storage::accounts::{self, NewAccount};
use crate::storage::identity::{identities, memberships};
use crate::storage::keys::{NewKey, SecretUse, record_uses};
use crate::storage::ledger::past::PastWriter;
use crate::storage::ledger::usage::roll_up;
use crate::storage::{clock, members, routes};

/// The id is constant, so that a second run finds the account.
const ACCOUNT: AccountId = AccountId::from_uuid(uuid::uuid!("01900000-0000-7000-8000-00000000d3e1"));
/// Days after which the current period is half over.
const DAYS: u64 = 106;
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
        // All gateways number these paths when they start. Within the transaction they would wait for its end.
        let routes = routes::numbers(&mut connection, &CALLS.map(|(path, _)| path)).await?;
        let mut work = connection.begin().await?;
        write(context, &mut work, routes).await?;
        work.commit().await?;
    }
    while roll_up(&mut connection, ADDED_UP_AT_ONCE).await? > 0 {}
    let account = context.account(ACCOUNT).await?;
    let console = link::make(context, ACCOUNT, None, url).await?.link;
    Ok(HistoryReport { account_id: ACCOUNT, balance: account.balance, is_new, console })
}

/// Everything of the account, in one transaction: the sweep of a gateway would renew an account whose past is half written.
async fn write(context: &Context, work: &mut PgConnection, routes: Vec<RouteNumber>) -> anyhow::Result<()> {
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
    let now = clock::now(work).await?;
    let begins_at = now - Days::new(DAYS) - TimeDelta::minutes(17);
    let writer = PastWriter::begin(work, "demonstration", ACCOUNT, begins_at).await?;
    let table = SettlementTable::parse(SETTLEMENT_TOML)?;
    let mut past = Past { writer, keys: keys.clone(), routes, table, chance: Chance(7), last: begins_at };
    past.live(work, &operator, begins_at, now).await?;
    past.writer.end(work).await?;
    // The third key is an old website's, which has stopped calling.
    let uses: Vec<SecretUse> = keys
        .iter()
        .take(2)
        .map(|key| SecretUse { key_id: *key, version: 1, at: past.last, rehash: None })
        .collect();
    record_uses(work, &uses).await?;
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
    let actor = Actor {
        who: Who::Member(member_id),
        address: "203.0.113.24".parse().ok(),
        request_id: None,
        reason: None,
    };
    Ok(Principal { actor, rights: Rights::OfMember { account_id: ACCOUNT, member_id, role: Role::Admin } })
}

async fn make_keys(
    context: &Context,
    work: &mut PgConnection,
    ana: &Principal,
) -> anyhow::Result<Vec<KeyId>> {
    let peppers = context.peppers().await?;
    let prefix = &context.settings().keys.prefix;
    let secret = NewSecret { format: FormatChoice::Prefixed, prefix, peppers: &peppers };
    let mut keys = Vec::new();
    for name in KEYS {
        let terms = KeyTerms::unlimited(name, &Scope::DEFAULT);
        let id = KeyId::from_uuid(ids::new_id());
        let new = NewKey { id, account_id: ACCOUNT, environment: DEFAULT_ENVIRONMENT.into(), terms };
        management::keys::create(work, ana, &new, &secret).await?;
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
    let prefix = &context.settings().keys.prefix;
    let secret = NewSecret { format: FormatChoice::Usual, prefix, peppers: &peppers };
    let test = EnvironmentId::from_uuid(ids::new_id());
    management::environments::create(work, ana, test, ACCOUNT, &"test".parse()?, Mode::Test).await?;
    for (name, environment) in [("nightly-import", DEFAULT_ENVIRONMENT), ("ana-laptop", "test")] {
        let terms = KeyTerms::unlimited(name, &Scope::DEFAULT);
        let id = KeyId::from_uuid(ids::new_id());
        let new = NewKey { id, account_id: ACCOUNT, environment: environment.into(), terms };
        management::keys::create(work, ana, &new, &secret).await?;
    }
    management::keys::rotate(work, ana, *backend, Overlap::DEFAULT, &secret).await?;
    let change = TermsChange {
        daily_cap: Some(Some(Credits::from_u32(60))),
        expires_at: Some(Some(now + Days::new(6))),
        ..TermsChange::default()
    };
    management::keys::change(work, ana, *sync, change).await?;
    management::keys::set_state(work, ana, *old, KeyState::Revoked).await?;
    let joao = MemberId::from_uuid(ids::new_id());
    management::members::add(work, ana, joao, ACCOUNT, &"joao@horizonte.example".parse()?, Role::Member)
        .await?;
    Ok(())
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
