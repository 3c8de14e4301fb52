//! An account with three months of calls, packs, refunds and changes, for looking at the console.
//!
//! Nothing is invented in the ledger: the rules decide every hold, refund, renewal and expiry, at
//! instants of the past, so that `fluence ledger verify` finds nothing. The pattern of the calls is
//! the same at every run.

mod acts;
mod past;

use std::io::{self, Write};

use anyhow::{Context as _, ensure};
use axum::http::Uri;
use chrono::{Days, TimeDelta};
use serde::Serialize;
use sqlx::{Connection, PgConnection};

use self::acts::Acts;
use self::past::{Chance, Past};
use super::EDITION;
use crate::clock as ids;
use crate::command::context::Context;
use crate::command::link;
use crate::command::output::{Report, write_fields};
use crate::domain::audit::{Actor, Who};
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, EnvironmentId, IdentityId};
use crate::domain::member::Role;
use crate::domain::plan::PlanRef;
use crate::domain::rights::{Principal, Rights};
use crate::domain::settlement::{SETTLEMENT_TOML, SettlementTable};
use crate::domain::text::EmailAddress;
use crate::identity::email::EmailKey;
use crate::ledger::rules::entry::RouteNumber;
use crate::management;
use crate::storage::accounts::{self, NewAccount};
use crate::storage::identity::{identities, memberships};
use crate::storage::keys::{SecretUse, record_uses};
use crate::storage::ledger::past::PastWriter;
use crate::storage::ledger::usage::roll_up;
use crate::storage::{clock, members, pool, routes};

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
        // All gateways number these paths when they start. Within the transaction they would wait
        // for its end.
        let routes = routes::numbers(&mut connection, &CALLS.map(|(path, _)| path)).await?;
        // As the owner of the tables, who alone can date the audit log.
        let mut owner = pool::owner_connection(context.options()).await?;
        let mut work = owner.begin().await?;
        write(context, &mut work, routes).await?;
        work.commit().await?;
    }
    while roll_up(&mut connection, ADDED_UP_AT_ONCE).await? > 0 {}
    let account = context.account(ACCOUNT).await?;
    let console = link::make(context, ACCOUNT, None, url).await?.link;
    Ok(HistoryReport { account_id: ACCOUNT, balance: account.balance, is_new, console })
}

/// Everything of the account, in one transaction: the sweep of a gateway would renew an account
/// whose past is half written.
async fn write(context: &Context, work: &mut PgConnection, routes: Vec<RouteNumber>) -> anyhow::Result<()> {
    let operator = context.operator();
    let now = clock::now(work).await?;
    let begins_at = now - Days::new(DAYS) - TimeDelta::minutes(17);
    let new = NewAccount {
        id: ACCOUNT,
        environment_id: EnvironmentId::from_uuid(ids::new_id()),
        name: "Horizonte Analytics".into(),
        email: ADMIN.0.into(),
        plan: plan(PLANS[0]),
    };
    management::accounts::create(work, &operator, &new).await.context("cannot create the account")?;
    let mut acts = Acts {
        ana: admin(work).await?,
        peppers: context.peppers().await?,
        keys: Vec::new(),
        ends_at: now + Days::new(6),
    };
    acts.first_keys(work, &context.settings().keys.prefix).await?;
    let writer = PastWriter::begin(work, operator.actor.clone(), "demonstration", ACCOUNT, begins_at).await?;
    let table = SettlementTable::parse(SETTLEMENT_TOML)?;
    let mut past = Past {
        writer,
        acts,
        used: [begins_at; KEYS.len()],
        routes,
        table,
        chance: Chance(7),
        last: begins_at,
    };
    past.live(work, &operator, &context.settings().keys.prefix, begins_at, now).await?;
    let Past { writer, acts, used, .. } = past;
    let uses: Vec<SecretUse> = acts
        .keys
        .iter()
        .zip(used)
        .map(|(key, at)| SecretUse { key_id: *key, version: 1, at, rehash: None })
        .collect();
    record_uses(work, &uses).await?;
    acts.rotate(work, &context.settings().keys.prefix).await?;
    Ok(writer.end(work).await?)
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
    let actor = Actor { address: "203.0.113.24".parse().ok(), ..Actor::of(Who::Member(member_id)) };
    Ok(Principal { actor, rights: Rights::OfMember { account_id: ACCOUNT, member_id, role: Role::Admin } })
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
            false => writeln!(out, "The account already existed. Nothing was added.\n")?,
        }
        write_fields(out, &[("account", &self.account_id), ("credits", &self.balance)])?;
        writeln!(out, "\nIts console, logged in (the link works once, for 10 minutes):\n\n{}", self.console)
    }
}
