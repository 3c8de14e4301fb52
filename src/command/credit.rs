//! `fluence credit`: credits that an operator gives, or takes back.

use std::io::{self, Write};

use anyhow::{anyhow, bail};
use chrono::{DateTime, Months, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;
use sqlx::PgConnection;

use super::context::Context;
use super::output::{Output, Report, count, write_fields};
use super::values;
use crate::clock as ids;
use crate::config::plans::Catalogue;
use crate::domain::amount::Amount;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::plan::{PACK_LIFE_MONTHS, Pack};
use crate::domain::text::{Reason, Reference};
use crate::ledger::rules::lot::LotSource;
use crate::ledger::rules::operation::{Correction, Effect, Grant, Operation};
use crate::storage::clock;
use crate::storage::ledger::lots;
use crate::storage::operator_acts::{self, Act, ActKind};

/// How long a grant lives that is given no end.
const GRANT_LIFE_MONTHS: u32 = PACK_LIFE_MONTHS;

/// What to do with credits.
#[derive(Debug, Subcommand)]
pub enum CreditCommand {
    /// Give an account a pack, or credits of its own.
    Grant(GrantCredits),
    /// Take credits back: a correction, never below zero.
    Take(TakeCredits),
}

/// `fluence credit grant`.
#[derive(Debug, Args)]
pub struct GrantCredits {
    /// The account's id.
    #[arg(long)]
    account: AccountId,
    /// A pack, such as `starter`; it lives 12 months.
    #[arg(long, required_unless_present = "credits", conflicts_with_all = ["credits", "reason", "expires_at"])]
    pack: Option<String>,
    /// How many credits.
    #[arg(long, value_name = "N", requires = "reason", allow_negative_numbers = true)]
    credits: Option<Amount>,
    /// Why; the account's statement shows it.
    #[arg(long, value_name = "TEXT", requires = "credits")]
    reason: Option<Reason>,
    /// When they end: a date (its first instant, UTC) or an instant [default: in 12 months].
    #[arg(long, value_name = "TIME", value_parser = values::instant, requires = "credits")]
    expires_at: Option<DateTime<Utc>>,
    /// Your own id of this grant: given twice, it counts once [default: a new one].
    #[arg(long, value_name = "ID")]
    id: Option<Reference>,
}

/// `fluence credit take`.
#[derive(Debug, Args)]
pub struct TakeCredits {
    /// The account's id.
    #[arg(long)]
    account: AccountId,
    /// How many credits.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    credits: Amount,
    /// Why; the account's statement shows it.
    #[arg(long, value_name = "TEXT")]
    reason: Reason,
    /// Your own id of this correction: given twice, it counts once [default: a new one].
    #[arg(long, value_name = "ID")]
    id: Option<Reference>,
}

impl CreditCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no such account or pack, the account has too few credits, or the ledger is away.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Grant(grant) => give(grant, context, output).await,
            Self::Take(take) => take_back(take, context, output).await,
        }
    }
}

async fn give(order: GrantCredits, context: &Context, output: Output) -> anyhow::Result<()> {
    let mut connection = context.connection().await?;
    let grant = grant_of(order, clock::now(&mut connection).await?)?;
    // Held while the ledger acts on a connection of its own: one order is one grant, whichever account it names.
    let mut under_id = context.pool().begin().await?;
    operator_acts::lock(&mut under_id, ActKind::Grant, &grant.reference).await?;
    let elsewhere =
        operator_acts::granted_elsewhere(&mut under_id, grant.account_id, &grant.reference).await?;
    if let Some(other) = elsewhere {
        bail!("id `{}` was used before, for account {other}; nothing was granted now", grant.reference);
    }
    let effect = context.act(Operation::Grant(grant.clone())).await?;
    let Effect::Granted { lot, repeated, balance } = effect else {
        bail!("the ledger answered a grant with something else");
    };
    let kept = lots::by_reference(&mut connection, grant.account_id, &grant.reference).await?;
    let kept = kept.ok_or_else(|| anyhow!("the grant has gone again"))?;
    if (kept.source, kept.granted) != (grant.source, grant.amount) {
        let (id, source) = (grant.reference, kept.source.as_str());
        let credits = count(kept.granted.as_i64().unsigned_abs(), "credit");
        bail!("id `{id}` was used before, for {credits} ({source}); nothing was granted now");
    }
    output.print(&GrantReport {
        id: grant.reference,
        account_id: grant.account_id,
        source: kept.source.as_str(),
        credits: kept.granted,
        lot: lot.0,
        expires_at: kept.expires_at,
        balance: balance.remaining,
        repeated,
    })
}

/// The operation that was asked for.
fn grant_of(order: GrantCredits, now: DateTime<Utc>) -> anyhow::Result<Grant> {
    let in_months = |months| {
        now.checked_add_months(Months::new(months)).ok_or_else(|| anyhow!("the calendar ends before that"))
    };
    let (source, amount, expires_at, note) = match (order.pack, order.credits, order.reason) {
        (Some(name), ..) => {
            let pack = known_pack(&name)?;
            (LotSource::Pack, pack.credits, in_months(PACK_LIFE_MONTHS)?, pack.name)
        }
        (None, Some(amount), Some(reason)) => {
            let expires_at = order.expires_at.map_or_else(|| in_months(GRANT_LIFE_MONTHS), Ok)?;
            (LotSource::Grant, amount.credits(), expires_at, reason.into_string())
        }
        _ => bail!("name a pack, or credits and a reason"),
    };
    if expires_at <= now {
        bail!("--expires-at lies in the past");
    }
    let id = ids::new_id();
    let reference = order.id.map_or_else(|| id.to_string(), Reference::into_string);
    Ok(Grant {
        account_id: order.account,
        id: CallId::from_uuid(id),
        reference,
        source,
        amount,
        expires_at,
        note,
    })
}

/// The pack of that name, or an error that names those there are.
fn known_pack(name: &str) -> anyhow::Result<Pack> {
    let packs = Catalogue::shipped()?.packs;
    let names: Vec<_> = packs.iter().map(|pack| pack.pack.clone()).collect();
    let pack = packs.into_iter().find(|pack| pack.pack == name);
    pack.ok_or_else(|| anyhow!("there is no pack `{name}`; there are {}", names.join(", ")))
}

async fn take_back(order: TakeCredits, context: &Context, output: Output) -> anyhow::Result<()> {
    let reference = order.id.map_or_else(|| ids::new_id().to_string(), Reference::into_string);
    let (account_id, credits) = (context.account(order.account).await?.id, order.credits.credits());
    // Held while the ledger acts on a connection of its own, so that nobody else acts under the id.
    let mut under_id = context.pool().begin().await?;
    operator_acts::lock(&mut under_id, ActKind::Take, &reference).await?;
    let call_id = call_under(&reference, account_id, &mut under_id, context).await?;
    if let Some(taken) = operator_acts::taken(&mut under_id, account_id, call_id).await? {
        if taken != credits {
            bail!("id `{reference}` was used before, for {taken} credits; nothing was taken now");
        }
        let balance = context.account(account_id).await?.balance;
        return output.print(&TakeReport {
            id: reference,
            call_id,
            account_id,
            credits,
            balance,
            repeated: true,
        });
    }
    let correction =
        Correction { account_id, id: call_id, amount: credits, note: order.reason.into_string() };
    let Effect::Done(balance) = context.act(Operation::Correct(correction)).await? else {
        bail!("the ledger answered a correction with something else");
    };
    let balance = balance.remaining;
    output.print(&TakeReport { id: reference, call_id, account_id, credits, balance, repeated: false })
}

/// The act in the ledger that an id stands for, noted before it is carried out: the ledger carries out no act twice.
async fn call_under(
    reference: &str,
    account_id: AccountId,
    under_id: &mut PgConnection,
    context: &Context,
) -> anyhow::Result<CallId> {
    if let Some(act) = operator_acts::find(under_id, ActKind::Take, reference).await? {
        if act.account_id != account_id {
            bail!("id `{reference}` was used before, for account {}; nothing was taken now", act.account_id);
        }
        return act.call_id.ok_or_else(|| anyhow!("id `{reference}` names no act of the ledger"));
    }
    let call_id = CallId::from_uuid(ids::new_id());
    let act = Act { account_id, call_id: Some(call_id) };
    operator_acts::save(&mut *context.connection().await?, ActKind::Take, reference, act).await?;
    Ok(call_id)
}

#[derive(Serialize)]
struct GrantReport {
    id: String,
    account_id: AccountId,
    source: &'static str,
    credits: Credits,
    lot: i32,
    expires_at: DateTime<Utc>,
    balance: Credits,
    repeated: bool,
}

impl Report for GrantReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let given = if self.repeated { "given before; nothing was added now" } else { "given" };
        let credits = format!("{} ({given})", self.credits);
        write_fields(
            out,
            &[
                ("id", &self.id),
                ("account", &self.account_id),
                ("credits", &credits),
                ("expires", &self.expires_at.format("%F %TZ")),
                ("balance", &self.balance),
            ],
        )
    }
}

#[derive(Serialize)]
struct TakeReport {
    id: String,
    call_id: CallId,
    account_id: AccountId,
    credits: Credits,
    balance: Credits,
    repeated: bool,
}

impl Report for TakeReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let before = if self.repeated { " (taken before; nothing was taken now)" } else { "" };
        let taken = format!("{}{before}", self.credits);
        write_fields(
            out,
            &[("id", &self.id), ("account", &self.account_id), ("taken", &taken), ("balance", &self.balance)],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expiry(today: &str, pack: Option<&str>, credits: Option<&str>) -> String {
        let order = GrantCredits {
            account: AccountId::from_uuid(ids::new_id()),
            pack: pack.map(Into::into),
            credits: credits.map(|credits| credits.parse().unwrap()),
            reason: credits.map(|_| "test".parse().unwrap()),
            expires_at: None,
            id: None,
        };
        grant_of(order, today.parse().unwrap()).unwrap().expires_at.to_rfc3339()
    }

    #[test]
    fn twelve_months_from_the_29th_of_february_end_on_the_28th() {
        let today = "2028-02-29T10:00:00Z";
        assert_eq!(expiry(today, Some("starter"), None), "2029-02-28T10:00:00+00:00");
        assert_eq!(expiry(today, None, Some("5")), "2029-02-28T10:00:00+00:00");
    }

    #[test]
    fn an_act_without_an_id_gets_a_new_one() {
        let order = |id: Option<&str>| GrantCredits {
            account: AccountId::from_uuid(ids::new_id()),
            pack: Some("mega".into()),
            credits: None,
            reason: None,
            expires_at: None,
            id: id.map(|id| id.parse().unwrap()),
        };
        let reference = |id| grant_of(order(id), DateTime::UNIX_EPOCH).unwrap().reference;
        assert_ne!(reference(None), reference(None));
        assert_eq!(reference(Some("order-1")), "order-1");
    }
}
